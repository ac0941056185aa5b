// The evaluated steps of all runs of one program, and how runs go through them. Behind
// Simulator; Run asks it, too.
//
// Time step T starts with a set of tuples (its input: the facts of T, what @next and the
// messages of T - 1 brought) and has a context (the crashes that rules can see, the nodes
// that are down, what pins hold). Both are interned, so a step is known by two numbers.
// Three tables: core steps (what can change later steps; for judge), judgements (pre and
// post at EOT), whole steps (with firings; for run). A core step knows its successor for
// each set of lost channels, so that the part of a run that has been seen before costs
// one look-up a step.
//
// Everything kept is forgotten when it exceeds SimulatorLimits::max_kept_bytes; tuples
// and patterns keep their ids for ever.
//
// Thread rule: not thread-safe.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <unordered_map>
#include <vector>

#include "base/result.h"
#include "dedalus/evaluation/compiled_program.h"
#include "dedalus/evaluation/failure.h"
#include "dedalus/evaluation/fault_plan.h"
#include "dedalus/evaluation/simulator.h"
#include "dedalus/evaluation/step.h"
#include "dedalus/evaluation/step_evaluator.h"
#include "dedalus/evaluation/successors.h"
#include "dedalus/evaluation/values.h"
#include "dedalus/evaluation/word_table.h"

namespace cutset::dedalus {

/// An interned set of tuples.
using SetId = uint32_t;
using ContextId = uint32_t;

class Machine {
 public:
  static Result<std::unique_ptr<Machine>> create(Program program, FailureSpec spec,
                                                 SimulatorLimits limits);

  Result<RunVerdict> judge(const ModelFaultSet& faults);
  Result<Run> run(const ModelFaultSet& faults);

  const Run& fault_free() const { return fault_free_; }
  bool vacuous() const { return vacuous_; }
  TupleId precondition_of(TupleId outcome);

  const Program program;
  const FailureSpec spec;
  const SimulatorLimits limits;
  ValueTable values;
  WordTable tuples;
  WordTable patterns;
  CompiledProgram compiled;
  std::vector<TupleId> outcomes;
  Simulator::Counts counts;
  /// Of the program at this time (any), by relation, then ascending.
  std::span<const TupleId> facts(Time time) const;
  std::span<const TupleId> facts(RelationId relation, Time time) const;
  Value node_value(NodeIndex node) const { return ValueTable::text_value(node); }
  std::string relation_name(RelationId relation) const;
  std::string tuple_text(RelationId relation, std::span<const Value> columns) const;
  bool tuple_less(TupleId left, TupleId right) const;

 private:
  struct CoreStep {
    SetId input = 0;
    std::vector<TupleId> next;
    std::vector<SentMessage> messages;
    /// Senders and receivers of messages that faults can lose. The first 64 have a bit
    /// each in a set of losses.
    std::vector<std::pair<NodeIndex, NodeIndex>> channels;
    SetId pinned = 0;     // the tuples of relations that have pins
    uint64_t tuples = 0;  // how many the step had
    uint64_t firings = 0;
    Successors successors;
  };
  struct Judgement {
    std::vector<TupleId> violated;
    uint64_t tuples = 0;
    uint64_t firings = 0;
  };
  /// What a run has met so far of what contexts are made of.
  struct Path {
    const FaultPlan* plan = nullptr;
    SetId crashes = 0;
    std::vector<SetId> pinned = {};  // by compiled.pin_times: what held then
  };

  Machine(Program of, FailureSpec within, SimulatorLimits limited);
  Status prepare();
  void find_outcomes();
  void intern_facts();
  SetId intern_set(std::vector<TupleId>& set);
  /// Forgets kept steps if they are too many.
  void limit_memory();
  Allowance allowance() const;
  SetId crash_tuples(const FaultPlan& plan);
  ContextId context(const Path& path, Time time, bool with_crashes, bool with_pins);
  void fill_pins(const Path& path, Time time);
  StepRequest request(const Path& path, Time time, SetId input, StepRequest::Part part);

  Result<CoreStep*> core_step(const Path& path, Time time, SetId input,
                              Allowance& allowance);
  SetId successor(CoreStep& step, Time time, const FaultPlan& plan);
  Result<const Judgement*> judgement(const Path& path, SetId input, Allowance& allowance);

  Result<std::shared_ptr<const Step>> whole_step(const Path& path, Time time, SetId input,
                                                 Allowance& allowance);
  std::shared_ptr<const Step> last_step(SetId input);
  std::shared_ptr<Step> copy_step();
  SetId pinned_of(const Step& step);
  SetId next_input(const std::vector<TupleId>& next,
                   const std::vector<SentMessage>& messages, Time time,
                   const FaultPlan& plan);
  void judge(Run& run) const;

  std::unique_ptr<StepEvaluator> evaluator_;
  std::unique_ptr<FaultPlan> plan_;  // judge's
  Run fault_free_;
  bool vacuous_ = false;
  std::unordered_map<TupleId, TupleId> preconditions_;
  std::unordered_map<Time, std::vector<TupleId>> facts_;
  std::vector<SetId> fact_sets_;  // by time, 0..EOT + 1

  WordTable sets_;      // SetId: sorted tuples
  WordTable contexts_;  // ContextId
  std::unordered_map<uint64_t, std::unique_ptr<CoreStep>> core_steps_;
  std::unordered_map<uint64_t, Judgement> judgements_;
  std::unordered_map<uint64_t, std::shared_ptr<const Step>> whole_steps_;
  uint64_t kept_bytes_ = 0;

  // Scratch.
  std::vector<TupleId> set_;
  std::vector<uint32_t> context_;
  std::vector<StepRequest::PinContent> pins_;
};

}  // namespace cutset::dedalus
