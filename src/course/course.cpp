#include "course/course.h"

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <map>

#include "course/grades_wire.h"
#include "course/grading.h"
#include <fmt/format.h>

#include "base/guarded_processes.h"

namespace cutset::course {

namespace {

double processor_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

std::string last_part(const std::string& path) {
  std::filesystem::path given(path);
  if (!given.has_filename()) given = given.parent_path();
  return given.filename().string();
}

/// The last part of each path, or the path as given where others have the same.
std::vector<SubmissionGrade> empty_grades(const std::vector<std::string>& paths,
                                          size_t checks) {
  std::map<std::string, int> count;
  for (const std::string& path : paths) ++count[last_part(path)];
  std::vector<SubmissionGrade> grades;
  for (const std::string& path : paths) {
    SubmissionGrade grade;
    const std::string name = last_part(path);
    grade.name = name.empty() || count[name] > 1 ? path : name;
    grade.path = path;
    grade.checks.resize(checks);
    grades.push_back(std::move(grade));
  }
  return grades;
}

ProcessLimits limits_of(const Task& task) {
  const std::chrono::seconds seconds(task.limits.seconds);
  ProcessLimits limits;
  limits.memory_bytes = static_cast<uint64_t>(task.limits.megabytes) << 20U;
  // The check itself ends in time, with the best words; these are for when it does not.
  limits.processor_time = seconds + std::chrono::seconds(5);
  limits.deadline = 10 * seconds + std::chrono::seconds(30);
  return limits;
}

/// What the checks that were not decided get, for a child that was ended.
void leave_open(SubmissionGrade& grade, CheckVerdict verdict, const std::string& why) {
  for (CheckGrade& check : grade.checks) {
    if (check.verdict != CheckVerdict::kNotChecked) continue;
    check.verdict = verdict;
    check.why = why;
  }
}

void fail(SubmissionGrade& grade, std::string message) {
  grade.outcome = Outcome::kFailed;
  grade.message = std::move(message);
}

void conclude(const Task& task, const ProcessEnd& end, SubmissionGrade& grade) {
  using Kind = ProcessEnd::Kind;
  switch (end.kind) {
    case Kind::kDone:
      break;
    case Kind::kTime:
      leave_open(
          grade, CheckVerdict::kDoesNotEnd,
          fmt::format("not done after {} s of processor time, or {} s on the clock",
                      task.limits.seconds, 10 * task.limits.seconds + 30));
      break;
    case Kind::kMemory:
      leave_open(grade, CheckVerdict::kDoesNotEnd,
                 fmt::format("needs more than {} MB of memory", task.limits.megabytes));
      break;
    case Kind::kOutput:
      return fail(grade, "the explanations are longer than what is kept");
    case Kind::kCrashed:
      return fail(grade, "cutset failed, please report it: " + end.detail);
    case Kind::kNotStarted:
      return;  // kNotGraded
  }
  if (grade.outcome != Outcome::kNotGraded) return;  // refused
  const auto all = [&](CheckVerdict verdict) {
    return std::all_of(grade.checks.begin(), grade.checks.end(),
                       [&](const CheckGrade& check) { return check.verdict == verdict; });
  };
  const auto open = std::find_if(
      grade.checks.begin(), grade.checks.end(),
      [](const CheckGrade& check) { return check.verdict == CheckVerdict::kDoesNotEnd; });
  if (open != grade.checks.end()) {
    grade.outcome = Outcome::kDoesNotEnd;
    grade.message = open->why;
  } else if (all(CheckVerdict::kVacuous)) {
    grade.outcome = Outcome::kVacuous;
    grade.message = "even without faults it does not do its work in time, in any check";
  } else {
    grade.outcome = Outcome::kChecked;
  }
}

}  // namespace

Result<Grades> grade_all(const Task& task, const std::vector<std::string>& paths,
                         const GradeOptions& options) {
  Grades grades;
  grades.submissions = empty_grades(paths, task.checks.size());
  GuardedWork work;
  work.count = paths.size();
  work.jobs = options.jobs;
  work.limits = limits_of(task);
  work.stop = options.stop;
  work.run = [&](size_t number, const TellLine& tell) {
    const auto most = static_cast<double>(task.limits.seconds);
    GradingEvents events;
    events.refused = [&](const SubmissionGrade& grade) { tell(refused_line(grade)); };
    events.checked = [&](size_t check, const CheckGrade& grade) {
      tell(checked_line(check, grade));
    };
    grade_submission(
        task, paths[number], [most] { return processor_seconds() >= most; }, events);
  };
  bool understood = true;
  work.told = [&](size_t number, std::string_view line) {
    understood = take_line(line, grades.submissions[number]) && understood;
  };
  work.ended = [&](size_t number, const ProcessEnd& end) {
    SubmissionGrade& grade = grades.submissions[number];
    conclude(task, end, grade);
    if (grade.outcome == Outcome::kNotGraded) {
      grades.stopped = true;
    } else if (options.graded) {
      options.graded(grade);
    }
  };
  CUTSET_TRY(run_guarded(work));
  CHECK(understood);
  return grades;
}

}  // namespace cutset::course
