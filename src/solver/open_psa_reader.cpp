// Open-PSA Model Exchange Format, what its fault trees need: define-fault-tree,
// define-gate, define-basic-event, define-house-event, formulas of and, or, atleast,
// constant and references. What else defines something is passed over; formulas that are
// not coherent (not, xor, ...) are refused.
#include <charconv>
#include <cstdlib>
#include <cstring>

#include <expat.h>
#include <fmt/format.h>

#include "solver/fault_tree.h"
#include "solver/graph_formats.h"

namespace cutset::solver {

namespace {

constexpr size_t kDeepest = 64;
constexpr size_t kLongestName = 4096;

class OpenPsaReader {
 public:
  explicit OpenPsaReader(ByteReader& input)
      : input_(input), parser_(XML_ParserCreate(nullptr)) {
    XML_SetUserData(parser_, this);
    XML_SetElementHandler(parser_, on_start, on_end);
    XML_SetStartDoctypeDeclHandler(parser_, on_doctype);
  }
  ~OpenPsaReader() { XML_ParserFree(parser_); }
  OpenPsaReader(const OpenPsaReader&) = delete;
  OpenPsaReader& operator=(const OpenPsaReader&) = delete;

  Result<FaultGraph> read() {
    bool last = false;
    while (!last) {
      last = input_.at_end();
      const char* begin = input_.position();
      const auto size = static_cast<int>(input_.window_end() - begin);
      const XML_Status status = XML_Parse(parser_, begin, size, last ? 1 : 0);
      if (!error_.empty()) return place(error_line_, error_column_, error_);
      if (status != XML_STATUS_OK) {
        return place(line(), column(),
                     fmt::format("not well-formed XML: {}",
                                 XML_ErrorString(XML_GetErrorCode(parser_))));
      }
      input_.skip_to(input_.window_end());
    }
    if (!seen_tree_) return place(1, 1, "no define-fault-tree: expected one");
    return tree_.derivation(input_.name());
  }

 private:
  Error place(int line, int column, const std::string& message) const {
    return Error::bad_input(message, input_.name(), line, column);
  }
  int line() const { return static_cast<int>(XML_GetCurrentLineNumber(parser_)); }
  int column() const { return static_cast<int>(XML_GetCurrentColumnNumber(parser_)) + 1; }

  void refuse(std::string message) {
    if (!error_.empty()) return;
    error_ = std::move(message);
    error_line_ = line();
    error_column_ = column();
    XML_StopParser(parser_, XML_FALSE);
  }

  static void on_doctype(void* self, const char*, const char*, const char*, int) {
    static_cast<OpenPsaReader*>(self)->refuse("DOCTYPE is not read: expected none");
  }
  static void on_start(void* self, const char* name, const char** attributes) {
    static_cast<OpenPsaReader*>(self)->start(name, attributes);
  }
  static void on_end(void* self, const char*) {
    static_cast<OpenPsaReader*>(self)->end();
  }

  static const char* attribute(const char** attributes, const char* name) {
    for (; attributes[0] != nullptr; attributes += 2) {
      if (std::strcmp(attributes[0], name) == 0) return attributes[1];
    }
    return nullptr;
  }

  std::string required_name(const std::string& element, const char** attributes) {
    const char* name = attribute(attributes, "name");
    if (name == nullptr || name[0] == '\0' || std::strlen(name) > kLongestName) {
      refuse(
          fmt::format("<{}>: expected a name of 1 to {} bytes", element, kLongestName));
      return "";
    }
    return name;
  }

  enum class Context : uint8_t { kOutside, kSkipped, kGate, kFormula, kEvent };

  void start(const std::string& name, const char** attributes) {
    if (!error_.empty()) return;
    if (contexts_.size() >= 2 * kDeepest) return refuse("elements nested too deep");
    const Context outer = contexts_.empty() ? Context::kOutside : contexts_.back();
    contexts_.push_back(Context::kSkipped);
    switch (outer) {
      case Context::kOutside:
        return start_outside(name, attributes);
      case Context::kGate:
      case Context::kFormula:
        return start_formula(name, attributes, outer);
      case Context::kEvent:
        return start_value(name, attributes);
      case Context::kSkipped:
        return;
    }
  }

  void start_outside(const std::string& name, const char** attributes) {
    if (name == "opsa-mef" || name == "model-data" || name == "define-fault-tree" ||
        name == "define-component") {
      seen_tree_ = seen_tree_ || name == "define-fault-tree";
      contexts_.back() = Context::kOutside;
    } else if (name == "define-gate") {
      gate_ = tree_.gate(required_name(name, attributes), line());
      FaultTree::Gate& gate = tree_.gate_at(gate_);
      if (gate.defined)
        return refuse(fmt::format("gate \"{}\" is defined twice", gate.name));
      gate.line = line();
      contexts_.back() = Context::kGate;
    } else if (name == "define-basic-event" || name == "define-house-event") {
      event_ = tree_.event(required_name(name, attributes));
      contexts_.back() = Context::kEvent;
    } else if (contexts_.size() == 1) {
      refuse(fmt::format("<{}>: expected <opsa-mef>", name));
    }
  }

  void start_value(const std::string& name, const char** attributes) {
    const char* value = attribute(attributes, "value");
    if (name == "float" && value != nullptr) {
      char* end = nullptr;
      const double probability = std::strtod(value, &end);
      if (end == value || *end != '\0') return refuse("<float>: expected a number");
      tree_.set_probability(event_, probability);
    } else if (name == "constant" && value != nullptr) {
      tree_.set_constant(event_, std::strcmp(value, "true") == 0);
    }
  }

  void start_formula(const std::string& name, const char** attributes, Context outer) {
    if (name == "label" || name == "attributes" || name == "attribute") return;
    if (outer == Context::kGate && tree_.gate_at(gate_).defined) {
      return refuse("a second formula in one gate: expected one");
    }
    FaultTree::Formula formula;
    if (!formula_of(name, attributes, formula)) return;
    const FaultTree::FormulaId id = tree_.add(std::move(formula));
    if (outer == Context::kGate) {
      tree_.gate_at(gate_).defined = true;
      tree_.gate_at(gate_).formula = id;
    } else {
      inputs_.back().push_back(id);
    }
    const bool has_inputs = name == "and" || name == "or" || name == "atleast";
    if (!has_inputs) return;
    contexts_.back() = Context::kFormula;
    formulas_.push_back(id);
    inputs_.emplace_back();
  }

  bool formula_of(const std::string& name, const char** attributes,
                  FaultTree::Formula& formula) {
    using Type = FaultTree::Type;
    if (name == "and" || name == "or") {
      formula.type = name == "and" ? Type::kAnd : Type::kOr;
    } else if (name == "atleast") {
      formula.type = Type::kAtLeast;
      const char* least = attribute(attributes, "min");
      const char* end = least == nullptr ? nullptr : least + std::strlen(least);
      if (least == nullptr || least == end ||
          std::from_chars(least, end, formula.least).ptr != end) {
        refuse("<atleast>: expected min, a whole number");
        return false;
      }
    } else if (name == "constant") {
      formula.type = Type::kConstant;
      const char* value = attribute(attributes, "value");
      formula.fails = value != nullptr && std::strcmp(value, "true") == 0;
    } else if (name == "gate" || is_gate_event(name, attributes)) {
      formula.type = Type::kGate;
      formula.name = tree_.gate(required_name(name, attributes), line());
      tree_.gate_at(formula.name).used = true;
    } else if (name == "basic-event" || name == "house-event" || name == "event") {
      formula.type = Type::kEvent;
      formula.name = tree_.event(required_name(name, attributes));
    } else {
      refuse(
          fmt::format("<{}>: expected and, or, atleast, constant, gate, basic-event or "
                      "house-event (only coherent fault trees have minimal cut sets)",
                      name));
      return false;
    }
    return error_.empty();
  }

  static bool is_gate_event(const std::string& name, const char** attributes) {
    const char* type = attribute(attributes, "type");
    return name == "event" && type != nullptr && std::strcmp(type, "gate") == 0;
  }

  void end() {
    if (!error_.empty() || contexts_.empty()) return;
    if (contexts_.back() == Context::kFormula) {
      tree_.set_inputs(formulas_.back(), std::move(inputs_.back()));
      formulas_.pop_back();
      inputs_.pop_back();
    }
    contexts_.pop_back();
  }

  ByteReader& input_;
  XML_Parser parser_;
  FaultTree tree_;
  bool seen_tree_ = false;
  uint32_t gate_ = 0;
  uint32_t event_ = 0;
  std::vector<Context> contexts_;
  std::vector<FaultTree::FormulaId> formulas_;  // that are open
  std::vector<std::vector<FaultTree::FormulaId>> inputs_;
  std::string error_;
  int error_line_ = 0;
  int error_column_ = 0;
};

}  // namespace

Result<FaultGraph> read_open_psa(ByteReader& input) {
  return OpenPsaReader(input).read();
}

}  // namespace cutset::solver
