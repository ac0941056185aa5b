#include "course/check_program.h"

#include <utility>

#include "modelcheck/check.h"
#include "report/protocol_svg.h"
#include "report/protocol_text.h"

namespace cutset::course {

namespace {

constexpr size_t kColumns = 96;  // of an explanation: below an indent of 4, within 100

CheckGrade not_ended(std::string why) {
  // Errors of the evaluator name the option of `cutset check`; here the task has it.
  const std::string_view option = "--max-tuples";
  if (const size_t at = why.find(option); at != std::string::npos) {
    why.replace(at, option.size(), "limits.tuples of the task");
  }
  CheckGrade grade;
  grade.verdict = CheckVerdict::kDoesNotEnd;
  grade.why = std::move(why);
  return grade;
}

Counterexample explained(const report::ProtocolCheck& check,
                         const report::ProtocolFinding& finding) {
  report::ProtocolTextOptions options;
  options.text.width = kColumns;
  Counterexample example;
  example.faults = finding.words;
  example.missing = finding.missing;
  example.text = report::protocol_finding_text(check, finding, 1, options);
  options.diagrams = false;
  example.story = report::protocol_finding_text(check, finding, 1, options);
  example.diagram =
      report::protocol_svg(check, finding, "space-time diagram of " + finding.text);
  return example;
}

}  // namespace

Result<CheckGrade> check_program(const dedalus::Program& program,
                                 const dedalus::Parameters& parameters,
                                 uint64_t max_tuples, const std::function<bool()>& stop) {
  modelcheck::CheckOptions options;
  options.stop_at_first = true;  // the smallest: later ones change no verdict
  options.most_explained = 1;
  options.max_tuples = max_tuples;
  options.stop = stop;
  const auto checked = modelcheck::check_model(program, parameters, options);
  if (!checked) {
    // What is wrong with a well-formed program has a place; a limit has none.
    const Error& error = checked.error();
    if (error.kind == ErrorKind::kBadInput && error.file.empty()) {
      return not_ended(error.message);
    }
    return error;
  }
  const report::ProtocolCheck& check = checked->check;
  CheckGrade grade;
  grade.executions = check.executions;
  switch (check.verdict) {
    case report::ProtocolVerdict::kHolds:
      grade.verdict = CheckVerdict::kHolds;
      break;
    case report::ProtocolVerdict::kViolated:
      grade.verdict = CheckVerdict::kViolated;
      grade.counterexample = explained(check, check.findings.front());
      break;
    case report::ProtocolVerdict::kVacuous:
      grade.verdict = CheckVerdict::kVacuous;
      grade.why = check.why;
      break;
    case report::ProtocolVerdict::kStopped:
      return not_ended("its time is over: " + check.why);
  }
  return grade;
}

}  // namespace cutset::course
