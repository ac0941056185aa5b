#include "course/task_reader.h"

#include <algorithm>
#include <filesystem>

#include "course/joining.h"
#include <fmt/format.h>

#include "base/text.h"
#include "dedalus/language/load.h"

namespace cutset::course {

using injector::YamlNode;
using injector::YamlSection;

namespace {

constexpr std::string_view kVersion = "cutset-task/1";
constexpr std::string_view kRowMark = "// cutset: ";

}  // namespace

void TaskReader::read(const YamlNode& root) {
  YamlSection section(reading_, root, "");
  if (const YamlNode* node = section.require("version")) read_version(*node);
  if (const YamlNode* node = section.require("title")) {
    task_.title = reading_.text(*node, "title").value_or("");
  }
  if (const YamlNode* node = section.require("files")) {
    task_.files = read_files(*node, "files");
  }
  if (const YamlNode* node = section.take("given")) {
    task_.given = read_names(*node, "given");
  }
  if (const YamlNode* node = section.take("reserved")) {
    task_.reserved = read_names(*node, "reserved");
  }
  if (const YamlNode* node = section.take("local")) {
    task_.local = reading_.boolean(*node, "local").value_or(true);
  }
  if (const YamlNode* node = section.take("solution")) {
    task_.solution = beside(reading_.text(*node, "solution").value_or(""));
  }
  if (const YamlNode* node = section.require("checks")) read_checks(*node);
  if (const YamlNode* node = section.take("limits")) read_limits(*node);
  section.finish();
  if (reading_.problems().empty()) read_sources(root);
}

void TaskReader::read_version(const YamlNode& node) {
  const auto version = reading_.text(node, "version");
  if (version && *version != kVersion) {
    reading_.problem(node, fmt::format("version: expected {}, found \"{}\"", kVersion,
                                       one_line(*version)));
  }
}

std::string TaskReader::beside(const std::string& file) const {
  return (std::filesystem::path(task_.path).parent_path() / file).string();
}

std::vector<std::string> TaskReader::read_files(const YamlNode& node,
                                                const std::string& what) {
  std::vector<std::string> files;
  for (const std::string& file : reading_.texts(node, what)) {
    files.push_back(beside(file));
  }
  if (files.empty() && node.is_list()) {
    reading_.problem(node, what + ": expected at least one .ded file");
  }
  return files;
}

std::set<std::string> TaskReader::read_names(const YamlNode& node,
                                             const std::string& what) {
  const std::vector<std::string> names = reading_.texts(node, what);
  for (const std::string& name : names) {
    const bool good = !name.empty() && std::all_of(name.begin(), name.end(), [](char c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_';
    });
    if (!good) {
      reading_.problem(
          node, fmt::format("{}: \"{}\" is no name of a relation", what, one_line(name)));
    }
  }
  return {names.begin(), names.end()};
}

void TaskReader::read_checks(const YamlNode& node) {
  const std::vector<YamlNode>& items = reading_.list(node, "checks");
  if (items.size() > kMostChecks) {
    return reading_.problem(
        node, fmt::format("checks: {} of them; at most {}", items.size(), kMostChecks));
  }
  if (items.empty() && node.is_list()) {
    reading_.problem(node, "checks: expected at least one");
  }
  for (size_t i = 0; i < items.size(); ++i) {
    task_.checks.push_back(read_check(items[i], fmt::format("checks[{}]", i + 1)));
    const TaskCheck& last = task_.checks.back();
    const bool twice =
        std::any_of(task_.checks.begin(), task_.checks.end() - 1,
                    [&](const TaskCheck& check) { return check.name == last.name; });
    if (twice && !last.name.empty()) {
      reading_.problem(
          items[i], fmt::format("checks: two have the name \"{}\"", one_line(last.name)));
    }
  }
  read_parameters();
}

TaskCheck TaskReader::read_check(const YamlNode& node, const std::string& what) {
  TaskCheck check;
  YamlSection section(reading_, node, what);
  if (const YamlNode* name = section.require("name")) {
    check.name = reading_.text(*name, what + ".name").value_or("");
    if (check.name.empty() && name->is_scalar()) {
      reading_.problem(*name, what + ".name: expected a name");
    }
  }
  if (const YamlNode* row = section.require("parameters")) {
    const auto text = reading_.text(*row, what + ".parameters");
    if (text && text->find('\n') != std::string::npos) {
      reading_.problem(*row, what + ".parameters: expected one line");
    }
    if (text) rows_.push_back({row, one_line(*text)});
  }
  if (const YamlNode* points = section.require("points")) {
    check.points =
        reading_.integer(*points, what + ".points", 0, kMostPoints).value_or(0);
  }
  if (const YamlNode* hidden = section.take("hidden")) {
    check.hidden = reading_.boolean(*hidden, what + ".hidden").value_or(false);
  }
  if (const YamlNode* files = section.take("files")) {
    check.files = read_files(*files, what + ".files");
  }
  section.finish();
  return check;
}

void TaskReader::read_parameters() {
  if (rows_.size() != task_.checks.size() || !reading_.problems().empty()) return;
  std::string text;
  for (const Row& row : rows_) text += std::string(kRowMark) + row.text + "\n";
  const auto parsed = dedalus::parse_parameters(text, task_.path);
  if (!parsed) {
    const YamlNode& node = *rows_.at(static_cast<size_t>(parsed.error().line) - 1).node;
    const int mark = static_cast<int>(kRowMark.size());
    const int within = std::max(0, parsed.error().column - 1 - mark);
    return reading_.problem_at(node.line, node.column + within + (node.quoted ? 1 : 0),
                               "parameters: " + parsed.error().message);
  }
  for (size_t i = 0; i < parsed->size(); ++i) {
    TaskCheck& check = task_.checks[i];
    check.parameters = (*parsed)[i];
    check.parameters.line = 0;
    check.expect = check.parameters.expect.value_or(dedalus::Expectation::kHolds);
    check.parameters.expect.reset();
  }
}

void TaskReader::read_limits(const YamlNode& node) {
  YamlSection section(reading_, node, "limits");
  const auto read = [&](const std::string& key, int64_t most, int64_t& into) {
    if (const YamlNode* value = section.take(key)) {
      into = reading_.integer(*value, "limits." + key, 1, most).value_or(into);
    }
  };
  read("seconds", 86'400, task_.limits.seconds);
  read("tuples", 100'000'000, task_.limits.tuples);
  read("megabytes", 65'536, task_.limits.megabytes);
  read("kilobytes", 65'536, task_.limits.kilobytes);
  section.finish();
}

/// Reads the files of the task and what they derive.
void TaskReader::read_sources(const YamlNode& root) {
  const YamlNode& place = *root.find("files");
  for (const TaskCheck& check : task_.checks) {
    const std::vector<std::string>& files =
        check.files.empty() ? task_.files : check.files;
    dedalus::Problems problems;
    const dedalus::Reading reading = dedalus::read_program(
        files,
        [](const std::string& path) { return read_file(path, dedalus::kMaxFileBytes); },
        problems);
    for (const dedalus::Problem& problem : problems.take_sorted()) {
      Error error = problem.error();
      if (error.file.empty()) {
        error = Error::bad_input(error.message, task_.path, place.line, place.column);
      }
      const bool known =
          std::any_of(reading_.problems().begin(), reading_.problems().end(),
                      [&](const Error& other) { return other.text() == error.text(); });
      if (!known) reading_.problem(std::move(error));
    }
    std::set<std::string> derived;
    for (const dedalus::PlacedClause& placed : reading.clauses) {
      if (const auto* fact = std::get_if<dedalus::syntax::Fact>(&placed.clause->what)) {
        derived.emplace(fact->head.name);
      } else if (const auto* rule =
                     std::get_if<dedalus::syntax::Rule>(&placed.clause->what)) {
        derived.emplace(rule->head.name);
      }
    }
    for (const char* needed : {"pre", "post"}) {
      if (derived.contains(needed) || !reading_.problems().empty()) continue;
      reading_.problem(place,
                       fmt::format("the files of check \"{}\" have no relation `{}`: the "
                                   "promise is `pre` implies `post` at the end of time",
                                   one_line(check.name), needed));
    }
    task_.derived.insert(derived.begin(), derived.end());
    task_.sources.push_back(flattened(reading));
  }
  for (const std::string& name : task_.given) {
    if (name == "crash" || task_.derived.contains(name)) continue;
    if (!reading_.problems().empty()) break;
    reading_.problem(
        *root.find("given"),
        fmt::format("given: no file of the task derives {} or states facts of it{}", name,
                    suggestion(name, {task_.derived.begin(), task_.derived.end()})));
  }
}

}  // namespace cutset::course
