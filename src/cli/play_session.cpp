#include "cli/play_session.h"

#include <cstdio>
#include <ctime>
#include <filesystem>

#include <fmt/format.h>

#include "base/file.h"
#include "base/log.h"
#include "cli/play_files.h"
#include "cli/signals.h"
#include "injector/hosts/host_set.h"
#include "injector/hosts/inside.h"
#include "injector/play/host_agents.h"
#include "injector/play/record_folder.h"
#include "injector/play/step_action.h"

namespace cutset::cli {

namespace {

namespace fs = std::filesystem;
namespace play = injector::play;

injector::StopSignal& stop_signal() {
  static injector::StopSignal stop;
  return stop;
}

/// "20261126-152104-kill-leader", with a number where that is there already.
std::string run_name(const std::string& schedule, const std::string& plays) {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  std::string stem = fs::path(schedule).stem().string();
  for (char& letter : stem) {
    const auto byte = static_cast<unsigned char>(letter);
    if (std::isalnum(byte) == 0 && letter != '_') letter = '-';
  }
  constexpr size_t kLongestStem = 32;
  const std::string name = fmt::format(
      "{:04}{:02}{:02}-{:02}{:02}{:02}-{}", utc.tm_year + 1900, utc.tm_mon + 1,
      utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec, stem.substr(0, kLongestStem));
  std::string free = name;
  for (int i = 2; fs::exists(plays + "/" + free); ++i) {
    free = fmt::format("{}-{}", name, i);
  }
  return free;
}

void show_progress(const play::PlayEvent& event, int64_t barrier_utc_ns) {
  using agent::v1::StepEvent;
  const StepEvent& step = event.event;
  if (event.host.empty()) return log_info("{}", step.detail());
  // Nothing has happened yet when a step is armed, and starts are seen as instances.
  if (step.kind() == StepEvent::ARMED || step.kind() == StepEvent::TRIGGERED) return;
  if (step.kind() == StepEvent::NOT_REACHED && barrier_utc_ns == 0) return;
  std::string time = "       before";
  if (barrier_utc_ns > 0) {
    time = fmt::format("{:>11.3f} s",
                       static_cast<double>(event.utc_ns - barrier_utc_ns) / 1e9);
  }
  std::string what = step.step();
  if (what.empty() && step.has_instance()) what = play::instance_text(step.instance());
  std::string line =
      fmt::format("{}  {}  {} {}", time, event.host, play::kind_name(step.kind()), what);
  for (const std::string& more : {step.detail(), step.error()}) {
    if (!more.empty()) line += ": " + more;
  }
  log_info("{}", line);
}

int exit_code_of(const play::PlayRecord& record) {
  switch (record.verdict) {
    case play::Verdict::kFired:
      return kExitHeld;
    case play::Verdict::kStopped:
      return kExitStopped;
    case play::Verdict::kInconclusive:
    case play::Verdict::kRefused:
      return kExitInconclusive;
  }
  return kExitInternal;
}

/// What the record says, for people or programs; and FaultSee's files.
int tell(const PlaySession& session, const play::PlayRecord& record,
         const std::string& folder, const GlobalOptions& global) {
  int code = exit_code_of(record);
  if (global.json) {
    for (const Error& problem : record.problems) log_error("{}", problem.text());
    const std::string json = play::play_json(record);
    std::fwrite(json.data(), 1, json.size(), stdout);
  } else if (const Status told = print_play(folder, global); !told.ok()) {
    code = fail(told.error(), global);
  }
  if (session.faultsee_results.empty()) return code;
  if (const Status written = write_faultsee_files(folder, session.faultsee_results);
      !written.ok()) {
    return fail(written.error(), global);
  }
  return code;
}

}  // namespace

int play_on_hosts(const PlaySession& session, const GlobalOptions& global) {
  if (const Status entered =
          injector::enter_network_namespace(session.hosts.network_namespace);
      !entered.ok()) {
    return fail(entered.error(), global);
  }
  on_stop([] { stop_signal().request(); });
  const injector::StopSignal& stop = stop_signal();
  const std::string state = session.config.folder + "/.cutset";
  const std::string plays = state + "/plays";
  play::PlaySetup setup;
  setup.run = run_name(session.schedule_file, plays);
  setup.folder = session.record.empty() ? plays + "/" + setup.run : session.record;
  setup.schedule_file = session.schedule_file;
  setup.ntp_server = session.schedule.ntp_server;
  setup.sample = session.sample;
  setup.copies = {{"schedule.yml", session.schedule_text},
                  {"plan.json", injector::fdsl::plan_json(session.plan)},
                  {"steps.txt", play::steps_text(session.compiled)}};

  if (fs::exists(setup.folder + "/journal.jsonl")) {
    return fail(Error::usage(setup.folder +
                             " has a record already; give --record another folder"),
                global);
  }
  injector::HostSetOptions options;
  options.state_folder = state;
  auto hosts = injector::HostSet::bring_up(session.config, session.hosts, options, stop);
  if (!hosts) return fail(hosts.error(), global);
  if (const Status placed = (*hosts)->place(session.plan.instances); !placed.ok()) {
    return fail(placed.error(), global);
  }
  play::HostAgents agents(**hosts);
  auto with_instances = agents.hosts();
  if (!with_instances) return fail(with_instances.error(), global);
  setup.hosts = std::move(*with_instances);

  int64_t barrier = 0;
  play::PlayHooks hooks;
  hooks.await_ready = agents.readiness(session.config, stop);
  hooks.on_started = [&](int64_t utc_ns) {
    barrier = utc_ns;
    log_info("the barrier has passed on every host; the end is in {} s",
             session.plan.end_seconds);
  };
  hooks.on_event = [&](const play::PlayEvent& event) { show_progress(event, barrier); };
  const play::PlayRecord record = play::play(session.compiled, setup, hooks, stop);
  if (!fs::exists(setup.folder + "/result.json")) {
    // Not even the record could be begun.
    return record.problems.empty() ? kExitInternal
                                   : fail(record.problems.front(), global);
  }
  log_info("the record is in {}", setup.folder);
  return tell(session, record, setup.folder, global);
}

}  // namespace cutset::cli
