#include "report/supports.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"
#include "report/words.h"

namespace cutset::report {

namespace {

constexpr size_t kMostInWords = 4;

std::vector<std::string> delivered(const lineage::Execution& execution) {
  std::vector<std::string> events;
  for (const lineage::Call& call : execution.calls) {
    if (!call.fault && call.parent >= 0 &&
        call.seen.kind == lineage::Answer::Kind::kStatus) {
      events.push_back(call.id.text());
    }
  }
  std::sort(events.begin(), events.end());
  return events;
}

/// Is this fault one of the finding's, in its own mode or one of the same kind?
bool is_among(const campaign::Fault& fault, const campaign::Finding& finding) {
  for (size_t i = 0; i < finding.faults.size(); ++i) {
    if (finding.faults[i].event != fault.event) continue;
    if (finding.faults[i].mode == fault.mode) return true;
    const auto& modes = finding.alternatives[i];
    return std::find(modes.begin(), modes.end(), fault.mode) != modes.end();
  }
  return false;
}

bool takes(const campaign::Fault& fault, const Support& support) {
  constexpr std::string_view kEveryAttempt = "#*";
  const std::string& event = fault.event;
  const bool every = event.size() > kEveryAttempt.size() &&
                     event.compare(event.size() - kEveryAttempt.size(),
                                   kEveryAttempt.size(), kEveryAttempt) == 0;
  if (!every)
    return std::binary_search(support.events.begin(), support.events.end(), event);
  const std::string prefix = event.substr(0, event.size() - 1);
  return std::any_of(support.events.begin(), support.events.end(),
                     [&prefix](const std::string& candidate) {
                       return candidate.compare(0, prefix.size(), prefix) == 0 &&
                              candidate.find_first_not_of("0123456789", prefix.size()) ==
                                  std::string::npos;
                     });
}

std::vector<std::string> events_of(const campaign::FaultSet& faults) {
  std::vector<std::string> events;
  for (const campaign::Fault& fault : faults) events.push_back(fault.event);
  return events;
}

std::string places_words(const campaign::FaultSet& faults) {
  std::vector<std::string> places;
  for (const campaign::Fault& fault : faults) places.push_back(place_words(fault.event));
  return join(places, " and ");
}

}  // namespace

std::vector<Support> observed_supports(const JournalView& view) {
  std::vector<Support> supports;
  std::map<std::pair<campaign::FaultSet, std::vector<std::string>>, size_t> known;
  for (const JournalRun& run : view.runs) {
    if (!run.finished || campaign::judge(run.result.outcomes) != campaign::Verdict::kHeld)
      continue;
    std::vector<std::string> events = delivered(run.result.execution);
    const auto [place, is_new] = known.try_emplace({run.fired, events}, supports.size());
    if (is_new)
      supports.push_back({run.run, run.experiment, run.fired, std::move(events), 0});
    ++supports[place->second].shown;
  }
  return supports;
}

std::vector<CutSupport> supports_cut(const campaign::Finding& finding,
                                     const std::vector<Support>& supports) {
  std::vector<CutSupport> cut;
  std::set<std::vector<std::string>> seen;
  for (const Support& support : supports) {
    if (support.condition.size() >= finding.faults.size()) continue;
    const bool met = std::all_of(
        support.condition.begin(), support.condition.end(),
        [&finding](const campaign::Fault& fault) { return is_among(fault, finding); });
    if (!met) continue;
    CutSupport entry{&support, {}};
    for (const campaign::Fault& fault : finding.faults) {
      if (takes(fault, support)) entry.cut_by.push_back(fault);
    }
    if (entry.cut_by.empty() || !seen.insert(events_of(support.condition)).second)
      continue;
    cut.push_back(std::move(entry));
  }
  std::stable_sort(
      cut.begin(), cut.end(), [](const CutSupport& left, const CutSupport& right) {
        return left.support->condition.size() < right.support->condition.size();
      });
  return cut;
}

std::string supports_cut_words(const std::vector<CutSupport>& cut) {
  std::vector<std::string> parts;
  for (size_t i = 0; i < cut.size() && i < kMostInWords; ++i) {
    const Support& support = *cut[i].support;
    const std::string calls =
        counted(static_cast<int64_t>(support.events.size()), "call");
    const std::string what =
        support.condition.empty()
            ? fmt::format("the fault-free one ({})", calls)
            : fmt::format("without {}, {} ({})", places_words(support.condition),
                          support.run, calls);
    parts.push_back(fmt::format("{} at {}", what, places_words(cut[i].cut_by)));
  }
  if (cut.size() > kMostInWords)
    parts.push_back(fmt::format("and {} more", cut.size() - kMostInWords));
  return join(parts, "; ");
}

}  // namespace cutset::report
