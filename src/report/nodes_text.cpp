#include "report/nodes_text.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/text.h"
#include "campaign/nodes/node_mechanism.h"
#include "report/escape.h"

namespace cutset::report {

namespace {

using namespace campaign::nodes;  // NOLINT(google-build-using-namespace)

constexpr size_t kWidth = 44;  // of an element's name

std::string counted(size_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", count, count == 1 ? one : many);
}

std::string paint(const std::string& text, std::string_view code, bool color) {
  return color ? fmt::format("\x1b[{}m{}\x1b[0m", code, text) : text;
}

std::string group_text(const MechanismGroup& group, size_t number, bool color) {
  std::string out =
      fmt::format("{} {}  {}\n",
                  paint(fmt::format("mechanism {}", number), "1;31", color), group.id(),
                  group.flaky ? fmt::format("flaky: {} of {} runs", group.main.reproduced,
                                            group.main.repetitions)
                              : fmt::format("reproduced {} of {}", group.main.reproduced,
                                            group.main.repetitions));
  out += fmt::format("  {}\n", clean_text(group.main.schedule.text()));
  out += fmt::format("  {}\n", clean_text(group.words));
  out += fmt::format("  experiment {}, run {}: {}\n", group.main.experiment,
                     clean_text(group.main.run), clean_text(group.main.found));
  if (!group.lost.empty()) {
    std::vector<std::string> deaths;
    for (const CopyDeath& death : group.lost.front().copies)
      deaths.push_back(death_words(death));
    out += fmt::format("  e.g. {}: {}\n", clean_text(group.lost.front().token),
                       clean_text(join(deaths, "; ")));
  }
  for (const ShownToHold& part : group.parts)
    out += fmt::format("  holds: {} ({})\n", clean_text(part.schedule.text()),
                       clean_text(part.run));
  for (const ShownToHold& other : group.weaker)
    out += fmt::format("  holds: {} ({}), which is weaker\n",
                       clean_text(other.schedule.text()), clean_text(other.run));
  for (const Variant& variant : group.variants)
    out +=
        fmt::format("  also:  {} ({} of {}, {})\n", clean_text(variant.schedule.text()),
                    variant.reproduced, variant.repetitions, clean_text(variant.run));
  return out + "\n";
}

std::string ladders_text(const NodeSummary& summary) {
  std::string out;
  const LadderResult* last = nullptr;
  const auto same_rungs = [](const LadderResult& a, const LadderResult& b) {
    return std::equal(a.rungs.begin(), a.rungs.end(), b.rungs.begin(), b.rungs.end(),
                      [](const RungResult& x, const RungResult& y) {
                        return x.duration == y.duration;
                      });
  };
  for (const LadderResult& ladder : summary.ladders) {
    if (ladder.rungs.size() < 2) {
      out += fmt::format("  {:{}}  {}\n", shorten(ladder.words, kWidth), kWidth,
                         rung_mark(summary, ladder.rungs.front()));
      continue;
    }
    if (last == nullptr || !same_rungs(*last, ladder)) {
      out += fmt::format("  {:{}}", "", kWidth);
      for (const RungResult& rung : ladder.rungs)
        out += fmt::format("{:>6}", duration_text(rung.duration));
      out += "\n";
    }
    last = &ladder;
    out += fmt::format("  {:{}}", shorten(ladder.words, kWidth), kWidth);
    for (const RungResult& rung : ladder.rungs) {
      const std::string mark = rung_mark(summary, rung);
      out += fmt::format("{:>6}",
                         rung.tried || mark == "?" ? mark : fmt::format("({})", mark));
    }
    if (!ladder.as.empty()) out += fmt::format("   as {}", clean_text(ladder.as));
    if (const std::string range = range_words(ladder); !range.empty())
      out += "   " + range;
    out += "\n";
  }
  return out;
}

}  // namespace

std::string nodes_headline(const NodeSummary& summary) {
  const auto confirmed =
      static_cast<size_t>(std::count_if(summary.groups.begin(), summary.groups.end(),
                                        [](const auto& group) { return !group.flaky; }));
  if (confirmed > 0) {
    return counted(confirmed, "way in which acknowledged writes are lost",
                   "ways in which acknowledged writes are lost");
  }
  if (!summary.groups.empty()) return "only flaky violations";
  switch (summary.status) {
    case campaign::CampaignStatus::kExhausted:
      return "no schedule breaks the outcome";
    case campaign::CampaignStatus::kStopped:
      return "nothing found so far";
    case campaign::CampaignStatus::kFailed:
      return "the campaign failed";
  }
  return "?";
}

std::string rung_mark(const NodeSummary& summary, const RungResult& rung) {
  switch (rung.state) {
    case RungState::kBroken:
    case RungState::kFlaky:
      for (size_t i = 0; i < summary.groups.size(); ++i) {
        const std::string& key = summary.groups[i].key;
        if (key == rung.group || key == "flaky: " + rung.group)
          return std::to_string(i + 1);
      }
      return "!";
    case RungState::kHeld:
      return rung.signature.empty() ? "." : "~";
    case RungState::kUnknown:
      return "?";
  }
  return "?";
}

std::string range_words(const LadderResult& ladder) {
  std::vector<std::string> ranges;
  const auto& rungs = ladder.rungs;
  for (size_t i = 0; i < rungs.size(); ++i) {
    if (rungs[i].state != RungState::kBroken || rungs.size() < 2) continue;
    size_t end = i;
    while (end + 1 < rungs.size() && rungs[end + 1].state == RungState::kBroken &&
           rungs[end + 1].group == rungs[i].group)
      ++end;
    std::string words =
        i == end ? fmt::format("breaks at {}", duration_text(rungs[i].duration))
                 : fmt::format("breaks from {} to {}", duration_text(rungs[i].duration),
                               duration_text(rungs[end].duration));
    std::vector<std::string> holds;
    if (i > 0 && rungs[i - 1].state == RungState::kHeld)
      holds.push_back(duration_text(rungs[i - 1].duration));
    if (end + 1 < rungs.size() && rungs[end + 1].state == RungState::kHeld)
      holds.push_back(duration_text(rungs[end + 1].duration));
    if (!holds.empty()) words += ", holds at " + join(holds, " and ");
    ranges.push_back(std::move(words));
    i = end;
  }
  return join(ranges, "; ");
}

std::string nodes_text(const NodeSummary& summary, bool color) {
  std::string out = fmt::format("{}: {}\n", clean_text(summary.name),
                                paint(nodes_headline(summary), "1", color));
  out += fmt::format(
      "{} in {}",
      counted(static_cast<size_t>(summary.experiments), "schedule", "schedules"),
      counted(static_cast<size_t>(summary.runs), "run", "runs"));
  if (summary.strategy != "supports")
    out += fmt::format(", strategy {}, seed {}", summary.strategy, summary.seed);
  if (summary.inconclusive > 0)
    out += fmt::format(", {} inconclusive", summary.inconclusive);
  if (summary.unreachable > 0)
    out += fmt::format(", {} unreachable", summary.unreachable);
  out += "\n\n";
  for (size_t i = 0; i < summary.groups.size(); ++i)
    out += group_text(summary.groups[i], i + 1, color);
  if (!summary.ladders.empty()) {
    out +=
        "durations: the number of the mechanism, . held, ~ held and the system reacted,\n"
        "           (in brackets) concluded from the neighbours, ? not known\n";
    out += ladders_text(summary) + "\n";
  }
  for (const std::string& note : summary.notes)
    out += fmt::format("note: {}\n", clean_text(note));
  out += clean_text(summary.statement) + "\n";
  if (!summary.assumptions.empty()) out += "Assumed:\n";
  for (const std::string& assumption : summary.assumptions)
    out += fmt::format("- {}\n", clean_text(assumption));
  return out;
}

}  // namespace cutset::report
