// cutset play SCHEDULE.yml --dry-run: the plan of a schedule, host by host.
#include <cstdio>
#include <memory>

#include <CLI/CLI.hpp>

#include "base/file.h"
#include "cli/command.h"
#include "injector/fdsl/plan.h"
#include "injector/fdsl/read.h"
#include "injector/yaml_tree.h"

namespace cutset::cli {

namespace {

namespace fdsl = injector::fdsl;

struct PlayOptions {
  std::string schedule;
  std::string hosts = "local";
  std::vector<std::string> places;
  bool dry_run = false;
};

Result<fdsl::Plan> plan_of(const PlayOptions& options) {
  CUTSET_ASSIGN(const fdsl::Placement placement,
                fdsl::parse_placement(options.hosts, options.places));
  CUTSET_ASSIGN(const std::string text,
                read_file(options.schedule, injector::kLargestFile));
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
  return fdsl::make_plan(reading.schedule, placement);
}

int play(const PlayOptions& options, const GlobalOptions& global) {
  const Result<fdsl::Plan> plan = plan_of(options);
  if (!plan) return fail(plan.error(), global);
  const std::string text = global.json ? fdsl::plan_json(*plan) : fdsl::plan_text(*plan);
  std::fwrite(text.data(), 1, text.size(), stdout);
  return kExitHeld;
}

}  // namespace

void add_play_command(CLI::App& app, GlobalOptions& global, Chosen& chosen) {
  auto options = std::make_shared<PlayOptions>();
  CLI::App* command = app.add_subcommand(
      "play", "Show what an FDSL schedule does, host by host; run nothing");
  command->add_option("schedule", options->schedule, "The FDSL schedule")->required();
  command->add_flag("--dry-run", options->dry_run, "Print the plan; nothing is started")
      ->required();
  command
      ->add_option("--hosts", options->hosts,
                   "Names of hosts with commas between them; instances take them in "
                   "turn")
      ->capture_default_str();
  command->add_option("--place", options->places,
                      "SERVICE=HOST or SERVICE/SLOT=HOST: where instances run instead");
  command->footer(
      "Example: cutset play schedule.yml --dry-run --hosts a,b,c --place client=a");
  command->callback([options, &global, &chosen] {
    chosen = [options, &global] { return play(*options, global); };
  });
}

}  // namespace cutset::cli
