#include "course/grades_report.h"
#include <nlohmann/json.hpp>

namespace cutset::course {

namespace {

using nlohmann::ordered_json;

ordered_json to_json(const TaskCheck& check, bool secret) {
  ordered_json json = {
      {"name", check.name}, {"points", check.points}, {"hidden", check.hidden}};
  if (secret) return json;
  json["parameters"] = dedalus::to_text(check.parameters);
  json["expect"] = dedalus::expectation_name(check.expect);
  return json;
}

ordered_json to_json(const TaskCheck& of, const CheckGrade& check, bool secret) {
  ordered_json json = {{"name", of.name},
                       {"verdict", verdict_name(check.verdict)},
                       {"points", check.points}};
  if (secret) return json;
  json["executions"] = check.executions;
  if (!check.why.empty()) json["why"] = check.why;
  if (check.counterexample) {
    json["counterexample"] = {{"faults", check.counterexample->faults},
                              {"missing", check.counterexample->missing},
                              {"text", check.counterexample->text}};
  }
  return json;
}

}  // namespace

std::string grades_json(const Task& task, const Grades& grades, int exit_code,
                        const GradesOptions& options) {
  const auto secret = [&](const TaskCheck& check) {
    return check.hidden && !options.show_hidden;
  };
  ordered_json json = {{"schema_version", 1},
                       {"exit_code", exit_code},
                       {"stopped", grades.stopped},
                       {"task", {{"title", task.title}, {"points", task.points()}}}};
  ordered_json& checks = json["task"]["checks"] = ordered_json::array();
  for (const TaskCheck& check : task.checks) {
    checks.push_back(to_json(check, secret(check)));
  }
  ordered_json& submissions = json["submissions"] = ordered_json::array();
  for (const SubmissionGrade& grade : grades.submissions) {
    ordered_json one = {{"name", grade.name},
                        {"path", grade.path},
                        {"result", outcome_name(grade.outcome)},
                        {"points", grade.points()}};
    if (!grade.message.empty()) {
      one["problem"] = {{"message", grade.message}};
      if (!grade.file.empty()) one["problem"]["file"] = grade.file;
      if (grade.line > 0) one["problem"]["line"] = grade.line;
      if (grade.column > 0) one["problem"]["column"] = grade.column;
    }
    one["checks"] = ordered_json::array();
    for (size_t i = 0; i < task.checks.size(); ++i) {
      one["checks"].push_back(
          to_json(task.checks[i], grade.checks[i], secret(task.checks[i])));
    }
    submissions.push_back(std::move(one));
  }
  return json.dump(2, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace cutset::course
