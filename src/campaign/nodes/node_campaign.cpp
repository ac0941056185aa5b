#include "campaign/nodes/node_campaign.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/text.h"
#include "campaign/nodes/node_json.h"
#include "campaign/nodes/node_prober.h"
#include "campaign/nodes/node_random.h"
#include "campaign/nodes/node_runner.h"
#include "campaign/nodes/node_sets.h"

namespace cutset::campaign::nodes {

namespace {

using Json = nlohmann::ordered_json;

constexpr uint64_t kMostCounted = 100'000;
/// A baseline that draws nothing new so often has seen what there is.
constexpr int kMostOldDraws = 10'000;

class NodeCampaign {
 public:
  NodeCampaign(NodeExperimenter& experimenter, Journal& journal,
               const NodeCampaignOptions& options)
      : experimenter_(experimenter),
        journal_(journal),
        options_(options),
        runner_(experimenter, journal, options),
        prober_(runner_, options.distinguish_all) {}

  Result<NodeSummary> run() {
    CUTSET_TRY(journal_.append(start_record()));
    CUTSET_ASSIGN(const bool holds, runner_.fault_free());
    if (holds) {
      Json record;
      record["type"] = "roles";
      record["roles"] = to_json(experimenter_.roles());
      CUTSET_TRY(journal_.append(record));
      count_model();
      CUTSET_TRY(search());
    }
    conclude(holds);
    CUTSET_TRY(journal_.append(end_record()));
    return std::move(runner_.summary());
  }

 private:
  Status search() {
    switch (options_.strategy) {
      case Strategy::kRandom:
        return draw();
      case Strategy::kExhaustive:
        return enumerate();
      case Strategy::kSupports:
        break;
    }
    CUTSET_TRY(prober_.probe());
    CUTSET_TRY(sets(SupportUse::kAll, "support"));
    CUTSET_TRY(sets(SupportUse::kServed, "rescue"));
    return ladders_of_findings();
  }

  // Sets of faults.

  Status sets(SupportUse use, const std::string& purpose) {
    const std::string reason = use == SupportUse::kAll
                                   ? "takes every copy that was seen of some write"
                                   : "takes what served the final read of some write";
    DeadSets dead;
    while (!runner_.stopped()) {
      const std::vector<NodeFault> faults = representatives(
          runner_.space(), runner_.evidence(), use, options_.distinguish_all);
      const Choice choice = next_schedule(runner_.space(), runner_.evidence(), faults,
                                          use, options_.distinguish_all, &dead);
      if (!choice.schedule) return {};
      CUTSET_TRY(runner_.experiment(*choice.schedule, purpose, reason));
    }
    return {};
  }

  /// The range of durations of each fault of a finding of several that breaks, up to the
  /// neighbours that hold.
  Status ladders_of_findings() {
    for (size_t i = 0; i < runner_.summary().groups.size() && !runner_.stopped(); ++i) {
      const MechanismGroup group = runner_.summary().groups[i];
      if (group.flaky || group.main.schedule.size() < 2) continue;
      const std::vector<NodeStep>& steps = group.main.schedule.steps;
      for (size_t s = 0; s < steps.size(); ++s) {
        for (size_t f = 0; f < steps[s].faults.size(); ++f)
          CUTSET_TRY(explore(group.main.schedule, s, f));
      }
    }
    return {};
  }

  Status explore(const NodeSchedule& schedule, size_t step, size_t place) {
    const NodeFault& fault = schedule.steps[step].faults[place];
    const std::vector<Milliseconds> rungs = runner_.space().rungs(fault.element);
    const auto here = static_cast<size_t>(
        std::find(rungs.begin(), rungs.end(), fault.duration) - rungs.begin());
    if (rungs.size() < 2 || here == rungs.size()) return {};
    for (const int direction : {-1, 1}) {
      for (size_t i = here; !runner_.stopped();) {
        if ((direction < 0 && i == 0) || (direction > 0 && i + 1 == rungs.size())) break;
        i = direction < 0 ? i - 1 : i + 1;
        if (prober_.breaks_alone({fault.element, rungs[i]})) break;
        CUTSET_ASSIGN(
            const Evidence* evidence,
            runner_.experiment(with_duration(schedule, step, place, rungs[i]), "range",
                               "how far does " + schedule.text() + " go on breaking"));
        if (evidence == nullptr || !is_broken(evidence->run.verdict)) break;
      }
    }
    return {};
  }

  static NodeSchedule with_duration(const NodeSchedule& schedule, size_t step,
                                    size_t place, Milliseconds duration) {
    std::vector<NodeStep> steps = schedule.steps;
    steps[step].faults[place].duration = duration;
    return make_schedule(std::move(steps));
  }

  // Baselines.

  bool enough() {
    return options_.enough_groups != 0 &&
           runner_.summary().groups.size() >= options_.enough_groups;
  }

  Status draw() {
    ScheduleSampler sampler(runner_.space(), options_.seed);
    for (int old = 0; !runner_.stopped() && !enough() && old < kMostOldDraws;) {
      const NodeSchedule schedule = sampler.draw();
      if (runner_.evidence().is_settled(schedule)) {
        ++old;
        continue;
      }
      old = 0;
      CUTSET_TRY(runner_.experiment(schedule, "random", "drawn"));
    }
    return {};
  }

  Status enumerate() {
    Status status;
    for_each_schedule(runner_.space(), [&](const NodeSchedule& schedule) {
      if (runner_.evidence().contains_violated(schedule)) return true;
      if (auto done = runner_.experiment(schedule, "exhaustive", "next"); !done.ok()) {
        status = done.error();
        return false;
      }
      return !runner_.stopped() && !enough();
    });
    return status;
  }

  // The end.

  void count_model() {
    NodeSummary& summary = runner_.summary();
    summary.schedules_at_least =
        !for_each_schedule(runner_.space(), [&summary](const NodeSchedule&) {
          return ++summary.schedules_in_model < kMostCounted;
        });
  }

  void conclude(bool holds) {
    NodeSummary& summary = runner_.summary();
    if (!holds) {
      summary.statement = "Not begun: " + summary.why + ".";
      return;
    }
    summary.ladders = prober_.results();
    for (const MechanismGroup& group : summary.groups) {
      if (group.main.schedule.size() > 1) add_ladders_of(group);
    }
    state_end();
  }

  void add_ladders_of(const MechanismGroup& group) {
    const NodeSchedule& schedule = group.main.schedule;
    for (size_t s = 0; s < schedule.steps.size(); ++s) {
      for (size_t f = 0; f < schedule.steps[s].faults.size(); ++f) {
        const std::vector<Milliseconds> rungs =
            runner_.space().rungs(schedule.steps[s].faults[f].element);
        if (rungs.size() < 2) continue;
        LadderResult result;
        result.words = fmt::format(
            "{}, in: {}", schedule.steps[s].faults[f].element.text(), schedule.text());
        for (const Milliseconds rung : rungs)
          result.rungs.push_back(
              prober_.rung_result(with_duration(schedule, s, f, rung), rung));
        runner_.summary().ladders.push_back(std::move(result));
      }
    }
  }

  void state_end() {
    NodeSummary& summary = runner_.summary();
    const auto confirmed = std::count_if(summary.groups.begin(), summary.groups.end(),
                                         [](const auto& group) { return !group.flaky; });
    if (summary.status != CampaignStatus::kExhausted) {
      summary.statement = fmt::format(
          "Not finished: {}. {} tried; nothing is said about the others.", summary.why,
          counted(static_cast<size_t>(summary.experiments), "schedule"));
      return;
    }
    const NodeModel& model = summary.model;
    const size_t most_nodes = runner_.space().most_nodes();
    const std::string all = fmt::format(
        "the {}{} schedules of at most {} on at most {} at a time",
        summary.schedules_at_least ? "more than " : "", summary.schedules_in_model,
        counted(model.most_faults, "fault"), counted(most_nodes, "node"));
    if (options_.strategy == Strategy::kRandom) {
      summary.statement =
          fmt::format("{} schedules were drawn of {}.", summary.experiments - 1, all);
      return;
    }
    summary.statement = fmt::format(
        "Of {}, each was tried, is like one that was tried, contains one that breaks the "
        "outcome, or leaves a copy from which the observed runs say that every "
        "acknowledged write can be read. {} tried; {}.",
        all, counted(static_cast<size_t>(summary.experiments), "schedule"),
        confirmed == 0 ? "none breaks the outcome"
                       : fmt::format("writes are lost in {}",
                                     counted(static_cast<size_t>(confirmed), "way")));
    if (options_.strategy == Strategy::kSupports) state_assumptions();
  }

  void state_assumptions() {
    NodeSummary& summary = runner_.summary();
    const NodeModel& model = summary.model;
    std::vector<std::string> modes;
    for (const Mode mode : model.modes) modes.emplace_back(mode_name(mode));
    std::vector<std::string> rungs;
    for (const Milliseconds rung : model.ladder) rungs.push_back(duration_text(rung));
    summary.assumptions = {
        fmt::format("faults are {}; other faults were not looked at", join(modes, ", ")),
        fmt::format("they last {}; between two of these with equal ends nothing else "
                    "happens",
                    join(rungs, ", ")),
        "a schedule begins after a fixed number of acknowledged writes, its next step "
        "when one more write is acknowledged: no other moments were tried",
        "the system does the same under the same schedule; what held was run " +
            counted(static_cast<size_t>(std::max(1, options_.repeat_held)), "time"),
        "modes and durations that looked alike by themselves are alike in sets of "
        "several "
        "faults",
        "a fault takes what docs/concepts/nodes.md says that it takes, and a copy that "
        "no fault took can be read as it was in the run that showed it",
        "a node that comes back with its disk keeps its copies, unless a fault took "
        "those of a node that it heard before it took part again",
        "two windows, one after the other, do not add up to a longer one",
    };
    if (model.symmetric)
      summary.assumptions.emplace_back("nodes of one role can be exchanged");
    if (options_.distinguish_all)
      summary.assumptions.erase(summary.assumptions.begin() + 4);
  }

  static std::string counted(size_t count, const std::string& what) {
    return fmt::format("{} {}{}", count, what, count == 1 ? "" : "s");
  }

  Json start_record() const {
    Json record;
    record["type"] = "start";
    record["schema_version"] = 1;
    record["world"] = "nodes";
    record["name"] = options_.name;
    record["config"] = options_.config;
    record["strategy"] = strategy_name(options_.strategy);
    record["seed"] = options_.seed;
    record["fault_free_runs"] = options_.fault_free_runs;
    record["repeat"] = options_.repeat;
    record["repeat_variant"] = options_.repeat_variant;
    record["repeat_held"] = options_.repeat_held;
    record["distinguish_all"] = options_.distinguish_all;
    record["max_experiments"] = options_.max_experiments.value_or(0);
    record["enough_groups"] = options_.enough_groups;
    record["model"] = to_json(options_.model);
    return record;
  }

  Json end_record() {
    const NodeSummary& summary = runner_.summary();
    Json record;
    record["type"] = "end";
    record["status"] = campaign_status_name(summary.status);
    record["why"] = summary.why;
    record["exit_code"] = summary.exit_code(false);
    record["experiments"] = summary.experiments;
    record["runs"] = summary.runs;
    record["inconclusive"] = summary.inconclusive;
    record["unreachable"] = summary.unreachable;
    record["schedules_in_model"] = summary.schedules_in_model;
    record["mechanisms"] = Json::array();
    for (const MechanismGroup& group : summary.groups)
      record["mechanisms"].push_back(group.key);
    record["statement"] = summary.statement;
    record["assumptions"] = summary.assumptions;
    return record;
  }

  NodeExperimenter& experimenter_;
  Journal& journal_;
  const NodeCampaignOptions& options_;
  NodeRunner runner_;
  NodeProber prober_;
};

}  // namespace

std::string_view strategy_name(Strategy strategy) {
  switch (strategy) {
    case Strategy::kSupports:
      return "supports";
    case Strategy::kRandom:
      return "random";
    case Strategy::kExhaustive:
      return "exhaustive";
  }
  return "?";
}

Result<NodeSummary> run_node_campaign(NodeExperimenter& experimenter, Journal& journal,
                                      const NodeCampaignOptions& options) {
  return NodeCampaign(experimenter, journal, options).run();
}

}  // namespace cutset::campaign::nodes
