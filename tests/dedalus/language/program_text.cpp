#include "program_text.h"

#include "dedalus/language/aggregate.h"
#include "dedalus/language/expression.h"

namespace cutset::dedalus {

namespace {

std::string type_text(ColumnType type) {
  switch (type) {
    case ColumnType::kInt:
      return "INT";
    case ColumnType::kString:
      return "STRING";
    case ColumnType::kLocation:
      return "LOCATION";
  }
  return "?";
}

std::string constant_text(const Constant& constant) {
  if (const auto* number = std::get_if<int64_t>(&constant)) {
    return std::to_string(*number);
  }
  return "\"" + std::get<std::string>(constant) + "\"";
}

std::string variable_text(const Rule& rule, VariableId id) {
  return rule.variables.at(id) + "#" + std::to_string(id);
}

/// With brackets around every operation: shows the precedence.
std::string expression_text(const Rule& rule, const Expression& expression) {
  std::vector<std::string> stack;
  for (const Expression::Step& step : expression.steps) {
    using Kind = Expression::Step::Kind;
    if (step.kind == Kind::kVariable) {
      stack.push_back(variable_text(rule, step.variable));
    } else if (step.kind == Kind::kConstant) {
      stack.push_back(constant_text(step.constant));
    } else {
      const std::string right = stack.back();
      stack.pop_back();
      stack.back() =
          "(" + stack.back() + " " + std::string(sign_of(step.op)) + " " + right + ")";
    }
  }
  return stack.back();
}

std::string place_text(const Place& place) {
  return std::to_string(place.file) + ":" + std::to_string(place.line) + ":" +
         std::to_string(place.column);
}

std::string head_text(const Program& program, const Rule& rule) {
  std::string text = program.relations.at(rule.head).name + "(";
  for (const HeadColumn& column : rule.columns) {
    if (&column != &rule.columns.front()) text += ", ";
    const std::string value = expression_text(rule, column.value);
    if (column.aggregate == Aggregate::kNone) {
      text += value;
      continue;
    }
    for (const std::string& name : aggregate_names()) {
      if (aggregate_of(name) == column.aggregate) text += name + "<" + value + ">";
    }
  }
  text += ")";
  if (rule.timing == Rule::Timing::kNext) return text + " next";
  if (rule.timing == Rule::Timing::kAsync) return text + " async";
  return text + " stratum " + std::to_string(rule.stratum);
}

std::string premise_text(const Program& program, const Rule& rule,
                         const Premise& premise) {
  std::string text = premise.negated ? "notin " : "";
  text += program.relations.at(premise.relation).name + "(";
  for (const Term& term : premise.columns) {
    if (&term != &premise.columns.front()) text += ", ";
    switch (term.kind) {
      case Term::Kind::kVariable:
        text += variable_text(rule, term.variable);
        break;
      case Term::Kind::kWildcard:
        text += "_";
        break;
      case Term::Kind::kConstant:
        text += constant_text(term.constant);
        break;
    }
  }
  text += ")";
  if (premise.at) text += " at " + std::to_string(*premise.at);
  return text;
}

}  // namespace

std::string to_text(const Program& program) {
  std::string text;
  for (const std::string& file : program.files) text += "file " + file + "\n";
  for (const Relation& relation : program.relations) {
    text += "relation " + relation.name + "(";
    for (size_t i = 0; i < relation.columns.size(); ++i) {
      text += (i == 0 ? "" : ", ") + type_text(relation.columns[i]);
    }
    text += ") " + place_text(relation.place) + "\n";
  }
  for (const Rule& rule : program.rules) {
    text += "rule " + place_text(rule.place) + " " + rule.text + "\n  " +
            head_text(program, rule) + "\n";
    for (const Premise& premise : rule.premises) {
      text += "  " + premise_text(program, rule, premise) + "\n";
    }
    for (const Condition& condition : rule.conditions) {
      text += "  if " + expression_text(rule, condition.expression) + "\n";
    }
  }
  for (const Fact& fact : program.facts) {
    text += "fact " + program.relations.at(fact.relation).name + "(";
    for (size_t i = 0; i < fact.columns.size(); ++i) {
      text += (i == 0 ? "" : ", ") + constant_text(fact.columns[i]);
    }
    text += ") at " + std::to_string(fact.time) + "\n";
  }
  return text;
}

}  // namespace cutset::dedalus
