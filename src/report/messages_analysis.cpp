#include "report/messages_analysis.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

namespace cutset::report {

namespace {

using namespace lineage::messages;  // NOLINT(google-build-using-namespace)

/// Writes that were acknowledged, or all where no operations are known.
std::set<std::string> counted_writes(const MessagesAnalysis& analysis) {
  std::set<std::string> tokens;
  if (analysis.execution->operations.empty()) {
    for (const auto& [token, lineage] : analysis.lineages) tokens.insert(token);
  }
  for (const Operation& one : analysis.execution->operations) {
    if (one.write && one.outcome == Operation::Outcome::kOk) tokens.insert(one.token);
  }
  return tokens;
}

std::vector<SupportStep> steps_of(const Support& support, const HappensBefore& order) {
  std::vector<SupportStep> steps;
  for (size_t i = 0; i < support.messages.size(); ++i) {
    SupportStep step{support.messages[i]};
    if (i > 0) step.after = order.before(support.messages[i - 1], step.message);
    steps.push_back(step);
  }
  return steps;
}

void add_writes(const HappensBefore& order, MessagesAnalysis& analysis) {
  const MessageExecution& execution = *analysis.execution;
  std::map<std::pair<bool, std::string>, WritesAlike> alike;
  for (const std::string& token : counted_writes(analysis)) {
    const auto lineage = analysis.lineages.find(token);
    if (lineage == analysis.lineages.end()) continue;
    ++analysis.acknowledged;
    const bool lost =
        std::none_of(lineage->second.copies.begin(), lineage->second.copies.end(),
                     [](const Copy& copy) { return copy.fate == Copy::Fate::kAlive; });
    if (lost) ++analysis.lost;
    std::string how;
    for (const Support& support : lineage->second.supports)
      how += chain_words(execution, support) + "\n";
    if (lost) how = death_of(execution, lineage->second);
    WritesAlike& group = alike[{lost, how}];
    group.lost = lost;
    if (group.first == nullptr) group.first = &lineage->second;
    group.tokens.push_back(token);
  }
  for (auto& [key, group] : alike) {
    for (const Support& support : group.first->supports)
      group.supports.push_back(steps_of(support, order));
    analysis.writes.push_back(std::move(group));
  }
}

void add_links(MessagesAnalysis& analysis) {
  const MessageExecution& execution = *analysis.execution;
  std::map<Link, LinkMessages> links;
  for (size_t i = 0; i < execution.messages.size(); ++i) {
    const Message& message = execution.messages[i];
    const Link link{execution.sender(message), execution.receiver(message)};
    LinkMessages& on = links[link];
    on.link = link;
    ++on.messages;
    if (message.delivered_ns != 0)
      ++on.arrived;
    else
      ++analysis.undelivered;
    on.bytes += message.end - message.begin;
    ++on.classes[analysis.identities.of[i].of.content];
  }
  for (auto& [link, messages] : links) analysis.links.push_back(std::move(messages));
}

}  // namespace

MessagesAnalysis analyze_messages(const MessageExecution& execution) {
  MessagesAnalysis analysis;
  analysis.execution = &execution;
  analysis.roles = find_roles(execution);
  analysis.lineages = find_copies(execution);
  analysis.identities = find_identities(execution, analysis.roles);
  // What came before the first write belongs to the set-up.
  const int64_t settled = analysis.roles.leaders.empty()
                              ? execution.begin_ns
                              : analysis.roles.leaders.front().since_ns;
  analysis.reactions =
      find_reactions(execution, analysis.roles, analysis.lineages, settled);
  const HappensBefore order(execution);
  analysis.proven_edges = order.proven_edges();
  analysis.assumed_edges = order.assumed_edges();
  add_links(analysis);
  add_writes(order, analysis);
  for (const Connection& one : execution.connections)
    if (one.opaque) ++analysis.opaque;
  return analysis;
}

std::string chain_words(const MessageExecution& execution, const Support& support) {
  std::string text = execution.name(support.links.front().from);
  for (const Link& link : support.links) text += " -> " + execution.name(link.to);
  return text;
}

std::string_view proof_name(HappensBefore::Proof proof) {
  switch (proof) {
    case HappensBefore::Proof::kNot:
      return "not seen";
    case HappensBefore::Proof::kAssumed:
      return "assumed";
    case HappensBefore::Proof::kProven:
      return "proven";
  }
  return "";
}

std::string_view life_name(LifeEvent::Kind kind) {
  static constexpr std::string_view kWords[] = {
      "started", "ended", "crashed", "paused", "resumed", "disk lost", "cut", "healed"};
  return kWords[static_cast<size_t>(kind)];
}

}  // namespace cutset::report
