#include "dedalus/language/shape.h"

#include <algorithm>
#include <utility>

#include "base/text.h"
#include "dedalus/language/aggregate.h"
#include "dedalus/language/expression.h"
#include "dedalus/language/print.h"
#include "dedalus/language/scanner.h"

namespace cutset::dedalus {

namespace {

using syntax::Atom;
using syntax::Operand;
using syntax::Predicate;
using syntax::Time;

const std::vector<std::string> kReserved = {"avg", "count",  "define", "delete", "false",
                                            "max", "memory", "min",    "notin",  "sqlite",
                                            "sum", "timer",  "true"};

std::string quoted(std::string_view text) {
  return "`" + one_line(text.substr(0, 60)) + "`";
}

class ClauseShape {
 public:
  ClauseShape(const Source& source, uint32_t file, Problems& problems)
      : source_(source), file_(file), problems_(problems) {}

  void fact(const Predicate& head) {
    relation(head, true);
    if (!head.time) {
      error(head.offset, "the fact " + quoted(to_text(head)) +
                             " has no time; write the time at which it holds: " +
                             to_text(head).substr(0, 60) + "@1");
    } else if (head.time->kind != Time::Kind::kNumber) {
      error(head.time->offset,
            "a fact holds at a number, such as @1; only a rule's head has @next or "
            "@async");
    }
    for (const Atom& column : head.columns) {
      if (!column.is_plain() || column.first.kind == Operand::Kind::kName) {
        fact_column(column);
      }
    }
  }

  void rule(const syntax::Rule& rule) {
    head(rule.head);
    bool located = false;
    for (const syntax::BodyTerm& term : rule.body) {
      if (const auto* premise = std::get_if<Predicate>(&term)) {
        located = true;
        this->premise(*premise);
      } else {
        condition(std::get<Atom>(term));
      }
    }
    if (!located) {
      error(rule.head.offset,
            "the body has no relation; the first column of its first relation says at "
            "which node the rule fires");
    }
  }

 private:
  void error(uint32_t offset, std::string message) {
    problems_.error(source_, file_, offset, std::move(message));
  }

  void relation(const Predicate& predicate, bool is_head) {
    const std::string name(predicate.name);
    if (!is_relation_name(name)) {
      error(predicate.name_offset,
            quoted(name) +
                " is no name of a relation: a small letter first, then small letters, "
                "digits and `_`");
    } else if (std::find(kReserved.begin(), kReserved.end(), name) != kReserved.end()) {
      error(predicate.name_offset,
            quoted(name) + " is a reserved word; take another name");
    } else if (name == "clock") {
      error(predicate.name_offset,
            "`clock` is reserved: the simulator keeps the time of each node by it; take "
            "another name");
    }
    if (predicate.columns.empty()) {
      error(predicate.name_offset, quoted(name) +
                                       " has no columns; the first column of every "
                                       "relation says where the tuple is");
    }
    if (is_head && predicate.negated) {
      error(predicate.offset,
            "a head is what is derived, so it has no notin; to take a tuple away, write "
            "notin in the rule that keeps it");
    }
  }

  void fact_column(const Atom& column) {
    if (column.is_plain() && is_variable_name(column.first.text)) {
      error(column.offset, quoted(to_text(column)) +
                               " is a variable, but a fact has constants only; write \"" +
                               one_line(column.first.text.substr(0, 60)) +
                               "\" for a string");
    } else if (column.is_plain()) {
      name(column.first);
    } else {
      error(column.offset, "a fact has constants only, found " + quoted(to_text(column)));
    }
  }

  /// Whether an operand that is a name can be a variable.
  void name(const Operand& operand) {
    if (operand.kind != Operand::Kind::kName || is_variable_name(operand.text)) return;
    const std::string text = one_line(operand.text.substr(0, 60));
    error(operand.offset, "`" + text + "` is no variable: write \"" + text +
                              "\" for a string; a variable starts with a capital letter "
                              "(letters, digits and `_` follow)");
  }

  void no_wildcard(const Operand& operand, const char* where) {
    if (!operand.is_wildcard()) return;
    error(operand.offset,
          std::string("`_` stands for any value, so it cannot stand in ") + where +
              "; name the variable");
  }

  void head(const Predicate& head) {
    relation(head, true);
    if (head.name == "crash") {
      error(head.name_offset,
            "`crash` is given: crash(Observer, Node, Time) holds the crashes of the run; "
            "a rule cannot derive it");
    }
    if (head.time && head.time->kind == Time::Kind::kNumber) {
      error(head.time->offset,
            "a rule's head has no absolute time; write @next, @async or nothing (the "
            "same time)");
    }
    for (const Atom& column : head.columns) {
      name(column.first);
      for (const syntax::Operation& operation : column.rest) name(operation.operand);
      if (column.is_aggregate()) {
        aggregate(column, head.time.has_value());
      } else {
        head_expression(column);
      }
    }
  }

  void aggregate(const Atom& column, bool timed) {
    if (!aggregate_of(column.aggregate)) {
      error(column.offset, quoted(column.aggregate) + " is no aggregate" +
                               suggestion(column.aggregate, aggregate_names()) +
                               " (one of " + join(aggregate_names(), ", ") + ")");
    }
    if (timed) {
      error(column.offset, "the aggregate " + quoted(to_text(column)) +
                               " stands in a head with @; derive it at the same time, "
                               "then send or keep that relation");
    }
    no_wildcard(column.first, "an aggregate");
  }

  void head_expression(const Atom& column) {
    no_wildcard(column.first, "a head");
    for (const syntax::Operation& operation : column.rest) {
      no_wildcard(operation.operand, "a head");
      if (is_comparison(operation.op)) {
        error(operation.offset,
              "a head's column is a value, so it has no comparison; put " +
                  quoted(to_text(column)) + " into the body");
      }
    }
  }

  void premise(const Predicate& premise) {
    relation(premise, false);
    if (premise.time && premise.time->kind != Time::Kind::kNumber) {
      error(premise.time->offset,
            "only a head has @next or @async; in the body a relation is read now, or at "
            "an absolute time such as @1");
    }
    for (const Atom& column : premise.columns) {
      name(column.first);
      if (column.is_aggregate()) {
        error(column.offset,
              "the aggregate " + quoted(to_text(column)) + " can stand in a head only");
      } else if (column.is_expression()) {
        error(column.offset,
              "a column in the body is a variable or a constant; compute " +
                  quoted(to_text(column)) + " in a comparison or in a head");
      }
    }
  }

  void condition(const Atom& condition) {
    int comparisons = 0;
    const auto value = [this](const Operand& operand) {
      name(operand);
      no_wildcard(operand, "a comparison");
    };
    value(condition.first);
    for (const syntax::Operation& operation : condition.rest) {
      value(operation.operand);
      if (is_comparison(operation.op) && ++comparisons == 2) {
        error(operation.offset,
              "two comparisons in one term; write them with `,` "
              "between them: X > 1, X < 5");
      }
    }
  }

  const Source& source_;
  uint32_t file_;
  Problems& problems_;
};

}  // namespace

void check_shape(const Reading& reading, Problems& problems) {
  for (const PlacedClause& placed : reading.clauses) {
    ClauseShape shape(*reading.sources[placed.file], placed.file, problems);
    if (const auto* fact = std::get_if<syntax::Fact>(&placed.clause->what)) {
      shape.fact(fact->head);
    } else if (const auto* rule = std::get_if<syntax::Rule>(&placed.clause->what)) {
      shape.rule(*rule);
    }
  }
}

}  // namespace cutset::dedalus
