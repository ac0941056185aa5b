#include "course/rules.h"

#include <fmt/format.h>

#include "base/text.h"

namespace cutset::course {

namespace {

namespace syntax = dedalus::syntax;

bool same(const syntax::Operand& a, const syntax::Operand& b) {
  return a.kind == b.kind && a.text == b.text && a.number == b.number;
}

std::string list_of(const std::set<std::string>& names) {
  return join({names.begin(), names.end()}, ", ");
}

class RuleChecker {
 public:
  RuleChecker(const Task& task, const dedalus::Source& source)
      : task_(task), source_(source) {}

  std::optional<Refusal> check(const syntax::Clause& clause) {
    if (const auto* fact = std::get_if<syntax::Fact>(&clause.what)) head(fact->head);
    if (const auto* rule = std::get_if<syntax::Rule>(&clause.what)) {
      head(rule->head);
      for (const syntax::BodyTerm& term : rule->body) {
        if (const auto* read = std::get_if<syntax::Predicate>(&term)) body(*read);
      }
      if (task_.local) locality(*rule);
    }
    return std::move(found_);
  }

 private:
  void refuse(Outcome outcome, uint32_t offset, std::string message) {
    if (found_) return;
    const dedalus::LineColumn place = source_.line_column(offset);
    found_ = Refusal{outcome, Error::bad_input(std::move(message), source_.name(),
                                               static_cast<int>(place.line),
                                               static_cast<int>(place.column))};
  }

  void head(const syntax::Predicate& head) {
    const std::string name(head.name);
    if (name != "crash" && !task_.derived.contains(name) &&
        !task_.reserved.contains(name)) {
      return;
    }
    refuse(Outcome::kRedefines, head.name_offset,
           fmt::format("{} belongs to the task: a submission must not derive it or state "
                       "facts of it",
                       one_line(name)));
  }

  void body(const syntax::Predicate& read) {
    const std::string name(read.name);
    if (task_.given.contains(name)) return;
    if (name == "crash") {
      refuse(Outcome::kBreaksARule, read.name_offset,
             "a process cannot know who crashes, and when: find it out by what it does "
             "not hear");
    } else if (task_.derived.contains(name)) {
      refuse(Outcome::kBreaksARule, read.name_offset,
             fmt::format("{} is what the task judges by: a submission must not read it "
                         "(it is given: {})",
                         one_line(name),
                         task_.given.empty() ? "nothing" : list_of(task_.given)));
    }
  }

  /// All that a rule reads is at one node, now; what it derives without a message is
  /// there too.
  void locality(const syntax::Rule& rule) {
    const syntax::Operand* here = nullptr;
    for (const syntax::BodyTerm& term : rule.body) {
      const auto* read = std::get_if<syntax::Predicate>(&term);
      if (read == nullptr || read->columns.empty()) continue;
      const syntax::Atom& column = read->columns.front();
      if (read->time) {
        return refuse(Outcome::kBreaksARule, read->time->offset,
                      "a process knows only what is now: the right side of a rule of a "
                      "submission has no @time");
      }
      if (!column.is_plain() || column.first.is_wildcard()) {
        return refuse(Outcome::kBreaksARule, column.offset,
                      fmt::format("the first column of {} says at which node it is: "
                                  "expected a variable that all of this rule share",
                                  one_line(read->name)));
      }
      if (here == nullptr) here = &column.first;
      if (same(*here, column.first)) continue;
      return refuse(Outcome::kBreaksARule, column.offset,
                    fmt::format("this rule works at {}, and {} is at {}: a process sees "
                                "only its own node; send a message (@async)",
                                one_line(here->text), one_line(read->name),
                                one_line(column.first.text)));
    }
    const bool is_message =
        rule.head.time && rule.head.time->kind == syntax::Time::Kind::kAsync;
    if (here == nullptr || is_message || rule.head.columns.empty()) return;
    const syntax::Atom& column = rule.head.columns.front();
    if (column.is_plain() && same(*here, column.first)) return;
    refuse(Outcome::kBreaksARule, column.offset,
           fmt::format("this rule works at {}, and derives {} at another node: only a "
                       "message (@async) gets there",
                       one_line(here->text), one_line(rule.head.name)));
  }

  const Task& task_;
  const dedalus::Source& source_;
  std::optional<Refusal> found_;
};

}  // namespace

std::optional<Refusal> broken_rule(const Task& task, const Submission& submission) {
  for (const dedalus::PlacedClause& placed : submission.reading.clauses) {
    RuleChecker checker(task, *submission.reading.sources[placed.file]);
    if (auto found = checker.check(*placed.clause)) return found;
  }
  return std::nullopt;
}

}  // namespace cutset::course
