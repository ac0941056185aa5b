#include "course/task.h"

#include "course/joining.h"
#include "course/rules.h"
#include "course/task_reader.h"

#include "base/file.h"
#include "injector/yaml_tree.h"

namespace cutset::course {

namespace {

/// Why the solution of a task is none: it must be what every submission must be.
std::optional<Error> wrong_solution(const Task& task) {
  const auto named = [&](const Refusal& refusal) {
    Error error = refusal.error;
    error.message = "the solution of the task: " + error.message;
    if (error.file.empty()) error.file = task.solution;
    return error;
  };
  const OpenedSubmission opened = open_submission(task.solution, task.limits);
  if (const auto* refusal = std::get_if<Refusal>(&opened)) return named(*refusal);
  const Submission& solution = *std::get<std::unique_ptr<Submission>>(opened);
  if (const auto refusal = broken_rule(task, solution)) return named(*refusal);
  for (const std::vector<TaskFile>& files : task.sources) {
    const auto joined = join_program(files, solution);
    if (const auto* refusal = std::get_if<Refusal>(&joined)) return named(*refusal);
  }
  return std::nullopt;
}

}  // namespace

int64_t Task::points() const {
  int64_t sum = 0;
  for (const TaskCheck& check : checks) sum += check.points;
  return sum;
}

TaskReading read_task(const std::string& path) {
  TaskReading result;
  const Result<std::string> text = read_file(path, injector::kLargestFile);
  if (!text) {
    result.problems = {text.error()};
    return result;
  }
  const Result<injector::YamlNode> root = injector::parse_yaml(*text, path);
  if (!root) {
    result.problems = {root.error()};
    return result;
  }
  auto task = std::make_unique<Task>();
  task->path = path;
  injector::YamlReading reading(path, {}, injector::YamlReading::Variables::kNone);
  TaskReader(reading, *task).read(*root);
  result.problems = reading.problems();
  if (result.problems.empty() && !task->solution.empty()) {
    if (auto error = wrong_solution(*task)) result.problems = {std::move(*error)};
  }
  if (result.problems.empty()) result.task = std::move(task);
  return result;
}

bool is_task(const std::string& path) {
  const Result<std::string> text = read_file(path, injector::kLargestFile);
  if (!text) return false;
  const Result<injector::YamlNode> root = injector::parse_yaml(*text, path);
  if (!root) return false;
  const injector::YamlNode* version = root->find("version");
  return (version != nullptr && version->text.starts_with("cutset-task")) ||
         root->find("checks") != nullptr;
}

}  // namespace cutset::course
