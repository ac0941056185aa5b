#include "report/play_text.h"

#include <algorithm>

#include <fmt/format.h>

#include "report/escape.h"
#include "report/terminal.h"

namespace cutset::report {

namespace {

constexpr size_t kLongest = 200;

std::string shown(std::string_view text) {
  return shorten(text, kLongest);
}

std::string milliseconds(int64_t nanos) {
  return fmt::format("{:.1f} ms", static_cast<double>(nanos) / 1e6);
}

Style style_of(const PlayedAction& action) {
  if (action.fate == "fired") return Style::kGreen;
  return action.acceptable ? Style::kDim : Style::kRed;
}

std::string action_line(const PlayedAction& action, bool color) {
  std::string line = "  " +
                     styled(color, style_of(action), fmt::format("{:<11}", action.fate)) +
                     fmt::format(" {:>4}  {}", action.number, shown(action.id));
  if (action.fired) line += fmt::format("  at {:.3f} s", *action.fired);
  if (action.late_ns) line += fmt::format(" (+{})", milliseconds(*action.late_ns));
  if (action.relayed) line += ", relayed";
  if (action.undone) line += fmt::format(", undone at {:.3f} s", *action.undone);
  line += '\n';
  const auto add = [&line](const std::string& what, const std::string& text) {
    if (!text.empty())
      line += fmt::format("                    {}: {}\n", what, shown(text));
  };
  add("on", action.fired_on);
  add("seen", action.verified_by);
  add("error", action.error);
  add("output", action.output);
  return line;
}

}  // namespace

std::string play_text(const PlayView& view, bool color) {
  const bool good = view.verdict == "fired";
  std::string text = styled(color, good ? Style::kGreen : Style::kYellow,
                            good ? std::string("everything fired") : view.verdict) +
                     fmt::format(": run {}", shown(view.run));
  if (!view.reason.empty()) text += ": " + shown(view.reason);
  text += '\n';
  for (const std::string& problem : view.problems) text += "  " + shown(problem) + "\n";
  std::vector<int64_t> late;
  if (!view.passed_barrier) text += "  the schedule was not begun\n";
  for (const PlayedAction& action : view.actions) {
    if (!view.passed_barrier) break;
    text += action_line(action, color);
    if (action.late_ns) late.push_back(*action.late_ns);
  }
  if (!late.empty()) {
    std::sort(late.begin(), late.end());
    text += fmt::format("  after the planned time: half within {}, all within {}\n",
                        milliseconds(late[late.size() / 2]), milliseconds(late.back()));
  }
  for (const PlayedHost& host : view.hosts) {
    text += fmt::format(
        "  host {}: its clock is {:+.3f} ms from the controller's, within "
        "{:.3f} ms",
        shown(host.name), static_cast<double>(host.clock_offset_ns) / 1e6,
        static_cast<double>(host.clock_error_ns) / 1e6);
    if (host.sampling_cost_ns > 0 && view.ended > view.begun) {
      text += fmt::format("; sampling took {:.2f} % of a core",
                          100 * static_cast<double>(host.sampling_cost_ns) / 1e9 /
                              (view.ended - view.begun));
    }
    if (!host.lost.empty()) text += "; lost: " + shown(host.lost);
    text += '\n';
    for (const std::string& problem : host.problems) {
      text += styled(color, Style::kRed, "    not undone: ") + shown(problem) + "\n";
    }
  }
  return text;
}

}  // namespace cutset::report
