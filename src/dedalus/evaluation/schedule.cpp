#include "dedalus/evaluation/schedule.h"

#include <algorithm>
#include <functional>

#include <fmt/format.h>

namespace cutset::dedalus {
namespace {

/// What makes tuples of a relation within a step: a rule, or an aggregation.
struct Maker {
  bool is_aggregation = false;
  uint32_t index = 0;
  RelationId head = 0;
  std::vector<RelationId> reads;      // at the same time
  std::vector<RelationId> completed;  // of these, negated or aggregated
};

class Scheduler {
 public:
  Scheduler(CompiledProgram& compiled, const Program& program, Time eot)
      : compiled_(compiled), program_(program), eot_(eot) {}

  Status run() {
    collect_makers();
    find_components();
    CUTSET_TRY(check_stratified());
    fill_components();
    mark_relevant();
    mark_components();
    return {};
  }

 private:
  void collect_makers() {
    const auto relations = static_cast<uint32_t>(compiled_.arity.size());
    makers_of_.resize(relations);
    for (uint32_t i = 0; i < compiled_.rules.size(); ++i) {
      const CompiledRule& rule = compiled_.rules[i];
      if (is_emitting(rule)) continue;
      Maker maker;
      maker.index = i;
      maker.head = rule.head;
      for (const CompiledPremise& premise : rule.premises) {
        if (!may_be_same_time(premise)) continue;
        maker.reads.push_back(premise.relation);
        if (premise.negated) maker.completed.push_back(premise.relation);
      }
      add(std::move(maker));
    }
    for (uint32_t i = 0; i < compiled_.aggregations.size(); ++i) {
      const CompiledAggregation& aggregation = compiled_.aggregations[i];
      add({.is_aggregation = true,
           .index = i,
           .head = aggregation.head,
           .reads = {aggregation.contributions},
           .completed = {aggregation.contributions}});
    }
  }

  static bool is_emitting(const CompiledRule& rule) {
    return rule.kind == CompiledRule::Kind::kNext ||
           rule.kind == CompiledRule::Kind::kAsync;
  }

  bool may_be_same_time(const CompiledPremise& premise) const {
    if (premise.pin == kNoIndex) return true;
    const Time time = compiled_.pins[premise.pin].time;
    return time >= 1 && time <= eot_;
  }

  void add(Maker maker) {
    makers_of_[maker.head].push_back(static_cast<uint32_t>(makers_.size()));
    makers_.push_back(std::move(maker));
  }

  /// Tarjan's algorithm over relations, with its own stack: rules may form long chains.
  /// Components come out with what they read before them.
  void find_components() {
    const auto relations = static_cast<uint32_t>(makers_of_.size());
    component_of_.assign(relations, kNoIndex);
    std::vector<uint32_t> number(relations, 0);
    std::vector<uint32_t> low(relations, 0);
    std::vector<RelationId> open;
    uint32_t counter = 0;
    struct Visit {
      RelationId relation;
      std::vector<RelationId> reads;
      size_t next;
    };
    std::vector<Visit> visits;
    const auto enter = [&](RelationId relation) {
      number[relation] = low[relation] = ++counter;
      open.push_back(relation);
      visits.push_back({relation, reads_of(relation), 0});
    };
    for (RelationId root = 0; root < relations; ++root) {
      if (number[root] != 0) continue;
      enter(root);
      while (!visits.empty()) {
        Visit& visit = visits.back();
        if (visit.next < visit.reads.size()) {
          const RelationId read = visit.reads[visit.next++];
          if (number[read] == 0) {
            enter(read);
          } else if (component_of_[read] == kNoIndex) {
            low[visit.relation] = std::min(low[visit.relation], number[read]);
          }
          continue;
        }
        const RelationId done = visit.relation;
        visits.pop_back();
        if (!visits.empty()) {
          low[visits.back().relation] = std::min(low[visits.back().relation], low[done]);
        }
        if (low[done] == number[done]) close_component(done, open);
      }
    }
  }

  std::vector<RelationId> reads_of(RelationId relation) const {
    std::vector<RelationId> reads;
    for (const uint32_t maker : makers_of_[relation]) {
      reads.insert(reads.end(), makers_[maker].reads.begin(), makers_[maker].reads.end());
    }
    std::sort(reads.begin(), reads.end());
    reads.erase(std::unique(reads.begin(), reads.end()), reads.end());
    return reads;
  }

  void close_component(RelationId root, std::vector<RelationId>& open) {
    std::vector<RelationId> members;
    while (true) {
      const RelationId member = open.back();
      open.pop_back();
      component_of_[member] = static_cast<uint32_t>(members_.size());
      members.push_back(member);
      if (member == root) break;
    }
    std::sort(members.begin(), members.end());
    members_.push_back(std::move(members));
  }

  Status check_stratified() const {
    for (const Maker& maker : makers_) {
      for (const RelationId read : maker.completed) {
        if (component_of_[read] != component_of_[maker.head]) continue;
        const RuleId id = maker.is_aggregation ? compiled_.aggregations[maker.index].rule
                                               : compiled_.rules[maker.index].rule;
        const Rule& rule = program_.rules[id];
        return Error::bad_input(
            fmt::format("whether {} holds depends on its own absence at the same time: "
                        "a rule that negates or counts what it derives must do so at "
                        "an earlier time",
                        program_.relations[rule.head].name),
            program_.files.empty() ? "" : program_.files.at(rule.place.file),
            static_cast<int>(rule.place.line), static_cast<int>(rule.place.column));
      }
    }
    return {};
  }

  void fill_components() {
    for (const std::vector<RelationId>& members : members_) {
      Component component;
      component.heads = members;
      for (const RelationId member : members) {
        for (const uint32_t index : makers_of_[member]) {
          const Maker& maker = makers_[index];
          (maker.is_aggregation ? component.aggregations : component.rules)
              .push_back(maker.index);
          for (const RelationId read : maker.reads) {
            component.is_recursive |= component_of_[read] == component_of_[member];
          }
        }
      }
      if (component.rules.empty() && component.aggregations.empty()) continue;
      std::sort(component.rules.begin(), component.rules.end());
      compiled_.components.push_back(std::move(component));
    }
  }

  /// What can change pre or post at the end, over all steps.
  void mark_relevant() {
    auto& relevant = compiled_.is_relevant;
    relevant.assign(makers_of_.size(), false);
    std::vector<RelationId> work;
    const auto mark = [&](RelationId relation) {
      if (relevant[relation]) return;
      relevant[relation] = true;
      work.push_back(relation);
    };
    mark(compiled_.pre);
    mark(compiled_.post);
    while (!work.empty()) {
      const RelationId relation = work.back();
      work.pop_back();
      for (const CompiledRule& rule : compiled_.rules) {
        if (rule.head != relation) continue;
        for (const CompiledPremise& premise : rule.premises) mark(premise.relation);
      }
      for (const CompiledAggregation& aggregation : compiled_.aggregations) {
        if (aggregation.head == relation) mark(aggregation.contributions);
      }
    }
  }

  /// Relations that must be known in a step if those of `wanted` must.
  std::vector<bool> needed(const std::vector<RelationId>& wanted) const {
    std::vector<bool> need(makers_of_.size(), false);
    std::vector<RelationId> work = wanted;
    while (!work.empty()) {
      const RelationId relation = work.back();
      work.pop_back();
      if (need[relation]) continue;
      need[relation] = true;
      for (const uint32_t maker : makers_of_[relation]) {
        work.insert(work.end(), makers_[maker].reads.begin(), makers_[maker].reads.end());
      }
    }
    return need;
  }

  void mark_components() {
    compiled_.is_pinned.assign(makers_of_.size(), false);
    std::vector<RelationId> core_wanted;
    for (const CompiledRule& rule : compiled_.rules) {
      if (!compiled_.is_relevant[rule.head]) continue;
      for (const CompiledPremise& premise : rule.premises) {
        if (premise.pin != kNoIndex) core_wanted.push_back(premise.relation);
        if (is_emitting(rule) && may_be_same_time(premise)) {
          core_wanted.push_back(premise.relation);
        }
      }
    }
    for (const Pin& pin : compiled_.pins) compiled_.is_pinned[pin.relation] = true;
    for (const uint32_t index : compiled_.emitting) {
      const CompiledRule& rule = compiled_.rules[index];
      if (!compiled_.is_relevant[rule.head]) continue;
      compiled_.core_emitting.push_back(index);
      note_context(rule, compiled_.core_reads_crash, compiled_.core_has_pins);
    }
    const std::vector<bool> core = needed(core_wanted);
    const std::vector<bool> judged = needed({compiled_.pre, compiled_.post});
    for (Component& component : compiled_.components) {
      component.is_core = core[component.heads.front()];
      component.is_judged = judged[component.heads.front()];
      for (const uint32_t index : component.rules) {
        const CompiledRule& rule = compiled_.rules[index];
        if (component.is_core) {
          note_context(rule, compiled_.core_reads_crash, compiled_.core_has_pins);
        }
        if (component.is_judged) {
          note_context(rule, compiled_.judged_reads_crash, compiled_.judged_has_pins);
        }
      }
    }
    if (compiled_.crash != kNoIndex && compiled_.is_pinned[compiled_.crash]) {
      compiled_.core_reads_crash = true;
    }
  }

  void note_context(const CompiledRule& rule, bool& reads_crash, bool& has_pins) const {
    for (const CompiledPremise& premise : rule.premises) {
      reads_crash |= premise.relation == compiled_.crash;
      has_pins |= premise.pin != kNoIndex;
    }
  }

  CompiledProgram& compiled_;
  const Program& program_;
  const Time eot_;
  std::vector<Maker> makers_;
  std::vector<std::vector<uint32_t>> makers_of_;  // by relation
  std::vector<uint32_t> component_of_;
  std::vector<std::vector<RelationId>> members_;
};

}  // namespace

Status make_schedule(CompiledProgram& compiled, const Program& program, Time eot) {
  return Scheduler(compiled, program, eot).run();
}

}  // namespace cutset::dedalus
