#include "dedalus/language/safety.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "dedalus/language/print.h"
#include "dedalus/language/scanner.h"

namespace cutset::dedalus {

namespace {

using syntax::Atom;
using syntax::Operand;
using syntax::Predicate;

class RuleSafety {
 public:
  RuleSafety(const syntax::Rule& rule, const Source& source, uint32_t file,
             Problems& problems)
      : rule_(rule), source_(source), file_(file), problems_(problems) {
    bool first = true;
    for (const syntax::BodyTerm& term : rule.body) {
      const auto* premise = std::get_if<Predicate>(&term);
      if (premise == nullptr) continue;
      for (const Atom& column : premise->columns) {
        if (!column.first.is_variable()) continue;
        (premise->negated ? negative_ : positive_).insert(column.first.text);
        if (first && premise->negated && &column == &premise->columns.front()) {
          location_ = column.first.text;
        }
      }
      first = false;
    }
  }

  void check() {
    for (const Atom& column : rule_.head.columns) {
      head_operand(column.first);
      for (const syntax::Operation& operation : column.rest) {
        head_operand(operation.operand);
      }
    }
    for (const syntax::BodyTerm& term : rule_.body) {
      const auto* condition = std::get_if<Atom>(&term);
      if (condition == nullptr) continue;
      condition_operand(condition->first);
      for (const syntax::Operation& operation : condition->rest) {
        condition_operand(operation.operand);
      }
    }
  }

 private:
  void head_operand(const Operand& operand) {
    if (!is_unbound(operand)) return;
    const std::string name = "`" + std::string(operand.text) + "`";
    if (negative_.count(operand.text) > 0) {
      error(operand, name +
                         " stands in the head, but in the body only behind notin, "
                         "which gives no values; add a relation that has " +
                         name);
      return;
    }
    error(operand,
          name + " stands in the head, but in no relation of the body" + near(operand));
  }

  void condition_operand(const Operand& operand) {
    if (!is_unbound(operand) || operand.text == location_) return;
    const std::string name = "`" + std::string(operand.text) + "`";
    if (negative_.count(operand.text) > 0) {
      error(operand, name +
                         " is compared, but it stands only behind notin, which gives "
                         "no values; add a relation that has " +
                         name + ", or derive what is compared by a rule of its own");
      return;
    }
    error(operand, name + " is compared, but it stands in no relation of the body" +
                       near(operand));
  }

  /// What is no variable at all was reported by check_shape.
  bool is_unbound(const Operand& operand) const {
    return operand.is_variable() && is_variable_name(operand.text) &&
           positive_.count(operand.text) == 0;
  }

  std::string near(const Operand& operand) const {
    return name_suggestion(operand.text, {positive_.begin(), positive_.end()});
  }

  void error(const Operand& operand, std::string message) {
    if (!reported_.insert(operand.text).second) return;
    problems_.error(source_, file_, operand.offset, std::move(message));
  }

  const syntax::Rule& rule_;
  const Source& source_;
  uint32_t file_;
  Problems& problems_;
  std::set<std::string_view> positive_;
  std::set<std::string_view> negative_;
  std::set<std::string_view> reported_;
  std::string_view location_;
};

}  // namespace

std::vector<std::string_view> bound_variables(const syntax::Rule& rule) {
  std::vector<std::string_view> bound;
  const auto add = [&bound](const Atom& column) {
    if (!column.first.is_variable()) return;
    if (std::find(bound.begin(), bound.end(), column.first.text) == bound.end()) {
      bound.push_back(column.first.text);
    }
  };
  bool first = true;
  for (const syntax::BodyTerm& term : rule.body) {
    const auto* premise = std::get_if<Predicate>(&term);
    if (premise == nullptr) continue;
    if (!premise->negated) {
      for (const Atom& column : premise->columns) add(column);
    } else if (first) {
      add(premise->columns.front());
    }
    first = false;
  }
  return bound;
}

void check_safety(const Reading& reading, Problems& problems) {
  for (const PlacedClause& placed : reading.clauses) {
    if (const auto* rule = std::get_if<syntax::Rule>(&placed.clause->what)) {
      RuleSafety(*rule, *reading.sources[placed.file], placed.file, problems).check();
    }
  }
}

}  // namespace cutset::dedalus
