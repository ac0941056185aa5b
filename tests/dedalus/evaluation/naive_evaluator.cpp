#include "naive_evaluator.h"

#include <algorithm>
#include <functional>
#include <map>

#include <fmt/format.h>

namespace cutset::dedalus {
namespace {

using Row = std::vector<Constant>;
using Table = std::set<Row>;
using Bindings = std::map<VariableId, Constant>;

std::string show(const Constant& constant) {
  const auto* number = std::get_if<int64_t>(&constant);
  return number != nullptr ? std::to_string(*number) : std::get<std::string>(constant);
}

std::string show(const Row& row) {
  std::string text;
  for (const Constant& constant : row) {
    text += (text.empty() ? "" : ", ") + show(constant);
  }
  return "(" + text + ")";
}

struct TooMuchWork {};

class Naive {
 public:
  Naive(const Program& program, const FailureSpec& spec, const ModelFaultSet& faults,
        uint64_t max_work)
      : program_(program), spec_(spec), faults_(faults), work_left_(max_work) {}

  NaiveResult run() {
    for (const Fact& fact : program_.facts) {
      facts_[{fact.relation, fact.time}].insert(fact.columns);
    }
    for (int64_t time = 1; time <= spec_.eot; ++time) {
      start(time);
      for (const std::vector<RuleId>& stratum : program_.strata) fixpoint(stratum, time);
      for (RuleId id = 0; id < program_.rules.size(); ++id) finish(id, time);
    }
    start(spec_.eot + 1);
    collect();
    return std::move(result_);
  }

 private:
  struct Match {
    Bindings bindings;
    std::string node;                 // where it fires; "" if the location is `_`
    std::vector<std::string> used;    // positive premises, with times
    std::vector<std::string> absent;  // negated premises, with times
  };

  bool is_node(const std::string& name) const {
    return std::count(spec_.nodes.begin(), spec_.nodes.end(), name) > 0;
  }

  std::string name_of(NodeIndex node) const { return spec_.nodes[node]; }

  /// The node crashed at `time` or before.
  bool is_crashed(const std::string& node, int64_t time) const {
    return std::any_of(faults_.begin(), faults_.end(), [&](const ModelFault& fault) {
      return fault.kind == ModelFault::Kind::kCrash && name_of(fault.node) == node &&
             fault.time <= time;
    });
  }

  bool computes(const std::string& node, int64_t time) const {
    return is_node(node) &&
           (spec_.crash_model == CrashModel::kSend || !is_crashed(node, time));
  }

  bool arrives(const std::string& from, const std::string& to, int64_t time) const {
    if (spec_.crash_model == CrashModel::kStop && is_crashed(to, time + 1)) return false;
    if (from == to) return true;
    if (is_crashed(from, time)) return false;
    return std::none_of(faults_.begin(), faults_.end(), [&](const ModelFault& fault) {
      return fault.kind == ModelFault::Kind::kOmission && name_of(fault.node) == from &&
             name_of(fault.to) == to && fault.time == time;
    });
  }

  /// Facts, what came from the step before (it is there already), and crashes.
  void start(int64_t time) {
    for (const auto& [where, rows] : facts_) {
      if (where.second == time) tables_[where].insert(rows.begin(), rows.end());
    }
    const auto crash = program_.relation("crash");
    if (!crash || time > spec_.eot) return;
    for (const ModelFault& fault : faults_) {
      if (fault.kind != ModelFault::Kind::kCrash) continue;
      for (const std::string& observer : spec_.nodes) {
        tables_[{*crash, time}].insert(
            {observer, name_of(fault.node), int64_t{fault.time}});
      }
    }
  }

  /// What a premise sees if its rule fires at `time`.
  Table seen(const Premise& premise, int64_t time) {
    const int64_t at = premise.at.value_or(time);
    if (premise.relation == program_.relation("crash") && at >= 1 && at <= spec_.eot) {
      return tables_[{premise.relation, time}];
    }
    // Of times to come, and of those that no run has, the facts.
    if (at > time || at < 1) return facts_[{premise.relation, at}];
    return tables_[{premise.relation, at}];
  }

  int64_t shown_time(const Premise& premise, int64_t time) const {
    const int64_t at = premise.at.value_or(time);
    const bool is_crash = premise.relation == program_.relation("crash");
    return is_crash && at >= 1 && at <= spec_.eot ? time : at;
  }

  static bool unify(const Premise& premise, const Row& row, Bindings& bindings) {
    for (size_t i = 0; i < row.size(); ++i) {
      const Term& term = premise.columns[i];
      if (term.kind == Term::Kind::kConstant && term.constant != row[i]) return false;
      if (term.kind != Term::Kind::kVariable) continue;
      const auto [known, is_new] = bindings.try_emplace(term.variable, row[i]);
      if (!is_new && known->second != row[i]) return false;
    }
    return true;
  }

  /// Nothing: division by zero.
  static std::optional<Constant> evaluate(const Expression& expression,
                                          const Bindings& bindings) {
    std::vector<Constant> stack;
    for (const Expression::Step& step : expression.steps) {
      if (step.kind == Expression::Step::Kind::kVariable) {
        stack.push_back(bindings.at(step.variable));
        continue;
      }
      if (step.kind == Expression::Step::Kind::kConstant) {
        stack.push_back(step.constant);
        continue;
      }
      const Constant right = stack.back();
      stack.pop_back();
      const Constant left = stack.back();
      stack.pop_back();
      const auto result = apply(step.op, left, right);
      if (!result) return std::nullopt;
      stack.push_back(*result);
    }
    return stack.back();
  }

  static std::optional<Constant> apply(Operator op, const Constant& left,
                                       const Constant& right) {
    switch (op) {
      case Operator::kEqual:
        return int64_t{left == right};
      case Operator::kNotEqual:
        return int64_t{left != right};
      case Operator::kLess:
        return int64_t{left < right};
      case Operator::kLessEqual:
        return int64_t{left <= right};
      case Operator::kGreater:
        return int64_t{left > right};
      case Operator::kGreaterEqual:
        return int64_t{left >= right};
      default:
        break;
    }
    const auto a = std::get<int64_t>(left);
    const auto b = std::get<int64_t>(right);
    int64_t result = 0;
    // These wrap around; so does what has no positive counterpart, divided by -1.
    if (op == Operator::kAdd) (void)__builtin_add_overflow(a, b, &result);
    if (op == Operator::kSubtract) (void)__builtin_sub_overflow(a, b, &result);
    if (op == Operator::kMultiply) (void)__builtin_mul_overflow(a, b, &result);
    if (op == Operator::kDivide) {
      if (b == 0) return std::nullopt;
      if (b == -1) return apply(Operator::kSubtract, int64_t{0}, left);
      result = a / b;
    }
    return result;
  }

  /// Every way to satisfy the body at `time`.
  std::vector<Match> matches(const Rule& rule, int64_t time) {
    std::vector<Match> found;
    extend(rule, 0, time, {}, found);
    return found;
  }

  /// Positive premises as written, then the rest.
  void extend(const Rule& rule, size_t index, int64_t time, Match match,
              std::vector<Match>& found) {
    while (index < rule.premises.size() && rule.premises[index].negated) ++index;
    if (index == rule.premises.size()) {
      check_location(rule, time, std::move(match), found);
      return;
    }
    const Premise& premise = rule.premises[index];
    for (const Row& row : seen(premise, time)) {
      if (work_left_-- == 0) throw TooMuchWork();
      Match next = match;
      if (!unify(premise, row, next.bindings)) continue;
      next.used.push_back(program_.relations[premise.relation].name + show(row) + "@" +
                          std::to_string(shown_time(premise, time)));
      extend(rule, index + 1, time, std::move(next), found);
    }
  }

  /// clock(Loc, ...): the location is a node that computes.
  void check_location(const Rule& rule, int64_t time, Match match,
                      std::vector<Match>& found) {
    const Term& location = rule.premises.front().columns.front();
    for (const std::string& node : spec_.nodes) {
      if (!computes(node, time)) continue;
      Match at = match;
      at.node = node;
      if (location.kind == Term::Kind::kConstant && location.constant != Constant(node)) {
        continue;
      }
      if (location.kind == Term::Kind::kVariable) {
        const auto [known, is_new] = at.bindings.try_emplace(location.variable, node);
        if (!is_new && known->second != Constant(node)) continue;
      }
      if (location.kind == Term::Kind::kWildcard) at.node = "";
      check_rest(rule, time, std::move(at), found);
      if (location.kind == Term::Kind::kWildcard) return;  // one clock tuple is enough
    }
  }

  void check_rest(const Rule& rule, int64_t time, Match match,
                  std::vector<Match>& found) {
    for (const Condition& condition : rule.conditions) {
      const auto value = evaluate(condition.expression, match.bindings);
      if (!value || *value == Constant(int64_t{0})) return;
    }
    for (const Premise& premise : rule.premises) {
      if (!premise.negated) continue;
      for (const Row& row : seen(premise, time)) {
        if (work_left_-- == 0) throw TooMuchWork();
        Bindings bindings = match.bindings;
        if (unify(premise, row, bindings)) return;
      }
      if (shown_time(premise, time) > time) continue;
      match.absent.push_back(absent_text(premise, match.bindings) + "@" +
                             std::to_string(shown_time(premise, time)));
    }
    found.push_back(std::move(match));
  }

  std::string absent_text(const Premise& premise, const Bindings& bindings) const {
    std::string text;
    for (size_t i = 0; i < premise.columns.size(); ++i) {
      const Term& term = premise.columns[i];
      if (i > 0) text += ", ";
      if (term.kind == Term::Kind::kConstant) {
        text += show(term.constant);
      } else if (term.kind == Term::Kind::kVariable &&
                 bindings.count(term.variable) > 0) {
        text += show(bindings.at(term.variable));
      } else {
        text += wildcard_text(premise, i);
      }
    }
    return program_.relations[premise.relation].name + "(" + text + ")";
  }

  static std::string wildcard_text(const Premise& premise, size_t column) {
    const Term& term = premise.columns[column];
    for (size_t before = 0; before < column; ++before) {
      const Term& other = premise.columns[before];
      if (term.kind == Term::Kind::kVariable && other.kind == Term::Kind::kVariable &&
          other.variable == term.variable) {
        return "= column " + std::to_string(before + 1);
      }
    }
    return "_";
  }

  static bool has_aggregates(const Rule& rule) {
    return std::any_of(
        rule.columns.begin(), rule.columns.end(),
        [](const HeadColumn& column) { return column.aggregate != Aggregate::kNone; });
  }

  std::optional<Row> head_of(const Rule& rule, const Bindings& bindings) const {
    Row row;
    for (const HeadColumn& column : rule.columns) {
      const auto value = evaluate(column.value, bindings);
      if (!value) return std::nullopt;
      row.push_back(*value);
    }
    return row;
  }

  void fixpoint(const std::vector<RuleId>& stratum, int64_t time) {
    bool changed = true;
    while (changed) {
      changed = false;
      for (const RuleId id : stratum) {
        const Rule& rule = program_.rules[id];
        for (const Row& row :
             has_aggregates(rule) ? aggregated(id, time, false) : heads(rule, time)) {
          changed |= tables_[{rule.head, time}].insert(row).second;
        }
      }
    }
  }

  Table heads(const Rule& rule, int64_t time) {
    Table rows;
    for (const Match& match : matches(rule, time)) {
      if (const auto row = head_of(rule, match.bindings)) rows.insert(*row);
    }
    return rows;
  }

  /// Section 7: distinct (group, aggregated variables), then a value for each group.
  Table aggregated(RuleId id, int64_t time, bool with_firings) {
    const Rule& rule = program_.rules[id];
    std::map<Row, std::set<Row>> groups;
    for (const Match& match : matches(rule, time)) {
      Row group;
      Row values;
      bool is_defined = true;
      std::set<VariableId> seen;
      for (const HeadColumn& column : rule.columns) {
        const auto value = evaluate(column.value, match.bindings);
        if (!value) {
          is_defined = false;
        } else if (column.aggregate == Aggregate::kNone) {
          group.push_back(*value);
        } else if (seen.insert(column.value.steps.front().variable).second) {
          values.push_back(*value);
        }
      }
      if (!is_defined) continue;
      groups[group].insert(values);
      if (with_firings) {
        Row contribution = group;
        contribution.insert(contribution.end(), values.begin(), values.end());
        add_firing(id, "contribution", contribution_text(id, contribution, time), match,
                   "");
      }
    }
    Table rows;
    for (const auto& [group, values] : groups) {
      rows.insert(aggregate(rule, group, values));
      if (with_firings) add_aggregation(id, group, values, time);
    }
    return rows;
  }

  static std::string contribution_text(RuleId id, const Row& row, int64_t time) {
    return fmt::format("rule {}'s contributions{}@{}", id + 1, show(row), time);
  }

  void add_aggregation(RuleId id, const Row& group, const std::set<Row>& values,
                       int64_t time) {
    std::set<std::string> used;
    for (const Row& row : values) {
      Row contribution = group;
      contribution.insert(contribution.end(), row.begin(), row.end());
      used.insert(contribution_text(id, contribution, time));
    }
    const Rule& rule = program_.rules[id];
    std::string text;
    for (const std::string& one : used) text += (text.empty() ? "" : "; ") + one;
    result_.lines.insert(fmt::format("firing {} aggregate {}{}@{} <- {}", id + 1,
                                     program_.relations[rule.head].name,
                                     show(aggregate(rule, group, values)), time, text));
  }

  static Row aggregate(const Rule& rule, const Row& group, const std::set<Row>& values) {
    std::map<VariableId, size_t> place;
    for (const HeadColumn& column : rule.columns) {
      if (column.aggregate == Aggregate::kNone) continue;
      place.try_emplace(column.value.steps.front().variable, place.size());
    }
    Row row;
    size_t in_group = 0;
    for (const HeadColumn& column : rule.columns) {
      if (column.aggregate == Aggregate::kNone) {
        row.push_back(group[in_group++]);
        continue;
      }
      std::vector<Constant> all;
      for (const Row& one : values) {
        all.push_back(one[place.at(column.value.steps.front().variable)]);
      }
      row.push_back(fold(column.aggregate, all));
    }
    return row;
  }

  static Constant fold(Aggregate aggregate, const std::vector<Constant>& all) {
    if (aggregate == Aggregate::kCount) return static_cast<int64_t>(all.size());
    if (aggregate == Aggregate::kMax) return *std::max_element(all.begin(), all.end());
    if (aggregate == Aggregate::kMin) return *std::min_element(all.begin(), all.end());
    uint64_t sum = 0;
    for (const Constant& one : all) sum += static_cast<uint64_t>(std::get<int64_t>(one));
    const auto total = static_cast<int64_t>(sum);
    if (aggregate == Aggregate::kSum) return total;
    return total / static_cast<int64_t>(all.size());
  }

  /// The tables of `time` are complete: messages, the next step, and every firing.
  void finish(RuleId id, int64_t time) {
    const Rule& rule = program_.rules[id];
    const std::string name = program_.relations[rule.head].name;
    if (has_aggregates(rule)) {
      aggregated(id, time, true);
      return;
    }
    for (const Match& match : matches(rule, time)) {
      const auto row = head_of(rule, match.bindings);
      if (!row) continue;
      if (rule.timing == Rule::Timing::kDeductive) {
        add_firing(id, "plain", name + show(*row) + "@" + std::to_string(time), match,
                   "");
        continue;
      }
      const std::string head = name + show(*row) + "@" + std::to_string(time + 1);
      if (rule.timing == Rule::Timing::kNext) {
        tables_[{rule.head, time + 1}].insert(*row);
        add_firing(id, "plain", head, match, "");
        continue;
      }
      const std::string to = show(row->front());
      if (!is_node(to)) continue;
      const std::string from = match.node.empty() ? to : match.node;
      const bool delivered = arrives(from, to, time);
      result_.lines.insert(fmt::format("message {} -> {} at {}: {}{}, {}", from, to, time,
                                       name, show(*row),
                                       delivered ? "delivered" : "lost"));
      if (!delivered) continue;
      tables_[{rule.head, time + 1}].insert(*row);
      const bool can_be_lost = from != to || spec_.crash_model == CrashModel::kStop;
      add_firing(id, "plain", head, match,
                 can_be_lost ? fmt::format(" via {} -> {} at {}", from, to, time) : "");
    }
  }

  void add_firing(RuleId id, const char* kind, const std::string& head,
                  const Match& match, const std::string& delivery) {
    std::string used;
    for (const std::string& one : match.used) used += (used.empty() ? "" : "; ") + one;
    std::string absent;
    for (const std::string& one : match.absent) absent += "; no " + one;
    result_.lines.insert(fmt::format("firing {} {} {} <- {}{} at {}{}", id + 1, kind,
                                     head, used, absent,
                                     match.node.empty() ? "any" : match.node, delivery));
  }

  void collect() {
    for (const auto& [where, rows] : tables_) {
      const auto& [relation, time] = where;
      if (time < 1 || time > spec_.eot + 1) continue;
      const std::string name = program_.relations[relation].name;
      for (const Row& row : rows) {
        result_.lines.insert(fmt::format("at {}: {}{}", time, name, show(row)));
        if (time == spec_.eot && name == "post") result_.post.insert(show(row));
        if (time == spec_.eot && name == "pre") result_.pre.insert(show(row));
      }
    }
  }

  const Program& program_;
  const FailureSpec& spec_;
  const ModelFaultSet& faults_;
  uint64_t work_left_;
  std::map<std::pair<RelationId, int64_t>, Table> facts_;
  std::map<std::pair<RelationId, int64_t>, Table> tables_;
  NaiveResult result_;
};

}  // namespace

std::optional<NaiveResult> naive_run(const Program& program, const FailureSpec& spec,
                                     const ModelFaultSet& faults, uint64_t max_work) {
  try {
    return Naive(program, spec, faults, max_work).run();
  } catch (const TooMuchWork&) {
    return std::nullopt;
  }
}

void naive_judge(const NaiveResult& fault_free, NaiveResult& run) {
  if (fault_free.post.empty() || fault_free.pre.empty()) {
    run.lines.insert("vacuous");
    return;
  }
  for (const std::string& tuple : fault_free.post) {
    if (run.post.count(tuple) == 0 && run.pre.count(tuple) > 0) {
      run.lines.insert("violated: post" + tuple);
    }
  }
}

}  // namespace cutset::dedalus
