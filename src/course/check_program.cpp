#include "course/check_program.h"

#include <utility>

#include "course/explanation.h"

#include "campaign/lineage_campaign.h"
#include "dedalus/model_experimenter.h"

namespace cutset::course {

namespace {

CheckGrade not_ended(std::string why) {
  CheckGrade grade;
  grade.verdict = CheckVerdict::kDoesNotEnd;
  grade.why = std::move(why);
  return grade;
}

Result<CheckGrade> limit_or_error(const Error& error) {
  const bool limit = error.kind == ErrorKind::kInterrupted ||
                     (error.kind == ErrorKind::kBadInput && error.file.empty());
  if (limit) return not_ended(error.message);
  return error;
}

}  // namespace

Result<CheckGrade> check_program(const dedalus::Program& program,
                                 const dedalus::Parameters& parameters,
                                 uint64_t max_tuples, const std::function<bool()>& stop) {
  dedalus::ModelLimits limits;
  limits.simulator.max_tuples = max_tuples;
  limits.simulator.stop = stop;
  limits.grounding.stop = stop;
  auto made = dedalus::ModelExperimenter::create(
      program,
      {.eot = static_cast<dedalus::Time>(parameters.eot),
       .eff = static_cast<dedalus::Time>(parameters.eff),
       .crashes = static_cast<uint32_t>(parameters.crashes),
       .nodes = parameters.nodes,
       .crash_model = parameters.crash_model},
      limits);
  if (!made) return limit_or_error(made.error());
  campaign::LineageOptions options;
  options.stop_at_first = true;
  options.stop = stop;
  auto searched = campaign::search_lineage(**made, options);
  if (!searched) return limit_or_error(searched.error());
  CheckGrade grade;
  grade.executions = searched->experiments;
  if (searched->status == campaign::LineageStatus::kVacuous) {
    grade.verdict = CheckVerdict::kVacuous;
    grade.why = "even without faults `pre` or `post` is empty at the end";
    return grade;
  }
  if (searched->findings.empty()) {
    if (searched->status == campaign::LineageStatus::kStopped) {
      return not_ended(searched->why);
    }
    grade.verdict = CheckVerdict::kHolds;
    return grade;
  }
  grade.verdict = CheckVerdict::kViolated;
  const auto& faults = searched->findings.front().faults;
  const auto bad = (*made)->simulator().run((*made)->faults(faults));
  if (!bad) return limit_or_error(bad.error());
  grade.counterexample = explain((*made)->simulator(), *bad);
  return grade;
}

}  // namespace cutset::course
