#include "injector/fdsl/format.h"

#include <algorithm>

#include "injector/fdsl/portable.h"
#include "injector/fdsl/read.h"
#include "injector/fdsl/write.h"
#include "injector/finding_file.h"
#include "injector/yaml_tree.h"

namespace cutset::injector::fdsl {

namespace {

/// A file in which this many '#' turn out to be text is taken to have comments.
constexpr int kMostTries = 64;

bool same(const YamlNode& a, const YamlNode& b) {
  const auto same_entry = [](const YamlEntry& x, const YamlEntry& y) {
    return x.key == y.key && same(x.value, y.value);
  };
  return a.kind == b.kind && a.text == b.text && a.items.size() == b.items.size() &&
         std::equal(a.items.begin(), a.items.end(), b.items.begin(), same) &&
         std::equal(a.entries.begin(), a.entries.end(), b.entries.begin(),
                    b.entries.end(), same_entry);
}

/// A '#' begins a comment if taking away the rest of its line changes nothing. Asking the
/// YAML reader this way needs no second opinion on quotes and blocks.
int first_comment(std::string_view text, const std::string& file) {
  std::vector<Error> repeated;
  const Result<YamlNode> whole = parse_yaml(text, file, &repeated);
  if (!whole) return 0;
  int line = 1;
  int tries = 0;
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') ++line;
    const bool may_begin =
        text[i] == '#' && (i == 0 || text[i - 1] == ' ' || text[i - 1] == '\t' ||
                           text[i - 1] == '\n' || text[i - 1] == '\r');
    if (!may_begin) continue;
    if (++tries > kMostTries) return line;
    const size_t end = std::min(text.find('\n', i), text.size());
    std::string without(text);
    without.erase(i, end - i);
    const Result<YamlNode> rest = parse_yaml(without, file, &repeated);
    if (rest && same(*whole, *rest)) return line;
  }
  return 0;
}

}  // namespace

Formatted format_schedule(std::string_view text, const std::string& file, Output output) {
  Formatted formatted;
  std::vector<Error> repeated;
  const Result<YamlNode> root = parse_yaml(text, file, &repeated);
  if (root && root->find("events") == nullptr && root->find("churn") == nullptr) {
    formatted.problems.push_back(
        Error::bad_input("not a schedule or finding: the key \"events\" is missing; "
                         "cutset fmt knows those "
                         "and protocol models (.ded)",
                         file, root->line, root->column));
    return formatted;
  }
  const bool is_finding = root && root->find("cutset_finding") != nullptr;
  ScheduleReading reading = read_schedule(text, file);
  Result<Finding> finding = parse_finding(text, file);
  formatted.problems = std::move(reading.problems);
  formatted.warnings = std::move(reading.warnings);
  if (formatted.problems.empty() && is_finding && !finding) {
    formatted.problems.push_back(finding.error());
  }
  if (!formatted.problems.empty()) return formatted;
  formatted.comment_line = first_comment(text, file);
  if (output == Output::kNative) {
    formatted.text =
        is_finding ? write_finding(*finding) : write_schedule(reading.schedule);
    return formatted;
  }
  Portable portable = make_portable(reading.schedule, file);
  formatted.problems = std::move(portable.problems);
  if (formatted.problems.empty()) formatted.text = write_schedule(portable.schedule);
  return formatted;
}

}  // namespace cutset::injector::fdsl
