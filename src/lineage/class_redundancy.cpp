#include "lineage/class_redundancy.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

namespace cutset::lineage {

namespace {

using Calls = std::vector<uint32_t>;

std::vector<std::vector<size_t>> children_of(const ClassRun& run) {
  std::vector<std::vector<size_t>> children(run.calls.size());
  for (size_t i = 1; i < run.calls.size(); ++i)
    children[static_cast<size_t>(run.calls[i].parent)].push_back(i);
  return children;
}

class Reader {
 public:
  explicit Reader(const RequestIdentities& identities)
      : identities_(identities), usual_(identities.calls.size()) {}

  std::vector<Redundancy> read() {
    for (const ClassRun& run : identities_.runs) note_usual(run);
    for (const ClassRun& run : identities_.runs) {
      if (!run.failed) read_run(run);
    }
    std::vector<Redundancy> result;
    for (auto& [calls, redundancy] : found_) result.push_back(std::move(redundancy));
    std::stable_sort(
        result.begin(), result.end(),
        [](const Redundancy& a, const Redundancy& b) { return a.runs > b.runs; });
    return result;
  }

 private:
  /// What a caller calls when none of its calls fails.
  void note_usual(const ClassRun& run) {
    const auto children = children_of(run);
    for (size_t parent = 0; parent < run.calls.size(); ++parent) {
      const auto failed = [&](size_t child) { return run.calls[child].failed; };
      if (run.calls[parent].failed ||
          std::any_of(children[parent].begin(), children[parent].end(), failed)) {
        continue;
      }
      std::optional<std::set<uint32_t>>& usual = usual_[run.calls[parent].call];
      if (!usual) usual.emplace();
      for (const size_t child : children[parent]) usual->insert(run.calls[child].call);
    }
  }

  void read_run(const ClassRun& run) {
    const auto children = children_of(run);
    for (size_t parent = 0; parent < run.calls.size(); ++parent) {
      if (!run.calls[parent].failed) read_caller(run, parent, children[parent]);
    }
  }

  void read_caller(const ClassRun& run, size_t parent,
                   const std::vector<size_t>& children) {
    std::set<size_t> retried;  // the retries that answered, and what they retried
    for (const size_t child : children) {
      const RunCall& call = run.calls[child];
      if (call.failed || !call.awaited || call.repeats < 0) continue;
      Calls attempts;
      bool first_retry = true;
      for (int at = call.repeats; at >= 0;
           at = run.calls[static_cast<size_t>(at)].repeats) {
        attempts.push_back(run.calls[static_cast<size_t>(at)].call);
        first_retry = retried.insert(static_cast<size_t>(at)).second && first_retry;
      }
      if (!first_retry) continue;  // a later call, after the retry had answered
      retried.insert(child);
      add(run, std::move(attempts), {call.call});
    }
    Calls failed;
    Calls instead;
    const std::optional<std::set<uint32_t>>& usual = usual_[run.calls[parent].call];
    for (const size_t child : children) {
      const RunCall& call = run.calls[child];
      if (retried.count(child) > 0 || !call.awaited) continue;
      if (call.failed) {
        failed.push_back(call.call);
      } else if (usual && usual->count(call.call) == 0 && call.repeats < 0) {
        instead.push_back(call.call);
      }
    }
    if (!failed.empty()) add(run, std::move(failed), std::move(instead));
  }

  /// Which of equal calls at the same time failed is not known: no word of any of them.
  void add(const ClassRun& run, Calls failed, Calls instead) {
    if (std::any_of(failed.begin(), failed.end(), [this](uint32_t call) {
          return identities_.calls[call].unordered;
        })) {
      return;
    }
    std::sort(failed.begin(), failed.end());
    std::sort(instead.begin(), instead.end());
    Redundancy& redundancy = found_[std::pair(failed, instead)];
    if (redundancy.runs++ > 0) return;
    redundancy.failed = std::move(failed);
    redundancy.instead = std::move(instead);
    redundancy.example = run.run;
  }

  const RequestIdentities& identities_;
  std::vector<std::optional<std::set<uint32_t>>> usual_;
  std::map<std::pair<Calls, Calls>, Redundancy> found_;
};

}  // namespace

std::vector<Redundancy> redundancies_of(const RequestIdentities& identities) {
  return Reader(identities).read();
}

}  // namespace cutset::lineage
