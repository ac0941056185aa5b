#include "dedalus/model_experimenter.h"

#include <algorithm>

#include "base/check.h"
#include "dedalus/symmetry.h"

namespace cutset::dedalus {

Result<std::unique_ptr<ModelExperimenter>> ModelExperimenter::create(Program program,
                                                                     FailureSpec spec,
                                                                     ModelLimits limits) {
  CUTSET_ASSIGN(Simulator simulator,
                Simulator::create(std::move(program), std::move(spec), limits.simulator));
  return std::unique_ptr<ModelExperimenter>(
      new ModelExperimenter(std::move(simulator), std::move(limits)));
}

ModelExperimenter::ModelExperimenter(Simulator simulator, ModelLimits limits)
    : simulator_(std::move(simulator)),
      limits_(std::move(limits)),
      space_(campaign::FaultSpace::of(
          simulator_.spec().nodes, static_cast<uint32_t>(simulator_.spec().eot),
          static_cast<uint32_t>(simulator_.spec().eff), simulator_.spec().crashes)),
      merger_(simulator_, space_) {
  for (const TupleId outcome : simulator_.outcomes()) {
    outcomes_.push_back(simulator_.to_text(outcome));
  }
}

ModelFaultSet ModelExperimenter::faults(const campaign::FaultNumbers& numbers) const {
  ModelFaultSet set;
  for (const uint32_t number : numbers) {
    const campaign::ModelFault& fault = space_.faults[number];
    const auto time = static_cast<Time>(fault.time);
    set.push_back(fault.kind == campaign::ModelFault::Kind::kCrash
                      ? ModelFault::crash(fault.from, time)
                      : ModelFault::omission(fault.from, fault.to, time));
  }
  return set;
}

Result<campaign::ModelRun> ModelExperimenter::run(const campaign::FaultNumbers& numbers,
                                                  campaign::RunDetail detail) {
  campaign::ModelRun result;
  if (detail == campaign::RunDetail::kVerdict) {
    CUTSET_ASSIGN(const RunVerdict verdict, simulator_.judge(faults(numbers)));
    result.violated = verdict == RunVerdict::kViolated;
    return result;
  }
  CUTSET_ASSIGN(const Run run, simulator_.run(faults(numbers)));
  result.violated = run.verdict() == RunVerdict::kViolated;
  const std::vector<TupleId>& outcomes = simulator_.outcomes();
  for (const TupleId broken : run.violated()) {
    const auto at = std::lower_bound(outcomes.begin(), outcomes.end(), broken);
    CHECK(at != outcomes.end() && *at == broken);
    result.broken.push_back(static_cast<uint32_t>(at - outcomes.begin()));
  }
  if (detail == campaign::RunDetail::kLineage) merger_.add(run);
  return result;
}

Result<campaign::DerivationModel> ModelExperimenter::derivations(
    const std::function<bool()>& stop) {
  GroundingLimits limits = limits_.grounding;
  limits.stop = [this, &stop] {
    return (stop && stop()) || (limits_.grounding.stop && limits_.grounding.stop());
  };
  std::vector<NamedTuple> outcomes;
  for (const TupleId outcome : simulator_.outcomes()) {
    NamedTuple named;
    named.relation = "post";
    for (const Value value : simulator_.values_of(outcome)) {
      const ValueTable& values = simulator_.values();
      if (values.is_number(value)) {
        named.columns.emplace_back(values.as_number(value));
      } else {
        named.columns.emplace_back(values.as_text(value));
      }
    }
    outcomes.push_back(std::move(named));
  }
  CUTSET_ASSIGN(Grounding grounding, ground(simulator_.program(), simulator_.spec(),
                                            space_, outcomes, limits));
  return std::move(grounding.model);
}

std::vector<std::vector<uint32_t>> ModelExperimenter::symmetries() {
  return node_symmetries(simulator_.program(), space_.nodes);
}

}  // namespace cutset::dedalus
