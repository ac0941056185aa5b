// Grades all submissions of a task, each in a process of its own with limits of time and
// memory, so that none of them can stop the others.
//
// Thread rule: one thread; Requires: no other threads (processes are forked).
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "course/grades.h"
#include "course/task.h"

#include "base/result.h"

namespace cutset::course {

struct GradeOptions {
  size_t jobs = 1;             // submissions at a time
  std::function<bool()> stop;  // asked often; true: what is graded so far is the result
  std::function<void(const SubmissionGrade&)> graded;  // as they end; may be empty
};

/// In the order of `paths`, whatever the order in which they end. Error: kInternal.
Result<Grades> grade_all(const Task& task, const std::vector<std::string>& paths,
                         const GradeOptions& options);

}  // namespace cutset::course
