#include "campaign/exhaustive_count.h"

#include <algorithm>
#include <map>

#include "campaign/composition.h"
#include "campaign/prediction.h"

namespace cutset::campaign {

namespace {

class Counter {
 public:
  Counter(const Model& model, const Composition& composition, size_t budget, size_t most)
      : model_(model), budget_(budget), predictions_left_(most) {
    for (const ComposedEvent& event : composition.events)
      events_[event.position] = &event;
  }

  ExhaustiveCount count() {
    extend({}, -1, 1);
    return count_;
  }

 private:
  /// Counts `faults` (standing for `weight` sets of modes) and everything that adds
  /// faults on later calls: each set is reached once, because its faults are added in the
  /// order in which their calls are made.
  void extend(const FaultSet& faults, int last, uint64_t weight) {
    if (predictions_left_ == 0) {
      count_.lower_bound = true;
      return;
    }
    --predictions_left_;
    count_.experiments += weight;
    if (faults.size() >= budget_) return;
    const Prediction predicted = predict(model_, faults);
    size_t from = 0;
    if (last >= 0) {
      const auto found = std::find(predicted.calls.begin(), predicted.calls.end(), last);
      if (found == predicted.calls.end()) return;
      from = static_cast<size_t>(found - predicted.calls.begin()) + 1;
    }
    for (size_t i = from; i < predicted.calls.size(); ++i) {
      const auto event = events_.find(predicted.calls[i]);
      if (event == events_.end()) continue;
      for (const Kind& kind : event->second->kinds) {
        FaultSet more = faults;
        more.push_back({event->second->event, kind.modes.front()});
        extend(make_fault_set(std::move(more)), predicted.calls[i],
               weight * kind.modes.size());
      }
    }
  }

  const Model& model_;
  size_t budget_;
  size_t predictions_left_;
  std::map<int, const ComposedEvent*> events_;
  ExhaustiveCount count_;
};

}  // namespace

ExhaustiveCount count_exhaustive(const Model& model, const Candidates& candidates,
                                 size_t budget, size_t most_predictions) {
  const Result<Composition> composition = compose(model, candidates);
  if (!composition.ok()) return {0, true};
  return Counter(model, *composition, budget, most_predictions).count();
}

}  // namespace cutset::campaign
