// cutset play SCHEDULE.yml: a schedule is carried out as it is; with --dry-run it is only
// shown what would happen where.
#include <algorithm>
#include <cstdio>
#include <filesystem>
#include <memory>
#include <set>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "base/file.h"
#include "base/text.h"
#include "cli/command.h"
#include "cli/play_session.h"
#include "injector/duration.h"
#include "injector/fdsl/plan.h"
#include "injector/fdsl/read.h"
#include "injector/play/compile.h"
#include "injector/yaml_tree.h"

namespace cutset::cli {

namespace {

namespace fdsl = injector::fdsl;
namespace play = injector::play;

constexpr int64_t kShortestSampleMs = 50;

struct PlayOptions {
  std::string schedule;
  std::string config;  // "": cutset.yaml beside the schedule
  std::string hosts;   // "": those of the config
  std::vector<std::string> places;
  std::string record;
  std::string faultsee_results;
  std::string sample = "1s";
  bool dry_run = false;
};

std::string config_path(const PlayOptions& options) {
  if (!options.config.empty()) return options.config;
  const std::filesystem::path folder =
      std::filesystem::path(options.schedule).parent_path();
  return (folder / "cutset.yaml").string();
}

/// A dry run needs no cutset.yaml; one that is there says where services are.
Result<injector::Config> config_of(const PlayOptions& options) {
  const std::string path = config_path(options);
  const bool needed = !options.dry_run || !options.config.empty();
  if (!std::filesystem::exists(path)) {
    if (!needed) return injector::Config();
    return Error::unavailable(fmt::format(
        "{} is not there; it says how the services of the schedule are started (give "
        "another with --config)",
        path));
  }
  return injector::load_config(path, injector::ConfigPurpose::kPlay);
}

/// `on:` of the services, then --place.
Result<fdsl::Placement> placement_of(const PlayOptions& options,
                                     const injector::Config& config,
                                     const injector::HostsConfig& hosts) {
  CUTSET_ASSIGN(fdsl::Placement placement,
                fdsl::parse_placement(join(hosts.names, ","), options.places));
  for (const injector::ServiceConfig& service : config.services) {
    if (service.on.empty() || placement.host_of_service.contains(service.name)) continue;
    for (int slot = 0; slot < service.slots; ++slot) {
      const std::string& host = service.on[static_cast<size_t>(slot) % service.on.size()];
      const bool known =
          std::find(hosts.names.begin(), hosts.names.end(), host) != hosts.names.end();
      // With hosts of other names on the command line the file's places mean nothing.
      if (known) placement.host_of.try_emplace({service.name, slot}, host);
    }
  }
  return placement;
}

/// Places of slots that the schedule does not have are no mistake of its author.
void leave_out_unused(const fdsl::Schedule& schedule, const PlayOptions& options,
                      fdsl::Placement& placement) {
  const auto asked = fdsl::parse_placement(join(placement.hosts, ","), options.places);
  fdsl::Placement in_turn;
  in_turn.hosts = placement.hosts;
  const auto plan = fdsl::make_plan(schedule, in_turn);
  std::set<std::pair<std::string, int>> there;
  if (plan) {
    for (const auto& instance : plan->instances) {
      there.emplace(instance.service, instance.slot);
    }
  }
  std::erase_if(placement.host_of, [&](const auto& entry) {
    const bool by_user = asked && asked->host_of.contains(entry.first);
    return !by_user && !there.contains(entry.first);
  });
}

Result<fdsl::Schedule> schedule_of(const PlayOptions& options, const std::string& text) {
  fdsl::ScheduleReading reading = fdsl::read_schedule(text, options.schedule);
  for (const Error& warning : reading.warnings) {
    Error shown = warning;
    shown.message = "warning: " + shown.message;
    std::fprintf(stderr, "%s\n", shown.text().c_str());
  }
  for (const Error& problem : reading.problems) {
    if (&problem == &reading.problems.front()) continue;  // the caller reports it
    std::fprintf(stderr, "%s\n", problem.text().c_str());
  }
  if (!reading.problems.empty()) return reading.problems.front();
  return std::move(reading.schedule);
}

int show(const fdsl::Plan& plan, const play::CompiledPlan& compiled,
         const GlobalOptions& global) {
  std::string text = global.json ? fdsl::plan_json(plan) : fdsl::plan_text(plan);
  if (!global.json && compiled.problems.empty()) {
    text += "What each agent is given:\n" + play::steps_text(compiled);
  }
  std::fwrite(text.data(), 1, text.size(), stdout);
  for (const Error& problem : compiled.problems) {
    std::fprintf(stderr, "%s\n", ("cannot be played: " + problem.text()).c_str());
  }
  return compiled.problems.empty() ? kExitHeld : kExitBadInput;
}

Result<std::chrono::milliseconds> sample_of(const PlayOptions& options) {
  if (options.sample == "0") return std::chrono::milliseconds(0);
  CUTSET_ASSIGN(const std::chrono::milliseconds sample,
                injector::parse_duration(options.sample));
  if (sample.count() < kShortestSampleMs) {
    return Error::usage(fmt::format("--sample {}: at least {} ms, or 0 for no samples",
                                    options.sample, kShortestSampleMs));
  }
  return sample;
}

Result<int> play_file(const PlayOptions& options, const GlobalOptions& global) {
  CUTSET_ASSIGN(const std::chrono::milliseconds sample, sample_of(options));
  CUTSET_ASSIGN(const std::string text,
                read_file(options.schedule, injector::kLargestFile));
  CUTSET_ASSIGN(const fdsl::Schedule schedule, schedule_of(options, text));
  CUTSET_ASSIGN(const injector::Config config, config_of(options));
  CUTSET_ASSIGN(const injector::HostsConfig hosts,
                injector::chosen_hosts(options.hosts, config.hosts, config.placed_on()));
  CUTSET_ASSIGN(fdsl::Placement placement, placement_of(options, config, hosts));
  leave_out_unused(schedule, options, placement);
  CUTSET_ASSIGN(const fdsl::Plan plan, fdsl::make_plan(schedule, placement));
  const play::CompiledPlan compiled = play::compile(schedule, plan, options.schedule);
  if (options.dry_run) return show(plan, compiled, global);
  for (const Error& problem : compiled.problems) {
    if (&problem == &compiled.problems.front()) continue;
    std::fprintf(stderr, "%s\n", problem.text().c_str());
  }
  if (!compiled.problems.empty()) return compiled.problems.front();
  return play_on_hosts({options.schedule, text, schedule, plan, compiled, config, hosts,
                        options.record, options.faultsee_results, sample},
                       global);
}

int play_schedule(const PlayOptions& options, const GlobalOptions& global) {
  const Result<int> code = play_file(options, global);
  return code ? *code : fail(code.error(), global);
}

}  // namespace

void add_play_command(CLI::App& app, GlobalOptions& global, Chosen& chosen) {
  auto options = std::make_shared<PlayOptions>();
  CLI::App* command =
      app.add_subcommand("play", "Carry out an FDSL schedule as it is, and record it");
  command->add_option("schedule", options->schedule, "The FDSL schedule")->required();
  command->add_option("--config", options->config,
                      "How services are started (default: cutset.yaml beside the "
                      "schedule)");
  command->add_flag("--dry-run", options->dry_run,
                    "Print the plan and what each agent is given; nothing is started");
  command->add_option(
      "--hosts", options->hosts,
      "Instead of the hosts of the configuration: names with commas between "
      "them, or processes, namespaces, docker, swarm, namespaces:a,b,c, "
      "namespaces:5, docker:IMAGE; instances take them in turn");
  command->add_option("--place", options->places,
                      "SERVICE=HOST or SERVICE/SLOT=HOST: where instances run instead");
  command->add_option("--record", options->record,
                      "Folder of the record (default: one below .cutset/plays)");
  command->add_option("--faultsee-results", options->faultsee_results,
                      "Write FaultSee's seven result files into this folder too");
  command
      ->add_option("--sample", options->sample,
                   "How often CPU, memory, network and disk are sampled; 0: never")
      ->capture_default_str();
  command->footer(
      "Exit codes: 0 everything fired; 2 something did not, or a host could not do it; "
      "3 stopped.\n"
      "Example: cutset play schedule.yml --hosts a,b,c --place client=a --record run-1");
  command->callback([options, &global, &chosen] {
    chosen = [options, &global] { return play_schedule(*options, global); };
  });
}

}  // namespace cutset::cli
