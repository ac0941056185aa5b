#include "course/grades_report.h"
#include <fmt/format.h>

#include "report/escape.h"

namespace cutset::course {

namespace {

std::string cell(std::string_view text) {
  std::string clean = report::clean_text(text);
  if (!clean.empty() && std::string_view("=+-@").find(clean[0]) != std::string::npos) {
    clean.insert(0, "'");
  }
  if (clean.find_first_of("\",") == std::string::npos) return clean;
  std::string quoted = "\"";
  for (const char character : clean) {
    quoted += character;
    if (character == '"') quoted += '"';
  }
  return quoted + "\"";
}

}  // namespace

std::string grades_csv(const Task& task, const Grades& grades) {
  std::string out = "submission,points,of,result,message";
  for (const TaskCheck& check : task.checks) {
    out += "," + cell(check.name) + "," + cell(check.name + " (points)");
  }
  out += "\r\n";
  for (const SubmissionGrade& grade : grades.submissions) {
    const bool graded = grade.outcome != Outcome::kNotGraded;
    out += fmt::format("{},{},{},{},{}", cell(grade.name),
                       graded ? std::to_string(grade.points()) : "", task.points(),
                       outcome_name(grade.outcome),
                       grade.message.empty() ? "" : cell(grade.place_and_message()));
    for (const CheckGrade& check : grade.checks) {
      out += fmt::format(",{},{}", verdict_name(check.verdict),
                         graded ? std::to_string(check.points) : "");
    }
    out += "\r\n";
  }
  return out;
}

}  // namespace cutset::course
