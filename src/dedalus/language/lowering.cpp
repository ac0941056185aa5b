#include "dedalus/language/lowering.h"

#include <algorithm>
#include <map>
#include <utility>

#include "dedalus/language/aggregate.h"
#include "dedalus/language/expression.h"
#include "dedalus/language/print.h"
#include "dedalus/language/safety.h"

namespace cutset::dedalus {

namespace {

using syntax::Atom;
using syntax::Operand;
using syntax::Predicate;

Constant constant_of(const Operand& operand) {
  if (operand.kind == Operand::Kind::kNumber) return operand.number;
  return std::string(operand.text);
}

/// Places of offsets that mostly rise, in time linear in the text.
class Places {
 public:
  explicit Places(const Reading& reading)
      : reading_(reading), last_(reading.sources.size()) {}

  Place at(uint32_t file, uint32_t offset) {
    const Source& source = *reading_.sources[file];
    Last& last = last_[file];
    if (offset < last.offset) last = {0, {}};
    const std::string_view between =
        source.text().substr(last.offset, offset - last.offset);
    for (const char byte : between) {
      if (byte == '\n') {
        ++last.place.line;
        last.place.column = 1;
      } else if ((static_cast<unsigned char>(byte) & 0xC0U) != 0x80U) {
        ++last.place.column;
      }
    }
    last.offset = offset;
    return {file, last.place.line, last.place.column};
  }

 private:
  struct Last {
    uint32_t offset = 0;
    LineColumn place;
  };
  const Reading& reading_;
  std::vector<Last> last_;  // by file
};

class RuleLowering {
 public:
  RuleLowering(const Symbols& symbols, Places& places, uint32_t file)
      : symbols_(symbols), places_(places), file_(file) {}

  Rule lower(const syntax::Clause& clause) {
    const auto& from = std::get<syntax::Rule>(clause.what);
    rule_.text = to_text(clause);
    rule_.head = symbols_.id_of(from.head.name);
    rule_.place = places_.at(file_, from.head.offset);
    if (from.head.time) {
      rule_.timing = from.head.time->kind == syntax::Time::Kind::kNext
                         ? Rule::Timing::kNext
                         : Rule::Timing::kAsync;
    }
    for (const std::string_view name : bound_variables(from)) {
      ids_.emplace(name, static_cast<VariableId>(rule_.variables.size()));
      rule_.variables.emplace_back(name);
    }
    for (const Atom& column : from.head.columns) rule_.columns.push_back(head(column));
    for (const syntax::BodyTerm& term : from.body) {
      if (const auto* predicate = std::get_if<Predicate>(&term)) {
        rule_.premises.push_back(premise(*predicate));
      } else {
        const auto& condition = std::get<Atom>(term);
        const Place place = places_.at(file_, condition.offset);
        rule_.conditions.push_back({expression(condition), place});
      }
    }
    return std::move(rule_);
  }

 private:
  HeadColumn head(const Atom& column) {
    HeadColumn lowered;
    if (column.is_aggregate()) {
      lowered.aggregate = *aggregate_of(column.aggregate);
      lowered.value.steps.push_back(step(column.first));
    } else {
      lowered.value = expression(column);
    }
    return lowered;
  }

  Premise premise(const Predicate& from) {
    Premise premise;
    premise.relation = symbols_.id_of(from.name);
    premise.negated = from.negated;
    premise.place = places_.at(file_, from.offset);
    if (from.time) premise.at = from.time->number;
    std::map<std::string_view, VariableId> local;
    for (const Atom& column : from.columns) {
      premise.columns.push_back(term(column.first, from, local));
    }
    return premise;
  }

  Term term(const Operand& operand, const Predicate& premise,
            std::map<std::string_view, VariableId>& local) {
    Term term;
    if (operand.kind != Operand::Kind::kName) {
      term.kind = Term::Kind::kConstant;
      term.constant = constant_of(operand);
      return term;
    }
    if (operand.is_wildcard()) return term;
    const auto bound = ids_.find(operand.text);
    if (bound != ids_.end()) {
      term.kind = Term::Kind::kVariable;
      term.variable = bound->second;
      return term;
    }
    // Only behind notin: a wildcard, or an equality inside this premise.
    const auto times = std::count_if(
        premise.columns.begin(), premise.columns.end(), [&operand](const Atom& column) {
          return column.first.is_variable() && column.first.text == operand.text;
        });
    if (times == 1) return term;
    const auto [known, added] =
        local.emplace(operand.text, static_cast<VariableId>(rule_.variables.size()));
    if (added) rule_.variables.emplace_back(operand.text);
    term.kind = Term::Kind::kVariable;
    term.variable = known->second;
    return term;
  }

  Expression expression(const Atom& atom) {
    Expression expression;
    for (const PostfixStep& from : postfix(atom)) {
      if (from.operand != nullptr) {
        expression.steps.push_back(step(*from.operand));
        continue;
      }
      Expression::Step step;
      step.kind = Expression::Step::Kind::kOperator;
      step.op = from.op;
      expression.steps.push_back(std::move(step));
    }
    return expression;
  }

  Expression::Step step(const Operand& operand) {
    Expression::Step step;
    if (operand.is_variable()) {
      step.kind = Expression::Step::Kind::kVariable;
      step.variable = ids_.at(operand.text);
    } else {
      step.constant = constant_of(operand);
    }
    return step;
  }

  const Symbols& symbols_;
  Places& places_;
  uint32_t file_;
  Rule rule_;
  std::map<std::string_view, VariableId> ids_;
};

Fact lower_fact(const syntax::Fact& from, uint32_t file, const Symbols& symbols,
                Places& places) {
  Fact fact;
  fact.relation = symbols.id_of(from.head.name);
  fact.time = from.head.time->number;
  fact.place = places.at(file, from.head.offset);
  fact.columns.reserve(from.head.columns.size());
  for (const Atom& column : from.head.columns) {
    fact.columns.push_back(constant_of(column.first));
  }
  return fact;
}

}  // namespace

Program lower(const Reading& reading, const Symbols& symbols,
              std::vector<std::vector<ColumnType>> types,
              const std::vector<std::optional<uint32_t>>& strata) {
  Program program;
  Places places(reading);
  for (const auto& source : reading.sources) program.files.push_back(source->name());
  for (RelationId id = 0; id < symbols.relations.size(); ++id) {
    const Symbol& symbol = symbols.relations[id];
    const LineColumn at =
        reading.sources[symbol.spot.file]->line_column(symbol.spot.offset);
    program.relations.push_back(
        {symbol.name, std::move(types[id]), {symbol.spot.file, at.line, at.column}});
  }
  for (const PlacedClause& placed : reading.clauses) {
    if (const auto* fact = std::get_if<syntax::Fact>(&placed.clause->what)) {
      program.facts.push_back(lower_fact(*fact, placed.file, symbols, places));
      continue;
    }
    const auto id = static_cast<RuleId>(program.rules.size());
    Rule rule = RuleLowering(symbols, places, placed.file).lower(*placed.clause);
    if (rule.timing == Rule::Timing::kDeductive) {
      rule.stratum = *strata[rule.head];
      if (program.strata.size() <= rule.stratum) program.strata.resize(rule.stratum + 1);
      program.strata[rule.stratum].push_back(id);
    }
    program.rules.push_back(std::move(rule));
  }
  return program;
}

}  // namespace cutset::dedalus
