// `cutset replay`: a finding again, k times. Any fault that does not fire makes the
// replay inconclusive (DESIGN rule 1).
#include <cstdio>
#include <filesystem>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "campaign/result_json.h"
#include "campaign/verdict.h"
#include "cli/command.h"
#include "cli/nodes_replay.h"
#include "cli/progress.h"
#include "cli/signals.h"
#include "injector/finding_file.h"
#include "injector/hosts/inside.h"
#include "injector/live_experimenter.h"

namespace cutset::cli {

namespace {

namespace fs = std::filesystem;

struct ReplayArguments {
  std::string finding;
  std::string config;
  std::string state;
  std::string agent_socket;
  std::string hosts;  // "": as configured
  int times = 3;
};

injector::LiveExperimenter* running = nullptr;

void request_stop() {
  if (running != nullptr) running->request_stop();
}

struct ReplayResult {
  injector::Finding finding;
  std::vector<campaign::ExperimentResult> runs;
  int broken = 0;
  int unfired = 0;
};

/// The finding lies in <folder of cutset.yaml>/.cutset/findings, unless --config says
/// otherwise.
std::string config_of(const ReplayArguments& arguments) {
  if (!arguments.config.empty()) return arguments.config;
  const fs::path folder = fs::absolute(arguments.finding).parent_path();
  const fs::path beside = folder.parent_path().parent_path() / "cutset.yaml";
  return fs::exists(beside) ? beside.string() : "cutset.yaml";
}

std::string state_of(const ReplayArguments& arguments, const injector::Config& config) {
  const fs::path state = arguments.state.empty() ? fs::path(config.folder) / ".cutset"
                                                 : fs::path(arguments.state);
  return (state / "replay").string();
}

Result<ReplayResult> replay(const ReplayArguments& arguments,
                            const injector::Finding& finding,
                            const injector::Config& config, Progress& progress) {
  ReplayResult result;
  result.finding = finding;
  std::vector<campaign::Fault> planned;
  CUTSET_ASSIGN(const std::vector<injector::RequestFault> scheduled,
                injector::request_faults(result.finding.schedule, arguments.finding));
  for (const injector::RequestFault& fault : scheduled) {
    planned.push_back({fault.call.text(), fault.mode});
  }
  const campaign::FaultSet faults = campaign::make_fault_set(std::move(planned));

  injector::LiveOptions live;
  live.state_folder = state_of(arguments, config);
  live.agent_socket = arguments.agent_socket;
  CUTSET_ASSIGN(live.hosts, injector::chosen_hosts(arguments.hosts, config.hosts,
                                                   config.placed_on()));
  CUTSET_TRY(injector::enter_network_namespace(live.hosts->network_namespace));
  std::error_code failed;
  fs::create_directories(live.state_folder, failed);
  injector::LiveExperimenter experimenter(config, live);
  running = &experimenter;
  on_stop(request_stop);
  const auto run_all = [&]() -> Status {
    progress.step(
        fmt::format("starting {} services of {}", config.services.size(), config.name));
    CUTSET_TRY(experimenter.start());
    CUTSET_TRY(experimenter.calibrate());
    for (int i = 1; i <= arguments.times; ++i) {
      progress.step(fmt::format("run {} of {}", i, arguments.times));
      CUTSET_ASSIGN(campaign::ExperimentResult run,
                    experimenter.run(faults, {fmt::format("replay{:02}", i), false}));
      result.broken += campaign::is_broken(campaign::judge(run.outcomes)) ? 1 : 0;
      result.unfired += campaign::fired_faults(run) == faults ? 0 : 1;
      result.runs.push_back(std::move(run));
    }
    return {};
  };
  const Status status = run_all();
  running = nullptr;
  if (!status.ok()) return status.error();
  return result;
}

int exit_code(const ReplayResult& result) {
  if (result.unfired > 0) return kExitInconclusive;
  if (result.broken == static_cast<int>(result.runs.size())) return kExitViolated;
  return result.broken == 0 ? kExitHeld : kExitInconclusive;
}

void print_text(const ReplayResult& result) {
  std::printf("%s\n", result.finding.words.c_str());
  for (size_t i = 0; i < result.runs.size(); ++i) {
    const campaign::ExperimentResult& run = result.runs[i];
    const auto verdict = campaign::verdict_name(campaign::judge(run.outcomes));
    std::printf("  run %zu: %.*s\n", i + 1, static_cast<int>(verdict.size()),
                verdict.data());
    for (const campaign::FaultReport& fault : run.faults) {
      if (!fault.fired) {
        std::printf("    did not fire: %s%s%s\n", fault.fault.text().c_str(),
                    fault.error.empty() ? "" : ": ", fault.error.c_str());
      }
    }
    for (const campaign::OutcomeResult& outcome : run.outcomes) {
      if (outcome.state == campaign::OutcomeResult::State::kHeld) continue;
      const auto state = campaign::outcome_state_name(outcome.state);
      std::printf("    %s: %.*s (found %s, expected %s)\n", outcome.name.c_str(),
                  static_cast<int>(state.size()), state.data(), outcome.found.c_str(),
                  outcome.expected.c_str());
    }
  }
  std::printf("reproduced %d of %zu%s\n", result.broken, result.runs.size(),
              result.unfired > 0 ? ", but not all faults fired: inconclusive" : "");
}

void print_json(const ReplayResult& result) {
  nlohmann::ordered_json json;
  json["schema_version"] = 1;
  json["exit_code"] = exit_code(result);
  json["finding"] = result.finding.id;
  json["reproduced"] = {{"k", result.broken}, {"n", result.runs.size()}};
  json["not_fired"] = result.unfired;
  json["runs"] = nlohmann::ordered_json::array();
  for (const campaign::ExperimentResult& run : result.runs) {
    json["runs"].push_back(campaign::result_to_json(run));
  }
  const std::string text =
      json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
  std::printf("%s\n", text.c_str());
}

Result<injector::Finding> load_finding(const std::string& file) {
  CUTSET_ASSIGN(const std::string text, read_file(file, size_t{1} << 20));
  return injector::parse_finding(text, file);
}

/// What a campaign on nodes found is replayed on the hosts of its configuration.
Status check_for_nodes(const ReplayArguments& arguments, const injector::Config& config) {
  if (!config.nodes) {
    return Error::bad_input(
        "the finding is one of nodes and links; this configuration has no \"nodes\": "
        "name "
        "the right one with --config",
        config_of(arguments));
  }
  if (!arguments.hosts.empty() || !arguments.agent_socket.empty()) {
    return Error::usage(
        "--hosts and --agent: a finding of nodes and links is replayed on the hosts of "
        "cutset.yaml, by agents of its own");
  }
  return {};
}

int run(const ReplayArguments& arguments, const GlobalOptions& global) {
  const Result<injector::Finding> finding = load_finding(arguments.finding);
  if (!finding) return fail(finding.error(), global);
  const Result<injector::Config> config = injector::load_config(config_of(arguments));
  if (!config) return fail(config.error(), global);
  Progress progress(::isatty(STDERR_FILENO) == 1, global.color_on(STDERR_FILENO), false,
                    1);
  if (!finding->nodes.empty()) {
    if (const Status fits = check_for_nodes(arguments, *config); !fits.ok())
      return fail(fits.error(), global);
    return replay_nodes({*finding, arguments.finding, *config,
                         state_of(arguments, *config), arguments.times},
                        progress, global);
  }
  const Result<ReplayResult> result = replay(arguments, *finding, *config, progress);
  progress.finish();
  if (!result.ok()) return fail(result.error(), global);
  if (global.json) {
    print_json(*result);
  } else {
    print_text(*result);
  }
  return exit_code(*result);
}

}  // namespace

void add_replay_command(CLI::App& app, GlobalOptions& global, Chosen& chosen) {
  auto arguments = std::make_shared<ReplayArguments>();
  CLI::App* command = app.add_subcommand("replay", "Reproduce a finding, k times");
  command->add_option("finding", arguments->finding, "finding-<id>.yaml")->required();
  command->add_option(
      "--config", arguments->config,
      "cutset.yaml of the system (default: beside the finding's .cutset)");
  command
      ->add_option("--state", arguments->state,
                   "Where logs are kept (default: .cutset beside the configuration)")
      ->envname("CUTSET_STATE");
  command
      ->add_option("--agent", arguments->agent_socket, "Socket of a running cutset-agent")
      ->envname("CUTSET_AGENT_SOCKET");
  command->add_option("--hosts", arguments->hosts,
                      "Where it runs instead of what the file says, as for run");
  command->add_option("-k,--times", arguments->times, "How often")
      ->check(CLI::Range(1, 1000))
      ->capture_default_str();
  command->footer(
      "Exit code: 1 reproduced every time, 0 never, 2 sometimes or a fault did not "
      "fire.");
  command->callback([arguments, &global, &chosen] {
    chosen = [arguments, &global] { return run(*arguments, global); };
  });
}

}  // namespace cutset::cli
