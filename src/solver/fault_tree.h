// A fault tree as Open-PSA writes it, gates by name in any order, and its translation to
// a derivation graph: what fails if any input fails (failure OR) needs all of them to
// work (AND), and the other way round.
//
// Thread rule: one owner.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "solver/fault_graph.h"

namespace cutset::solver {

class FaultTree {
 public:
  enum class Type : uint8_t { kOr, kAnd, kAtLeast, kConstant, kGate, kEvent };
  using FormulaId = uint32_t;

  struct Formula {
    Type type = Type::kOr;  // of failure
    bool fails = false;     // kConstant
    uint32_t least = 0;     // kAtLeast: so many inputs
    uint32_t name = 0;      // kGate, kEvent: index of the name
    std::vector<FormulaId> inputs;
  };
  struct Gate {
    std::string name;
    int line = 0;  // where it is defined, or else first used
    bool used = false;
    bool defined = false;
    FormulaId formula = 0;
  };

  uint32_t gate(const std::string& name, int line);
  uint32_t event(const std::string& name);
  FormulaId add(Formula formula);
  void set_inputs(FormulaId formula, std::vector<FormulaId> inputs) {
    formulas_[formula].inputs = std::move(inputs);
  }
  Gate& gate_at(uint32_t gate) { return gates_[gate]; }
  void set_probability(uint32_t event, double probability);
  /// House events: constant, true means failed.
  void set_constant(uint32_t event, bool fails);

  /// Error: a gate that is not defined, a cycle, no or several top gates, or more than
  /// kMostNodes nodes in all. `file` is its name for the user.
  Result<FaultGraph> derivation(const std::string& file) const;

 private:
  friend class FaultTreeTranslation;
  struct Event {
    std::string name;
    int32_t weight = 0;
    bool is_constant = false;
    bool fails = false;
  };

  std::vector<Formula> formulas_;
  std::vector<Gate> gates_;
  std::vector<Event> events_;
  std::unordered_map<std::string, uint32_t> gate_index_;   // looked up, never iterated
  std::unordered_map<std::string, uint32_t> event_index_;  // likewise
};

}  // namespace cutset::solver
