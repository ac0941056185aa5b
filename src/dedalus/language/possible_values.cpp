#include "dedalus/language/possible_values.h"

#include <algorithm>

namespace cutset::dedalus {

namespace {

constexpr size_t kMaxValues = 200;  // of one column; more are "any"

ValueSet intersection(const ValueSet& left, const ValueSet& right) {
  if (!left) return right;
  if (!right) return left;
  std::set<std::string> both;
  std::set_intersection(left->begin(), left->end(), right->begin(), right->end(),
                        std::inserter(both, both.end()));
  return both;
}

/// Whether `into` has grown.
bool add(ValueSet& into, const ValueSet& from) {
  if (!into) return false;
  if (!from) {
    into.reset();
    return true;
  }
  const size_t before = into->size();
  into->insert(from->begin(), from->end());
  const bool grown = into->size() > before;
  if (into->size() > kMaxValues) into.reset();
  return grown;
}

ValueSet value_of(const Constant& constant) {
  const auto* text = std::get_if<std::string>(&constant);
  return text == nullptr ? ValueSet() : ValueSet({*text});
}

class Values {
 public:
  Values(const Program& program, const ValueSet& nodes)
      : program_(program), nodes_(nodes) {
    for (const Relation& relation : program.relations) {
      std::vector<ValueSet>& columns = found_.columns.emplace_back();
      for (const ColumnType type : relation.columns) {
        columns.push_back(type == ColumnType::kInt ? ValueSet()
                                                   : ValueSet(std::set<std::string>()));
      }
      if (relation.name == "crash") columns[0] = columns[1] = nodes;
    }
    for (const Fact& fact : program.facts) {
      for (size_t i = 0; i < fact.columns.size(); ++i) {
        ValueSet& values = found_.columns[fact.relation][i];
        if (!values) continue;
        values->insert(std::get<std::string>(fact.columns[i]));
        if (values->size() > kMaxValues) values.reset();
      }
    }
    found_.locations.resize(program.rules.size());
    found_.receivers.resize(program.rules.size());
  }

  PossibleValues run() {
    for (bool changed = true; changed;) {
      changed = false;
      for (RuleId id = 0; id < program_.rules.size(); ++id) {
        changed = fire(id) || changed;
      }
    }
    return std::move(found_);
  }

 private:
  /// Whether a column of the head has grown.
  bool fire(RuleId id) {
    const Rule& rule = program_.rules[id];
    std::vector<ValueSet> variables(rule.variables.size());
    for (const Premise& premise : rule.premises) {
      if (premise.negated) continue;
      for (size_t i = 0; i < premise.columns.size(); ++i) {
        const Term& term = premise.columns[i];
        if (term.kind != Term::Kind::kVariable) continue;
        ValueSet& values = variables[term.variable];
        values = intersection(values, found_.columns[premise.relation][i]);
      }
    }
    const Term& location = rule.premises.front().columns.front();
    ValueSet& locations = found_.locations[id];
    if (location.kind == Term::Kind::kConstant) {
      locations = value_of(location.constant);
    } else if (location.kind == Term::Kind::kVariable) {
      locations = variables[location.variable];
      variables[location.variable] = intersection(locations, nodes_);
    }
    bool grown = false;
    for (size_t i = 0; i < rule.columns.size(); ++i) {
      ValueSet value = head_value(rule.columns[i], variables);
      if (i == 0 && rule.timing == Rule::Timing::kAsync) {
        found_.receivers[id] = value;
        value = intersection(value, nodes_);
      }
      grown = add(found_.columns[rule.head][i], value) || grown;
    }
    return grown;
  }

  static ValueSet head_value(const HeadColumn& column,
                             const std::vector<ValueSet>& variables) {
    const std::vector<Expression::Step>& steps = column.value.steps;
    if (steps.size() > 1 || column.aggregate != Aggregate::kNone) return {};
    if (steps[0].kind == Expression::Step::Kind::kVariable) {
      return variables[steps[0].variable];
    }
    return value_of(steps[0].constant);
  }

  const Program& program_;
  const ValueSet& nodes_;
  PossibleValues found_;
};

}  // namespace

PossibleValues possible_values(const Program& program, const ValueSet& nodes) {
  return Values(program, nodes).run();
}

}  // namespace cutset::dedalus
