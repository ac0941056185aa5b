#include "course/grading.h"

#include <utility>
#include <vector>

#include "course/check_program.h"
#include "course/joining.h"
#include "course/rules.h"
#include "course/submission.h"

namespace cutset::course {

namespace {

void tell(const GradingEvents& events, const Refusal& refusal) {
  SubmissionGrade grade;
  grade.outcome = refusal.outcome;
  grade.message = refusal.error.message;
  grade.file = refusal.error.file;
  grade.line = refusal.error.line;
  grade.column = refusal.error.column;
  events.refused(grade);
}

/// A message about a file of a hidden check must not quote it.
void keep_secret(const std::vector<TaskFile>& files, Refusal& refusal) {
  for (const TaskFile& file : files) {
    if (file.name != refusal.error.file) continue;
    refusal.error = Error::bad_input("does not fit the files of a hidden check");
    return;
  }
}

}  // namespace

void grade_submission(const Task& task, const std::string& path,
                      const std::function<bool()>& stop, const GradingEvents& events) {
  const OpenedSubmission opened = open_submission(path, task.limits);
  if (const auto* refusal = std::get_if<Refusal>(&opened)) return tell(events, *refusal);
  const Submission& submission = *std::get<std::unique_ptr<Submission>>(opened);
  if (const auto refusal = broken_rule(task, submission)) return tell(events, *refusal);
  std::vector<dedalus::Program> programs;
  std::vector<size_t> program_of;  // by check
  for (size_t i = 0; i < task.checks.size(); ++i) {
    if (i > 0 && task.checks[i].files == task.checks[i - 1].files) {
      program_of.push_back(program_of.back());
      continue;
    }
    auto joined = join_program(task.sources[i], submission);
    if (auto* refusal = std::get_if<Refusal>(&joined)) {
      if (task.checks[i].hidden) keep_secret(task.sources[i], *refusal);
      return tell(events, *refusal);
    }
    program_of.push_back(programs.size());
    programs.push_back(std::move(std::get<dedalus::Program>(joined)));
  }
  for (size_t i = 0; i < task.checks.size(); ++i) {
    const TaskCheck& check = task.checks[i];
    CheckGrade grade;
    if (stop()) {
      grade.verdict = CheckVerdict::kDoesNotEnd;
      grade.why = "no time was left";
    } else {
      Result<CheckGrade> checked =
          check_program(programs[program_of[i]], check.parameters,
                        static_cast<uint64_t>(task.limits.tuples), stop);
      if (!checked) {
        const bool internal = checked.error().kind == ErrorKind::kInternal;
        return tell(events, {internal ? Outcome::kFailed : Outcome::kDoesNotParse,
                             checked.error()});
      }
      grade = std::move(*checked);
    }
    grade.points = as_expected(grade.verdict, check.expect) ? check.points : 0;
    events.checked(i, grade);
  }
}

}  // namespace cutset::course
