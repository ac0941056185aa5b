#include "dedalus/language/possible_times.h"

#include "base/check.h"
#include "base/text.h"

namespace cutset::dedalus {

TimeSet TimeSet::of(int64_t time) {
  if (time < 1) return {};
  return TimeSet(uint64_t{1} << static_cast<uint64_t>(time < kLast ? time : kLast));
}

TimeSet TimeSet::later() const {
  const uint64_t last = uint64_t{1} << static_cast<uint64_t>(kLast);
  return TimeSet((bits_ << 1U) | (bits_ & last));
}

std::string TimeSet::text() const {
  CHECK(!empty());
  std::vector<std::string> ranges;
  for (int64_t from = 1; from <= kLast; ++from) {
    if (!may_hold(from)) continue;
    int64_t to = from;
    while (to < kLast && may_hold(to + 1)) ++to;
    if (to == kLast) {
      ranges.push_back("from " + std::to_string(from) + " on");
    } else if (from == to) {
      ranges.push_back("at " + std::to_string(from));
    } else {
      ranges.push_back("at " + std::to_string(from) + " to " + std::to_string(to));
    }
    from = to;
  }
  constexpr size_t kShown = 4;
  if (ranges.size() > kShown) {
    ranges.resize(kShown);
    ranges.emplace_back("..");
  }
  return join(ranges, ", ");
}

PossibleTimes possible_times(const Program& program) {
  PossibleTimes possible;
  possible.relations.resize(program.relations.size());
  possible.rules.resize(program.rules.size());
  if (const auto crash = program.relation("crash")) {
    possible.relations[*crash] = TimeSet::all();
  }
  for (const Fact& fact : program.facts) {
    TimeSet& times = possible.relations[fact.relation];
    times = times | TimeSet::of(fact.time);
  }
  // Sets only grow, so this ends: at most 63 times for each relation.
  for (bool changed = true; changed;) {
    changed = false;
    for (RuleId id = 0; id < program.rules.size(); ++id) {
      const Rule& rule = program.rules[id];
      TimeSet fires = TimeSet::all();
      for (const Premise& premise : rule.premises) {
        if (premise.negated) continue;
        const TimeSet holds = possible.relations[premise.relation];
        if (!premise.at) {
          fires = fires & holds;
        } else if (!holds.may_hold(*premise.at)) {
          fires = {};
        }
      }
      possible.rules[id] = fires;
      TimeSet& head = possible.relations[rule.head];
      const TimeSet grown =
          head | (rule.timing == Rule::Timing::kDeductive ? fires : fires.later());
      changed = changed || grown != head;
      head = grown;
    }
  }
  return possible;
}

}  // namespace cutset::dedalus
