#include "solver/sat_source.h"

#include <algorithm>

#include "solver/duals.h"
#include "solver/first_in_order.h"
#include "solver/passes.h"

namespace cutset::solver {

SatSource::SatSource(const Dag& dag, std::vector<Child> roots, SatSourceOptions options)
    : dag_(dag), roots_(std::move(roots)), options_(std::move(options)) {
  const double before = cpu_seconds();
  solver_ = make_backend(options_.backend, options_.seed);
  if (options_.stop) solver_->set_stop(options_.stop);
  encode();
  done_.assign(roots_.size(), 0);
  if (options_.minimise) {
    parents_ = std::make_unique<Parents>(dag_);
    evaluator_ = std::make_unique<DagEvaluator>(dag_, *parents_);
  }
  seconds_ += cpu_seconds() - before;
}

SatSource::~SatSource() = default;

void SatSource::encode() {
  for (FaultId group = 0; group < dag_.fault_count(); ++group) {
    active_.push_back(solver_->new_variable());
    solver_->prefer(-active_.back());
  }
  true_ = solver_->new_variable();
  solver_->add({true_});
  enumeration_ = solver_->new_variable();
  // A gate and its negation share a variable: of the two exactly one is broken.
  const std::vector<GateId> dual = duals(dag_);
  for (GateId gate = 0; gate < dag_.gate_count(); ++gate) {
    if (!dual.empty() && dual[gate] < gate) {
      gate_broken_.push_back(-gate_broken_[dual[gate]]);
      continue;
    }
    gate_broken_.push_back(solver_->new_variable());
    solver_->prefer(-gate_broken_.back());
  }
  std::vector<Literal> clause;
  for (GateId gate = 0; gate < dag_.gate_count(); ++gate) {
    const Literal here = gate_broken_[gate];
    if (dag_.is_and(gate)) {
      clause.assign(1, -here);
      for (const Child child : dag_.children(gate)) clause.push_back(broken(child));
      solver_->add(clause);
    } else {
      for (const Child child : dag_.children(gate)) solver_->add({-here, broken(child)});
    }
  }
  for (const KindLimit& limit : options_.limits) {
    std::vector<Literal> literals;
    for (const FaultId group : limit.groups) literals.push_back(active_[group]);
    const Counter counter(*solver_, literals, limit.most + 1);
    if (const Literal bound = counter.at_most(limit.most); bound != 0) {
      solver_->add({bound});
    }
  }
}

Literal SatSource::broken(Child child) {
  if (child == kTrue) return -true_;
  if (child == kFalse) return true_;
  if (is_enabled(child)) return -active_[child & ~kEnabledBit];
  return dag_.is_gate(child) ? gate_broken_[dag_.gate_of(child)] : active_[child];
}

Literal SatSource::bound(uint32_t size) {
  const auto groups = static_cast<uint32_t>(active_.size());
  if (size >= groups) return 0;
  if (size > 0 && size == options_.packing.size()) return one_of_each_support();
  if (!counter_ || counter_->width() <= size) {
    // Wide enough for the sizes to come, if they are known; else twice as wide as needed.
    const uint32_t most = std::min(options_.most, groups);
    const uint32_t width =
        options_.most == kUnlimited || most > 4 * size + 16
            ? std::min(groups, 2 * std::max(size, options_.lower_bound) + 2)
            : most + 1;
    counter_ = std::make_unique<Counter>(*solver_, active_, std::max(width, size + 1));
  }
  return counter_->at_most(size);
}

Literal SatSource::one_of_each_support() {
  if (tight_ != 0) return tight_;
  tight_ = solver_->new_variable();
  std::vector<uint8_t> is_in(active_.size(), 0);
  for (const std::vector<FaultId>& support : options_.packing) {
    std::vector<Literal> literals;
    for (const FaultId group : support) {
      is_in[group] = 1;
      literals.push_back(active_[group]);
    }
    const Counter counter(*solver_, literals, 2);
    if (const Literal one = counter.at_most(1); one != 0) solver_->add({-tight_, one});
  }
  for (FaultId group = 0; group < active_.size(); ++group) {
    if (is_in[group] == 0) solver_->add({-tight_, -active_[group]});
  }
  return tight_;
}

Progress SatSource::advance(uint32_t size) {
  if (size != size_) {
    size_ = size;
    root_at_ = 0;
    bound_mattered_ = false;
  }
  const double before = cpu_seconds();
  Progress progress = Progress::kNoneLeft;
  while (root_at_ < roots_.size()) {
    if (done_[root_at_] == 0) {
      progress = solve(size, roots_[root_at_]);
      if (progress != Progress::kNoneLeft) break;
    }
    ++root_at_;
  }
  seconds_ += cpu_seconds() - before;
  return progress;
}

Progress SatSource::solve(uint32_t size, Child root) {
  const Literal limit = bound(size);
  std::vector<Literal> assumptions{enumeration_, broken(root)};
  if (limit != 0) assumptions.push_back(limit);
  ++calls_;
  const SatBackend::Answer answer = solver_->solve(assumptions);
  if (answer == SatBackend::Answer::kStopped) return Progress::kStopped;
  if (answer == SatBackend::Answer::kUnsatisfiable) {
    if (limit == 0 || !solver_->failed(limit)) {
      done_[root_at_] = 1;
    } else {
      bound_mattered_ = true;
    }
    return Progress::kNoneLeft;
  }
  LocalSet set = model();
  if (!options_.prefer.empty() &&
      first_set(assumptions, set) == SatBackend::Answer::kStopped) {
    return Progress::kStopped;
  }
  if (evaluator_ && !dag_.has_conditions()) {
    const std::vector<FaultId> order(set.rbegin(), set.rend());
    set = evaluator_->minimised(set, order);
  }
  block(set);
  found(std::move(set));
  return Progress::kFound;
}

/// Of the sets that are left of this size, the one that comes first by preference.
SatBackend::Answer SatSource::first_set(const std::vector<Literal>& assumptions,
                                        LocalSet& set) {
  std::vector<Literal> choices;
  for (const FaultId group : options_.prefer) choices.push_back(active_[group]);
  const FirstInOrder first = first_in_order(*solver_, choices, assumptions);
  calls_ += first.calls;
  set.clear();
  for (const size_t index : first.chosen) set.push_back(options_.prefer[index]);
  std::sort(set.begin(), set.end());
  return first.answer;
}

LocalSet SatSource::model() const {
  LocalSet set;
  for (FaultId group = 0; group < active_.size(); ++group) {
    if (solver_->value(active_[group])) set.push_back(group);
  }
  return set;
}

void SatSource::block(const LocalSet& set) {
  std::vector<Literal> clause{-enumeration_};
  for (const FaultId group : set) clause.push_back(-active_[group]);
  solver_->add(clause);
}

bool SatSource::nothing_above(uint32_t size) {
  return size >= active_.size() || !bound_mattered_;
}

void SatSource::add_to(SearchStats& stats) const {
  stats.variables += solver_->variables();
  stats.clauses += solver_->clauses();
  stats.conflicts += solver_->conflicts();
  stats.sat_calls += calls_;
  stats.sat_seconds += seconds_;
}

}  // namespace cutset::solver
