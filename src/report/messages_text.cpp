#include "report/messages_text.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "lineage/messages/identities.h"
#include "lineage/messages/reactions.h"

namespace cutset::report {

namespace {

using namespace lineage::messages;  // NOLINT(google-build-using-namespace)

/// Names come from files: nothing in them moves a terminal's cursor.
std::string plain(const std::string& name) {
  std::string shown = name.substr(0, 64);
  for (char& c : shown)
    if (static_cast<unsigned char>(c) < ' ' || c == 127) c = '?';
  return shown;
}

std::string seconds(const MessageExecution& execution, int64_t time_ns) {
  return fmt::format("{:.2f} s", static_cast<double>(time_ns - execution.begin_ns) / 1e9);
}

/// "client -> a -> b"
std::string chain(const MessageExecution& execution, const Support& support) {
  std::string text = plain(execution.name(support.links.front().from));
  for (const Link& link : support.links) text += " -> " + plain(execution.name(link.to));
  return text;
}

/// Writes that were acknowledged, or all where no operations are known.
bool counts(const MessageExecution& execution, const std::string& token) {
  if (execution.operations.empty()) return true;
  return std::any_of(execution.operations.begin(), execution.operations.end(),
                     [&](const Operation& one) {
                       return one.write && one.token == token &&
                              one.outcome == Operation::Outcome::kOk;
                     });
}

void add_writes(const MessageExecution& execution,
                const std::map<std::string, Lineage>& lineages, std::string& text) {
  std::map<std::string, std::vector<std::string>> alike;  // supports or deaths -> tokens
  size_t lost = 0;
  for (const auto& [token, lineage] : lineages) {
    if (!counts(execution, token)) continue;
    std::string how;
    for (const Support& support : lineage.supports)
      how += fmt::format("    at {}: {}\n", plain(execution.name(support.node)),
                         chain(execution, support));
    const bool alive =
        std::any_of(lineage.copies.begin(), lineage.copies.end(),
                    [](const Copy& copy) { return copy.fate == Copy::Fate::kAlive; });
    if (!alive) {
      ++lost;
      how = "    lost: " + plain(death_of(execution, lineage)) + "\n";
    } else if (how.empty()) {
      how = "    there, and nothing seen says how it came\n";
    }
    alike[how].push_back(token);
  }
  text += fmt::format("acknowledged writes without a copy: {}\n", lost);
  for (const auto& [how, tokens] : alike) {
    text += fmt::format("  {} {} ({}{})\n{}", tokens.size(),
                        tokens.size() == 1 ? "write" : "writes", plain(tokens.front()),
                        tokens.size() == 1 ? "" : " to " + plain(tokens.back()), how);
  }
}

}  // namespace

std::string messages_text(const MessageExecution& execution) {
  const Roles roles = find_roles(execution);
  const auto lineages = find_copies(execution);
  const Identities identities = find_identities(execution, roles);
  // What came before the first write belongs to the set-up.
  const int64_t settled =
      roles.leaders.empty() ? execution.begin_ns : roles.leaders.front().since_ns;
  size_t undelivered = 0;
  size_t opaque = 0;
  for (const Message& message : execution.messages)
    if (message.delivered_ns == 0) ++undelivered;
  for (const Connection& one : execution.connections)
    if (one.opaque) ++opaque;
  std::string text =
      fmt::format("{} nodes, {} connections, {} messages ({} not seen to arrive)\n",
                  execution.nodes.size(), execution.connections.size(),
                  execution.messages.size(), undelivered);
  if (execution.losses.dropped + execution.losses.not_recorded > 0)
    text += fmt::format(
        "incomplete: {} packets were not captured, {} messages not recorded\n",
        execution.losses.dropped, execution.losses.not_recorded);
  if (opaque > 0)
    text += fmt::format("opaque (TLS), so without tokens: {} connections\n", opaque);
  for (const Leadership& one : roles.leaders)
    text += fmt::format("leader from {}: {}\n", seconds(execution, one.since_ns),
                        plain(execution.name(one.node)));
  for (const LifeEvent& event : execution.life) {
    static constexpr std::string_view kWords[] = {
        "started", "ended", "crashed", "paused", "resumed", "disk lost", "cut", "healed"};
    text += fmt::format("{} {} {} at {}\n", plain(execution.name(event.node)),
                        plain(event.process), kWords[static_cast<size_t>(event.kind)],
                        seconds(execution, event.time_ns));
  }
  for (const Reaction& reaction : find_reactions(execution, roles, lineages, settled)) {
    text += fmt::format("{} at {}: {} -> {}", reaction_name(reaction.kind),
                        seconds(execution, reaction.time_ns),
                        plain(execution.name(reaction.from)),
                        plain(execution.name(reaction.to)));
    if (reaction.kind == Reaction::Kind::kCopiedAgain)
      text +=
          fmt::format(", {} writes kept, {} removed", reaction.kept, reaction.removed);
    text += "\n";
  }
  add_writes(execution, lineages, text);
  text += "kinds of messages between nodes\n";
  for (const auto& [of, count] : identities.counts)
    if (of.from != Role::kClient && of.to != Role::kClient)
      text += fmt::format("  {} -> {} {}: {}{}\n", role_name(of.from), role_name(of.to),
                          plain(of.content), count,
                          identities.periodic.at(of) ? ", periodic" : "");
  return text;
}

}  // namespace cutset::report
