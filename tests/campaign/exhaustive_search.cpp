#include "exhaustive_search.h"

#include <algorithm>
#include <map>

#include "campaign/refinement.h"
#include "campaign/run_view.h"
#include "campaign/verdict.h"

namespace cutset::testing {

namespace {

using campaign::Fault;
using campaign::FaultSet;

class Search {
 public:
  Search(const Application& application, uint64_t most)
      : application_(application), experimenter_(application), most_(most) {}

  ExhaustiveResult run() {
    visit({}, "");
    for (const FaultSet& broken : broken_) {
      const bool minimal =
          std::none_of(broken_.begin(), broken_.end(), [&](const FaultSet& other) {
            return other.size() < broken.size() &&
                   std::includes(broken.begin(), broken.end(), other.begin(),
                                 other.end());
          });
      if (!minimal) continue;
      result_.minimal.insert(broken);
      if (new_.count(broken) == 0) ++result_.reduced_reporting;
    }
    result_.reduced_reporting += result_.reduced;
    return std::move(result_);
  }

 private:
  void visit(const FaultSet& faults, const std::string& last) {
    if (++result_.experiments > most_) result_.gave_up = true;
    if (result_.gave_up) return;
    const campaign::ExperimentResult result =
        experimenter_.run(faults, {"x", false}).value();
    if (campaign::is_broken(campaign::judge(result.outcomes))) broken_.push_back(faults);
    if (shows_something_new(result)) {
      ++result_.reduced;
      new_.insert(faults);
    }
    if (faults.size() >= application_.budget) return;
    const std::vector<lineage::Call>& calls = result.execution.calls;
    // Faults are added in the order of calls, so every set is visited once; the last
    // calls first.
    for (size_t i = calls.size(); i-- > 1;) {
      const std::string event = calls[i].id.text();
      if (event == last) break;
      for (const identity::FaultMode& mode : application_.modes) {
        FaultSet more = faults;
        more.push_back({event, mode});
        visit(campaign::make_fault_set(std::move(more)), event);
      }
    }
  }

  /// A handler invocation whose callees answered so was never seen, nor this answer with
  /// these effects.
  bool shows_something_new(const campaign::ExperimentResult& result) {
    const campaign::RunView view =
        campaign::view_of(result, campaign::judge(result.outcomes), {}, {}, vocabulary_);
    bool is_new = judged_.insert({view.invocations[0].answer, view.effects}).second;
    for (const campaign::InvocationView& invocation : view.invocations) {
      if (!invocation.shows_rules) continue;
      std::vector<std::pair<int, int>> children;
      for (const campaign::ChildView& child : invocation.children) {
        children.emplace_back(child.point, child.label);
      }
      is_new = views_.insert({invocation.position, children}).second || is_new;
    }
    return is_new;
  }

  const Application& application_;
  SimulatedExperimenter experimenter_;
  uint64_t most_;
  ExhaustiveResult result_;
  std::vector<FaultSet> broken_;
  std::set<FaultSet> new_;
  campaign::Vocabulary vocabulary_;
  std::set<std::pair<int, std::vector<std::pair<int, int>>>> views_;
  std::set<std::pair<int, campaign::Effects>> judged_;
};

}  // namespace

ExhaustiveResult search_exhaustively(const Application& application, uint64_t most) {
  return Search(application, most).run();
}

}  // namespace cutset::testing
