// A submission: foreign files, read with bounds, that may not reach out of their folder.
//
// A submission is one .ded file, which includes nothing, or a folder: all its .ded files
// form the program, and includes are found in the folder and below it. Nothing is opened
// that is not a regular file (no links, pipes, devices).
//
// Thread rule: pure functions of the files.
#pragma once

#include <memory>
#include <string>
#include <variant>
#include <vector>

#include "course/grades.h"
#include "course/task.h"

#include "dedalus/language/reading.h"

namespace cutset::course {

/// Why it is not checked.
struct Refusal {
  Outcome outcome = Outcome::kRefused;
  Error error;
};

/// Its clauses, includes in place. Files are named relative to the submission.
struct Submission {
  dedalus::Reading reading;
};

using OpenedSubmission = std::variant<std::unique_ptr<Submission>, Refusal>;

OpenedSubmission open_submission(const std::string& path, const TaskLimits& limits);

}  // namespace cutset::course
