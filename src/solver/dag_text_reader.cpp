// cutset-dag/1 as text, a line a node; written for speed: a graph of a million nodes is
// read while others only find its words.
#include <fmt/format.h>

#include "solver/graph_assembly.h"
#include "solver/graph_formats.h"
#include "solver/graph_header.h"

namespace cutset::solver {

namespace {

constexpr size_t kLongestNumber = 20;
constexpr size_t kLongestWord = 4096;

class TextReader {
 public:
  explicit TextReader(ByteReader& input) : input_(input) {}

  Result<FaultGraph> read() {
    CUTSET_TRY(comments());
    CUTSET_TRY(problem_line());
    CUTSET_TRY(comments());
    while (input_.peek() == 'f' && !input_.at_end()) {
      CUTSET_TRY(fault_line());
      CUTSET_TRY(comments());
    }
    if (graph_.faults().size() != faults_) {
      return input_.error(fmt::format("found {} faults, expected {} (the p line)",
                                      graph_.faults().size(), faults_));
    }
    graph_.begin_gates();
    while (input_.peek() == 'g' && !input_.at_end()) {
      CUTSET_TRY(gate_line());
      CUTSET_TRY(comments());
    }
    return finish();
  }

 private:
  Result<FaultGraph> finish() {
    const uint64_t gates = graph_.next_id() - faults_;
    if (!input_.at_end()) {
      return input_.error(
          gates < gates_
              ? fmt::format("expected a gate: g {} a|o CHILD...", graph_.next_id())
              : "expected the end: all gates of the p line were read");
    }
    if (gates != gates_) {
      return input_.error(
          fmt::format("found {} gates, expected {} (the p line)", gates, gates_));
    }
    if (!graph_.resolve(root_)) {
      return input_.error(
          fmt::format("root {} (the p line): {}", root_, graph_.expected_child()));
    }
    return graph_.finish(root_);
  }

  void spaces() {
    while (true) {
      input_.ensure(kLongestNumber + 2);
      const char byte = input_.peek();
      if (byte != ' ' && byte != '\t' && byte != '\r') return;
      input_.skip();
    }
  }

  bool at_line_end() {
    spaces();
    return input_.peek() == '\n' || input_.at_end();
  }

  Status line_end(const char* line) {
    if (!at_line_end()) {
      return input_.error(fmt::format("expected the end of the line: {}", line));
    }
    if (!input_.at_end()) input_.skip_newline();
    return {};
  }

  /// Comment and empty lines; a comment that is a JSON object is the header.
  Status comments() {
    while (true) {
      spaces();
      if (input_.at_end()) return {};
      if (input_.peek() == '\n') {
        input_.skip_newline();
        continue;
      }
      if (input_.peek() != 'c') return {};
      input_.skip();
      spaces();
      if (input_.peek() == '{') CUTSET_TRY(header());
      while (!input_.at_end() && input_.peek() != '\n') input_.skip();
    }
  }

  Status header() {
    JsonCursor json(input_);
    input_.skip();
    if (json.take('}')) return {};
    do {
      CUTSET_ASSIGN(const std::string key, json.string("a key of the header"));
      CUTSET_TRY(json.expect(':', "':'"));
      CUTSET_TRY(read_header_member(key, json, graph_.graph()));
    } while (json.take(','));
    return json.expect('}', "',' or '}' (the header)");
  }

  /// Requires: ensure() was called for a number (spaces() does).
  Result<int64_t> number(const char* what) {
    spaces();
    const char* at = input_.position();
    const bool negative = *at == '-';
    if (negative) ++at;
    int64_t value = 0;
    int digits = 0;
    for (; *at >= '0' && *at <= '9' && digits <= 18; ++at, ++digits)
      value = value * 10 + (*at - '0');
    const bool ended =
        *at == ' ' || *at == '\n' || *at == '\0' || *at == '\r' || *at == '\t';
    if (digits == 0 || digits > 18 || !ended) {
      return input_.error(
          fmt::format("expected {}: a whole number of at most 18 digits, "
                      "ended by a space or the line's end",
                      what));
    }
    input_.skip_to(at);
    return negative ? -value : value;
  }

  Result<int64_t> number_within(const char* what, int64_t least, int64_t most) {
    spaces();
    const int column = input_.column();
    CUTSET_ASSIGN(const int64_t value, number(what));
    if (value < least || value > most) {
      return input_.error_at(column,
                             fmt::format("{}: expected {} to {}", what, least, most));
    }
    return value;
  }

  Status problem_line() {
    constexpr const char* kLine = "p dag FAULTS GATES ROOT";
    const auto word = [this](std::string_view text) {
      spaces();
      if (std::string_view(input_.position(), text.size()) != text) return false;
      input_.skip_to(input_.position() + text.size());
      return true;
    };
    spaces();
    if (input_.at_end() || !word("p") || !word("dag")) {
      return input_.error(fmt::format("expected {} (a graph in cutset-dag/1)", kLine));
    }
    constexpr int64_t kMost = kMostNodes;
    CUTSET_ASSIGN(faults_, number_within("the number of faults", 0, kMost));
    CUTSET_ASSIGN(gates_, number_within("the number of gates", 0, kMost - faults_));
    CUTSET_ASSIGN(root_, number("the root"));
    graph_.announce(faults_, gates_);
    return line_end(kLine);
  }

  /// A word with %XX for what cannot stand in one; "-" is empty.
  Result<std::string_view> word(const char* what) {
    spaces();
    input_.ensure(kLongestWord + 1);
    const char* begin = input_.position();
    const char* at = begin;
    bool escaped = false;
    while (static_cast<unsigned char>(*at) > ' ') escaped |= *at++ == '%';
    if (at == begin) return input_.error(fmt::format("expected {}", what));
    if (at - begin > static_cast<ptrdiff_t>(kLongestWord)) {
      return input_.error(fmt::format("{} of more than {} bytes", what, kLongestWord));
    }
    const std::string_view found(begin, static_cast<size_t>(at - begin));
    if (!escaped) {
      input_.skip_to(at);
      return found == "-" ? std::string_view() : found;
    }
    word_.clear();
    for (size_t i = 0; i < found.size(); ++i) {
      if (found[i] != '%') {
        word_.push_back(found[i]);
        continue;
      }
      const auto digit = [](char byte) {
        return byte >= '0' && byte <= '9'   ? byte - '0'
               : byte >= 'A' && byte <= 'F' ? byte - 'A' + 10
               : byte >= 'a' && byte <= 'f' ? byte - 'a' + 10
                                            : -1;
      };
      const int high = i + 2 < found.size() ? digit(found[i + 1]) : -1;
      const int low = i + 2 < found.size() ? digit(found[i + 2]) : -1;
      if (high < 0 || low < 0) {
        return input_.error(fmt::format("{}: expected two hex digits after '%'", what));
      }
      word_.push_back(static_cast<char>(high * 16 + low));
      i += 2;
    }
    input_.skip_to(at);
    return std::string_view(word_);
  }

  Status fault_line() {
    input_.skip();
    FaultTable& faults = graph_.faults();
    const int64_t next = faults.size();
    if (next >= static_cast<int64_t>(faults_)) {
      return input_.error(fmt::format("more than the {} faults of the p line", faults_));
    }
    spaces();
    const int column = input_.column();
    CUTSET_ASSIGN(const int64_t id, number("the fault's id"));
    if (id != next) {
      return input_.error_at(column, fmt::format("fault {}: expected id {}", id, next));
    }
    FaultTable::Description fault;
    CUTSET_ASSIGN(const std::string_view kind, word("the kind of fault"));
    if (kind != last_kind_ || faults.kinds().empty()) {
      if (!faults.has_room_for_kind(kind)) {
        return input_.error(
            fmt::format("more than {} kinds of fault", FaultTable::kMostKinds));
      }
      last_kind_ = std::string(kind);
      last_kind_number_ = faults.kind(kind);
    }
    fault.kind = last_kind_number_;
    CUTSET_ASSIGN(const int64_t weight,
                  number_within("the weight", INT32_MIN, INT32_MAX));
    fault.weight = static_cast<int32_t>(weight);
    CUTSET_ASSIGN(const std::string_view a, word("the fault's a"));
    fault.a = faults.name(a);
    CUTSET_ASSIGN(const std::string_view b, word("the fault's b"));
    fault.b = faults.name(b);
    CUTSET_ASSIGN(const int64_t t, number_within("the fault's t", INT32_MIN, INT32_MAX));
    fault.t = static_cast<int32_t>(t);
    faults.add(fault);
    return line_end("f ID KIND WEIGHT A B T");
  }

  Status gate_line() {
    input_.skip();
    const auto next = static_cast<int64_t>(graph_.next_id());
    if (next >= static_cast<int64_t>(faults_ + gates_)) {
      return input_.error(fmt::format("more than the {} gates of the p line", gates_));
    }
    spaces();
    const int column = input_.column();
    CUTSET_ASSIGN(const int64_t id, number("the gate's id"));
    if (id != next) {
      return input_.error_at(column, fmt::format("gate {}: expected id {}", id, next));
    }
    spaces();
    const char type = input_.peek();
    if (type != 'a' && type != 'o') return input_.error("expected a (and) or o (or)");
    input_.skip();
    children_.clear();
    while (!at_line_end()) {
      const int child_column = input_.column();
      CUTSET_ASSIGN(const int64_t child, number("a child"));
      const std::optional<Child> resolved = graph_.resolve(child);
      if (!resolved) {
        return input_.error_at(
            child_column, fmt::format("child {}: {}; children come before parents", child,
                                      graph_.expected_child()));
      }
      if (children_.size() >= kMostNodes) return input_.error("too many children");
      children_.push_back(*resolved);
    }
    graph_.add_gate(type == 'a', children_);
    return line_end("g ID a|o CHILD...");
  }

  ByteReader& input_;
  GraphAssembly graph_;
  uint64_t faults_ = 0;
  uint64_t gates_ = 0;
  int64_t root_ = 0;
  std::string last_kind_;
  FaultTable::Kind last_kind_number_ = 0;
  std::string word_;
  std::vector<Child> children_;
};

}  // namespace

Result<FaultGraph> read_dag_text(ByteReader& input) {
  return TextReader(input).read();
}

}  // namespace cutset::solver
