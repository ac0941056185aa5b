// tracestate and baggage lists: whatever comes in, the list that goes out carries exactly
// our mark.
#include <cstdint>
#include <string_view>

#include "agent/proxy/mark.h"
#include "base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace cutset::agent::proxy;
  const std::string_view list(reinterpret_cast<const char*>(data), size);
  const Mark wanted{"run.1", 0x1234};
  const std::string tracestate = tracestate_with(list, wanted.run, wanted.parent);
  CHECK(find_mark(tracestate) == wanted);
  CHECK(tracestate.size() <= 512);
  CHECK(tracestate_with(tracestate, wanted.run, wanted.parent) == tracestate);
  if (find_mark(list).has_value()) {
    CHECK(find_mark(baggage_with(list, wanted.run, wanted.parent)) == wanted);
  }
  parse_traceparent(list);
  if (const auto mark = parse_mark(list)) CHECK(is_run_name(mark->run));
  return 0;
}
