#include "report/nodes_pictures.h"

#include <algorithm>
#include <cmath>
#include <optional>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "report/escape.h"
#include "report/sketch_svg.h"

namespace cutset::report {

namespace {

using namespace campaign::nodes;  // NOLINT(google-build-using-namespace)
using lineage::messages::RunSketch;
using lineage::messages::SketchWrite;

/// How much longer or shorter one fault lasts, if that is all that differs.
std::optional<double> distance(const NodeSchedule& a, const NodeSchedule& b) {
  if (a.steps.size() != b.steps.size()) return std::nullopt;
  double found = 0;
  for (size_t i = 0; i < a.steps.size(); ++i) {
    const NodeStep& one = a.steps[i];
    const NodeStep& other = b.steps[i];
    if (one.relation != other.relation || one.faults.size() != other.faults.size())
      return std::nullopt;
    for (size_t k = 0; k < one.faults.size(); ++k) {
      if (one.faults[k].element != other.faults[k].element) return std::nullopt;
      if (one.faults[k].duration == other.faults[k].duration) continue;
      if (found != 0) return std::nullopt;
      found =
          std::abs(std::log((static_cast<double>(one.faults[k].duration.count()) + 1) /
                            (static_cast<double>(other.faults[k].duration.count()) + 1)));
    }
  }
  return found == 0 ? std::nullopt : std::optional(found);
}

bool held(const TriedSchedule& tried) {
  return tried.state == verdict_name(campaign::Verdict::kHeld) ||
         tried.state == verdict_name(campaign::Verdict::kAccepted);
}

std::string schedule_words(const NodeSchedule& schedule) {
  return schedule.empty() ? "no fault" : schedule.text();
}

std::string no_picture(const std::string& why) {
  return "<p class=\"soft\">No picture: " + escape_markup(why) + "</p>\n";
}

}  // namespace

std::vector<GoodRun> nearest_good_runs(const NodeSummary& summary,
                                       const MechanismGroup& group) {
  std::vector<std::pair<double, GoodRun>> rungs;
  std::vector<GoodRun> good;
  for (const TriedSchedule& tried : summary.tried) {
    if (!held(tried)) continue;
    if (const auto far = distance(tried.schedule, group.main.schedule))
      rungs.emplace_back(*far, GoodRun{tried.run, tried.schedule});
  }
  std::stable_sort(rungs.begin(), rungs.end(),
                   [](const auto& a, const auto& b) { return a.first < b.first; });
  for (auto& [far, run] : rungs) good.push_back(std::move(run));
  for (const ShownToHold& weaker : group.weaker)
    good.push_back({weaker.run, weaker.schedule});
  std::vector<const ShownToHold*> parts;
  for (const ShownToHold& part : group.parts)
    if (!part.schedule.empty()) parts.push_back(&part);
  std::stable_sort(parts.begin(), parts.end(), [](const auto* a, const auto* b) {
    return a->schedule.size() > b->schedule.size();
  });
  for (const ShownToHold* part : parts) good.push_back({part->run, part->schedule});
  for (const TriedSchedule& tried : summary.tried) {
    if (tried.schedule.empty() && held(tried))
      good.push_back({tried.run, tried.schedule});
  }
  return good;
}

std::vector<std::string> runs_of_pictures(const NodeSummary& summary) {
  std::set<std::string> runs;
  for (const MechanismGroup& group : summary.groups) {
    runs.insert(group.main.run);
    for (const GoodRun& good : nearest_good_runs(summary, group)) runs.insert(good.run);
  }
  return {runs.begin(), runs.end()};
}

const SketchWrite* lost_write(const RunSketch& sketch,
                              const std::vector<LostWrite>& lost) {
  const SketchWrite* first = nullptr;
  for (const SketchWrite& write : sketch.writes) {
    if (!write.lost) continue;
    if (first == nullptr) first = &write;
    if (!lost.empty() && write.token == lost.front().token) return &write;
  }
  return first;
}

const SketchWrite* write_like(const RunSketch& good, const RunSketch& bad,
                              const SketchWrite& lost) {
  const int64_t at = lost.acknowledged_ns.value_or(lost.invoked_ns);
  const auto phase = bad.phase_at(at);
  const SketchWrite* best = nullptr;
  std::tuple<bool, int64_t> least;
  for (const SketchWrite& write : good.writes) {
    if (write.lost) continue;
    const int64_t time = write.acknowledged_ns.value_or(write.invoked_ns);
    const std::tuple<bool, int64_t> far = {good.phase_at(time) != phase,
                                           std::abs(time - at)};
    if (best == nullptr || far < least) {
      best = &write;
      least = far;
    }
  }
  return best;
}

std::string nodes_picture(const NodeSummary& summary, const MechanismGroup& group,
                          const Sketches& sketches) {
  const auto bad = sketches.find(group.main.run);
  if (bad == sketches.end() || bad->second.nodes.empty()) {
    return no_picture(fmt::format(
        "the folder of the journal has no sketch of run {} (sketches/{}.json).",
        group.main.run, group.main.run));
  }
  const SketchWrite* lost = lost_write(bad->second, group.lost);
  std::vector<SketchedRun> runs;
  for (const GoodRun& good : nearest_good_runs(summary, group)) {
    const auto sketch = sketches.find(good.run);
    if (sketch == sketches.end() || sketch->second.nodes.empty()) continue;
    runs.push_back(
        {&sketch->second,
         lost == nullptr ? nullptr : write_like(sketch->second, bad->second, *lost),
         fmt::format("held: {} (run {})", schedule_words(good.schedule), good.run),
         false});
    break;
  }
  runs.push_back({&bad->second, lost,
                  fmt::format("broken: {} (run {})", schedule_words(group.main.schedule),
                              group.main.run),
                  true});
  std::string out = runs.size() > 1
                        ? "<h4>The nearest run that held, and the one that broke</h4>\n"
                        : "<h4>The run that broke; none that held has a sketch</h4>\n";
  out += "<div class=\"diagram\">\n" +
         sketch_svg(runs, "messages, copies and faults of the runs, time going down") +
         "</div>\n";
  out +=
      "<p class=\"soft\">Time counts from the first fault, or from where it would have "
      "begun. Equal heights are equal times in both runs; where much happens, time is "
      "stretched.</p>\n";
  return out;
}

}  // namespace cutset::report
