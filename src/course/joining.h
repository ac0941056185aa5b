// One program of the task's files and a submission's. Thread rule: pure functions.
#pragma once

#include <string>
#include <variant>

#include "course/submission.h"
#include "course/task.h"

#include "dedalus/program.h"

namespace cutset::course {

/// The text of each file of a reading without its includes, which the reading has in
/// their place; all other places stay as they are.
std::vector<TaskFile> flattened(const dedalus::Reading& reading);

/// Refusal: they are no well-formed program together. The error names a place in the
/// submission, if one of its places is wrong.
std::variant<dedalus::Program, Refusal> join_program(const std::vector<TaskFile>& task,
                                                     const Submission& submission);

}  // namespace cutset::course
