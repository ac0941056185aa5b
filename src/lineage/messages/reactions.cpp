#include "lineage/messages/reactions.h"

#include <algorithm>
#include <tuple>

namespace cutset::lineage::messages {

std::string_view reaction_name(Reaction::Kind kind) {
  switch (kind) {
    case Reaction::Kind::kCopiedAgain:
      return "copied again";
    case Reaction::Kind::kLeaderMoved:
      return "leader moved";
    case Reaction::Kind::kNewConnection:
      return "new connection";
  }
  return "";
}

std::vector<Reaction> find_reactions(const MessageExecution& execution,
                                     const Roles& roles,
                                     const std::map<std::string, Lineage>& lineages,
                                     int64_t settled_ns) {
  std::vector<Reaction> reactions;
  std::map<size_t, Reaction> transfers;  // by message
  const auto transfer = [&](size_t place) -> Reaction& {
    const Message& message = execution.messages[place];
    return transfers
        .try_emplace(place,
                     Reaction{Reaction::Kind::kCopiedAgain, message.delivered_ns,
                              execution.sender(message), execution.receiver(message)})
        .first->second;
  };
  for (const auto& [token, lineage] : lineages) {
    for (const Copy& copy : lineage.copies) {
      for (size_t i = 0; i < copy.arrivals.size(); ++i)
        if (copy.arrivals[i].replaced_state && i > 0)
          ++transfer(copy.arrivals[i].message).kept;
      if (copy.ended_by) ++transfer(*copy.ended_by).removed;
    }
  }
  for (const auto& [place, reaction] : transfers)
    if (reaction.time_ns >= settled_ns) reactions.push_back(reaction);
  for (size_t i = 1; i < roles.leaders.size(); ++i)
    reactions.push_back({Reaction::Kind::kLeaderMoved, roles.leaders[i].since_ns,
                         roles.leaders[i - 1].node, roles.leaders[i].node});
  std::set<std::tuple<int, int, uint16_t>> known;
  std::vector<const Connection*> by_time;
  for (const Connection& one : execution.connections)
    if (one.client != kOutside && one.server != kOutside) by_time.push_back(&one);
  std::stable_sort(by_time.begin(), by_time.end(),
                   [](const Connection* a, const Connection* b) {
                     return a->opened_ns < b->opened_ns;
                   });
  for (const Connection* one : by_time) {
    const bool first = known.insert({one->client, one->server, one->server_port}).second;
    if (first && !one->joined && one->opened_ns >= settled_ns)
      reactions.push_back(
          {Reaction::Kind::kNewConnection, one->opened_ns, one->client, one->server});
  }
  std::stable_sort(
      reactions.begin(), reactions.end(),
      [](const Reaction& a, const Reaction& b) { return a.time_ns < b.time_ns; });
  return reactions;
}

}  // namespace cutset::lineage::messages
