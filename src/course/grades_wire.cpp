#include "course/grades_wire.h"

#include <nlohmann/json.hpp>

namespace cutset::course {

namespace {

using nlohmann::json;

std::string dumped(const json& value) {
  return value.dump(-1, ' ', false, json::error_handler_t::replace);
}

}  // namespace

std::string refused_line(const SubmissionGrade& grade) {
  return dumped({{"outcome", static_cast<int>(grade.outcome)},
                 {"message", grade.message},
                 {"file", grade.file},
                 {"line", grade.line},
                 {"column", grade.column}});
}

std::string checked_line(size_t check, const CheckGrade& grade) {
  json line = {{"check", check},
               {"verdict", static_cast<int>(grade.verdict)},
               {"points", grade.points},
               {"why", grade.why},
               {"executions", grade.executions}};
  if (grade.counterexample) {
    line["counterexample"] = {{"faults", grade.counterexample->faults},
                              {"missing", grade.counterexample->missing},
                              {"text", grade.counterexample->text},
                              {"story", grade.counterexample->story},
                              {"diagram", grade.counterexample->diagram}};
  }
  return dumped(line);
}

bool take_line(std::string_view text, SubmissionGrade& grade) {
  try {
    const json line = json::parse(text);
    if (line.contains("outcome")) {
      grade.outcome = static_cast<Outcome>(line.at("outcome").get<int>());
      grade.message = line.at("message").get<std::string>();
      grade.file = line.at("file").get<std::string>();
      grade.line = line.at("line").get<int>();
      grade.column = line.at("column").get<int>();
      return true;
    }
    CheckGrade& check = grade.checks.at(line.at("check").get<size_t>());
    check.verdict = static_cast<CheckVerdict>(line.at("verdict").get<int>());
    check.points = line.at("points").get<int64_t>();
    check.why = line.at("why").get<std::string>();
    check.executions = line.at("executions").get<uint64_t>();
    if (!line.contains("counterexample")) return true;
    const json& from = line.at("counterexample");
    Counterexample example;
    example.faults = from.at("faults").get<std::vector<std::string>>();
    example.missing = from.at("missing").get<std::vector<std::string>>();
    example.text = from.at("text").get<std::string>();
    example.story = from.at("story").get<std::string>();
    example.diagram = from.at("diagram").get<std::string>();
    check.counterexample = std::move(example);
    return true;
  } catch (const std::exception&) {
    return false;
  }
}

}  // namespace cutset::course
