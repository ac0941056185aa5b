#include "report/finding_groups.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "base/text.h"
#include "report/words.h"

namespace cutset::report {

namespace {

using identity::FaultMode;
using Modes = std::vector<FaultMode>;

constexpr size_t kMostCombinations = 4096;

struct GroupKey {
  std::vector<std::string> events;
  std::vector<std::pair<std::string, campaign::OutcomeResult::State>> broken;
  friend auto operator<=>(const GroupKey&, const GroupKey&) = default;
};

GroupKey key_of(const campaign::Finding& finding) {
  GroupKey key;
  for (const campaign::Fault& fault : finding.faults) key.events.push_back(fault.event);
  for (const campaign::OutcomeResult& outcome : finding.outcomes) {
    key.broken.emplace_back(outcome.name, outcome.state);
  }
  return key;
}

Modes modes_of(const campaign::Finding& finding, size_t fault) {
  Modes modes = finding.alternatives[fault];
  const FaultMode& own = finding.faults[fault].mode;
  if (std::find(modes.begin(), modes.end(), own) == modes.end())
    modes.insert(modes.begin(), own);
  return modes;
}

size_t combinations(const std::vector<Modes>& modes) {
  size_t product = 1;
  for (const Modes& each : modes)
    product = std::min(product * each.size(), kMostCombinations + 1);
  return product;
}

/// Permutation of the finding's faults: by the place of their calls in the run.
std::vector<size_t> in_order(const JournalView& view, const campaign::Finding& finding) {
  std::map<std::string, size_t> places;
  if (const JournalRun* run = view.find_run(finding.run)) {
    const auto& calls = run->result.execution.calls;
    for (size_t i = 0; i < calls.size(); ++i) places.emplace(calls[i].id.text(), i);
  }
  const auto place_of = [&](size_t fault) {
    const auto found = places.find(finding.faults[fault].event);
    return found == places.end() ? places.size() : found->second;
  };
  std::vector<size_t> order(finding.faults.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  std::stable_sort(order.begin(), order.end(), [&](size_t left, size_t right) {
    return place_of(left) < place_of(right);
  });
  return order;
}

/// Adds every way to choose one mode a fault.
void add_choices(const std::vector<Modes>& modes, std::set<Modes>& choices,
                 Modes chosen = {}) {
  if (chosen.size() == modes.size()) {
    choices.insert(std::move(chosen));
    return;
  }
  for (const FaultMode& mode : modes[chosen.size()]) {
    Modes longer = chosen;
    longer.push_back(mode);
    add_choices(modes, choices, std::move(longer));
  }
}

/// In the order of the campaign's configuration, whatever the order of discovery.
void sort_modes(const JournalHeader& header, Modes& modes) {
  const auto rank = [&header](const FaultMode& mode) {
    const auto same = [&mode](const std::string& name) {
      return name == mode.text() || name == identity::action_name(mode.action);
    };
    return std::find_if(header.modes.begin(), header.modes.end(), same) -
           header.modes.begin();
  };
  std::sort(modes.begin(), modes.end(),
            [&rank](const FaultMode& left, const FaultMode& right) {
              return std::pair(rank(left), left) < std::pair(rank(right), right);
            });
}

void merge_variants(const JournalView& view, FindingGroup& group) {
  const campaign::Finding& first = group.variants.front()->finding;
  const std::vector<size_t> order = in_order(view, first);
  for (const size_t fault : order) group.faults.push_back(first.faults[fault]);
  group.modes.resize(order.size());
  std::set<Modes> choices;
  bool countable = true;
  for (const JournalFinding* variant : group.variants) {
    std::vector<Modes> own;
    for (size_t i = 0; i < order.size(); ++i) {
      own.push_back(modes_of(variant->finding, order[i]));
      for (const FaultMode& mode : own.back()) {
        Modes& all = group.modes[i];
        if (std::find(all.begin(), all.end(), mode) == all.end()) all.push_back(mode);
      }
    }
    countable = countable && combinations(own) <= kMostCombinations;
    if (countable) add_choices(own, choices);
  }
  for (Modes& modes : group.modes) sort_modes(view.header, modes);
  group.modes_combine = countable && choices.size() == combinations(group.modes);
}

}  // namespace

FindingKind kind_of(const campaign::Finding& finding) {
  if (finding.accepted) return FindingKind::kAccepted;
  return finding.status == campaign::Finding::Status::kFlaky ? FindingKind::kFlaky
                                                             : FindingKind::kConfirmed;
}

std::vector<FindingGroup> group_findings(const JournalView& view, FindingKind kind) {
  std::vector<FindingGroup> groups;
  std::map<GroupKey, size_t> known;
  for (const JournalFinding& found : view.findings) {
    if (kind_of(found.finding) != kind) continue;
    const auto [place, is_new] = known.try_emplace(key_of(found.finding), groups.size());
    if (is_new) groups.emplace_back();
    groups[place->second].variants.push_back(&found);
  }
  for (FindingGroup& group : groups) merge_variants(view, group);
  return groups;
}

std::vector<std::string> group_words(const FindingGroup& group) {
  std::vector<std::string> lines;
  for (const campaign::Fault& fault : group.faults) lines.push_back(fault_words(fault));
  return lines;
}

std::vector<std::string> group_modes_words(const FindingGroup& group) {
  const auto& modes = group.modes;
  const bool choice = std::any_of(modes.begin(), modes.end(),
                                  [](const Modes& each) { return each.size() > 1; });
  if (!choice || !group.modes_combine) return {};
  const bool same = std::all_of(modes.begin(), modes.end(),
                                [&modes](const Modes& each) { return each == modes[0]; });
  if (same)
    return {(modes.size() > 1 ? "each of them any of " : "any of ") +
            modes_words(modes[0])};
  std::vector<std::string> lines;
  for (size_t i = 0; i < modes.size(); ++i) {
    lines.push_back(place_words(group.faults[i].event) + ": " + modes_words(modes[i]));
  }
  return lines;
}

std::string variant_words(const FindingGroup& group, const JournalFinding& variant) {
  Modes modes;
  for (const campaign::Fault& fault : group.faults) {
    for (const campaign::Fault& own : variant.finding.faults) {
      if (own.event == fault.event) modes.push_back(own.mode);
    }
  }
  return modes_words(modes);
}

std::string shown_by_words(const campaign::Finding& finding) {
  if (finding.shown_by.empty()) return "";
  return fmt::format(
      "needed no run of its own: under {} these calls failed so by themselves",
      finding.shown_by);
}

bool contains_finding(const campaign::FaultSet& fired, const campaign::Finding& finding) {
  for (size_t i = 0; i < finding.faults.size(); ++i) {
    const Modes modes = modes_of(finding, i);
    const bool found =
        std::any_of(fired.begin(), fired.end(), [&](const campaign::Fault& fault) {
          return fault.event == finding.faults[i].event &&
                 std::find(modes.begin(), modes.end(), fault.mode) != modes.end();
        });
    if (!found) return false;
  }
  return true;
}

std::string broken_words(const campaign::Finding& finding) {
  std::vector<std::string> parts;
  for (const campaign::OutcomeResult& outcome : finding.outcomes) {
    const bool late = outcome.state == campaign::OutcomeResult::State::kDidNotRecover;
    parts.push_back(fmt::format("\"{}\" {}", outcome.name,
                                late ? "does not recover" : "is violated"));
  }
  return parts.empty() ? "what holds changes from run to run" : join(parts, ", ");
}

}  // namespace cutset::report
