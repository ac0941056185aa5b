// From the firings of a time step's tuples to the literals of its goals.
#include <algorithm>

#include <fmt/format.h>

#include "base/check.h"
#include "dedalus/grounding/grounder.h"

namespace cutset::dedalus {

std::vector<Premises> Grounder::closed(const PossibleTuple& tuple) const {
  std::vector<Premises> firings;
  for (const OpenFiring& firing : tuple.firings) {
    Premises premises = firing.known;
    for (const PossibleId open : firing.open) {
      CHECK(tuples_[open].is_final);
      premises.push_back(tuples_[open].literal);
    }
    firings.push_back(std::move(premises));
  }
  return firings;
}

/// Strongly connected components of what is open, premises first (Tarjan 1972, with a
/// stack of its own: recursion could be as deep as there are tuples).
Status Grounder::settle(const std::vector<RelationId>& relations, int64_t time) {
  struct Visit {
    PossibleId tuple;
    size_t firing = 0;
    size_t premise = 0;
  };
  std::map<PossibleId, uint32_t> number;  // from 1 on
  std::map<PossibleId, uint32_t> low;
  std::set<PossibleId> on_stack;
  std::vector<PossibleId> stack;
  std::vector<Visit> visits;
  const auto enter = [&](PossibleId id) {
    number[id] = low[id] = static_cast<uint32_t>(number.size() + 1);
    stack.push_back(id);
    on_stack.insert(id);
    visits.push_back({id});
  };
  const auto finish = [&](PossibleId id, std::vector<Premises> firings) {
    PossibleTuple& tuple = tuples_[id];
    tuple.literal = goals_.any_of(std::move(firings));
    tuple.is_final = true;
    tuple.firings = {};
  };
  const auto leave = [&](PossibleId id) -> Status {
    if (low[id] != number[id]) return {};
    std::vector<PossibleId> component;
    while (component.empty() || component.back() != id) {
      component.push_back(stack.back());
      on_stack.erase(stack.back());
      stack.pop_back();
    }
    const std::vector<OpenFiring>& firings = tuples_[id].firings;
    const bool alone =
        component.size() == 1 &&
        std::none_of(firings.begin(), firings.end(), [id](const OpenFiring& firing) {
          return std::find(firing.open.begin(), firing.open.end(), id) !=
                 firing.open.end();
        });
    if (alone) {
      finish(id, closed(tuples_[id]));
      return {};
    }
    std::sort(component.begin(), component.end());
    return settle_cycle(component, time);
  };
  for (const RelationId relation : relations) {
    for (const PossibleId root : tuples_.table(relation, time).tuples) {
      if (tuples_[root].is_final || number.count(root) > 0) continue;
      const auto& roots = tuples_[root].firings;
      const bool nothing_open =
          std::all_of(roots.begin(), roots.end(),
                      [](const OpenFiring& firing) { return firing.open.empty(); });
      if (nothing_open) {
        finish(root, closed(tuples_[root]));
        continue;
      }
      enter(root);
      while (!visits.empty()) {
        Visit& top = visits.back();
        const std::vector<OpenFiring>& firings = tuples_[top.tuple].firings;
        if (top.firing == firings.size()) {
          const PossibleId done = top.tuple;
          visits.pop_back();
          CUTSET_TRY(leave(done));
          if (!visits.empty()) {
            uint32_t& above = low[visits.back().tuple];
            if (on_stack.count(done) > 0) above = std::min(above, low[done]);
          }
          continue;
        }
        if (top.premise == firings[top.firing].open.size()) {
          ++top.firing;
          top.premise = 0;
          continue;
        }
        const PossibleId next = firings[top.firing].open[top.premise++];
        if (tuples_[next].is_final) continue;
        if (number.count(next) == 0) {
          enter(next);
        } else if (on_stack.count(next) > 0) {
          low[top.tuple] = std::min(low[top.tuple], number[next]);
        }
      }
    }
  }
  return {};
}

/// Tuples that derive each other within one time step: what holds after so many rounds,
/// beginning with none of them. As many rounds as tuples are enough, because each round
/// that is not the last adds one at least, under whatever faults.
Status Grounder::settle_cycle(const std::vector<PossibleId>& members, int64_t time) {
  uint64_t in_a_round = 0;
  for (const PossibleId id : members) in_a_round += tuples_[id].firings.size();
  const uint64_t left = limits_.max_firings - std::min(firings_, limits_.max_firings);
  if (in_a_round * members.size() > left) {
    return Error::bad_input(fmt::format(
        "more than {} possible firings at time {}, where {} tuples derive each other, "
        "among them those of relation {}",
        limits_.max_firings, time, members.size(),
        program_.relations[tuples_[members.front()].relation].name));
  }
  std::map<PossibleId, size_t> place;
  for (const PossibleId id : members) place.emplace(id, place.size());
  std::vector<Literal> before(members.size(), kFalse);
  for (size_t round = 0; round < members.size(); ++round) {
    std::vector<Literal> now;
    for (const PossibleId id : members) {
      std::vector<Premises> firings;
      for (const OpenFiring& firing : tuples_[id].firings) {
        Premises premises = firing.known;
        for (const PossibleId open : firing.open) {
          const auto member = place.find(open);
          premises.push_back(member == place.end() ? tuples_[open].literal
                                                   : before[member->second]);
        }
        firings.push_back(std::move(premises));
      }
      firings_ += firings.size();
      now.push_back(goals_.any_of(std::move(firings)));
    }
    if (now == before) break;
    before = std::move(now);
  }
  for (size_t i = 0; i < members.size(); ++i) {
    PossibleTuple& tuple = tuples_[members[i]];
    tuple.literal = before[i];
    tuple.is_final = true;
    tuple.firings = {};
  }
  return {};
}

}  // namespace cutset::dedalus
