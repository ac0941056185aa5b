#include "solver/fault_tree.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "solver/dag_builder.h"

namespace cutset::solver {

uint32_t FaultTree::gate(const std::string& name, int line) {
  const auto [entry, is_new] =
      gate_index_.try_emplace(name, static_cast<uint32_t>(gates_.size()));
  if (is_new) {
    gates_.emplace_back();
    gates_.back().name = name;
    gates_.back().line = line;
  }
  return entry->second;
}

uint32_t FaultTree::event(const std::string& name) {
  const auto [entry, is_new] =
      event_index_.try_emplace(name, static_cast<uint32_t>(events_.size()));
  if (is_new) {
    events_.emplace_back();
    events_.back().name = name;
  }
  return entry->second;
}

FaultTree::FormulaId FaultTree::add(Formula formula) {
  formulas_.push_back(std::move(formula));
  return static_cast<FormulaId>(formulas_.size() - 1);
}

void FaultTree::set_probability(uint32_t event, double probability) {
  constexpr double kLeast = 1e-300;
  if (!(probability > 0)) probability = kLeast;
  events_[event].weight = static_cast<int32_t>(
      std::lround(-1000 * std::log(std::min(1.0, std::max(kLeast, probability)))));
}

void FaultTree::set_constant(uint32_t event, bool fails) {
  events_[event].is_constant = true;
  events_[event].fails = fails;
}

/// Gates become nodes after the gates below them; depth first without recursion.
class FaultTreeTranslation {
 public:
  FaultTreeTranslation(const FaultTree& tree, const std::string& file)
      : tree_(tree), file_(file), builder_(static_cast<uint32_t>(tree.events_.size())) {}

  Result<FaultGraph> run() {
    CUTSET_ASSIGN(const uint32_t top, top_gate());
    state_.assign(tree_.gates_.size(), State::kNew);
    result_.assign(tree_.gates_.size(), kTrue);
    std::vector<uint32_t> open{top};
    while (!open.empty()) {
      const uint32_t gate = open.back();
      if (state_[gate] == State::kDone) {
        open.pop_back();
        continue;
      }
      if (!tree_.gates_[gate].defined) return error(gate, "is used but not defined");
      const bool first_visit = state_[gate] == State::kNew;
      state_[gate] = State::kOpen;
      const size_t before = open.size();
      CUTSET_TRY(push_gates_below(tree_.gates_[gate].formula, gate, open));
      if (open.size() > before) {
        if (!first_visit) return error(gate, "depends on itself");
        continue;
      }
      CUTSET_ASSIGN(result_[gate], translate(tree_.gates_[gate].formula));
      state_[gate] = State::kDone;
      open.pop_back();
    }
    return finish(result_[top]);
  }

 private:
  enum class State : uint8_t { kNew, kOpen, kDone };

  Error error(uint32_t gate, const std::string& what) const {
    return Error::bad_input(fmt::format("gate \"{}\" {}", tree_.gates_[gate].name, what),
                            file_, tree_.gates_[gate].line, 1);
  }

  Result<uint32_t> top_gate() const {
    std::optional<uint32_t> top;
    for (uint32_t gate = 0; gate < tree_.gates_.size(); ++gate) {
      if (tree_.gates_[gate].used) continue;
      if (top) {
        return error(gate, fmt::format("is used by no gate, and neither is \"{}\": "
                                       "expected one top gate",
                                       tree_.gates_[*top].name));
      }
      top = gate;
    }
    if (!top) {
      return Error::bad_input("no top gate: expected one gate that no other gate uses",
                              file_, 1, 1);
    }
    return *top;
  }

  Status push_gates_below(FaultTree::FormulaId formula, uint32_t from,
                          std::vector<uint32_t>& open) const {
    std::vector<FaultTree::FormulaId> waiting{formula};
    while (!waiting.empty()) {
      const FaultTree::Formula& here = tree_.formulas_[waiting.back()];
      waiting.pop_back();
      waiting.insert(waiting.end(), here.inputs.begin(), here.inputs.end());
      if (here.type != FaultTree::Type::kGate) continue;
      if (state_[here.name] == State::kOpen) return error(from, "is part of a cycle");
      if (state_[here.name] == State::kNew) open.push_back(here.name);
    }
    return {};
  }

  /// Recursion is bounded by the reader's bound on nested formulas.
  Result<Child> translate(FaultTree::FormulaId id) {
    const FaultTree::Formula& formula = tree_.formulas_[id];
    if (formula.type == FaultTree::Type::kConstant) return formula.fails ? kFalse : kTrue;
    if (formula.type == FaultTree::Type::kGate) return result_[formula.name];
    if (formula.type == FaultTree::Type::kEvent) {
      const FaultTree::Event& event = tree_.events_[formula.name];
      if (event.is_constant) return event.fails ? kFalse : kTrue;
      return Child{formula.name};
    }
    std::vector<Child> inputs;
    for (const FaultTree::FormulaId input : formula.inputs) {
      CUTSET_ASSIGN(const Child child, translate(input));
      inputs.push_back(child);
    }
    if (formula.type == FaultTree::Type::kAtLeast) return at_least(formula.least, inputs);
    return builder_.gate(formula.type == FaultTree::Type::kOr, inputs, false,
                         next_origin());
  }

  /// Fails if `least` of the inputs fail: holds if all but least-1 hold.
  Result<Child> at_least(uint32_t least, const std::vector<Child>& inputs) {
    const size_t count = inputs.size();
    if (least == 0) return kFalse;
    if (least > count) return kTrue;
    const size_t needed = count - least + 1;
    expanded_ += needed * count;
    constexpr size_t kMostExpanded = size_t{1} << 24;
    if (expanded_ > kMostExpanded) {
      return Error::bad_input("the \"atleast\" gates are too large to be expanded",
                              file_);
    }
    // holding[n]: at least n of the inputs seen so far hold.
    std::vector<Child> holding(needed + 1, kFalse);
    holding[0] = kTrue;
    for (const Child input : inputs) {
      for (size_t n = needed; n > 0; --n) {
        const Child with[] = {input, holding[n - 1]};
        const Child together = builder_.and_gate(with, next_origin());
        const Child either[] = {together, holding[n]};
        holding[n] = builder_.or_gate(either, false, next_origin());
      }
    }
    return holding[needed];
  }

  uint32_t next_origin() const {
    return static_cast<uint32_t>(tree_.events_.size()) + builder_.gate_count();
  }

  FaultGraph finish(Child root) {
    FaultGraph graph;
    const FaultTable::Kind kind = graph.faults.kind("event");
    for (const FaultTree::Event& event : tree_.events_) {
      FaultTable::Description fault;
      fault.kind = kind;
      fault.weight = event.weight;
      fault.a = graph.faults.name(event.name);
      fault.b = graph.faults.name("");
      graph.faults.add(fault);
    }
    graph.family = "open-psa";
    graph.nodes_read = static_cast<uint32_t>(tree_.events_.size() + tree_.gates_.size());
    graph.dag = builder_.finish(root);
    return graph;
  }

  const FaultTree& tree_;
  const std::string& file_;
  DagBuilder builder_;
  std::vector<State> state_;
  std::vector<Child> result_;
  size_t expanded_ = 0;
};

Result<FaultGraph> FaultTree::derivation(const std::string& file) const {
  if (formulas_.size() + gates_.size() + events_.size() >= kMostNodes / 2) {
    return Error::bad_input("too many gates and events", file);
  }
  return FaultTreeTranslation(*this, file).run();
}

}  // namespace cutset::solver
