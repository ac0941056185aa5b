#include "campaign/nodes/node_stability.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/check.h"
#include "campaign/nodes/node_mechanism.h"
#include "lineage/messages/run_classes.h"

namespace cutset::campaign::nodes {

namespace {

/// Supports that only some of the runs showed: the first run is what is built on.
std::string supports_note(const std::vector<NodeRun>& runs) {
  const std::vector<WriteClass>& first = runs.front().classes;
  const auto stable =
      std::count_if(first.begin(), first.end(), [&runs](const WriteClass& writes) {
        return std::all_of(runs.begin(), runs.end(), [&writes](const NodeRun& run) {
          return std::find(run.classes.begin(), run.classes.end(), writes) !=
                 run.classes.end();
        });
      });
  if (static_cast<size_t>(stable) == first.size()) return "";
  return fmt::format(
      "{} of {} classes of writes have the same supports in all {} runs without faults",
      stable, first.size(), runs.size());
}

/// The ordinals of a class that are in each run are those up to its smallest count.
std::string identities_note(const std::vector<NodeRun>& runs) {
  uint64_t all = 0;
  uint64_t stable = 0;
  std::map<std::string, std::vector<uint64_t>> counts;
  for (const NodeRun& run : runs) {
    for (const auto& [of, count] : run.profile.messages) counts[of].push_back(count);
  }
  for (const auto& [of, of_runs] : counts) {
    const auto [least, most] = std::minmax_element(of_runs.begin(), of_runs.end());
    all += std::max<uint64_t>(*most, 1);
    if (of_runs.size() < runs.size()) continue;
    stable += *most == 0 ? 1 : *least;
  }
  if (stable == all) return "";
  return fmt::format(
      "{} of {} message identities were in all {} runs without faults: a schedule waits "
      "for acknowledged writes, not for the others",
      stable, all, runs.size());
}

std::string unseen_note(const std::vector<NodeRun>& runs) {
  std::vector<uint64_t> classes;
  for (const NodeRun& run : runs) classes.push_back(run.profile.run_class);
  const lineage::messages::UnseenMass mass = lineage::messages::unseen_mass(classes);
  if (mass.classes == 1) return "";
  return fmt::format(
      "{} runs without faults were of {} classes; the next one is of a class that "
      "was not seen yet with a chance of about {:.0f} % (Good and Turing)",
      mass.runs, mass.classes, 100 * mass.estimate);
}

std::string reactions_note(const std::vector<NodeRun>& runs) {
  const std::string usual = signature_of(runs.front());
  if (std::all_of(runs.begin(), runs.end(),
                  [&](const NodeRun& run) { return signature_of(run) == usual; }))
    return "";
  return "the system reacts without faults in some runs: what it does under faults "
         "may not be because of them";
}

}  // namespace

std::vector<std::string> stability_notes(const std::vector<NodeRun>& runs) {
  CHECK(!runs.empty());
  std::vector<std::string> notes = {supports_note(runs), reactions_note(runs)};
  if (std::all_of(runs.begin(), runs.end(),
                  [](const NodeRun& run) { return run.profile.is_known(); })) {
    notes.push_back(identities_note(runs));
    notes.push_back(unseen_note(runs));
  }
  std::erase(notes, "");
  return notes;
}

}  // namespace cutset::campaign::nodes
