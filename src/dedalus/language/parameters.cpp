#include "dedalus/language/parameters.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

#include "base/file.h"
#include "base/text.h"

namespace cutset::dedalus {

namespace {

constexpr std::string_view kMark = "cutset:";
constexpr std::array<std::pair<std::string_view, Expectation>, 3> kExpectations = {{
    {"holds", Expectation::kHolds},
    {"violated", Expectation::kViolated},
    {"vacuous", Expectation::kVacuous},
}};
const std::vector<std::string> kKeys = {"eot",   "eff",         "crashes",
                                        "nodes", "crash-model", "expect"};

std::string quoted(std::string_view text) {
  return "\"" + one_line(text) + "\"";
}

Result<int64_t> number_of(std::string_view key, std::string_view text, int64_t low,
                          int64_t high) {
  int64_t number = 0;
  const char* end = text.data() + text.size();
  const auto [stop, failure] = std::from_chars(text.data(), end, number);
  if (failure != std::errc() || stop != end || number < low || number > high) {
    return Error::bad_input(std::string(key) + " is a number from " +
                            std::to_string(low) + " to " + std::to_string(high) +
                            ", found " + quoted(text));
  }
  return number;
}

/// One row being read: the words behind "cutset:".
class RowReader {
 public:
  explicit RowReader(const Parameters* before) : before_(before) {}

  Status word(std::string_view word) {
    const size_t equal = word.find('=');
    const std::string key(word.substr(0, equal));
    if (std::find(kKeys.begin(), kKeys.end(), key) == kKeys.end()) {
      return Error::bad_input(quoted(key) + " is no parameter" + suggestion(key, kKeys) +
                              " (one of " + join(kKeys, ", ") + ")");
    }
    if (equal == std::string_view::npos || equal + 1 == word.size()) {
      return Error::bad_input(key + " has no value; write " + key + "=VALUE");
    }
    if (std::find(seen_.begin(), seen_.end(), key) != seen_.end()) {
      return Error::bad_input(key + " stands twice in one row");
    }
    seen_.push_back(key);
    return value(key, word.substr(equal + 1));
  }

  Result<Parameters> finish(int line) {
    row_.line = line;
    if (!has("nodes") && before_ != nullptr) row_.nodes = before_->nodes;
    if (!has("crash-model") && before_ != nullptr) {
      row_.crash_model = before_->crash_model;
    }
    if (!has("eot")) return Error::bad_input("the row has no eot=N (times 1 to N)");
    if (row_.nodes.empty()) return Error::bad_input("the row has no nodes=a,b,...");
    CUTSET_TRY(check_parameters(row_));
    return row_;
  }

 private:
  bool has(std::string_view key) const {
    return std::find(seen_.begin(), seen_.end(), key) != seen_.end();
  }

  Status value(const std::string& key, std::string_view text) {
    if (key == "eot") return number(key, text, 1, kMaxEot, row_.eot);
    if (key == "eff") return number(key, text, 0, kMaxEot, row_.eff);
    if (key == "crashes") {
      return number(key, text, 0, static_cast<int64_t>(kMaxNodes), row_.crashes);
    }
    if (key == "nodes") {
      CUTSET_ASSIGN(row_.nodes, parse_nodes(text));
      return {};
    }
    if (key == "crash-model") {
      const auto model = crash_model_of(text);
      if (!model) {
        return Error::bad_input("crash-model is send or stop, found " + quoted(text));
      }
      row_.crash_model = *model;
      return {};
    }
    for (const auto& [name, expectation] : kExpectations) {
      if (text == name) row_.expect = expectation;
    }
    if (!row_.expect) {
      return Error::bad_input("expect is holds, violated or vacuous, found " +
                              quoted(text));
    }
    return {};
  }

  static Status number(const std::string& key, std::string_view text, int64_t low,
                       int64_t high, int64_t& into) {
    CUTSET_ASSIGN(into, number_of(key, text, low, high));
    return {};
  }

  const Parameters* before_;
  Parameters row_;
  std::vector<std::string> seen_;
};

bool blank(char character) {
  return character == ' ' || character == '\t' || character == '\r';
}

/// Where the words of a row begin in `line`, or npos: the line is no row.
size_t words_of_row(std::string_view line) {
  size_t at = 0;
  const auto skip = [&] {
    while (at < line.size() && blank(line[at])) ++at;
  };
  skip();
  if (line.substr(at, 2) != "//") return std::string_view::npos;
  at += 2;
  skip();
  if (line.substr(at, kMark.size()) != kMark) return std::string_view::npos;
  return at + kMark.size();
}

Result<Parameters> parse_row(std::string_view line, size_t at, int number,
                             const Parameters* before, const std::string& file) {
  RowReader reader(before);
  const size_t first = at;
  while (at < line.size()) {
    if (blank(line[at])) {
      ++at;
      continue;
    }
    const size_t start = at;
    while (at < line.size() && !blank(line[at])) ++at;
    if (const Status status = reader.word(line.substr(start, at - start)); !status.ok()) {
      return Error::bad_input(status.error().message, file, number,
                              static_cast<int>(start) + 1);
    }
  }
  Result<Parameters> row = reader.finish(number);
  if (!row.ok()) {
    return Error::bad_input(row.error().message, file, number,
                            static_cast<int>(first - kMark.size()) + 1);
  }
  return row;
}

/// Whether a block comment that is open (or not) at the start of `line` is open at its
/// end. Strings and line comments hide what stands in them.
bool in_block_after(std::string_view line, bool in_block) {
  bool in_string = false;
  for (size_t at = 0; at < line.size(); ++at) {
    const std::string_view two = line.substr(at, 2);
    if (in_block) {
      if (two != "*/") continue;
      in_block = false;
      ++at;
    } else if (line[at] == '"') {
      in_string = !in_string;
    } else if (!in_string && two == "//") {
      break;
    } else if (!in_string && two == "/*") {
      in_block = true;
      ++at;
    }
  }
  return in_block;
}

}  // namespace

std::string_view crash_model_name(CrashModel model) {
  return model == CrashModel::kSend ? "send" : "stop";
}

std::optional<CrashModel> crash_model_of(std::string_view name) {
  if (name == "send") return CrashModel::kSend;
  if (name == "stop") return CrashModel::kStop;
  return std::nullopt;
}

std::string_view expectation_name(Expectation expectation) {
  for (const auto& [name, value] : kExpectations) {
    if (value == expectation) return name;
  }
  CHECK(false);
}

std::string to_text(const Parameters& parameters) {
  std::string text = "eot=" + std::to_string(parameters.eot) +
                     " eff=" + std::to_string(parameters.eff) +
                     " crashes=" + std::to_string(parameters.crashes) +
                     " nodes=" + join(parameters.nodes, ",");
  if (parameters.crash_model != CrashModel::kSend) {
    text += " crash-model=" + std::string(crash_model_name(parameters.crash_model));
  }
  if (parameters.expect) {
    text += " expect=" + std::string(expectation_name(*parameters.expect));
  }
  return text;
}

Result<std::vector<std::string>> parse_nodes(std::string_view text) {
  std::vector<std::string> nodes = split(text, ",");
  if (nodes.size() > kMaxNodes) {
    return Error::bad_input("nodes: " + std::to_string(nodes.size()) +
                            " names; at most " + std::to_string(kMaxNodes));
  }
  for (const std::string& node : nodes) {
    const bool good = std::all_of(node.begin(), node.end(), [](unsigned char byte) {
      return (byte >= 'a' && byte <= 'z') || (byte >= 'A' && byte <= 'Z') ||
             (byte >= '0' && byte <= '9') || byte == '_' || byte == '.' || byte == '-';
    });
    if (node.empty() || !good) {
      return Error::bad_input(
          "nodes are names of letters, digits, _ . and -, with commas"
          " and no blanks between them: a,b,c; found " +
          quoted(node));
    }
  }
  std::vector<std::string> sorted = nodes;
  std::sort(sorted.begin(), sorted.end());
  const auto twice = std::adjacent_find(sorted.begin(), sorted.end());
  if (twice != sorted.end()) {
    return Error::bad_input("node " + quoted(*twice) + " stands twice in nodes");
  }
  return nodes;
}

Status check_parameters(const Parameters& parameters) {
  const auto wrong = [](std::string message) {
    return Error::bad_input(std::move(message));
  };
  if (parameters.eot < 1 || parameters.eot > kMaxEot) {
    return wrong("eot is a number from 1 to " + std::to_string(kMaxEot) + ", found " +
                 std::to_string(parameters.eot));
  }
  if (parameters.eff < 0 || parameters.eff > parameters.eot) {
    return wrong("eff=" + std::to_string(parameters.eff) +
                 " is not from 0 to eot=" + std::to_string(parameters.eot));
  }
  if (parameters.nodes.empty() || parameters.nodes.size() > kMaxNodes) {
    return wrong("there are 1 to " + std::to_string(kMaxNodes) + " nodes, found " +
                 std::to_string(parameters.nodes.size()));
  }
  if (parameters.crashes < 0 ||
      parameters.crashes > static_cast<int64_t>(parameters.nodes.size())) {
    return wrong("crashes=" + std::to_string(parameters.crashes) + ", but there are " +
                 std::to_string(parameters.nodes.size()) + " nodes that can crash");
  }
  return {};
}

Result<std::vector<Parameters>> parse_parameters(std::string_view text,
                                                 const std::string& file) {
  std::vector<Parameters> rows;
  bool in_block = false;
  int number = 0;
  for (size_t start = 0; start <= text.size();) {
    ++number;
    size_t end = text.find('\n', start);
    if (end == std::string_view::npos) end = text.size();
    const std::string_view line = text.substr(start, end - start);
    start = end + 1;
    const size_t at = in_block ? std::string_view::npos : words_of_row(line);
    in_block = in_block_after(line, in_block);
    if (at == std::string_view::npos) continue;
    if (rows.size() == kMaxParameterRows) {
      return Error::bad_input("more than " + std::to_string(kMaxParameterRows) +
                                  " rows of parameters; check the rest in another file",
                              file, number, 1);
    }
    Result<Parameters> row =
        parse_row(line, at, number, rows.empty() ? nullptr : &rows.back(), file);
    if (!row.ok()) return row.error();
    rows.push_back(std::move(*row));
  }
  return rows;
}

Result<std::vector<Parameters>> read_parameters(const std::string& path) {
  CUTSET_ASSIGN(const std::string text, read_file(path));
  return parse_parameters(text, path);
}

}  // namespace cutset::dedalus
