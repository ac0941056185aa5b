#include "report/messages_text.h"

#include <algorithm>

#include <fmt/format.h>

#include "report/escape.h"
#include "report/sketch_notes.h"
#include "report/words.h"

namespace cutset::report {

namespace {

using namespace lineage::messages;  // NOLINT(google-build-using-namespace)

constexpr size_t kLongestName = 64;
constexpr size_t kMostClasses = 8;  // of one link

/// Names come from files: nothing in them moves a terminal's cursor.
std::string plain(const std::string& name) {
  return shorten(name, kLongestName);
}

std::string seconds(const MessageExecution& execution, int64_t time_ns) {
  return fmt::format("{:.2f} s", static_cast<double>(time_ns - execution.begin_ns) / 1e9);
}

void add_head(const MessagesAnalysis& analysis, std::string& text) {
  const MessageExecution& execution = *analysis.execution;
  text += fmt::format("{} nodes, {} connections, {} messages ({} not seen to arrive)\n",
                      execution.nodes.size(), execution.connections.size(),
                      execution.messages.size(), analysis.undelivered);
  const Losses& losses = execution.losses;
  if (losses.dropped + losses.not_recorded > 0)
    text += fmt::format(
        "incomplete: {} packets were not captured, {} messages not recorded\n",
        losses.dropped, losses.not_recorded);
  else
    text += fmt::format("complete: none of {} was lost to the capture\n",
                        counted(static_cast<int64_t>(losses.packets), "packet"));
  if (analysis.opaque > 0)
    text += fmt::format("opaque (TLS), so without tokens: {}\n",
                        counted(static_cast<int64_t>(analysis.opaque), "connection"));
  text += fmt::format("happens before: {} edges proven, {} assumed\n",
                      analysis.proven_edges, analysis.assumed_edges);
}

void add_events(const MessagesAnalysis& analysis, std::string& text) {
  const MessageExecution& execution = *analysis.execution;
  for (const Leadership& one : analysis.roles.leaders)
    text += fmt::format("leader from {}: {}\n", seconds(execution, one.since_ns),
                        plain(execution.name(one.node)));
  for (const LifeEvent& event : execution.life) {
    text += fmt::format("{} {} {} at {}\n", plain(execution.name(event.node)),
                        plain(event.process), life_name(event.kind),
                        seconds(execution, event.time_ns));
  }
  for (const Reaction& reaction : analysis.reactions) {
    text += fmt::format("{} at {}: {} -> {}", reaction_name(reaction.kind),
                        seconds(execution, reaction.time_ns),
                        plain(execution.name(reaction.from)),
                        plain(execution.name(reaction.to)));
    if (reaction.kind == Reaction::Kind::kCopiedAgain)
      text +=
          fmt::format(", {} writes kept, {} removed", reaction.kept, reaction.removed);
    text += "\n";
  }
}

void add_writes(const MessagesAnalysis& analysis, std::string& text) {
  const MessageExecution& execution = *analysis.execution;
  text += fmt::format("acknowledged writes without a copy: {} of {}\n", analysis.lost,
                      analysis.acknowledged);
  for (const WritesAlike& group : analysis.writes) {
    const std::string to =
        group.tokens.size() == 1 ? "" : " to " + plain(group.tokens.back());
    text += fmt::format("  {} ({}{})\n",
                        counted(static_cast<int64_t>(group.tokens.size()), "write"),
                        plain(group.tokens.front()), to);
    if (group.lost)
      text +=
          fmt::format("    lost: {}\n", clean_text(death_of(execution, *group.first)));
    else if (group.supports.empty())
      text += "    there, and nothing seen says how it came\n";
    for (const Support& support : group.first->supports)
      text += fmt::format("    at {}: {}\n", plain(execution.name(support.node)),
                          clean_text(chain_words(execution, support)));
  }
}

void add_links(const MessagesAnalysis& analysis, std::string& text) {
  const MessageExecution& execution = *analysis.execution;
  text += "links: messages, those that arrived, most frequent kinds\n";
  for (const LinkMessages& link : analysis.links) {
    std::vector<std::pair<std::string, uint64_t>> kinds(link.classes.begin(),
                                                        link.classes.end());
    std::stable_sort(kinds.begin(), kinds.end(),
                     [](const auto& a, const auto& b) { return a.second > b.second; });
    std::string words;
    for (size_t i = 0; i < std::min(kMostClasses, kinds.size()); ++i)
      words += fmt::format("{}{} {}", i == 0 ? "" : ", ", plain(kinds[i].first),
                           kinds[i].second);
    if (kinds.size() > kMostClasses)
      words += fmt::format(", {} more", kinds.size() - kMostClasses);
    text += fmt::format("  {} -> {}: {}, {}; {}\n", plain(execution.name(link.link.from)),
                        plain(execution.name(link.link.to)), link.messages, link.arrived,
                        words);
  }
}

}  // namespace

std::string messages_text(const MessagesAnalysis& analysis) {
  std::string text;
  add_head(analysis, text);
  add_events(analysis, text);
  add_writes(analysis, text);
  add_links(analysis, text);
  text += "kinds of messages between nodes\n";
  for (const auto& [of, count] : analysis.identities.counts)
    if (of.from != Role::kClient && of.to != Role::kClient)
      text += fmt::format("  {} -> {} {}: {}{}\n", role_name(of.from), role_name(of.to),
                          plain(of.content), count,
                          analysis.identities.periodic.at(of) ? ", periodic" : "");
  return text;
}

std::string write_text(const RunSketch& sketch, const SketchWrite& write) {
  std::vector<std::pair<int64_t, std::string>> lines;
  const auto lane = [&](int node) { return plain(lane_words(sketch, node)); };
  for (const SketchMessage& message : write.messages) {
    const std::string label = message.label.empty() ? "message" : plain(message.label);
    lines.emplace_back(
        message.sent_ns,
        fmt::format("{} -> {} {}{}", lane(message.from), lane(message.to), label,
                    !message.arrived   ? ": not seen to arrive"
                    : !message.carries ? ": replaces the receiver's state without it"
                    : message.replaces ? ": replaces the receiver's state"
                                       : ""));
  }
  for (const SketchNote& note : notes_of({&sketch, &write, "", false}))
    lines.emplace_back(note.time_ns, clean_text(note.text));
  std::stable_sort(lines.begin(), lines.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::string text =
      fmt::format("write {}, time from the first fault\n", plain(write.token));
  for (const auto& [time_ns, line] : lines)
    text += fmt::format("  {:+.3f} s  {}\n", static_cast<double>(time_ns) / 1e9, line);
  return text;
}

}  // namespace cutset::report
