// Evaluates one time step: the fixpoint of the deductive rules, component after
// component, then what @next and @async send into the next step (dedalus.md section 6).
// Semi-naive inside a recursive component, each firing met exactly once.
//
// Thread rule: not thread-safe.
#pragma once

#include <functional>
#include <span>
#include <vector>

#include "base/result.h"
#include "dedalus/evaluation/compiled_program.h"
#include "dedalus/evaluation/expression.h"
#include "dedalus/evaluation/provenance.h"
#include "dedalus/evaluation/step.h"
#include "dedalus/evaluation/values.h"
#include "dedalus/evaluation/word_table.h"
#include "dedalus/evaluation/workspace.h"

namespace cutset::dedalus {

/// So many uses of rules a run may have for each tuple it may have.
inline constexpr uint64_t kFiringsForEachTuple = 8;

/// What one run may still use; shared by its steps.
struct Allowance {
  uint64_t tuples = 0;
  uint64_t firings = 0;
  uint64_t max_tuples = 0;  // what the first two started from, for the message
  const std::function<bool()>* stop = nullptr;

  /// What a step used that is not evaluated again.
  Status use(uint64_t tuples, uint64_t firings);
  Error too_many_tuples() const;
  Error too_many_firings() const;
};

struct StepRequest {
  enum class Part : uint8_t {
    kCore,    // what can change later steps
    kJudged,  // what pre and post need
    kAll,     // with firings
  };
  Part part = Part::kAll;
  std::span<const TupleId> input;
  std::span<const TupleId> crashes;  // tuples of `crash`
  uint64_t down = 0;                 // nodes that do not compute, a bit each
  /// By pin: what held there; or is_now: it is the relation's own slot.
  struct PinContent {
    bool is_now = false;
    std::span<const TupleId> tuples;  // may have other relations' too
  };
  std::span<const PinContent> pins;
};

class StepEvaluator {
 public:
  StepEvaluator(const CompiledProgram& program, WordTable& tuples, ValueTable& values,
                uint32_t nodes);

  /// Results stand in workspace(), next() and messages() until the next call; with kAll,
  /// also firings(). Error: the allowance is used up, or stop() said so.
  Status evaluate(const StepRequest& request, Allowance& allowance);

  const Workspace& workspace() const { return workspace_; }
  const std::vector<TupleId>& next() const { return next_; }
  const std::vector<SentMessage>& messages() const { return messages_; }
  std::vector<uint32_t>& firings() { return firings_; }
  /// Firings of @next and @async rules start here.
  size_t first_emitted() const { return first_emitted_; }

 private:
  enum class Failure : uint8_t { kNone, kTuples, kFirings, kKnown, kStopped };

  void load(const StepRequest& request);
  void run(const Component& component);
  void aggregate(const CompiledAggregation& aggregation);
  void run(const CompiledRule& rule, const Plan& plan);
  /// False: stop the whole evaluation.
  bool execute(size_t operation);
  bool execute_join(const Operation& operation, size_t next);
  bool execute_each_node(size_t next);
  bool matches(const Operation& operation, std::span<const Value> words) const;
  bool bind(const Operation& operation, std::span<const Value> words);
  bool holds_absence(const Operation& operation);
  bool is_at_node() const;
  Slot slot_of(const CompiledPremise& premise, bool& is_own) const;
  void read_key(const Operation& operation);
  bool fire();
  NodeIndex location() const;
  void record(uint32_t rule, TupleId head, NodeIndex location,
              std::span<const TupleId> premises);
  bool count_tuple();
  bool count_work();
  bool is_wanted(const Component& component) const;
  Status status() const;

  const CompiledProgram& program_;
  WordTable& tuples_;
  ValueTable& values_;
  const uint32_t nodes_;
  Workspace workspace_;
  Calculator calculator_;
  std::vector<TupleId> next_;
  std::vector<SentMessage> messages_;
  std::vector<uint32_t> firings_;
  size_t first_emitted_ = 0;

  // Of the evaluation that runs.
  const StepRequest* request_ = nullptr;
  Allowance* allowance_ = nullptr;
  Failure failure_ = Failure::kNone;
  uint32_t work_ = 0;

  // Of the rule that runs.
  const CompiledRule* rule_ = nullptr;
  const Plan* plan_ = nullptr;
  std::vector<Value> variables_;
  std::vector<TupleId> met_;  // by premise
  std::vector<TupleId> premises_;
  std::vector<Value> key_;
  std::vector<Value> head_;
};

}  // namespace cutset::dedalus
