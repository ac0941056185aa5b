// The grades as text, JSON, CSV and HTML. Deterministic: neither times nor machine show.
// Hidden checks show their verdict and points only, unless `show_hidden`.
//
// Thread rule: pure functions.
#pragma once

#include <string>

#include "course/grades.h"
#include "course/task.h"

namespace cutset::course {

struct GradesOptions {
  bool color = false;
  bool show_hidden = false;
  size_t width = 100;
};

/// A table of all, then what is wrong with each that has not all points.
std::string grades_text(const Task& task, const Grades& grades,
                        const GradesOptions& options);

/// schema/cutset-grades.schema.json
std::string grades_json(const Task& task, const Grades& grades, int exit_code,
                        const GradesOptions& options);

/// A header and a row for each submission: RFC 4180, UTF-8. No cell begins like a
/// formula, which spreadsheets would compute.
std::string grades_csv(const Task& task, const Grades& grades);

/// One self-contained page.
std::string grades_html(const Task& task, const Grades& grades,
                        const GradesOptions& options);

}  // namespace cutset::course
