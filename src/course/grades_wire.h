// What the process that grades a submission tells the one that asked: a JSON object a
// line. Private to this folder. Thread rule: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "course/grades.h"

namespace cutset::course {

std::string refused_line(const SubmissionGrade& grade);
std::string checked_line(size_t check, const CheckGrade& grade);

/// Adds what a line says to the grade. False: no line of ours.
bool take_line(std::string_view line, SubmissionGrade& grade);

}  // namespace cutset::course
