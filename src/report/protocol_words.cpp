#include "report/protocol_words.h"

#include <cmath>
#include <vector>

#include <fmt/format.h>

#include "base/text.h"

namespace cutset::report {

std::string count_words(double count) {
  if (!std::isfinite(count)) return "more than 10^300";
  if (count >= 1e15) return fmt::format("{:.1e}", count);
  std::string digits = fmt::format("{:.0f}", count);
  for (size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, " ");
  return digits;
}

std::string count_words(uint64_t count, std::string_view one, std::string_view many) {
  return fmt::format("{} {}", count_words(static_cast<double>(count)),
                     count == 1 ? one : many);
}

std::string seconds_words(double seconds) {
  return seconds < 0.01 ? fmt::format("{:.1f} ms", seconds * 1000)
                        : fmt::format("{:.2f} s", seconds);
}

std::string verdict_words(const ProtocolCheck& check) {
  switch (check.verdict) {
    case ProtocolVerdict::kHolds:
      return check.complete ? "no fault set within the specification breaks the promise"
                            : "nothing was found, but not everything was searched";
    case ProtocolVerdict::kViolated: {
      uint64_t alike = 0;
      for (const ProtocolFinding& each : check.findings) alike += each.orbit.size();
      const size_t count = check.findings.size();
      return fmt::format(
          "{} {} the promise{}",
          count_words(count, "minimal fault set", "minimal fault sets"),
          count == 1 ? "breaks" : "break",
          alike == 0 ? ""
                     : fmt::format(", and {} more, equal up to renaming nodes", alike));
    }
    case ProtocolVerdict::kVacuous:
      return check.why;
    case ProtocolVerdict::kStopped:
      return fmt::format("before the search was over ({}); nothing was found so far",
                         check.why);
  }
  return "";
}

std::string numbers_words(const ProtocolCheck& check) {
  std::vector<std::string> parts = {
      count_words(check.executions, "execution", "executions")};
  if (check.executions_to_first && *check.executions_to_first < check.executions)
    parts.back() += fmt::format(" ({} to the first)", *check.executions_to_first);
  if (check.subset_runs > 0)
    parts.push_back(
        fmt::format("{} more to show that each is minimal", check.subset_runs));
  if (check.wrong_predictions > 0) {
    parts.push_back(
        count_words(check.wrong_predictions, "wrong prediction", "wrong predictions"));
  }
  parts.push_back(seconds_words(check.seconds));
  std::string text =
      fmt::format("{}; the specification has {} fault set{}", join(parts, ", "),
                  count_words(check.fault_sets), check.fault_sets == 1 ? "" : "s");
  if (check.search == "random" || check.search == "exhaustive")
    text = check.search + " search: " + text;
  if (check.seed) text += fmt::format("; seed {}", *check.seed);
  return text;
}

std::string completeness_words(const ProtocolCheck& check) {
  if (check.complete) {
    std::string text =
        check.findings.empty()
            ? "Complete: every fault set within the specification is accounted for."
            : "Complete: these are all minimal fault sets within the specification.";
    if (check.goals > 0) {
      text += fmt::format(" Searched: {} ({}, {}).", check.knowledge,
                          count_words(check.goals, "goal", "goals"),
                          count_words(check.firings, "firing", "firings"));
    }
    return text;
  }
  if (!check.why.empty())
    return fmt::format("Stopped: {}. There may be more.", check.why);
  if (check.search == "random")
    return "Random search stops at the first and proves nothing about the others.";
  return "Stopped at the first; there may be more (leave out --first).";
}

}  // namespace cutset::report
