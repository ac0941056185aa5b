#include "dedalus/evaluation/simulator.h"

#include "dedalus/evaluation/machine.h"

namespace cutset::dedalus {

Result<Simulator> Simulator::create(Program program, FailureSpec spec,
                                    SimulatorLimits limits) {
  CUTSET_ASSIGN(auto machine,
                Machine::create(std::move(program), std::move(spec), std::move(limits)));
  return Simulator(std::move(machine));
}

Simulator::Simulator(std::unique_ptr<Machine> machine) : machine_(std::move(machine)) {}
Simulator::Simulator(Simulator&&) noexcept = default;
Simulator& Simulator::operator=(Simulator&&) noexcept = default;
Simulator::~Simulator() = default;

const Program& Simulator::program() const {
  return machine_->program;
}
const FailureSpec& Simulator::spec() const {
  return machine_->spec;
}
const Run& Simulator::fault_free() const {
  return machine_->fault_free();
}
bool Simulator::vacuous() const {
  return machine_->vacuous();
}
const std::vector<TupleId>& Simulator::outcomes() const {
  return machine_->outcomes;
}

TupleId Simulator::precondition_of(TupleId outcome) const {
  return machine_->precondition_of(outcome);
}

Result<RunVerdict> Simulator::judge(const ModelFaultSet& faults) {
  return machine_->judge(faults);
}

Result<Run> Simulator::run(const ModelFaultSet& faults) {
  return machine_->run(faults);
}

RelationId Simulator::relation_count() const {
  return static_cast<RelationId>(machine_->compiled.arity.size());
}

std::string Simulator::relation_name(RelationId relation) const {
  return machine_->relation_name(relation);
}

RelationId Simulator::relation_of(TupleId tuple) const {
  return machine_->tuples.label(tuple);
}

std::span<const Value> Simulator::values_of(TupleId tuple) const {
  return machine_->tuples.words(tuple);
}

std::string Simulator::to_text(TupleId tuple) const {
  return machine_->tuple_text(relation_of(tuple), values_of(tuple));
}

bool Simulator::find(RelationId relation, std::span<const Value> values,
                     TupleId& tuple) const {
  tuple = machine_->tuples.find(relation, values);
  return tuple != WordTable::kNone;
}

RelationId Simulator::relation_of_pattern(PatternId pattern) const {
  return machine_->patterns.label(pattern);
}

std::span<const Value> Simulator::values_of_pattern(PatternId pattern) const {
  return machine_->patterns.words(pattern);
}

PatternId Simulator::pattern(RelationId relation, std::span<const Value> values) {
  return machine_->patterns.intern(relation, values);
}

std::string Simulator::pattern_to_text(PatternId pattern) const {
  return machine_->tuple_text(relation_of_pattern(pattern), values_of_pattern(pattern));
}

const ValueTable& Simulator::values() const {
  return machine_->values;
}

bool Simulator::crash_of(TupleId tuple, ModelFault& fault) const {
  if (relation_of(tuple) != machine_->compiled.crash) return false;
  const auto words = values_of(tuple);
  const NodeIndex node = ValueTable::text_index(words[1]);
  if (node >= spec().nodes.size() || !values().is_number(words[2])) return false;
  fault = ModelFault::crash(node, static_cast<Time>(values().as_number(words[2])));
  return true;
}

Simulator::Counts Simulator::counts() const {
  Counts counts = machine_->counts;
  counts.tuples_known = machine_->tuples.size();
  return counts;
}

}  // namespace cutset::dedalus
