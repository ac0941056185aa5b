// What becomes of a violation: shown to be minimal, repeated, put under its mechanism
// (DESIGN rule 5).
#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/hash.h"
#include "campaign/nodes/node_json.h"
#include "campaign/nodes/node_mechanism.h"
#include "campaign/nodes/node_runner.h"

namespace cutset::campaign::nodes {

namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kMostLostShown = 5;

/// Elements that take less, all of them things that the fault takes too.
std::vector<Element> weaker_elements(const NodeSpace& space, const Element& element) {
  const auto with = [&element](Mode mode) {
    Element other = element;
    other.mode = mode;
    return other;
  };
  std::vector<Element> weaker;
  switch (element.mode) {
    case Mode::kIsolateWithClients:
      return {with(Mode::kIsolate)};
    case Mode::kIsolate:
      return {with(Mode::kIsolateOut), with(Mode::kIsolateIn)};
    case Mode::kIsolateOut:
    case Mode::kIsolateIn:
      for (const Place& node : space.nodes()) {
        if (node == element.at) continue;
        const bool out = element.mode == Mode::kIsolateOut;
        weaker.push_back(
            {Mode::kCutOneWay, out ? element.at : node, out ? node : element.at});
      }
      return weaker;
    case Mode::kCut:
      if (element.other.is_client()) return {};
      return {{Mode::kCutOneWay, element.at, element.other},
              {Mode::kCutOneWay, element.other, element.at}};
    case Mode::kDiskLoss:
      return {with(Mode::kRestart)};
    default:
      return {};
  }
}

}  // namespace

std::vector<NodeSchedule> weaker_schedules(const NodeSpace& space,
                                           const NodeSchedule& schedule) {
  std::vector<NodeSchedule> all;
  for (size_t i = 0; i < schedule.steps.size(); ++i) {
    for (size_t k = 0; k < schedule.steps[i].faults.size(); ++k) {
      for (const Element& element :
           weaker_elements(space, schedule.steps[i].faults[k].element)) {
        if (std::find(space.elements().begin(), space.elements().end(), element) ==
            space.elements().end())
          continue;
        std::vector<NodeStep> steps = schedule.steps;
        steps[i].faults[k].element = element;
        NodeSchedule other = space.canonical(make_schedule(std::move(steps)));
        if (space.admits(other) && std::find(all.begin(), all.end(), other) == all.end())
          all.push_back(std::move(other));
      }
    }
  }
  return all;
}

/// Runs every proper part that was not run. `by_ladder`: a single fault may be shown by
/// its neighbours on the ladder. False: a part is broken itself, or it could not be
/// shown.
Result<bool> NodeRunner::show_parts(const NodeSchedule& schedule, bool by_ladder,
                                    std::vector<ShownToHold>* parts) {
  const auto count = static_cast<uint32_t>(schedule.size());
  for (uint32_t kept = 0; kept + 1 < (1U << count); ++kept) {
    const NodeSchedule part = part_of(schedule, kept);
    if (const Evidence* like = by_ladder ? evidence_->find_like(part) : nullptr) {
      if (is_broken(like->run.verdict)) return false;
      parts->push_back({part, like->name});
      continue;
    }
    CUTSET_ASSIGN(const Evidence* evidence,
                  experiment(part, "part", "is it minimal? part of " + schedule.text()));
    if (evidence == nullptr || is_broken(evidence->run.verdict)) return false;
    parts->push_back({part, evidence->name});
  }
  return true;
}

/// False: a weaker schedule is broken too, and is the finding.
Result<bool> NodeRunner::show_weaker(const NodeSchedule& schedule,
                                     std::vector<ShownToHold>* weaker) {
  if (schedule.size() < 2) return true;  // each mode is probed by itself
  bool weakest = true;
  for (const NodeSchedule& other : weaker_schedules(*space_, schedule)) {
    CUTSET_ASSIGN(const Evidence* evidence,
                  experiment(other, "weaker", "is less enough? for " + schedule.text()));
    if (evidence == nullptr) continue;
    if (is_broken(evidence->run.verdict)) {
      weakest = false;
    } else {
      weaker->push_back({other, evidence->name});
    }
  }
  return weakest;
}

/// How many of `times` runs end like the first one, which is counted.
Result<int> NodeRunner::repeat(const NodeSchedule& schedule, bool broken, int times,
                               int number, const std::string& purpose) {
  int agreeing = 1;
  for (int i = 1; i < times && !stopped(); ++i) {
    CUTSET_ASSIGN(
        const std::optional<Judged> again,
        run_once(schedule, number, purpose, fmt::format("run {} of {}", i + 1, times)));
    if (again && again->fired == schedule && is_broken(again->run.verdict) == broken &&
        again->run.verdict != Verdict::kInconclusive)
      ++agreeing;
  }
  return agreeing;
}

Status NodeRunner::check_held(const NodeSchedule& schedule, const Judged& judged,
                              int number) {
  const int times = options_.repeat_held;
  CUTSET_ASSIGN(const int agreeing,
                repeat(schedule, false, times, number, "repeat-held"));
  if (agreeing == times || stopped()) return {};
  MechanismGroup group;
  group.key = "flaky: " + schedule.text();
  group.words = "Broken in some runs only; the first one held.";
  group.flaky = true;
  group.main = {schedule, number, judged.name, times - agreeing, times, judged.run.found};
  return add_group(std::move(group));
}

Status NodeRunner::file_violation(const NodeSchedule& schedule, const Judged& judged,
                                  int number) {
  const Mechanism mechanism = mechanism_of(judged.run);
  MechanismGroup group;
  const bool is_baseline = options_.strategy != Strategy::kSupports;
  const bool by_ladder = !is_baseline && summary_.find(mechanism.key) != nullptr;
  // A draw says how long drawing takes: what is run to reduce it would not be drawn.
  if (options_.strategy != Strategy::kRandom) {
    CUTSET_ASSIGN(const bool minimal, show_parts(schedule, by_ladder, &group.parts));
    if (!minimal || stopped()) return {};
  }
  if (!is_baseline && summary_.find(mechanism.key) == nullptr) {
    CUTSET_ASSIGN(const bool weakest, show_weaker(schedule, &group.weaker));
    if (!weakest || stopped()) return {};
  }
  const auto known = std::find_if(
      summary_.groups.begin(), summary_.groups.end(),
      [&mechanism](const MechanismGroup& each) { return each.key == mechanism.key; });
  const bool is_new = known == summary_.groups.end() || known->flaky;
  const int times = is_new ? options_.repeat : options_.repeat_variant;
  CUTSET_ASSIGN(const int agreeing,
                repeat(schedule, true, times, number, is_new ? "confirm" : "variant"));
  if (stopped()) return {};
  const Variant variant{schedule, number, judged.name, agreeing, times, judged.run.found};
  if (!is_new) {
    known->variants.push_back(variant);
    return {};
  }
  group.key = agreeing == times ? mechanism.key : "flaky: " + mechanism.key;
  group.words = mechanism.words;
  group.flaky = agreeing != times;
  group.main = variant;
  group.reactions = judged.run.reactions;
  group.lost = judged.run.lost;
  if (group.lost.size() > kMostLostShown) group.lost.resize(kMostLostShown);
  if (group.flaky) {
    const auto same = std::find_if(
        summary_.groups.begin(), summary_.groups.end(),
        [&group](const MechanismGroup& each) { return each.key == group.key; });
    if (same != summary_.groups.end()) {
      same->variants.push_back(variant);
      return {};
    }
  } else {
    absorb_flaky(group);
  }
  return add_group(std::move(group));
}

/// What loses writes in the same way, but not each time, is a variant of what does.
void NodeRunner::absorb_flaky(MechanismGroup& group) {
  auto& groups = summary_.groups;
  const auto flaky = std::find_if(groups.begin(), groups.end(), [&](const auto& each) {
    return each.key == "flaky: " + group.key;
  });
  if (flaky == groups.end()) return;
  group.variants.push_back(flaky->main);
  group.variants.insert(group.variants.end(), flaky->variants.begin(),
                        flaky->variants.end());
  groups.erase(flaky);
}

Status NodeRunner::add_group(MechanismGroup group) {
  Json record;
  record["type"] = "finding";
  record["id"] = group.id();
  record["experiment"] = group.main.experiment;
  record["run"] = group.main.run;
  record["mechanism"] = group.key;
  record["status"] = group.flaky ? "flaky" : "confirmed";
  record["reproduced"] = group.main.reproduced;
  record["repetitions"] = group.main.repetitions;
  record["text"] = group.main.schedule.text();
  record["schedule"] = to_json(group.main.schedule);
  record["parts"] = Json::array();
  for (const ShownToHold& part : group.parts)
    record["parts"].push_back({{"text", part.schedule.text()}, {"run", part.run}});
  record["lost"] = Json::array();
  for (const LostWrite& write : group.lost) record["lost"].push_back(to_json(write));
  CUTSET_TRY(journal_.append(record));
  summary_.groups.push_back(std::move(group));
  if (options_.found) options_.found(summary_.groups.back());
  return {};
}

std::string MechanismGroup::id() const {
  return hex16(fnv64(key));
}

const MechanismGroup* NodeSummary::find(const std::string& key) const {
  for (const MechanismGroup& group : groups) {
    if (group.key == key) return &group;
  }
  return nullptr;
}

int NodeSummary::exit_code(bool fail_on_flaky) const {
  bool flaky = false;
  for (const MechanismGroup& group : groups) {
    if (!group.flaky) return 1;
    flaky = true;
  }
  if (flaky && fail_on_flaky) return 1;
  if (status == CampaignStatus::kStopped) return 3;
  if (flaky || inconclusive > 0 || status == CampaignStatus::kFailed) return 2;
  return 0;
}

}  // namespace cutset::campaign::nodes
