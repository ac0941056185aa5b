#include "dedalus/language/flow_warnings.h"

#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"
#include "dedalus/language/possible_times.h"
#include "dedalus/language/possible_values.h"
#include "dedalus/language/print.h"

namespace cutset::dedalus {

namespace {

/// Facts at this time or later are taken for typing hints, however late the end is.
constexpr int64_t kHintTime = 99;

std::string list_text(const std::set<std::string>& values) {
  constexpr size_t kShown = 6;
  std::vector<std::string> shown;
  for (const std::string& value : values) {
    if (shown.size() == kShown) {
      shown.emplace_back("..");
      break;
    }
    shown.push_back(fmt::format("\"{}\"", one_line(value)));
  }
  return join(shown, ", ");
}

/// The same but for digits: "node1" is no misspelt "node2".
bool differ_in_digits_only(const std::string& left, const std::string& right) {
  const auto letters = [](const std::string& text) {
    std::string kept;
    for (const char byte : text) {
      if (byte < '0' || byte > '9') kept += byte;
    }
    return kept;
  };
  return letters(left) == letters(right);
}

class FlowWarnings {
 public:
  FlowWarnings(const WarningInput& input, Problems& problems)
      : reading_(input.reading),
        program_(input.program),
        rows_(input.rows),
        problems_(problems),
        times_(possible_times(input.program)),
        nodes_(nodes_of(input.rows)),
        values_(possible_values(input.program,
                                nodes_.empty() ? ValueSet() : ValueSet(nodes_))) {
    for (const Parameters& row : rows_) last_ = std::max(last_, row.eot);
  }

  void run() {
    for (RuleId id = 0; id < program_.rules.size(); ++id) {
      const Rule& rule = program_.rules[id];
      if (never_fires(id, rule)) continue;
      if (nodes_.empty()) continue;
      location(id, rule);
      receiver(id, rule);
    }
    for (const Rule& rule : program_.rules) misspelt_constants(rule);
    facts();
    invariant();
  }

 private:
  static std::set<std::string> nodes_of(const std::vector<Parameters>& rows) {
    std::set<std::string> nodes;
    for (const Parameters& row : rows) nodes.insert(row.nodes.begin(), row.nodes.end());
    return nodes;
  }

  void warn(const Place& place, const char* check, std::string message) {
    problems_.warning(*reading_.sources[place.file], place, check, std::move(message));
  }

  const std::string& name(RelationId id) const { return program_.relations[id].name; }

  /// Its premises hold at different times: most often something is not kept.
  bool never_fires(RuleId id, const Rule& rule) {
    if (!times_.rules[id].empty()) return false;
    const Premise* least = nullptr;  // the one that holds at the fewest times
    std::vector<std::string> parts;
    for (const Premise& premise : rule.premises) {
      if (premise.negated) continue;
      const TimeSet holds = times_.relations[premise.relation];
      if (holds.empty()) return true;  // said where that one comes from
      const std::string& relation = name(premise.relation);
      if (premise.at) {
        if (holds.may_hold(*premise.at)) continue;
        warn(premise.place, "never-fires",
             fmt::format("this rule never fires: `{}` holds {}, not at {}", relation,
                         holds.text(), *premise.at));
        return true;
      }
      const std::string part = fmt::format("`{}` holds {}", relation, holds.text());
      if (std::find(parts.begin(), parts.end(), part) == parts.end()) {
        parts.push_back(part);
      }
      if (least == nullptr || is_only_given(premise.relation)) least = &premise;
    }
    std::string advice;
    if (least != nullptr && is_only_given(least->relation)) {
      advice =
          fmt::format("; nothing holds longer than a step unless a rule keeps it: {}",
                      keeping_rule(least->relation));
    }
    warn(rule.place, "never-fires",
         fmt::format(
             "this rule never fires, because its premises never hold together: {}{}",
             join(parts, ", "), advice));
    return true;
  }

  /// Facts alone derive it.
  bool is_only_given(RelationId id) const {
    return std::none_of(program_.rules.begin(), program_.rules.end(),
                        [id](const Rule& rule) { return rule.head == id; });
  }

  std::string keeping_rule(RelationId id) const {
    constexpr size_t kLetters = 26;
    std::string columns;
    for (size_t i = 0; i < program_.relations[id].columns.size(); ++i) {
      if (i > 0) columns += ", ";
      columns += static_cast<char>('A' + i % kLetters);
      if (i >= kLetters) columns += std::to_string(i / kLetters);
    }
    return fmt::format("{0}({1})@next :- {0}({1});", name(id), columns);
  }

  bool any_node(const std::set<std::string>& values) const {
    return std::any_of(values.begin(), values.end(), [this](const std::string& value) {
      return nodes_.count(value) > 0;
    });
  }

  void location(RuleId id, const Rule& rule) {
    const ValueSet& locations = values_.locations[id];
    if (!locations || locations->empty() || any_node(*locations)) return;
    const Premise& first = rule.premises.front();
    warn(first.place, "no-node",
         fmt::format("this rule never fires: it fires at the first column of its first "
                     "relation, where only {} can stand, and the nodes are {}",
                     list_text(*locations), list_text(nodes_)));
  }

  void receiver(RuleId id, const Rule& rule) {
    const ValueSet& receivers = values_.receivers[id];
    if (rule.timing != Rule::Timing::kAsync) return;
    if (!receivers || receivers->empty() || any_node(*receivers)) return;
    warn(rule.place, "no-receiver",
         fmt::format("this message never arrives: it goes to the head's first column, "
                     "where only {} can stand, and the nodes are {}",
                     list_text(*receivers), list_text(nodes_)));
  }

  /// A string that no rule or fact gives is said only if a like one is given: programs
  /// may well ask for what does not happen.
  void misspelt_constants(const Rule& rule) {
    for (const Premise& premise : rule.premises) {
      for (size_t i = 0; i < premise.columns.size(); ++i) {
        const Term& term = premise.columns[i];
        const ValueSet& possible = values_.columns[premise.relation][i];
        if (term.kind != Term::Kind::kConstant || !possible) continue;
        const auto* text = std::get_if<std::string>(&term.constant);
        if (text == nullptr || possible->count(*text) > 0) continue;
        std::vector<std::string> like;
        for (const std::string& value : *possible) {
          if (!differ_in_digits_only(value, *text)) like.push_back(value);
        }
        const std::string near = name_suggestion(*text, like);
        if (near.empty()) continue;
        warn(premise.place, "never-matches",
             fmt::format("column {} of `{}` is never \"{}\"{}", i + 1,
                         name(premise.relation), one_line(*text), one_line(near)));
      }
    }
  }

  void facts() {
    std::vector<bool> in_time(program_.relations.size(), false);
    for (const Fact& fact : program_.facts) {
      if (fact.time >= 1 && fact.time <= last_) in_time[fact.relation] = true;
    }
    for (const Rule& rule : program_.rules) in_time[rule.head] = true;
    for (const Fact& fact : program_.facts) {
      if (fact.time < 1) {
        warn(fact.place, "fact-time",
             fmt::format("this fact never holds: times start at 1, and its time is {}",
                         fact.time));
      } else if (last_ > 0 && fact.time > last_ && fact.time < kHintTime &&
                 !in_time[fact.relation]) {
        warn(fact.place, "fact-time",
             fmt::format(
                 "this fact never holds: time ends at {}, and its time is {} (for a "
                 "fact that only shows types, take {} or later)",
                 last_, fact.time, kHintTime));
      }
    }
  }

  /// The verdict reads pre and post at the end of time.
  void invariant() {
    for (const char* relation : {"pre", "post"}) {
      const RelationId id = *program_.relation(relation);
      const TimeSet holds = times_.relations[id];
      if (rows_.empty() || holds.empty()) continue;
      const auto counts = [&holds](const Parameters& row) {
        return holds.may_hold(row.eot) || row.expect == Expectation::kVacuous;
      };
      if (std::any_of(rows_.begin(), rows_.end(), counts)) continue;
      warn(program_.relations[id].place, "vacuous",
           fmt::format(
               "`{}` holds {}, but the verdict is read at the end of time, {}; keep "
               "what it says until then with @next",
               relation, holds.text(), rows_.front().eot));
    }
  }

  const Reading& reading_;
  const Program& program_;
  const std::vector<Parameters>& rows_;
  Problems& problems_;
  PossibleTimes times_;
  std::set<std::string> nodes_;  // none: not known
  PossibleValues values_;
  int64_t last_ = 0;  // the latest end of time of the rows; 0: there are none
};

}  // namespace

void find_flow_warnings(const WarningInput& input, Problems& problems) {
  if (input.program.rules.size() > kMaxFollowedRules) return;
  FlowWarnings(input, problems).run();
}

}  // namespace cutset::dedalus
