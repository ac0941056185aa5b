#include "made_execution.h"

#include <map>

#include "base/check.h"

namespace cutset::lineage {

Execution made_execution(const std::string& run, const std::vector<std::string>& calls) {
  Execution execution;
  execution.run = run;
  std::map<std::string, int> index;
  for (const std::string& line : calls) {
    const size_t marks = line.find_first_of("!^~=");
    std::string id = line.substr(0, marks);
    while (!id.empty() && id.back() == ' ') id.pop_back();
    const std::string flags = marks == std::string::npos ? "" : line.substr(marks);
    Call call;
    call.id = identity::parse_call_id(id).value();
    if (call.id.points.size() > 1) call.parent = index.at(call.id.parent().text());
    call.failed = flags.find('!') != std::string::npos;
    call.awaited = flags.find('~') == std::string::npos;
    call.unordered = flags.find('=') != std::string::npos;
    call.seen.status = call.failed ? 503 : 200;
    call.executed = true;
    if (flags.find('^') != std::string::npos) {
      identity::CallId before = call.id;
      --before.points.back().ordinal;
      call.repeats = index.at(before.text());
    }
    index[id] = static_cast<int>(execution.calls.size());
    execution.calls.push_back(std::move(call));
  }
  check_invariants(execution);
  return execution;
}

}  // namespace cutset::lineage
