#include "cli/nodes_replay.h"

#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "campaign/nodes/node_json.h"
#include "campaign/nodes/node_mechanism.h"
#include "campaign/nodes/node_model.h"
#include "cli/signals.h"
#include "injector/nodes/live_node_experimenter.h"

namespace cutset::cli {

namespace {

namespace fs = std::filesystem;
namespace nodes = campaign::nodes;

injector::LiveNodeExperimenter* running = nullptr;  // for the signal handler

void request_stop() {
  if (running != nullptr) running->request_stop();
}

struct Replayed {
  nodes::NodeSchedule schedule;
  std::vector<nodes::NodeRun> runs;
  int broken = 0;
  int unfired = 0;
};

bool all_fired(const nodes::NodeRun& run) {
  return std::all_of(run.faults.begin(), run.faults.end(),
                     [](const nodes::NodeFaultReport& fault) { return fault.fired; });
}

/// Every place of the schedule is a node that the configuration has.
Status fits(const NodesReplay& replay, const nodes::NodeSchedule& schedule) {
  const nodes::NodeSpace space(replay.config.nodes->model,
                               replay.config.nodes->node_roles());
  const std::vector<nodes::Element>& known = space.elements();
  for (const nodes::NodeFault& fault : schedule.faults()) {
    if (std::find(known.begin(), known.end(), fault.element) == known.end()) {
      return Error::bad_input(fmt::format(
          "the finding has \"{}\", which the nodes and modes of {} do not have",
          fault.text(), replay.config.name));
    }
  }
  return {};
}

Result<nodes::NodeSchedule> schedule_of(const NodesReplay& replay) {
  const auto json =
      nlohmann::ordered_json::parse(replay.finding.nodes, nullptr, /*exceptions=*/false);
  if (json.is_discarded()) {
    return Error::bad_input(
        "cutset_finding.nodes: expected a schedule as cutset writes it, one line of JSON",
        replay.file);
  }
  return nodes::schedule_from_json(json);
}

Result<Replayed> run_all(const NodesReplay& replay, Progress& progress) {
  Replayed replayed;
  CUTSET_ASSIGN(replayed.schedule, schedule_of(replay));
  CUTSET_TRY(fits(replay, replayed.schedule));
  std::error_code failed;
  fs::create_directories(replay.state, failed);
  injector::LiveNodeOptions live;
  live.state_folder = replay.state;
  injector::LiveNodeExperimenter experimenter(replay.config, live);
  running = &experimenter;
  on_stop(request_stop);
  const auto run = [&]() -> Status {
    progress.step(fmt::format("bringing up the hosts of {}", replay.config.name));
    CUTSET_TRY(experimenter.start());
    for (int i = 1; i <= replay.times; ++i) {
      progress.step(fmt::format("run {} of {}", i, replay.times));
      CUTSET_ASSIGN(nodes::NodeRun one,
                    experimenter.run(replayed.schedule, fmt::format("replay{:02}", i)));
      replayed.broken += campaign::is_broken(one.verdict) ? 1 : 0;
      replayed.unfired += all_fired(one) ? 0 : 1;
      replayed.runs.push_back(std::move(one));
    }
    return {};
  };
  const Status status = run();
  running = nullptr;
  if (!status.ok()) return status.error();
  return replayed;
}

int exit_code(const Replayed& replayed) {
  if (replayed.unfired > 0) return kExitInconclusive;
  if (replayed.broken == static_cast<int>(replayed.runs.size())) return kExitViolated;
  return replayed.broken == 0 ? kExitHeld : kExitInconclusive;
}

void print_text(const NodesReplay& replay, const Replayed& replayed) {
  std::printf("%s\n", replay.finding.words.c_str());
  const std::vector<nodes::NodeFault> faults = replayed.schedule.faults();
  for (size_t i = 0; i < replayed.runs.size(); ++i) {
    const nodes::NodeRun& run = replayed.runs[i];
    const auto verdict = campaign::verdict_name(run.verdict);
    std::printf("  run %zu: %.*s", i + 1, static_cast<int>(verdict.size()),
                verdict.data());
    if (campaign::is_broken(run.verdict)) {
      std::printf(" (%s) %s", run.found.c_str(), nodes::mechanism_of(run).words.c_str());
    }
    std::printf("\n");
    for (size_t k = 0; k < run.faults.size(); ++k) {
      if (run.faults[k].fired) continue;
      std::printf("    did not fire: %s%s%s\n", faults[k].text().c_str(),
                  run.faults[k].error.empty() ? "" : ": ", run.faults[k].error.c_str());
    }
  }
  std::printf("reproduced %d of %zu%s\n", replayed.broken, replayed.runs.size(),
              replayed.unfired > 0 ? ", but not all faults fired: inconclusive" : "");
}

void print_json(const NodesReplay& replay, const Replayed& replayed) {
  nlohmann::ordered_json json;
  json["schema_version"] = 1;
  json["exit_code"] = exit_code(replayed);
  json["finding"] = replay.finding.id;
  json["reproduced"] = {{"k", replayed.broken}, {"n", replayed.runs.size()}};
  json["not_fired"] = replayed.unfired;
  json["runs"] = nlohmann::ordered_json::array();
  for (const nodes::NodeRun& run : replayed.runs)
    json["runs"].push_back(nodes::to_json(run));
  const std::string text =
      json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  std::printf("%s\n", text.c_str());
}

}  // namespace

int replay_nodes(const NodesReplay& replay, Progress& progress,
                 const GlobalOptions& global) {
  const Result<Replayed> replayed = run_all(replay, progress);
  progress.finish();
  if (!replayed) return fail(replayed.error(), global);
  if (global.json) {
    print_json(replay, *replayed);
  } else {
    print_text(replay, *replayed);
  }
  return exit_code(*replayed);
}

}  // namespace cutset::cli
