// From a match of a rule's premises to the firing that it is: what it needs besides.
#include "base/check.h"
#include "dedalus/grounding/grounder.h"

namespace cutset::dedalus {

void Grounder::fire(Match& match) {
  const Rule& rule = program_.rules[match.rule];
  OpenFiring firing;
  for (size_t i = 0; i < rule.premises.size(); ++i) {
    if (rule.premises[i].negated) continue;
    const PossibleTuple& tuple = tuples_[match.tuples[i]];
    if (!tuple.is_final) {
      firing.open.push_back(match.tuples[i]);
    } else {
      firing.known.push_back(tuple.literal);
    }
  }
  if (!GoalMaker::tidy(firing.known)) return;
  for (size_t i = 0; i < rule.premises.size(); ++i) {
    if (!rule.premises[i].negated) continue;
    firing.known.push_back(absence(match, i));
    if (firing.known.back() == kFalse) return;
  }
  const Term& location = rule.premises.front().columns.front();
  if (location.kind == Term::Kind::kWildcard) {
    // Any node's clock; a node sends to itself without loss, so one firing of them is
    // enough where nodes do not stop.
    if (spec_.crash_model == CrashModel::kSend) {
      return fire_at(match, std::nullopt, std::move(firing));
    }
    for (NodeIndex node = 0; node < nodes_.size(); ++node) {
      fire_at(match, node, firing);
    }
    return;
  }
  const Value at = location.kind == Term::Kind::kVariable
                       ? match.bound[location.variable]
                       : values_.constant(location.constant);
  const auto node = node_of_.find(at);
  if (node != node_of_.end()) fire_at(match, node->second, std::move(firing));
}

void Grounder::fire_at(const Match& match, std::optional<NodeIndex> location,
                       OpenFiring firing) {
  const Rule& rule = program_.rules[match.rule];
  if (location) firing.known.push_back(faults_.is_up(*location, match.time));
  std::vector<Value> columns;
  std::vector<Value> aggregated;
  for (const HeadColumn& column : rule.columns) {
    const std::optional<Value> value = evaluate(column.value, match.bound, values_);
    if (!value) return;
    if (column.aggregate != Aggregate::kNone) aggregated.push_back(*value);
    columns.push_back(column.aggregate == Aggregate::kNone ? *value : 0);
  }
  if (rule.timing == Rule::Timing::kAsync) {
    const auto to = node_of_.find(columns.front());
    if (to == node_of_.end()) return;
    if (location) {
      firing.known.push_back(faults_.delivered(*location, to->second, match.time));
    }
  }
  if (!GoalMaker::tidy(firing.known)) return;
  ++firings_;
  if (groups_ != nullptr) {
    CHECK(firing.open.empty());
    (*groups_)[columns][aggregated].push_back(std::move(firing.known));
    return;
  }
  const int64_t time =
      rule.timing == Rule::Timing::kDeductive ? match.time : match.time + 1;
  derive(rule.head, time, columns, std::move(firing));
}

void Grounder::derive(RelationId relation, int64_t time, std::span<const Value> columns,
                      OpenFiring firing) {
  PossibleTuple& tuple = tuples_[tuples_.intern(relation, time, columns)];
  if (tuple.is_final) {
    if (tuple.literal == kTrue) return;  // a fact
    // A tuple of crash; rules do not derive any.
    CHECK(false);
  }
  tuple.firings.push_back(std::move(firing));
}

Literal Grounder::absence(const Match& match, size_t premise) {
  const Rule& rule = program_.rules[match.rule];
  const Premise& is = rule.premises[premise];
  auto known = absences_.find({match.rule, premise});
  if (known == absences_.end()) {
    known =
        absences_
            .emplace(std::pair{match.rule, premise}, plan_absence(rule, premise, values_))
            .first;
  }
  const JoinStep& step = known->second;
  const int64_t time = is.at.value_or(match.time);
  std::vector<Value> key;
  key_of(step, match.bound, key);
  std::vector<uint32_t> name{match.rule, static_cast<uint32_t>(premise),
                             static_cast<uint32_t>(time)};
  name.insert(name.end(), key.begin(), key.end());
  const auto before = absence_known_.find(name);
  if (before != absence_known_.end()) return before->second;

  std::vector<Literal> present;
  std::vector<Value> bound = match.bound;
  for (const PossibleId id :
       tuples_.matching(tuples_.table(is.relation, time), step.mask, key)) {
    if (!tuples_.matches(id, step.mask, key) || !bind(step, id, bound)) continue;
    const PossibleTuple& tuple = tuples_[id];
    if (!tuple.is_final) {
      // Only facts are there before their time.
      CHECK(time > match.time);
      continue;
    }
    present.push_back(tuple.literal);
  }
  const Literal result = negation(goals_.either(present));
  // Before its time a relation has only facts; there will be more.
  if (time <= match.time) absence_known_.emplace(std::move(name), result);
  return result;
}

}  // namespace cutset::dedalus
