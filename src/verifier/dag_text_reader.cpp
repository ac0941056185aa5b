// cutset-dag/1 as text: a line a node, children first.
#include <array>
#include <climits>

#include "verifier/graph_readers.h"
#include "verifier/input.h"
#include <fmt/format.h>

namespace cutset::verifier {

namespace {

class TextReader {
 public:
  TextReader(std::string_view input, const std::string& name)
      : input_(input), name_(name) {}

  Result<Graph> read() {
    while (at_ < input_.size()) {
      CUTSET_TRY(line());
    }
    if (!problem_seen_) return error(at_, "expected a line \"p dag FAULTS GATES ROOT\"");
    const int64_t gates = graph_.next_number() - graph_.faults();
    if (graph_.faults() != faults_ || gates != gates_) {
      return error(
          at_, fmt::format("{} faults and {} gates, but the line \"p\" says {} and {}",
                           graph_.faults(), gates, faults_, gates_));
    }
    const std::optional<Node> root = graph_.node(root_);
    if (!root) {
      return error(root_at_,
                   fmt::format("the root is {}, {}", root_, expected_node(graph_)));
    }
    return graph_.finish(*root);
  }

 private:
  Error error(size_t offset, std::string message) const {
    return error_at(input_, name_, offset, std::move(message));
  }

  char peek() const { return at_ < input_.size() ? input_[at_] : '\n'; }
  void spaces() {
    while (peek() == ' ' || peek() == '\t' || peek() == '\r') ++at_;
  }
  bool at_line_end() {
    spaces();
    return peek() == '\n';
  }

  Status line() {
    if (at_line_end()) {
      ++at_;
      return {};
    }
    const size_t start = at_;
    const char letter = input_[at_++];
    const char next = peek();
    const bool alone = next == ' ' || next == '\t' || next == '\r' || next == '\n';
    if (letter == 'c' && alone) return comment();
    if ((letter == 'f' || letter == 'g') && alone && !problem_seen_) {
      return error(start, "expected the line \"p dag FAULTS GATES ROOT\" first");
    }
    if (letter == 'g' && alone) return gate(start);
    if (letter == 'f' && alone) return fault(start);
    if (letter == 'p' && alone) return problem(start);
    return error(start, "expected a line c, p, f or g");
  }

  Status comment() {
    spaces();
    const size_t start = at_;
    at_ = std::min(input_.find('\n', at_), input_.size());
    if (start < at_ && input_[start] == '{') {
      if (const Status header = check_dag_header(input_.substr(start, at_ - start));
          !header.ok()) {
        return error(start, "in the header: " + header.error().message);
      }
    }
    ++at_;
    return {};
  }

  Status line_end() {
    if (!at_line_end()) return error(at_, "expected the end of the line");
    ++at_;
    return {};
  }

  Result<int64_t> number(const char* what, int64_t least, int64_t most) {
    spaces();
    const size_t start = at_;
    const bool negative = peek() == '-';
    if (negative) ++at_;
    constexpr int kMostDigits = 18;
    int digits = 0;
    int64_t value = 0;
    for (; at_ < input_.size() && input_[at_] >= '0' && input_[at_] <= '9' &&
           digits <= kMostDigits;
         ++at_, ++digits) {
      value = value * 10 + (input_[at_] - '0');
    }
    if (negative) value = -value;
    if (digits == 0 || digits > kMostDigits || value < least || value > most ||
        static_cast<unsigned char>(peek()) > ' ') {
      return error(start, fmt::format("expected {}: a whole number from {} to {}", what,
                                      least, most));
    }
    return value;
  }

  Result<std::string_view> word(const char* what, std::string& decoded) {
    spaces();
    const size_t start = at_;
    bool is_escaped = false;
    while (at_ < input_.size() && static_cast<unsigned char>(input_[at_]) > ' ') {
      is_escaped = is_escaped || input_[at_] == '%';
      ++at_;
    }
    const std::string_view found = input_.substr(start, at_ - start);
    constexpr size_t kLongest = 4096;
    if (found.empty() || found.size() > kLongest) {
      return error(start, fmt::format("expected {}: 1 to {} bytes", what, kLongest));
    }
    if (!is_escaped) return found == "-" ? std::string_view() : found;
    decoded.clear();
    for (size_t i = 0; i < found.size(); ++i) {
      if (found[i] != '%') {
        decoded += found[i];
        continue;
      }
      const int high = i + 2 < found.size() ? hex(found[i + 1]) : -1;
      const int low = i + 2 < found.size() ? hex(found[i + 2]) : -1;
      if (high < 0 || low < 0) {
        return error(start, fmt::format("{}: expected two hex digits after '%'", what));
      }
      decoded += static_cast<char>(16 * high + low);
      i += 2;
    }
    return std::string_view(decoded);
  }

  static int hex(char digit) {
    if (digit >= '0' && digit <= '9') return digit - '0';
    if (digit >= 'A' && digit <= 'F') return digit - 'A' + 10;
    if (digit >= 'a' && digit <= 'f') return digit - 'a' + 10;
    return -1;
  }

  Status problem(size_t start) {
    if (problem_seen_) return error(start, "a second line \"p\"");
    CUTSET_ASSIGN(const std::string_view format, word("\"dag\"", words_[0]));
    if (format != "dag") return error(start, "expected \"p dag FAULTS GATES ROOT\"");
    constexpr int64_t kMost = kMostNodes;
    CUTSET_ASSIGN(faults_, number("the number of faults", 0, kMost));
    CUTSET_ASSIGN(gates_, number("the number of gates", 0, kMost - faults_));
    spaces();
    root_at_ = at_;
    CUTSET_ASSIGN(root_, number("the root", -kMost, kMost));
    problem_seen_ = true;
    return line_end();
  }

  Status id() {
    spaces();
    const size_t start = at_;
    CUTSET_ASSIGN(const int64_t found, number("the number of the node", 0, kMostNodes));
    if (found == graph_.next_number()) return {};
    return error(start, fmt::format("node {}, expected {}: nodes stand in the order of "
                                    "their numbers, faults first",
                                    found, graph_.next_number()));
  }

  Status fault(size_t start) {
    if (graph_.faults() >= faults_)
      return error(start, "more faults than the line \"p\" says");
    CUTSET_TRY(id());
    CUTSET_ASSIGN(const std::string_view kind, word("the kind of fault", words_[0]));
    CUTSET_TRY(number("the weight", INT32_MIN, INT32_MAX));
    CUTSET_ASSIGN(const std::string_view a, word("what fails (a)", words_[1]));
    CUTSET_ASSIGN(const std::string_view b, word("towards what (b)", words_[2]));
    CUTSET_ASSIGN(const int64_t t, number("the time or slot (t)", INT32_MIN, INT32_MAX));
    if (!graph_.add_fault(kind, a, b, t)) {
      return error(start,
                   fmt::format("more than {} kinds of fault", GraphBuilder::kMostKinds));
    }
    return line_end();
  }

  Status gate(size_t start) {
    if (graph_.next_number() - static_cast<int64_t>(graph_.faults()) >= gates_ ||
        graph_.faults() < faults_) {
      return error(start, graph_.faults() < faults_
                              ? "a gate before all faults of the line \"p\""
                              : "more gates than the line \"p\" says");
    }
    CUTSET_TRY(id());
    spaces();
    const char type = peek();
    if (type != 'a' && type != 'o') return error(at_, "expected a (all) or o (one)");
    ++at_;
    children_.clear();
    while (!at_line_end()) {
      const size_t child_at = at_;
      CUTSET_ASSIGN(const int64_t child,
                    number("a child", -int64_t{kMostNodes}, kMostNodes));
      const std::optional<Node> node = graph_.node(child);
      if (!node) {
        return error(child_at,
                     fmt::format("the child {}, {}", child, expected_node(graph_)));
      }
      children_.push_back(*node);
    }
    graph_.add_gate(type == 'a', children_);
    ++at_;
    return {};
  }

  std::string_view input_;
  const std::string& name_;
  size_t at_ = 0;
  GraphBuilder graph_;
  std::array<std::string, 3> words_;
  std::vector<Node> children_;
  bool problem_seen_ = false;
  int64_t faults_ = 0;
  int64_t gates_ = 0;
  int64_t root_ = 0;
  size_t root_at_ = 0;
};

}  // namespace

std::string expected_node(const GraphBuilder& graph) {
  return fmt::format(
      "expected a node that came before (below {}), or -1 to -{}: no forward references, "
      "no cycles",
      graph.next_number(), graph.faults());
}

Result<Graph> read_dag_text(std::string_view input, const std::string& name) {
  return TextReader(input, name).read();
}

}  // namespace cutset::verifier
