#include "injector/yaml_reading.h"

#include <algorithm>
#include <charconv>
#include <cstdlib>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "injector/duration.h"

namespace cutset::injector {

namespace {

constexpr size_t kLongestMessage =
    1000;  // messages quote what was found, whatever its length
constexpr size_t kMostProblems = 1000;  // nobody reads more, and a file can have many

// What YAML 1.1 reads as a truth value and YAML 1.2 as text: nobody can be sure, so
// nobody may write it where a value's type matters.
bool is_ambiguous_word(std::string_view text) {
  static const std::set<std::string, std::less<>> words = {
      "y",  "n",   "yes", "no", "on", "off", "Yes", "No",
      "On", "Off", "YES", "NO", "ON", "OFF", "Y",   "N"};
  return words.contains(text);
}

bool is_json_number(const std::string& text) {
  if (text.empty() || (text[0] != '-' && (text[0] < '0' || text[0] > '9'))) return false;
  return nlohmann::json::accept(text);
}

const std::vector<YamlNode>& no_nodes() {
  static const std::vector<YamlNode> none;
  return none;
}
const std::vector<YamlEntry>& no_entries() {
  static const std::vector<YamlEntry> none;
  return none;
}

}  // namespace

void YamlReading::problem_at(int line, int column, std::string message) {
  if (problems_.size() >= kMostProblems) return;
  if (message.size() > kLongestMessage) {
    message.resize(kLongestMessage);
    message += "...";
  }
  problems_.push_back(Error::bad_input(std::move(message), file_, line, column));
}

std::vector<Error> YamlReading::problems() const {
  std::vector<Error> sorted = problems_;
  std::stable_sort(sorted.begin(), sorted.end(), [](const Error& a, const Error& b) {
    return std::pair(a.line, a.column) < std::pair(b.line, b.column);
  });
  return sorted;
}

std::optional<TemplateText> YamlReading::template_text(const YamlNode& node,
                                                       std::string_view what) {
  if (!node.is_scalar()) {
    problem(node, fmt::format("{}: expected text, found {}", what, node.described()));
    return std::nullopt;
  }
  if (mode_ == Variables::kNone) return TemplateText::literal(node.text);
  Result<TemplateText> parsed = TemplateText::parse(node.text, variables_);
  if (!parsed) {
    problem(node, fmt::format("{}: {}", what, parsed.error().message));
    return std::nullopt;
  }
  return std::move(*parsed);
}

std::optional<std::string> YamlReading::raw(const YamlNode& node, std::string_view what,
                                            std::string_view expected,
                                            bool* from_variable) {
  if (!node.is_scalar()) {
    problem(node,
            fmt::format("{}: expected {}, found {}", what, expected, node.described()));
    return std::nullopt;
  }
  const std::optional<TemplateText> parsed = template_text(node, what);
  if (!parsed) return std::nullopt;
  if (parsed->has_placeholders()) {
    problem(node,
            fmt::format("{}: the placeholder \"${{{}}}\" is known only when the system "
                        "runs; it is allowed in command and environment",
                        what, parsed->placeholders().front()));
    return std::nullopt;
  }
  *from_variable =
      mode_ == Variables::kReplaced && node.text.find("${") != std::string::npos;
  return parsed->text();
}

std::optional<std::string> YamlReading::text(const YamlNode& node,
                                             std::string_view what) {
  bool from_variable = false;
  return raw(node, what, "text", &from_variable);
}

std::optional<int64_t> YamlReading::integer(const YamlNode& node, std::string_view what,
                                            int64_t low, int64_t high) {
  bool from_variable = false;
  const std::string expected = fmt::format("a whole number from {} to {}", low, high);
  const std::optional<std::string> found = raw(node, what, expected, &from_variable);
  if (!found) return std::nullopt;
  int64_t value = 0;
  const char* last = found->data() + found->size();
  const auto [end, error] = std::from_chars(found->data(), last, value);
  const bool is_number = error == std::errc() && end == last;
  if (is_number && node.quoted && !from_variable) {
    problem(node,
            fmt::format("{}: expected {}, found \"{}\" in quotes, which is text; remove "
                        "the quotes",
                        what, expected, *found));
    return std::nullopt;
  }
  if (!is_number || value < low || value > high) {
    problem(node, fmt::format("{}: expected {}, found \"{}\"", what, expected, *found));
    return std::nullopt;
  }
  return value;
}

std::optional<double> YamlReading::number(const YamlNode& node, std::string_view what) {
  bool from_variable = false;
  const std::optional<std::string> found = raw(node, what, "a number", &from_variable);
  if (!found) return std::nullopt;
  if ((node.quoted && !from_variable) || !is_json_number(*found)) {
    problem(node, fmt::format("{}: expected a number, found {}", what, node.described()));
    return std::nullopt;
  }
  return std::strtod(found->c_str(), nullptr);
}

std::optional<bool> YamlReading::boolean(const YamlNode& node, std::string_view what) {
  bool from_variable = false;
  const std::optional<std::string> found =
      raw(node, what, "true or false", &from_variable);
  if (!found) return std::nullopt;
  if (node.quoted && !from_variable) {
    problem(node, fmt::format("{}: expected true or false without quotes, found {}", what,
                              node.described()));
    return std::nullopt;
  }
  if (*found == "true") return true;
  if (*found == "false") return false;
  problem(node, fmt::format("{}: expected true or false, found \"{}\"", what, *found));
  return std::nullopt;
}

std::optional<std::chrono::milliseconds> YamlReading::duration(const YamlNode& node,
                                                               std::string_view what) {
  bool from_variable = false;
  const std::optional<std::string> found =
      raw(node, what, "a duration (\"500ms\", \"3s\", \"2m\")", &from_variable);
  if (!found) return std::nullopt;
  const Result<std::chrono::milliseconds> parsed = parse_duration(*found);
  if (!parsed) {
    problem(node, fmt::format("{}: {}", what, parsed.error().message));
    return std::nullopt;
  }
  return *parsed;
}

std::optional<Pattern> YamlReading::pattern(const YamlNode& node, std::string_view what) {
  const std::optional<std::string> found = text(node, what);
  if (!found) return std::nullopt;
  Result<Pattern> parsed = Pattern::parse(*found);
  if (parsed) return std::move(*parsed);
  problem(node, fmt::format("{}: {}", what, parsed.error().message));
  return std::nullopt;
}

std::optional<JsonPath> YamlReading::json_path(const YamlNode& node,
                                               std::string_view what) {
  const std::optional<std::string> found = text(node, what);
  if (!found) return std::nullopt;
  Result<JsonPath> parsed = JsonPath::parse(*found);
  if (parsed) return std::move(*parsed);
  problem(node, fmt::format("{}: {}", what, parsed.error().message));
  return std::nullopt;
}

bool YamlReading::append_json_scalar(const YamlNode& node, std::string_view what,
                                     std::string& out) {
  bool from_variable = false;
  const std::optional<std::string> found = raw(node, what, "a value", &from_variable);
  if (!found) return false;
  const bool plain = !node.quoted;
  if (plain && is_ambiguous_word(*found)) {
    problem(node,
            fmt::format("{}: \"{}\" is a truth value for some YAML readers and text for "
                        "others; write true, false or \"{}\" in quotes",
                        what, *found, *found));
    return false;
  }
  if (plain && (*found == "true" || *found == "false" || is_json_number(*found))) {
    out += *found;
    return true;
  }
  // Bytes that are not UTF-8 become the replacement character instead of an exception.
  out += nlohmann::json(*found).dump(-1, ' ', false,
                                     nlohmann::json::error_handler_t::replace);
  return true;
}

bool YamlReading::append_json(const YamlNode& node, std::string_view what,
                              std::string& out) {
  switch (node.kind) {
    case YamlNode::Kind::kNull:
      out += "null";
      return true;
    case YamlNode::Kind::kScalar:
      return append_json_scalar(node, what, out);
    case YamlNode::Kind::kList: {
      out += '[';
      for (const YamlNode& item : node.items) {
        if (&item != &node.items.front()) out += ',';
        if (!append_json(item, what, out)) return false;
      }
      out += ']';
      return true;
    }
    case YamlNode::Kind::kMap:
      break;
  }
  out += '{';
  for (const YamlEntry& entry : node.entries) {
    if (&entry != &node.entries.front()) out += ',';
    out += nlohmann::json(entry.key).dump(-1, ' ', false,
                                          nlohmann::json::error_handler_t::replace) +
           ':';
    if (!append_json(entry.value, what, out)) return false;
  }
  out += '}';
  return true;
}

std::optional<std::string> YamlReading::json_text(const YamlNode& node,
                                                  std::string_view what) {
  std::string out;
  if (!append_json(node, what, out)) return std::nullopt;
  return out;
}

const std::vector<YamlNode>& YamlReading::list(const YamlNode& node,
                                               std::string_view what) {
  if (node.is_list()) return node.items;
  problem(node, fmt::format("{}: expected a list, found {}", what, node.described()));
  return no_nodes();
}

const std::vector<YamlEntry>& YamlReading::map(const YamlNode& node,
                                               std::string_view what) {
  if (node.is_map()) return node.entries;
  problem(node, fmt::format("{}: expected a map, found {}", what, node.described()));
  return no_entries();
}

std::vector<std::string> YamlReading::texts(const YamlNode& node, std::string_view what) {
  std::vector<std::string> result;
  for (const YamlNode& item : list(node, what)) {
    if (auto found = text(item, what)) result.push_back(std::move(*found));
  }
  return result;
}

}  // namespace cutset::injector
