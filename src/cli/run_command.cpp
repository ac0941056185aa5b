// `cutset run`: the campaign on a live system.
#include <cstdio>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <memory>

#include <CLI/CLI.hpp>
#include <fmt/format.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/log.h"
#include "base/text.h"
#include "campaign/campaign.h"
#include "campaign/model_json.h"
#include "cli/command.h"
#include "cli/dry_run.h"
#include "cli/finding_files.h"
#include "cli/github.h"
#include "cli/nodes_run.h"
#include "cli/progress.h"
#include "cli/report_files.h"
#include "cli/signals.h"
#include "cli/span_source.h"
#include "injector/hosts/inside.h"
#include "injector/live_experimenter.h"
#include "report/journal_reader.h"
#include "report/report_text.h"

namespace cutset::cli {

namespace {

namespace fs = std::filesystem;

struct RunArguments {
  std::string config = "cutset.yaml";
  std::string state;
  std::string agent_socket;
  std::string hosts;  // "": as configured
  bool resume = false;
  bool dry_run = false;
  bool no_compose = false;
  bool first = false;
  bool fail_on_flaky = false;
  bool quiet = false;
  uint64_t seed = 1;
  int budget = 0;           // 0: as configured
  int max_experiments = 0;  // 0: as configured
  int fault_free = 0;       // 0: as configured
  std::string time_limit;
  int repeat = 0;  // 0: 3, of a campaign on nodes 5
  int repeat_held = 1;
  std::string strategy = "supports";
  int enough = 0;
  std::vector<std::string> reports;  // KIND=FILE
};

constexpr int kUsualRepeat = 3;
constexpr int kUsualRepeatOfNodes = 5;

// For the signal handler.
injector::LiveExperimenter* running_experimenter = nullptr;
campaign::Campaign* running_campaign = nullptr;

void request_stop() {
  if (running_experimenter != nullptr) running_experimenter->request_stop();
  if (running_campaign != nullptr) running_campaign->request_stop();
}

std::string now_rfc3339() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  char text[32];
  std::strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &utc);
  return text;
}

Result<std::chrono::nanoseconds> parse_time_limit(const std::string& text) {
  size_t used = 0;
  double number = 0;
  try {
    number = std::stod(text, &used);
  } catch (const std::exception&) {
    used = 0;
  }
  const std::string unit = text.substr(used);
  const double seconds = unit == "ms"  ? 0.001
                         : unit == "s" ? 1
                         : unit == "m" ? 60
                         : unit == "h" ? 3600
                                       : 0;
  if (used == 0 || seconds == 0 || number <= 0 || number > 1e6) {
    return Error::usage(
        fmt::format("--time-limit \"{}\": expected a duration such as 90s or 10m", text));
  }
  return std::chrono::nanoseconds(static_cast<int64_t>(number * seconds * 1e9));
}

Result<campaign::CampaignOptions> campaign_options(const injector::Config& config,
                                                   const RunArguments& arguments,
                                                   const std::string& state) {
  campaign::CampaignOptions options;
  options.name = config.name;
  options.config = hex16(config.digest);
  options.faults.modes.clear();
  for (const injector::ModeConfig& mode : config.modes) {
    options.faults.modes.push_back(
        mode.automatic_delay ? identity::FaultMode{identity::FaultAction::kDelay, 0, 0}
                             : mode.mode);
  }
  options.faults.excluded = config.exclude;
  options.faults.budget =
      static_cast<size_t>(arguments.budget > 0 ? arguments.budget : config.budget_faults);
  options.accepted_single_points = config.single_points_of_failure;
  options.fault_free_runs = config.fault_free_runs;
  options.repeat = arguments.repeat > 0 ? arguments.repeat : kUsualRepeat;
  options.repeat_held = arguments.repeat_held;
  options.max_experiments = config.budget_experiments;
  if (arguments.max_experiments > 0) options.max_experiments = arguments.max_experiments;
  if (config.budget_time) options.time_limit = *config.budget_time;
  if (!arguments.time_limit.empty()) {
    CUTSET_ASSIGN(options.time_limit, parse_time_limit(arguments.time_limit));
  }
  options.compose = !arguments.no_compose;
  options.stop_at_first = arguments.first;
  options.seed = arguments.seed;
  options.started = now_rfc3339();
  options.folder = state;
  options.replay = "cutset replay " + state + "/findings/finding-<id>.yaml";
  if (!arguments.state.empty()) options.replay += " --config " + arguments.config;
  if (!arguments.resume) {
    CUTSET_ASSIGN(options.known, known_findings(state));
    CUTSET_TRY(keep_known(state, options.known));
  } else {
    CUTSET_ASSIGN(options.known, kept_known(state));
  }
  return options;
}

/// The campaign itself; leaves its journal, model and findings in `state`.
Result<campaign::CampaignSummary> run_campaign(const injector::Config& config,
                                               const RunArguments& arguments,
                                               const std::string& state,
                                               Progress& progress) {
  const std::string journal_path = state + "/journal.jsonl";
  if (arguments.resume && !fs::exists(journal_path)) {
    return Error::bad_input("nothing to resume: there is no journal", journal_path);
  }
  std::error_code failed;
  fs::create_directories(state, failed);
  if (failed)
    return Error::internal(fmt::format("cannot make {}: {}", state, failed.message()));
  CUTSET_ASSIGN(campaign::CampaignOptions options,
                campaign_options(config, arguments, state));
  CUTSET_ASSIGN(const auto journal, arguments.resume
                                        ? campaign::Journal::resume(journal_path)
                                        : campaign::Journal::create(journal_path));

  CUTSET_ASSIGN(
      const injector::HostsConfig hosts,
      injector::chosen_hosts(arguments.hosts, config.hosts, config.placed_on()));
  CUTSET_TRY(injector::enter_network_namespace(hosts.network_namespace));
  std::unique_ptr<ReceiverSpanSource> spans;
  injector::LiveOptions live;
  live.state_folder = state;
  live.hosts = hosts;
  live.agent_socket = arguments.agent_socket;
  if (config.await_traces.count() > 0) {
    CUTSET_ASSIGN(spans, ReceiverSpanSource::start());
    live.spans = spans.get();
  }
  injector::LiveExperimenter experimenter(config, live);
  running_experimenter = &experimenter;
  on_stop(request_stop);
  const auto finish = [](auto result) {
    running_campaign = nullptr;
    running_experimenter = nullptr;
    return result;
  };
  progress.step(
      fmt::format("starting {} services of {}", config.services.size(), config.name));
  if (const Status started = experimenter.start(); !started.ok()) {
    return finish(Result<campaign::CampaignSummary>(started.error()));
  }
  progress.step("watching it work");
  if (const Status calibrated = experimenter.calibrate(); !calibrated.ok()) {
    return finish(Result<campaign::CampaignSummary>(calibrated.error()));
  }
  campaign::Campaign campaign(experimenter, *journal, std::move(options), &progress);
  running_campaign = &campaign;
  Result<campaign::CampaignSummary> summary = campaign.run();
  if (summary.ok()) {
    if (const Status kept =
            write_file(state + "/model.json", model_to_json(campaign.model()));
        !kept.ok()) {
      log_warning("{}", kept.error().text());
    }
  }
  return finish(std::move(summary));
}

/// Findings as files, the HTML page, and what --report asked for.
Status write_results(const injector::Config& config, const RunArguments& arguments,
                     const std::vector<ReportWish>& wishes, const std::string& state,
                     const campaign::CampaignSummary& summary,
                     const report::JournalView& view) {
  CUTSET_TRY(write_finding_files(state, config, summary, arguments.seed));
  CUTSET_ASSIGN(const std::string page, render_report(view, "html", "", false));
  CUTSET_TRY(write_file(state + "/report.html", page));
  for (const ReportWish& wish : wishes) {
    CUTSET_ASSIGN(const std::string content, render_report(view, wish.format, "", false));
    CUTSET_TRY(write_file(wish.file, content));
  }
  return {};
}

Result<std::vector<ReportWish>> parse_wishes(const std::vector<std::string>& texts) {
  std::vector<ReportWish> wishes;
  for (const std::string& text : texts) {
    CUTSET_ASSIGN(ReportWish wish, parse_report_wish(text));
    wishes.push_back(std::move(wish));
  }
  return wishes;
}

NodesRunOptions nodes_options(const RunArguments& arguments, const std::string& state,
                              const std::vector<ReportWish>& wishes) {
  NodesRunOptions options;
  options.state = state;
  options.strategy = arguments.strategy;
  options.seed = arguments.seed;
  options.budget = arguments.budget;
  options.max_experiments = arguments.max_experiments;
  options.time_limit = arguments.time_limit;
  options.repeat = arguments.repeat > 0 ? arguments.repeat : kUsualRepeatOfNodes;
  options.repeat_held = arguments.repeat_held;
  options.enough_groups = static_cast<size_t>(arguments.enough);
  options.resume = arguments.resume;
  options.fail_on_flaky = arguments.fail_on_flaky;
  options.quiet = arguments.quiet;
  options.wishes = wishes;
  return options;
}

int run(const RunArguments& arguments, const GlobalOptions& global) {
  const Result<std::vector<ReportWish>> wishes = parse_wishes(arguments.reports);
  if (!wishes.ok()) return fail(wishes.error(), global);
  Result<injector::Config> config = injector::load_config(arguments.config);
  if (!config.ok()) return fail(config.error(), global);
  if (arguments.fault_free > 0) config->fault_free_runs = arguments.fault_free;
  if (arguments.dry_run) {
    std::fputs(dry_run_text(*config).c_str(), stdout);
    return kExitHeld;
  }
  const std::string state = arguments.state.empty()
                                ? (fs::path(config->folder) / ".cutset").string()
                                : arguments.state;
  if (config->nodes) {
    return run_nodes(*config, nodes_options(arguments, state, *wishes), global);
  }
  if (arguments.strategy != "supports" || arguments.enough > 0) {
    return fail(Error::usage("--strategy and --enough are for campaigns on nodes; this "
                             "cutset.yaml has no \"nodes\""),
                global);
  }
  const bool terminal = ::isatty(STDERR_FILENO) == 1;
  Progress progress(terminal, global.color_on(STDERR_FILENO), arguments.quiet,
                    static_cast<size_t>(arguments.budget > 0 ? arguments.budget
                                                             : config->budget_faults));
  const Result<campaign::CampaignSummary> summary =
      run_campaign(*config, arguments, state, progress);
  progress.finish();
  if (!summary.ok()) return fail(summary.error(), global);

  const Result<report::JournalView> view = report::read_journal(state + "/journal.jsonl");
  if (!view.ok()) return fail(view.error(), global);
  if (const Status written =
          write_results(*config, arguments, *wishes, state, *summary, *view);
      !written.ok()) {
    return fail(written.error(), global);
  }
  const Result<std::string> text = render_report(*view, global.json ? "json" : "text", "",
                                                 global.color_on(STDOUT_FILENO));
  if (!text.ok()) return fail(text.error(), global);
  std::fwrite(text->data(), 1, text->size(), stdout);
  std::fflush(stdout);
  announce_on_github(*view);
  if (summary->error)
    log_error("{}", summary->error->text());
  else if (summary->status == campaign::CampaignStatus::kFailed)
    log_error("{}", summary->why);
  return summary->exit_code(arguments.fail_on_flaky);
}

}  // namespace

void add_run_command(CLI::App& app, GlobalOptions& global, Chosen& chosen) {
  auto arguments = std::make_shared<RunArguments>();
  CLI::App* command = app.add_subcommand("run", "The campaign on a live system");
  RunArguments& a = *arguments;
  command->add_option("config", a.config, "What to start, to ask and to expect")
      ->capture_default_str();
  command
      ->add_option(
          "--state", a.state,
          "Where journal, model and findings are kept (default: .cutset beside the file)")
      ->envname("CUTSET_STATE");
  command
      ->add_option("--agent", a.agent_socket,
                   "Socket of a running cutset-agent (default: one is started)")
      ->envname("CUTSET_AGENT_SOCKET");
  command->add_option("--hosts", a.hosts,
                      "Where it runs instead of what the file says: processes, "
                      "namespaces, namespaces:a,b,c, namespaces:5, docker, "
                      "docker:IMAGE, swarm");
  command->add_flag("--resume", a.resume, "Go on with the journal, repeating nothing");
  command->add_flag("--dry-run", a.dry_run, "Say what would be done; start nothing");
  command->add_option("--budget", a.budget, "Largest fault set")->check(CLI::Range(1, 8));
  command->add_option("--max-experiments", a.max_experiments, "Stop after so many")
      ->check(CLI::Range(1, 1'000'000));
  command
      ->add_option("--fault-free", a.fault_free,
                   "Runs without faults before the first fault (default: as configured); "
                   "with --max-experiments 1 nothing else is run")
      ->check(CLI::Range(1, 1000));
  command->add_option("--time-limit", a.time_limit, "Stop after so long, e.g. 10m");
  command
      ->add_option("--repeat", a.repeat,
                   "Runs of a violation (default: 3, of a campaign on nodes 5)")
      ->check(CLI::Range(1, 100));
  command
      ->add_option(
          "--strategy", a.strategy,
          "Of a campaign on nodes: supports, or random and exhaustive to compare "
          "with")
      ->capture_default_str();
  command
      ->add_option("--enough", a.enough,
                   "Random and exhaustive end when so many ways of failing are known")
      ->check(CLI::Range(1, 1000));
  command->add_option("--repeat-held", a.repeat_held, "Runs of every fault set that held")
      ->check(CLI::Range(1, 100))
      ->capture_default_str();
  command->add_flag("--no-compose", a.no_compose,
                    "Conclude from whole runs only, not from the rules of handlers");
  command->add_flag("--first", a.first, "Stop at the first finding");
  command->add_flag("--fail-on-flaky", a.fail_on_flaky,
                    "Exit 1 also for violations that do not repeat");
  command->add_option("--seed", a.seed, "Recorded in the journal and the schedules")
      ->capture_default_str();
  command->add_option(
      "--report", a.reports,
      "KIND=FILE with KIND of text, json, junit, html, dot; may be repeated");
  command->add_flag("-q,--quiet", a.quiet, "No progress");
  command->footer(
      "Example: cutset run examples/bookshop/cutset.yaml --report junit=cutset.xml");
  command->callback([arguments, &global, &chosen] {
    chosen = [arguments, &global] { return run(*arguments, global); };
  });
}

}  // namespace cutset::cli
