#include "dedalus/language/warnings.h"

#include <algorithm>
#include <array>
#include <set>
#include <utility>

#include "base/text.h"
#include "dedalus/language/expression.h"
#include "dedalus/language/flow_warnings.h"
#include "dedalus/language/print.h"

namespace cutset::dedalus {

namespace {

using syntax::Atom;
using syntax::Predicate;

/// Calls `visit` with each operand of the clause that is a variable.
template <typename Visit>
void for_each_variable(const syntax::Rule& rule, const Visit& visit) {
  const auto atom = [&visit](const Atom& column) {
    if (column.first.is_variable()) visit(column.first);
    for (const syntax::Operation& operation : column.rest) {
      if (operation.operand.is_variable()) visit(operation.operand);
    }
  };
  for (const Atom& column : rule.head.columns) atom(column);
  for (const syntax::BodyTerm& term : rule.body) {
    if (const auto* premise = std::get_if<Predicate>(&term)) {
      for (const Atom& column : premise->columns) atom(column);
    } else {
      atom(std::get<Atom>(term));
    }
  }
}

class Warnings {
 public:
  Warnings(const WarningInput& input, Problems& problems)
      : reading_(input.reading), symbols_(input.symbols), problems_(problems) {
    read_by_others_.resize(symbols_.relations.size(), false);
  }

  void run() {
    for (const PlacedClause& placed : reading_.clauses) {
      const auto* rule = std::get_if<syntax::Rule>(&placed.clause->what);
      if (rule == nullptr) continue;
      single_variables(*rule, placed.file);
      shared_notin_variables(*rule, placed.file);
      conditions(*rule, placed.file);
      const RelationId head = symbols_.id_of(rule->head.name);
      for (const syntax::BodyTerm& term : rule->body) {
        const auto* premise = std::get_if<Predicate>(&term);
        if (premise == nullptr) continue;
        const RelationId read = symbols_.id_of(premise->name);
        if (read != head) read_by_others_[read] = true;
        never_derived(read, *premise, placed.file);
      }
    }
    for (RelationId id = 0; id < symbols_.relations.size(); ++id) never_read(id);
  }

 private:
  void warn(Spot spot, const char* check, std::string message) {
    problems_.warning(*reading_.sources[spot.file], spot.file, spot.offset, check,
                      std::move(message));
  }

  void single_variables(const syntax::Rule& rule, uint32_t file) {
    std::map<std::string_view, int> times;
    for_each_variable(rule, [&times](const auto& operand) { ++times[operand.text]; });
    // The location has a name to say where the rule fires, even if nothing uses it.
    for (const syntax::BodyTerm& term : rule.body) {
      const auto* first = std::get_if<Predicate>(&term);
      if (first == nullptr) continue;
      ++times[first->columns.front().first.text];
      break;
    }
    std::vector<std::string> once;
    std::optional<uint32_t> offset;
    for_each_variable(rule, [&](const auto& operand) {
      if (times[operand.text] != 1 || operand.text[0] == '_') return;
      once.emplace_back(operand.text);
      if (!offset) offset = operand.offset;
    });
    if (once.empty()) return;
    const std::string occur = once.size() == 1 ? " occurs" : " occur";
    warn({file, *offset}, "single-variable",
         "`" + join(once, "`, `") + "`" + occur +
             " once in this rule; if any value will do, write `_` or `_" + once.front() +
             "`");
  }

  void shared_notin_variables(const syntax::Rule& rule, uint32_t file) {
    std::set<std::string_view> positive;
    std::map<std::string_view, std::set<const Predicate*>> negated;
    std::map<std::string_view, uint32_t> second;  // offset in the second premise
    bool first = true;
    for (const syntax::BodyTerm& term : rule.body) {
      const auto* premise = std::get_if<Predicate>(&term);
      if (premise == nullptr) continue;
      for (const Atom& column : premise->columns) {
        if (!column.first.is_variable()) continue;
        const std::string_view name = column.first.text;
        const bool location = first && &column == &premise->columns.front();
        if (!premise->negated || location) {
          positive.insert(name);
        } else if (negated[name].insert(premise).second && negated[name].size() == 2) {
          second.emplace(name, column.first.offset);
        }
      }
      first = false;
    }
    for (const auto& [name, offset] : second) {
      if (positive.count(name) > 0) continue;
      warn({file, offset}, "notin-variable",
           "`" + std::string(name) +
               "` stands behind two notin and nowhere else, so each of them means any "
               "value, not the same; write `_`, or add a relation that has `" +
               std::string(name) + "`");
    }
  }

  void conditions(const syntax::Rule& rule, uint32_t file) {
    for (const syntax::BodyTerm& term : rule.body) {
      const auto* condition = std::get_if<Atom>(&term);
      if (condition == nullptr) continue;
      const bool compares = std::any_of(
          condition->rest.begin(), condition->rest.end(),
          [](const syntax::Operation& operation) { return is_comparison(operation.op); });
      if (compares) continue;
      warn({file, condition->offset}, "no-comparison",
           "`" + to_text(*condition) + "` compares nothing; it is true unless it is 0");
    }
  }

  void never_derived(RelationId id, const Predicate& premise, uint32_t file) {
    const Symbol& symbol = symbols_.relations[id];
    if (symbol.is_derived() || !said_.insert(id).second) return;
    const std::string near = name_suggestion(symbol.name, symbols_.derived_names());
    if (reading_.included[file] && near.empty()) return;
    warn({file, premise.name_offset}, "never-derived",
         "no rule or fact derives `" + symbol.name + "`, so " +
             (premise.negated ? "this notin is always true" : "this rule never fires") +
             near);
  }

  void never_read(RelationId id) {
    const Symbol& symbol = symbols_.relations[id];
    if (read_by_others_[id] || !symbol.is_derived()) return;
    if (symbol.name == "pre" || symbol.name == "post" || symbol.name == "crash") return;
    if (reading_.included[symbol.spot.file]) return;
    std::vector<std::string> unread;  // a misspelt relation is read under its right name
    for (const Symbol& other : symbols_.relations) {
      if (!other.is_derived()) unread.push_back(other.name);
    }
    warn(symbol.spot, "never-read",
         "no " + std::string(symbol.is_read ? "other " : "") + "rule reads `" +
             symbol.name + "`, and it is neither pre nor post" +
             name_suggestion(symbol.name, unread));
  }

  const Reading& reading_;
  const Symbols& symbols_;
  Problems& problems_;
  std::vector<bool> read_by_others_;  // by a rule for another relation
  std::set<RelationId> said_;         // not derived
};

}  // namespace

void find_warnings(const WarningInput& input, Problems& problems) {
  Warnings(input, problems).run();
  find_flow_warnings(input, problems);
}

}  // namespace cutset::dedalus
