// Open-PSA fault trees as derivation graphs: what fails if any input fails (or) holds if
// all inputs hold (AND), and the other way round. Numbers, as certificates mean them
// (docs/certificates.md): events in the order in which the file first names them, gates
// in the order of a depth-first walk from the top gate, inputs first.
#include <charconv>
#include <cstring>
#include <unordered_map>

#include "verifier/graph_readers.h"
#include "verifier/input.h"
#include <expat.h>
#include <fmt/format.h>

namespace cutset::verifier {

namespace {

constexpr size_t kDeepest = 128;

struct Formula {
  enum class Type : uint8_t { kOr, kAnd, kAtLeast, kConstant, kGate, kEvent };
  Type type = Type::kOr;
  uint32_t number = 0;  // of the gate or event; at least so many; 1: a constant failure
  std::vector<Formula> inputs;
};

struct NamedGate {
  std::string name;
  std::optional<Formula> formula;
  bool is_input = false;
  int line = 0;
};

struct NamedEvent {
  std::string name;
  std::optional<bool> fails;  // a constant
};

/// What the file says, by name.
struct Tree {
  std::vector<NamedGate> gates;
  std::vector<NamedEvent> events;
};

class TreeReader {
 public:
  TreeReader(std::string_view input, const std::string& name)
      : input_(input), name_(name), parser_(XML_ParserCreate(nullptr)) {
    XML_SetUserData(parser_, this);
    XML_SetElementHandler(
        parser_,
        [](void* self, const char* element, const char** attributes) {
          static_cast<TreeReader*>(self)->start(element, attributes);
        },
        [](void* self, const char*) { static_cast<TreeReader*>(self)->end(); });
    XML_SetStartDoctypeDeclHandler(
        parser_, [](void* self, const char*, const char*, const char*, int) {
          static_cast<TreeReader*>(self)->refuse("a DOCTYPE, expected none");
        });
  }
  ~TreeReader() { XML_ParserFree(parser_); }
  TreeReader(const TreeReader&) = delete;
  TreeReader& operator=(const TreeReader&) = delete;

  Result<Tree> read() {
    constexpr size_t kChunk = size_t{1} << 20;
    for (size_t at = 0; true; at += kChunk) {
      const std::string_view part = input_.substr(std::min(at, input_.size()), kChunk);
      const bool is_last = at + kChunk >= input_.size();
      const XML_Status status =
          XML_Parse(parser_, part.data(), static_cast<int>(part.size()), is_last ? 1 : 0);
      if (error_) return *error_;
      if (status != XML_STATUS_OK) {
        refuse(std::string("not well-formed XML: ") +
               XML_ErrorString(XML_GetErrorCode(parser_)));
        return *error_;
      }
      if (is_last) break;
    }
    if (!has_tree_) return Error::bad_input("no <define-fault-tree>", name_, 1, 1);
    return std::move(tree_);
  }

 private:
  enum class Place : uint8_t { kTop, kIgnored, kGate, kFormula, kEvent };

  int line() const { return static_cast<int>(XML_GetCurrentLineNumber(parser_)); }

  void refuse(std::string message) {
    if (error_) return;
    error_ = Error::bad_input(std::move(message), name_, line(),
                              static_cast<int>(XML_GetCurrentColumnNumber(parser_)) + 1);
    XML_StopParser(parser_, XML_FALSE);
  }

  static std::optional<std::string> attribute(const char** attributes,
                                              const char* wanted) {
    for (; attributes[0] != nullptr; attributes += 2) {
      if (std::strcmp(attributes[0], wanted) == 0) return attributes[1];
    }
    return std::nullopt;
  }

  std::string name_of(const std::string& element, const char** attributes) {
    constexpr size_t kLongest = 4096;
    std::string name = attribute(attributes, "name").value_or("");
    if (name.empty() || name.size() > kLongest) {
      refuse(fmt::format("<{}> expects a name of 1 to {} bytes", element, kLongest));
    }
    return name;
  }

  uint32_t gate(const std::string& name) {
    const auto [entry, is_new] =
        gate_numbers_.emplace(name, static_cast<uint32_t>(tree_.gates.size()));
    if (is_new) tree_.gates.push_back({name, std::nullopt, false, line()});
    return entry->second;
  }

  uint32_t event(const std::string& name) {
    const auto [entry, is_new] =
        event_numbers_.emplace(name, static_cast<uint32_t>(tree_.events.size()));
    if (is_new) tree_.events.push_back({name, std::nullopt});
    return entry->second;
  }

  void start(const std::string& element, const char** attributes) {
    if (error_) return;
    if (places_.size() >= kDeepest) return refuse("elements nested too deep");
    const Place outer = places_.empty() ? Place::kTop : places_.back();
    places_.push_back(Place::kIgnored);
    if (outer == Place::kTop) top_level(element, attributes);
    if (outer == Place::kEvent && element == "constant") {
      tree_.events[current_].fails = attribute(attributes, "value") == "true";
    }
    if (outer == Place::kGate || outer == Place::kFormula) {
      if (element == "label" || element == "attributes" || element == "attribute") return;
      formula(element, attributes, outer);
    }
  }

  void top_level(const std::string& element, const char** attributes) {
    if (element == "opsa-mef" || element == "model-data" ||
        element == "define-fault-tree" || element == "define-component") {
      has_tree_ = has_tree_ || element == "define-fault-tree";
      places_.back() = Place::kTop;
    } else if (element == "define-gate") {
      current_ = gate(name_of(element, attributes));
      NamedGate& defined = tree_.gates[current_];
      if (defined.formula) refuse("gate \"" + defined.name + "\" is defined twice");
      defined.line = line();
      places_.back() = Place::kGate;
    } else if (element == "define-basic-event" || element == "define-house-event") {
      current_ = event(name_of(element, attributes));
      places_.back() = Place::kEvent;
    } else if (places_.size() == 1) {
      refuse("<" + element + ">, expected <opsa-mef>");
    }
  }

  void formula(const std::string& element, const char** attributes, Place outer) {
    if (outer == Place::kGate && tree_.gates[current_].formula) {
      return refuse("a second formula in one gate");
    }
    std::optional<Formula> found = formula_of(element, attributes);
    if (!found || error_) return;
    const bool has_inputs = element == "and" || element == "or" || element == "atleast";
    open_.push_back(std::move(*found));
    if (has_inputs) {
      places_.back() = Place::kFormula;
    } else {
      close_formula();
    }
  }

  std::optional<Formula> formula_of(const std::string& element, const char** attributes) {
    using Type = Formula::Type;
    if (element == "or") return Formula{Type::kOr, 0, {}};
    if (element == "and") return Formula{Type::kAnd, 0, {}};
    if (element == "constant") {
      return Formula{
          Type::kConstant, attribute(attributes, "value") == "true" ? 1U : 0U, {}};
    }
    if (element == "atleast") {
      const std::string least = attribute(attributes, "min").value_or("");
      uint32_t number = 0;
      const char* end = least.data() + least.size();
      const auto [stopped, error] = std::from_chars(least.data(), end, number);
      if (least.empty() || error != std::errc() || stopped != end) {
        refuse("<atleast> expects min, a whole number");
      }
      return Formula{Type::kAtLeast, number, {}};
    }
    if (element == "gate" ||
        (element == "event" && attribute(attributes, "type") == "gate")) {
      const uint32_t number = gate(name_of(element, attributes));
      tree_.gates[number].is_input = true;
      return Formula{Type::kGate, number, {}};
    }
    if (element == "basic-event" || element == "house-event" || element == "event") {
      return Formula{Type::kEvent, event(name_of(element, attributes)), {}};
    }
    refuse(
        fmt::format("<{}>, expected and, or, atleast, constant, gate, basic-event or "
                    "house-event",
                    element));
    return std::nullopt;
  }

  /// The innermost open formula is complete.
  void close_formula() {
    Formula complete = std::move(open_.back());
    open_.pop_back();
    if (open_.empty()) {
      tree_.gates[current_].formula = std::move(complete);
    } else {
      open_.back().inputs.push_back(std::move(complete));
    }
  }

  void end() {
    if (error_ || places_.empty()) return;
    if (places_.back() == Place::kFormula) close_formula();
    places_.pop_back();
  }

  std::string_view input_;
  const std::string& name_;
  XML_Parser parser_;
  Tree tree_;
  std::unordered_map<std::string, uint32_t> gate_numbers_;   // looked up only
  std::unordered_map<std::string, uint32_t> event_numbers_;  // likewise
  bool has_tree_ = false;
  uint32_t current_ = 0;  // the gate or event that is being defined
  std::vector<Place> places_;
  std::vector<Formula> open_;
  std::optional<Error> error_;
};

class Translation {
 public:
  Translation(const Tree& tree, const std::string& name) : tree_(tree), name_(name) {}

  Result<Graph> run() {
    for (const NamedEvent& event : tree_.events)
      graph_.add_fault("event", event.name, "", 0);
    CUTSET_ASSIGN(const uint32_t top, top_gate());
    node_.assign(tree_.gates.size(), kHolds);
    state_.assign(tree_.gates.size(), State::kNew);
    CUTSET_TRY(enter(top));
    while (!open_.empty()) {
      Visit& visit = open_.back();
      if (visit.next < visit.below.size()) {
        const uint32_t below = visit.below[visit.next++];
        if (state_[below] == State::kOpen) return error(below, "is part of a cycle");
        if (state_[below] == State::kNew) CUTSET_TRY(enter(below));
        continue;
      }
      CUTSET_ASSIGN(node_[visit.gate], node(*tree_.gates[visit.gate].formula));
      state_[open_.back().gate] = State::kDone;
      open_.pop_back();
    }
    return graph_.finish(node_[top]);
  }

 private:
  enum class State : uint8_t { kNew, kOpen, kDone };
  struct Visit {
    uint32_t gate;
    std::vector<uint32_t> below;  // gates, in the order of the file
    size_t next = 0;
  };

  Error error(uint32_t gate, const std::string& what) const {
    return Error::bad_input("gate \"" + tree_.gates[gate].name + "\" " + what, name_,
                            tree_.gates[gate].line, 1);
  }

  Result<uint32_t> top_gate() const {
    std::optional<uint32_t> top;
    for (uint32_t gate = 0; gate < tree_.gates.size(); ++gate) {
      if (tree_.gates[gate].is_input) continue;
      if (top) return error(gate, "is a second one that no gate uses, expected one");
      top = gate;
    }
    if (!top) return Error::bad_input("every gate is used by another", name_, 1, 1);
    return *top;
  }

  Status enter(uint32_t gate) {
    if (!tree_.gates[gate].formula) return error(gate, "is not defined");
    state_[gate] = State::kOpen;
    Visit visit{gate, {}, 0};
    collect(*tree_.gates[gate].formula, visit.below);
    open_.push_back(std::move(visit));
    return {};
  }

  /// Recursion is bounded by kDeepest.
  static void collect(const Formula& formula, std::vector<uint32_t>& gates) {
    if (formula.type == Formula::Type::kGate) gates.push_back(formula.number);
    for (const Formula& input : formula.inputs) collect(input, gates);
  }

  Result<Node> node(const Formula& formula) {
    switch (formula.type) {
      case Formula::Type::kConstant:
        return formula.number != 0 ? kFails : kHolds;
      case Formula::Type::kGate:
        return node_[formula.number];
      case Formula::Type::kEvent: {
        const std::optional<bool>& fails = tree_.events[formula.number].fails;
        if (fails) return *fails ? kFails : kHolds;
        return Node{formula.number};
      }
      default:
        break;
    }
    std::vector<Node> inputs;
    for (const Formula& input : formula.inputs) {
      CUTSET_ASSIGN(inputs.emplace_back(), node(input));
    }
    if (formula.type == Formula::Type::kAtLeast) return at_least(formula.number, inputs);
    return graph_.gate(formula.type == Formula::Type::kOr, inputs);
  }

  /// Fails if `least` inputs do, so that it holds if all but least-1 of them hold. With
  /// the inputs seen so far, holds[n] is "n of them hold".
  Result<Node> at_least(uint32_t least, const std::vector<Node>& inputs) {
    if (least == 0) return kFails;
    if (least > inputs.size()) return kHolds;
    const size_t needed = inputs.size() - least + 1;
    work_ += needed * inputs.size();
    constexpr size_t kMostWork = size_t{1} << 24;
    if (work_ > kMostWork) {
      return Error::bad_input("the <atleast> gates are too large", name_);
    }
    std::vector<Node> holds(needed + 1, kFails);
    holds[0] = kHolds;
    for (const Node input : inputs) {
      for (size_t n = needed; n >= 1; --n) {
        const Node both[] = {input, holds[n - 1]};
        const Node either[] = {graph_.gate(true, both), holds[n]};
        holds[n] = graph_.gate(false, either);
      }
    }
    return holds[needed];
  }

  const Tree& tree_;
  const std::string& name_;
  GraphBuilder graph_;
  std::vector<Node> node_;  // by gate
  std::vector<State> state_;
  std::vector<Visit> open_;
  size_t work_ = 0;
};

}  // namespace

Result<Graph> read_fault_tree(std::string_view input, const std::string& name) {
  CUTSET_ASSIGN(const Tree tree, TreeReader(input, name).read());
  return Translation(tree, name).run();
}

}  // namespace cutset::verifier
