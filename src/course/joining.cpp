#include "course/joining.h"

#include <map>

#include "dedalus/language/load.h"

namespace cutset::course {

std::vector<TaskFile> flattened(const dedalus::Reading& reading) {
  std::vector<TaskFile> files;
  for (size_t i = 0; i < reading.sources.size(); ++i) {
    TaskFile file{reading.sources[i]->name(), std::string(reading.sources[i]->text())};
    for (const dedalus::syntax::Clause& clause : reading.trees[i]->clauses) {
      if (!std::holds_alternative<dedalus::syntax::Include>(clause.what)) continue;
      for (uint32_t at = clause.begin; at < clause.end; ++at) {
        if (file.text[at] != '\n') file.text[at] = ' ';
      }
    }
    files.push_back(std::move(file));
  }
  return files;
}

std::variant<dedalus::Program, Refusal> join_program(const std::vector<TaskFile>& task,
                                                     const Submission& submission) {
  std::map<std::string, std::string> texts;
  std::vector<std::string> names;
  const auto add = [&](const std::string& name, std::string text) {
    names.push_back(name);
    texts.emplace(name, std::move(text));
  };
  for (const TaskFile& file : task) add(file.name, file.text);
  for (TaskFile& file : flattened(submission.reading)) {
    add(texts.contains(file.name) ? "submission/" + file.name : file.name,
        std::move(file.text));
  }
  dedalus::Diagnosis diagnosis = dedalus::diagnose_program(
      names,
      [&](const std::string& path) -> Result<std::string> { return texts.at(path); });
  if (diagnosis.program) return std::move(*diagnosis.program);
  const dedalus::Problem* chosen = nullptr;
  for (const dedalus::Problem& problem : diagnosis.problems) {
    if (problem.severity != dedalus::Severity::kError) continue;
    const bool in_submission = problem.file >= task.size();
    if (chosen == nullptr || (in_submission && chosen->file < task.size())) {
      chosen = &problem;
    }
  }
  CHECK(chosen != nullptr);
  Error error = chosen->error();
  if (chosen->file < task.size()) {
    error.message = "does not fit the task: " + error.message;
  }
  return Refusal{Outcome::kDoesNotParse, std::move(error)};
}

}  // namespace cutset::course
