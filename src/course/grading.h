// Grades one submission, check after check. Foreign programs are run here: the caller
// gives it a process of its own (guarded_process.h).
//
// Thread rule: one thread.
#pragma once

#include <functional>
#include <string>

#include "course/grades.h"
#include "course/task.h"

namespace cutset::course {

/// What grade_submission tells as soon as it knows: a process that is ended from outside
/// has told what came before.
struct GradingEvents {
  /// It is not checked: message and place are set.
  std::function<void(const SubmissionGrade&)> refused;
  std::function<void(size_t check, const CheckGrade&)> checked;
};

/// `stop` is asked often; true ends the check that runs (kDoesNotEnd).
void grade_submission(const Task& task, const std::string& path,
                      const std::function<bool()>& stop, const GradingEvents& events);

}  // namespace cutset::course
