#include "cli/nodes_run.h"

#include <cstdio>
#include <filesystem>

#include <fmt/format.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hash.h"
#include "base/log.h"
#include "campaign/nodes/node_campaign.h"
#include "cli/node_finding_files.h"
#include "cli/nodes_progress.h"
#include "cli/signals.h"
#include "injector/duration.h"
#include "injector/nodes/live_node_experimenter.h"

namespace cutset::cli {

namespace {

namespace fs = std::filesystem;
namespace nodes = campaign::nodes;

injector::LiveNodeExperimenter* running = nullptr;  // for the signal handler

void request_stop() {
  if (running != nullptr) running->request_stop();
}

Result<nodes::Strategy> strategy_of(const std::string& word) {
  for (const nodes::Strategy one : {nodes::Strategy::kSupports, nodes::Strategy::kRandom,
                                    nodes::Strategy::kExhaustive}) {
    if (word == nodes::strategy_name(one)) return one;
  }
  return Error::usage(
      fmt::format("--strategy \"{}\": expected supports, random or exhaustive", word));
}

Result<nodes::NodeCampaignOptions> campaign_options(const injector::Config& config,
                                                    const NodesRunOptions& options) {
  nodes::NodeCampaignOptions made;
  made.name = config.name;
  made.config = hex16(config.digest);
  made.model = config.nodes->model;
  if (options.budget > 0) made.model.most_faults = static_cast<size_t>(options.budget);
  CUTSET_ASSIGN(made.strategy, strategy_of(options.strategy));
  made.seed = options.seed;
  made.fault_free_runs = config.fault_free_runs;
  made.repeat = options.repeat;
  made.repeat_held = options.repeat_held;
  made.enough_groups = options.enough_groups;
  made.max_experiments = config.budget_experiments;
  if (options.max_experiments > 0) made.max_experiments = options.max_experiments;
  made.time_limit = config.budget_time;
  if (!options.time_limit.empty()) {
    CUTSET_ASSIGN(made.time_limit, injector::parse_duration(options.time_limit));
  }
  made.stop = [] { return stop_was_requested(); };
  return made;
}

Result<nodes::NodeSummary> search(const injector::Config& config,
                                  const NodesRunOptions& options,
                                  nodes::NodeCampaignOptions campaign,
                                  NodesProgress& progress) {
  const std::string journal_path = options.state + "/journal.jsonl";
  if (options.resume && !fs::exists(journal_path))
    return Error::bad_input("nothing to resume: there is no journal", journal_path);
  std::error_code failed;
  fs::create_directories(options.state, failed);
  if (failed) {
    return Error::internal(
        fmt::format("cannot make {}: {}", options.state, failed.message()));
  }
  CUTSET_ASSIGN(const auto journal, options.resume
                                        ? campaign::Journal::resume(journal_path)
                                        : campaign::Journal::create(journal_path));
  injector::LiveNodeOptions live;
  live.state_folder = options.state;
  injector::LiveNodeExperimenter experimenter(config, live);
  running = &experimenter;
  on_stop(request_stop);
  progress.step(fmt::format("bringing up the hosts of {}", config.name));
  if (const Status started = experimenter.start(); !started.ok()) {
    running = nullptr;
    return started.error();
  }
  campaign.tried = [&](const nodes::TriedSchedule& tried) {
    progress.tried(tried, experimenter.timing());
  };
  campaign.found = [&](const nodes::MechanismGroup& group) { progress.found(group); };
  Result<nodes::NodeSummary> summary =
      nodes::run_node_campaign(experimenter, *journal, campaign);
  running = nullptr;
  return summary;
}

Status write_reports(const NodesRunOptions& options) {
  const std::string journal = options.state + "/journal.jsonl";
  std::vector<ReportWish> wishes = options.wishes;
  wishes.push_back({"html", options.state + "/report.html"});
  for (const ReportWish& wish : wishes) {
    CUTSET_ASSIGN(const std::string content, render_nodes(journal, wish.format, false));
    CUTSET_TRY(write_file(wish.file, content));
  }
  return {};
}

}  // namespace

int run_nodes(const injector::Config& config, const NodesRunOptions& options,
              const GlobalOptions& global) {
  Result<nodes::NodeCampaignOptions> campaign = campaign_options(config, options);
  if (!campaign) return fail(campaign.error(), global);
  NodesProgress progress(::isatty(STDERR_FILENO) == 1, options.quiet);
  const Result<nodes::NodeSummary> summary =
      search(config, options, std::move(*campaign), progress);
  progress.finish();
  if (!summary) return fail(summary.error(), global);
  if (const Status written = write_reports(options); !written.ok())
    return fail(written.error(), global);
  if (const Status written = write_node_finding_files(options.state, *summary);
      !written.ok())
    return fail(written.error(), global);
  const Result<std::string> text =
      render_nodes(options.state + "/journal.jsonl", global.json ? "json" : "text",
                   global.color_on(STDOUT_FILENO));
  if (!text) return fail(text.error(), global);
  std::fwrite(text->data(), 1, text->size(), stdout);
  std::fflush(stdout);
  if (summary->error)
    log_error("{}", summary->error->text());
  else if (summary->status == campaign::CampaignStatus::kFailed)
    log_error("{}", summary->why);
  return summary->exit_code(options.fail_on_flaky);
}

}  // namespace cutset::cli
