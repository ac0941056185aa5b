#include "campaign/nodes/node_runner.h"

#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/check.h"
#include "campaign/nodes/node_json.h"
#include "campaign/nodes/node_mechanism.h"
#include "campaign/nodes/node_stability.h"

namespace cutset::campaign::nodes {

namespace {

using Json = nlohmann::ordered_json;

constexpr int kTriesUntilJudged = 2;

Json plan_json(int number, const std::string& run, const std::string& purpose,
               const NodeSchedule& schedule, const std::string& reason) {
  Json record;
  record["type"] = "plan";
  record["experiment"] = number;
  record["run"] = run;
  record["purpose"] = purpose;
  record["text"] = schedule.text();
  record["schedule"] = to_json(schedule);
  record["reason"] = reason;
  return record;
}

bool is_judged(const NodeRun& run) {
  return run.verdict != Verdict::kInconclusive && run.verdict != Verdict::kVacuous;
}

}  // namespace

NodeRunner::NodeRunner(NodeExperimenter& experimenter, Journal& journal,
                       const NodeCampaignOptions& options)
    : experimenter_(experimenter),
      journal_(journal),
      options_(options),
      begin_(std::chrono::steady_clock::now()) {
  summary_.name = options.name;
  summary_.model = options.model;
  summary_.strategy = strategy_name(options.strategy);
  summary_.seed = options.seed;
}

std::string NodeRunner::label_of(const Evidence& evidence) {
  return fmt::format("{}\n{}\n{}", verdict_name(evidence.run.verdict), evidence.group,
                     is_broken(evidence.run.verdict) ? "" : signature_of(evidence.run));
}

void NodeRunner::end(CampaignStatus status, std::string why) {
  if (stopped()) return;
  summary_.status = status;
  summary_.why = std::move(why);
}

bool NodeRunner::out_of_budget() {
  if (stopped()) return true;
  if (options_.stop && options_.stop()) {
    end(CampaignStatus::kStopped, "stopped by the user");
  } else if (options_.time_limit &&
             std::chrono::steady_clock::now() - begin_ >= *options_.time_limit) {
    end(CampaignStatus::kStopped, "the time limit was reached");
  }
  return stopped();
}

TriedSchedule& NodeRunner::write_down(const NodeSchedule& schedule,
                                      const std::string& purpose, int number,
                                      const std::string& run) {
  TriedSchedule tried;
  tried.experiment = number;
  tried.run = run;
  tried.purpose = purpose;
  tried.schedule = schedule;
  summary_.tried.push_back(std::move(tried));
  return summary_.tried.back();
}

Result<std::optional<NodeRunner::Judged>> NodeRunner::run_once(
    const NodeSchedule& schedule, int number, const std::string& purpose,
    const std::string& reason) {
  Judged judged;
  judged.name = fmt::format("r{:04}", ++runs_named_);
  CUTSET_TRY(journal_.append(plan_json(number, judged.name, purpose, schedule, reason)));
  ++summary_.runs;
  if (const auto recorded = journal_.recorded_result(judged.name)) {
    CUTSET_ASSIGN(judged.run, run_from_json(recorded->value("result", Json::object())));
  } else {
    auto run = experimenter_.run(schedule, judged.name);
    if (!run.ok()) {
      --summary_.runs;
      if (run.error().kind == ErrorKind::kInterrupted) {
        end(CampaignStatus::kStopped, run.error().message);
      } else {
        end(CampaignStatus::kFailed, run.error().text());
        summary_.error = run.error();
      }
      return std::optional<Judged>();
    }
    judged.run = std::move(*run);
  }
  if (judged.run.faults.size() != schedule.size()) {
    return Error::internal(fmt::format("run {}: {} reports for {} faults", judged.name,
                                       judged.run.faults.size(), schedule.size()));
  }
  uint32_t fired = 0;
  for (size_t i = 0; i < judged.run.faults.size(); ++i) {
    const NodeFaultReport& report = judged.run.faults[i];
    if (report.fired) fired |= 1U << i;
    judged.unreachable |= !report.fired && !report.reachable;
    // The model says that it must fire (DESIGN rule 1).
    if (!report.fired && report.reachable) judged.run.verdict = Verdict::kInconclusive;
  }
  judged.fired = part_of(schedule, fired);
  Json record;
  record["type"] = "result";
  record["experiment"] = number;
  record["run"] = judged.name;
  record["purpose"] = purpose;
  record["verdict"] = verdict_name(judged.run.verdict);
  record["fired"] = judged.fired.text();
  record["result"] = to_json(judged.run);
  CUTSET_TRY(journal_.append(record));
  return std::optional<Judged>(std::move(judged));
}

Result<std::optional<NodeRunner::Judged>> NodeRunner::run_until_judged(
    const NodeSchedule& schedule, int number, const std::string& purpose,
    const std::string& reason) {
  std::optional<Judged> last;
  for (int i = 0; i < kTriesUntilJudged && !out_of_budget(); ++i) {
    CUTSET_ASSIGN(
        last, run_once(schedule, number, i == 0 ? purpose : purpose + ", again", reason));
    if (!last || is_judged(last->run)) break;
  }
  return last;
}

Result<bool> NodeRunner::fault_free() {
  std::vector<NodeRun> runs;
  std::string name;
  summary_.experiments = 1;
  for (int i = 0; i < std::max(1, options_.fault_free_runs); ++i) {
    if (out_of_budget()) return false;
    CUTSET_ASSIGN(const std::optional<Judged> judged,
                  run_once({}, 1, "fault-free", fmt::format("run {}", i + 1)));
    if (!judged) return false;
    if (judged->run.verdict != Verdict::kHeld &&
        judged->run.verdict != Verdict::kAccepted) {
      end(CampaignStatus::kFailed,
          fmt::format("the outcome does not hold without faults (run {}: {}, {}): mend "
                      "the workload, the readiness or the bounds of the outcome first",
                      judged->name, verdict_name(judged->run.verdict),
                      judged->run.found));
      return false;
    }
    if (i == 0) name = judged->name;
    runs.push_back(judged->run);
  }
  summary_.roles = experimenter_.roles();
  space_ = std::make_unique<NodeSpace>(options_.model, summary_.roles);
  evidence_ = std::make_unique<EvidenceBase>(*space_);
  summary_.notes = stability_notes(runs);
  Evidence evidence;
  evidence.run = runs.front();
  evidence.name = name;
  evidence.experiment = 1;
  TriedSchedule& tried = write_down({}, "fault-free", 1, name);
  tried.state = verdict_name(evidence.run.verdict);
  tried.signature = signature_of(evidence.run);
  if (options_.tried) options_.tried(tried);
  evidence_->add(evidence);
  return true;
}

Result<const Evidence*> NodeRunner::experiment(const NodeSchedule& asked,
                                               const std::string& purpose,
                                               const std::string& reason) {
  const NodeSchedule schedule = space_->canonical(asked);
  if (const Evidence* known = evidence_->find(asked)) return known;
  if (evidence_->is_settled(schedule) || out_of_budget()) return nullptr;
  if (options_.max_experiments && summary_.experiments >= *options_.max_experiments) {
    end(CampaignStatus::kStopped,
        fmt::format("the limit of {} schedules is reached", summary_.experiments));
    return nullptr;
  }
  const int number = ++summary_.experiments;
  CUTSET_ASSIGN(const std::optional<Judged> judged,
                run_until_judged(schedule, number, purpose, reason));
  if (!judged) {
    --summary_.experiments;
    return nullptr;
  }
  const size_t position = summary_.tried.size();
  {
    TriedSchedule& tried = write_down(schedule, purpose, number, judged->name);
    tried.state = judged->unreachable ? "unreachable" : verdict_name(judged->run.verdict);
    tried.signature = signature_of(judged->run);
    if (is_judged(judged->run) && is_broken(judged->run.verdict))
      tried.group = mechanism_of(judged->run).key;
  }
  if (judged->fired != schedule) evidence_->give_up(schedule);
  if (!is_judged(judged->run)) {
    ++summary_.inconclusive;
    evidence_->give_up(schedule);
  } else {
    if (judged->unreachable) ++summary_.unreachable;
    // What fired may be a part of the plan: the run is evidence about that part.
    if (evidence_->find(judged->fired) == nullptr) {
      Evidence evidence;
      evidence.schedule = judged->fired;
      evidence.run = judged->run;
      evidence.name = judged->name;
      evidence.experiment = number;
      if (is_broken(judged->run.verdict)) evidence.group = mechanism_of(judged->run).key;
      evidence_->add(evidence);
      CUTSET_TRY(is_broken(judged->run.verdict)
                     ? file_violation(judged->fired, *judged, number)
                     : check_held(judged->fired, *judged, number));
    }
  }
  if (options_.tried) options_.tried(summary_.tried[position]);
  return evidence_->find(asked);
}

}  // namespace cutset::campaign::nodes
