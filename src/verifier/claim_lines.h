// The lines that say what a certificate claims, before its parts: the graph, the budget,
// what is assumed, and the sets. Those that no part has shown to be minimal cut sets are
// evaluated at the end.
//
// Thread rule: one owner.
#pragma once

#include <memory>

#include "verifier/check_context.h"
#include "verifier/evaluator.h"

namespace cutset::verifier {

class ClaimLines {
 public:
  explicit ClaimLines(CheckContext& context) : context_(context), graph_(context.graph) {}

  // Each reads what stands behind the first word of its line, and may refuse it.
  Status graph(Words& words);
  Status budget(Words& words);
  Status limit(Words& words);
  Status assume(Words& words);
  Status axiom(Axiom::Type type, Words& words);
  Status set(Words& words);
  /// No more sets come: none is there twice, none contains another.
  Status complete();
  /// Evaluates the sets that no part has shown; refuses the first that is wrong, instead
  /// of what was refused behind it. Requires: complete(), or no set. Error, kInterrupted.
  Status judge(const std::function<bool()>& stop);

 private:
  Evaluator& evaluator() {
    if (!evaluator_) evaluator_ = std::make_unique<Evaluator>(graph_);
    return *evaluator_;
  }
  void set_active(std::span<const uint32_t> faults, bool active) {
    for (const uint32_t fault : faults) evaluator().set_active(fault, active);
  }
  std::optional<Refusal> evaluated(std::span<const uint32_t> set);

  CheckContext& context_;
  const Graph& graph_;
  ListedSets violated_;
  std::unique_ptr<Evaluator> evaluator_;
  std::vector<uint32_t> set_;  // of the line at hand
};

}  // namespace cutset::verifier
