#include "dedalus/symmetry.h"

#include <algorithm>
#include <functional>
#include <map>
#include <numeric>
#include <set>

#include <fmt/format.h>

namespace cutset::dedalus {

namespace {

using Renaming = std::map<std::string, std::string>;

std::string text_of(const Constant& constant, const Renaming& renaming) {
  if (const auto* number = std::get_if<int64_t>(&constant)) {
    return fmt::format("#{} ", *number);
  }
  const auto& text = std::get<std::string>(constant);
  const auto renamed = renaming.find(text);
  return fmt::format("\"{}\" ", renamed == renaming.end() ? text : renamed->second);
}

std::string text_of(const Expression& expression, const Renaming& renaming) {
  std::string text;
  for (const Expression::Step& step : expression.steps) {
    switch (step.kind) {
      case Expression::Step::Kind::kVariable:
        text += fmt::format("v{} ", step.variable);
        break;
      case Expression::Step::Kind::kConstant:
        text += text_of(step.constant, renaming);
        break;
      case Expression::Step::Kind::kOperator:
        text += fmt::format("op{} ", static_cast<int>(step.op));
        break;
    }
  }
  return text;
}

std::string text_of(const Fact& fact, const Renaming& renaming) {
  std::string text = fmt::format("{}@{} ", fact.relation, fact.time);
  for (const Constant& constant : fact.columns) text += text_of(constant, renaming);
  return text;
}

std::string text_of(const Rule& rule, const Renaming& renaming) {
  std::string text = fmt::format("{} {} ", rule.head, static_cast<int>(rule.timing));
  for (const HeadColumn& column : rule.columns) {
    text += fmt::format("{}( {})", static_cast<int>(column.aggregate),
                        text_of(column.value, renaming));
  }
  for (const Premise& premise : rule.premises) {
    text += fmt::format(" {}{}(", premise.negated ? "!" : "", premise.relation);
    for (const Term& term : premise.columns) {
      if (term.kind == Term::Kind::kWildcard) text += "_ ";
      if (term.kind == Term::Kind::kVariable) text += fmt::format("v{} ", term.variable);
      if (term.kind == Term::Kind::kConstant) text += text_of(term.constant, renaming);
    }
    text += premise.at ? fmt::format(")@{}", *premise.at) : ")";
  }
  // The order of conditions means nothing.
  std::vector<std::string> conditions;
  for (const Condition& condition : rule.conditions) {
    conditions.push_back(text_of(condition.expression, renaming));
  }
  std::sort(conditions.begin(), conditions.end());
  for (const std::string& condition : conditions) text += " [" + condition + "]";
  return text;
}

bool is_ordering(Operator op) {
  return op == Operator::kLess || op == Operator::kLessEqual ||
         op == Operator::kGreater || op == Operator::kGreaterEqual;
}

/// Does an ordering of the rule see texts?
bool orders_texts(const Program& program, const Rule& rule,
                  const Expression& expression) {
  if (std::none_of(expression.steps.begin(), expression.steps.end(),
                   [](const Expression::Step& step) {
                     return step.kind == Expression::Step::Kind::kOperator &&
                            is_ordering(step.op);
                   })) {
    return false;
  }
  std::vector<uint8_t> is_number(rule.variables.size(), 0);
  for (const Premise& premise : rule.premises) {
    const std::vector<ColumnType>& types = program.relations[premise.relation].columns;
    for (size_t i = 0; i < premise.columns.size(); ++i) {
      const Term& term = premise.columns[i];
      if (term.kind == Term::Kind::kVariable && types[i] == ColumnType::kInt) {
        is_number[term.variable] = 1;
      }
    }
  }
  return std::any_of(expression.steps.begin(), expression.steps.end(),
                     [&](const Expression::Step& step) {
                       if (step.kind == Expression::Step::Kind::kVariable) {
                         return is_number[step.variable] == 0;
                       }
                       return step.kind == Expression::Step::Kind::kConstant &&
                              std::holds_alternative<std::string>(step.constant);
                     });
}

bool orders_texts(const Program& program) {
  return std::any_of(program.rules.begin(), program.rules.end(), [&](const Rule& rule) {
    return std::any_of(rule.conditions.begin(), rule.conditions.end(),
                       [&](const Condition& condition) {
                         return orders_texts(program, rule, condition.expression);
                       }) ||
           std::any_of(rule.columns.begin(), rule.columns.end(),
                       [&](const HeadColumn& column) {
                         return orders_texts(program, rule, column.value);
                       });
  });
}

using Texts = std::set<std::string>;

template <typename Parts>
Texts texts_of(const Parts& parts, const Renaming& renaming) {
  Texts texts;
  for (const auto& part : parts) texts.insert(text_of(part, renaming));
  return texts;
}

/// Every renamed part is a part. (As many as before, because renaming is one to one.)
template <typename Parts>
bool keeps(const Parts& parts, const Texts& as_written, const Renaming& renaming) {
  return std::all_of(parts.begin(), parts.end(), [&](const auto& part) {
    return as_written.count(text_of(part, renaming)) > 0;
  });
}

}  // namespace

std::vector<std::vector<uint32_t>> node_symmetries(
    const Program& program, const std::vector<std::string>& nodes) {
  std::vector<std::vector<uint32_t>> symmetries;
  if (orders_texts(program)) return symmetries;
  const Texts facts = texts_of(program.facts, {});
  const Texts rules = texts_of(program.rules, {});
  std::vector<uint32_t> identity(nodes.size());
  std::iota(identity.begin(), identity.end(), 0);
  const auto consider = [&](const std::vector<uint32_t>& permutation) {
    Renaming renaming;
    for (size_t i = 0; i < nodes.size(); ++i) renaming[nodes[i]] = nodes[permutation[i]];
    if (keeps(program.facts, facts, renaming) && keeps(program.rules, rules, renaming)) {
      symmetries.push_back(permutation);
    }
  };
  std::vector<uint32_t> permutation = identity;
  if (nodes.size() <= kMostPermuted) {
    while (std::next_permutation(permutation.begin(), permutation.end())) {
      consider(permutation);
    }
    return symmetries;
  }
  for (size_t i = 0; i < nodes.size(); ++i) {
    for (size_t j = i + 1; j < nodes.size(); ++j) {
      std::swap(permutation[i], permutation[j]);
      consider(permutation);
      std::swap(permutation[i], permutation[j]);
    }
  }
  return symmetries;
}

}  // namespace cutset::dedalus
