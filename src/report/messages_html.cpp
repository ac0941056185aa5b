#include "report/messages_html.h"

#include <algorithm>

#include <fmt/format.h>

#include "report/escape.h"
#include "report/html_parts.h"
#include "report/sketch_svg.h"
#include "report/words.h"

namespace cutset::report {

namespace {

using namespace lineage::messages;  // NOLINT(google-build-using-namespace)

constexpr size_t kMostGroups = 200;

std::string box(uint64_t value, std::string_view label) {
  return fmt::format("<div><b>{}</b><span>{}</span></div>\n", value, label);
}

std::string when(const MessageExecution& execution, int64_t time_ns) {
  return fmt::format("{:.3f} s", static_cast<double>(time_ns - execution.begin_ns) / 1e9);
}

std::string head(const MessagesAnalysis& analysis, const std::string& file) {
  const MessageExecution& execution = *analysis.execution;
  const std::string headline = fmt::format("{} of {} acknowledged writes without a copy",
                                           analysis.lost, analysis.acknowledged);
  std::string out = fmt::format(
      "<header>\n<h1>{}</h1>\n<p class=\"verdict {}\">{}</p>\n<div class=\"numbers\">\n",
      escape_markup(file), analysis.lost == 0 ? "good" : "bad", headline);
  out += box(execution.nodes.size(), "nodes");
  out += box(execution.connections.size(), "connections");
  out += box(execution.messages.size(), "messages");
  out += box(analysis.undelivered, "not seen to arrive");
  out += box(analysis.proven_edges, "edges proven");
  out += box(analysis.assumed_edges, "edges assumed");
  if (analysis.opaque > 0) out += box(analysis.opaque, "opaque connections");
  const Losses& losses = execution.losses;
  if (losses.dropped > 0) out += box(losses.dropped, "packets not captured");
  if (losses.not_recorded > 0) out += box(losses.not_recorded, "messages not recorded");
  return out + "</div>\n</header>\n";
}

std::string picture(const RunSketch& sketch, const SketchWrite* write) {
  if (sketch.nodes.empty()) return "";
  const bool lost = write != nullptr && write->lost;
  const std::string title = write == nullptr ? "no write is followed"
                            : lost           ? "lost: " + write->token
                                             : "can be read: " + write->token;
  return "<section>\n<h2>One write</h2>\n<div class=\"diagram\">\n" +
         sketch_svg({{&sketch, write, title, lost}},
                    "messages, copies and faults of the run, time going down") +
         "</div>\n<p class=\"soft\">Time counts from the first fault, else from the "
         "first "
         "acknowledged write; where much happens, it is stretched.</p>\n</section>\n";
}

std::string support_words(const MessagesAnalysis& analysis,
                          const std::vector<SupportStep>& steps) {
  const MessageExecution& execution = *analysis.execution;
  std::string out;
  for (size_t i = 0; i < steps.size(); ++i) {
    const Message& message = execution.messages[steps[i].message];
    if (i == 0) out += escape_markup(execution.name(execution.sender(message)));
    out += fmt::format(" <span class=\"soft\" title=\"{}\">&rarr;</span> {}",
                       escape_markup(fmt::format(
                           "{}{}", message.label.empty() ? "message" : message.label,
                           i == 0 ? ""
                                  : fmt::format("; that it followed the one before: {}",
                                                proof_name(steps[i].after)))),
                       escape_markup(execution.name(execution.receiver(message))));
  }
  return out;
}

std::string writes(const MessagesAnalysis& analysis) {
  if (analysis.writes.empty()) return "";
  std::string out =
      "<section>\n<h2>How the writes fared</h2>\n<table>\n<thead><tr><th>writes</th>"
      "<th>of them</th><th>each copy rests on, or died</th></tr></thead>\n<tbody>\n";
  for (size_t i = 0; i < std::min(kMostGroups, analysis.writes.size()); ++i) {
    const WritesAlike& group = analysis.writes[i];
    std::string how;
    if (group.lost)
      how = escape_markup(death_of(*analysis.execution, *group.first));
    else if (group.supports.empty())
      how = "there, and nothing seen says how it came";
    for (const auto& support : group.supports)
      how += "<div>" + support_words(analysis, support) + "</div>";
    out += fmt::format(
        "<tr{}><td class=\"number\">{}</td><td><code>{}</code>{}</td><td>{}</td></tr>\n",
        group.lost ? " class=\"hit\"" : "", group.tokens.size(),
        escape_markup(group.tokens.front()),
        group.tokens.size() == 1
            ? ""
            : " to <code>" + escape_markup(group.tokens.back()) + "</code>",
        how);
  }
  return out + "</tbody></table>\n</section>\n";
}

std::string events(const MessagesAnalysis& analysis) {
  const MessageExecution& execution = *analysis.execution;
  std::vector<std::pair<int64_t, std::string>> lines;
  for (const Leadership& one : analysis.roles.leaders)
    lines.emplace_back(one.since_ns, execution.name(one.node) + " takes the writes");
  for (const LifeEvent& event : execution.life)
    lines.emplace_back(event.time_ns, fmt::format("{}{}{} {}", execution.name(event.node),
                                                  event.process.empty() ? "" : ": ",
                                                  event.process, life_name(event.kind)));
  for (const Reaction& reaction : analysis.reactions) {
    std::string text =
        fmt::format("{}: {} to {}", reaction_name(reaction.kind),
                    execution.name(reaction.from), execution.name(reaction.to));
    if (reaction.kind == Reaction::Kind::kCopiedAgain)
      text += fmt::format(", {} kept, {} removed",
                          counted(static_cast<int64_t>(reaction.kept), "write"),
                          reaction.removed);
    lines.emplace_back(reaction.time_ns, std::move(text));
  }
  if (lines.empty()) return "";
  std::stable_sort(lines.begin(), lines.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  std::string out =
      "<section>\n<h2>What happened</h2>\n<table>\n<thead><tr><th>at</th><th></th></tr>"
      "</thead>\n<tbody>\n";
  for (const auto& [time_ns, text] : lines)
    out += fmt::format("<tr><td class=\"number\">{}</td><td>{}</td></tr>\n",
                       when(execution, time_ns), escape_markup(text));
  return out + "</tbody></table>\n</section>\n";
}

std::string links(const MessagesAnalysis& analysis) {
  std::string out =
      "<section>\n<h2>Links</h2>\n<table>\n<thead><tr><th>from</th><th>to</th>"
      "<th>messages</th><th>arrived</th><th>bytes</th><th>kinds</th></tr></thead>\n"
      "<tbody>\n";
  for (const LinkMessages& link : analysis.links) {
    std::vector<std::pair<std::string, uint64_t>> kinds(link.classes.begin(),
                                                        link.classes.end());
    std::stable_sort(kinds.begin(), kinds.end(),
                     [](const auto& a, const auto& b) { return a.second > b.second; });
    std::string words;
    for (const auto& [kind, count] : kinds)
      words += fmt::format("{}<code>{}</code> {}", words.empty() ? "" : ", ",
                           escape_markup(kind), count);
    out += fmt::format(
        "<tr><td>{}</td><td>{}</td><td class=\"number\">{}</td><td "
        "class=\"number\">{}</td><td class=\"number\">{}</td><td>{}</td></tr>\n",
        escape_markup(analysis.execution->name(link.link.from)),
        escape_markup(analysis.execution->name(link.link.to)), link.messages,
        link.arrived, link.bytes, words);
  }
  return out + "</tbody></table>\n</section>\n";
}

}  // namespace

std::string messages_html(const MessagesAnalysis& analysis, const std::string& file,
                          const RunSketch& sketch, const SketchWrite* write) {
  std::string page =
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n";
  // Nothing may be loaded or run, whatever the recording holds.
  page +=
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
      "style-src 'unsafe-inline'\">\n";
  page += "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
  page += fmt::format("<title>{}</title>\n<style>\n{}{}</style>\n</head>\n<body>\n",
                      escape_markup(file), html_style(), sketch_css());
  page += head(analysis, file) + "<main>\n" + picture(sketch, write) + writes(analysis) +
          events(analysis) + links(analysis);
  return page + "</main>\n</body>\n</html>\n";
}

}  // namespace cutset::report
