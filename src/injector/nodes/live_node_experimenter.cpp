#include "injector/nodes/live_node_experimenter.h"

#include <algorithm>
#include <filesystem>

#include "driver/plan_json.h"
#include <fmt/format.h>
#include <unistd.h>

#include "base/boot_id.h"
#include "base/check.h"
#include "base/file.h"
#include "base/subprocess.h"
#include "injector/duration.h"
#include "injector/fdsl/plan.h"
#include "injector/fdsl/read.h"
#include "injector/fdsl/write.h"
#include "injector/hosts/host_set.h"
#include "injector/nodes/captures.h"
#include "injector/nodes/node_clocks.h"
#include "injector/nodes/node_evidence.h"
#include "injector/nodes/node_fdsl.h"
#include "injector/nodes/node_outcomes.h"
#include "injector/nodes/node_record.h"
#include "injector/nodes/run_watch.h"
#include "injector/play/host_agents.h"
#include "injector/play/play.h"
#include "lineage/messages/run_sketch_json.h"

namespace cutset::injector {

namespace {

namespace fs = std::filesystem;
namespace nodes = campaign::nodes;
namespace v1 = agent::v1;
using std::chrono::milliseconds;

constexpr milliseconds kRetryPrepare{50};
constexpr milliseconds kUndoSlack{10'000};
constexpr uint32_t kLogPiece = 1 << 20;

int64_t now_ns() {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(
             std::chrono::steady_clock::now().time_since_epoch())
      .count();
}

/// Adds the time since the last lap to a figure.
class Laps {
 public:
  void add_to(int64_t& figure) {
    const int64_t now = now_ns();
    figure += now - last_;
    last_ = now;
  }

 private:
  int64_t last_ = now_ns();
};

/// The workload as a service: the schedule starts it, its output is the history.
ServiceConfig clients_service(const NodesConfig& nodes) {
  ServiceConfig service;
  service.name = kClientsService;
  service.folder = "/";  // which every machine has
  service.proxied = false;
  service.on = {nodes.clients_on};
  return service;
}

/// Carries out the load of `plan`, which goes along: the host may be another machine.
std::vector<TemplateText> load_command(const HostsConfig& hosts,
                                       const driver::Plan& plan) {
  const bool elsewhere = hosts.kind == HostsConfig::Kind::kExternal;
  std::vector<TemplateText> command;
  for (const std::string& word :
       {elsewhere ? "cutset-driver" : driver_binary(), driver::plan_to_json(plan),
        std::string("--phases"), std::string("load")}) {
    command.push_back(TemplateText::literal(word));
  }
  return command;
}

}  // namespace

class LiveNodeExperimenter::Impl {
 public:
  Impl(Config config, LiveNodeOptions options)
      : config_(std::move(config)), options_(std::move(options)) {
    CHECK(config_.nodes.has_value() && config_.workload.history.has_value());
    options_.state_folder = fs::absolute(options_.state_folder).string();
    system_ = config_;
    system_.services.push_back(clients_service(*config_.nodes));
  }

  Status start();
  Result<nodes::NodeRun> run(const nodes::NodeSchedule& schedule, const std::string& run);

  const Config& config() const { return config_; }
  StopSignal& stop() { return stop_; }
  const NodeTiming& timing() const { return timing_; }

 private:
  const NodesConfig& nodes() const { return *config_.nodes; }
  const HistoryWorkload& workload() const { return *config_.workload.history; }
  std::string folder(const char* name) const {
    return options_.state_folder + "/" + name;
  }

  Result<fdsl::Schedule> schedule_of(const nodes::NodeSchedule& schedule,
                                     const std::string& run);
  Status empty_data();
  Status prepare(const StopSignal& stop);
  Status drive(HistoryRun& history, RunWatch& watch, const StopSignal& stop);
  Result<std::string> output_of_clients();
  milliseconds longest_run(const nodes::NodeSchedule& schedule) const;
  HistoryWorkload without_dead(const nodes::NodeSchedule& schedule) const;
  std::optional<std::string> value(const std::string& placeholder) const {
    return hosts_->book().value(placeholder, {"", 0});
  }

  Config config_;
  LiveNodeOptions options_;
  Config system_;  // with the workload as a service
  StopSignal stop_;
  std::unique_ptr<HostSet> hosts_;
  std::unique_ptr<play::HostAgents> agents_;
  std::vector<play::PlayHost> play_hosts_;
  std::vector<fdsl::Instance> instances_;  // without the workload
  NodeClocks clocks_;                      // of the run
  NodeTiming timing_;
};

Status LiveNodeExperimenter::Impl::start() {
  for (const char* name : {"schedules", "histories", "sketches"}) {
    std::error_code failed;
    fs::create_directories(folder(name), failed);
    if (failed) {
      return Error::unavailable(
          fmt::format("cannot make {}: {}", folder(name), failed.message()));
    }
  }
  HostSetOptions options;
  options.state_folder = options_.state_folder;
  options.agent_binary = options_.agent_binary;
  CUTSET_ASSIGN(hosts_, HostSet::bring_up(system_, system_.hosts, options, stop_));
  std::vector<fdsl::Instance> all = hosts_->configured_instances();
  CUTSET_TRY(hosts_->place(all));
  std::erase_if(all,
                [](const fdsl::Instance& one) { return one.service == kClientsService; });
  instances_ = std::move(all);
  CUTSET_ASSIGN(const driver::Plan plan,
                workload().expand([&](const std::string& name) { return value(name); }));
  system_.services.back().command = load_command(system_.hosts, plan);
  agents_ = std::make_unique<play::HostAgents>(*hosts_);
  CUTSET_ASSIGN(play_hosts_, agents_->hosts());
  return {};
}

milliseconds LiveNodeExperimenter::Impl::longest_run(
    const nodes::NodeSchedule& schedule) const {
  milliseconds longest = config_.workload.within + workload().plan.settle_within +
                         workload().plan.final_within + kUndoSlack;
  for (const nodes::NodeFault& fault : schedule.faults()) longest += fault.duration;
  return longest;
}

Result<fdsl::Schedule> LiveNodeExperimenter::Impl::schedule_of(
    const nodes::NodeSchedule& schedule, const std::string& run) {
  NodeSystem system{nodes(), instances_, workload().plan.operations.clients,
                    longest_run(schedule), [&](const fdsl::Instance& one) {
                      return hosts_->book().of({one.service, one.slot}).data;
                    }};
  CUTSET_ASSIGN(const fdsl::Schedule made,
                node_schedule_fdsl(schedule, system, outcomes_text(config_)));
  const std::string file = folder("schedules") + "/" + run + ".yml";
  CUTSET_TRY(write_file(file, fdsl::write_schedule(made)));
  CUTSET_ASSIGN(const std::string text, read_file(file));
  return fdsl::parse_schedule(text, file);
}

Status LiveNodeExperimenter::Impl::empty_data() {
  for (const std::string& host : hosts_->names()) {
    const auto emptied = hosts_->agent(host).empty_data();
    if (!emptied) {
      return Error::unavailable(fmt::format(
          "the data folders of {} cannot be emptied: {}", host, emptied.error().message));
    }
  }
  return {};
}

Status LiveNodeExperimenter::Impl::prepare(const StopSignal& stop) {
  for (const PrepareStep& step : nodes().prepare) {
    CommandSpec spec;
    for (const TemplateText& text : step.arguments) {
      CUTSET_ASSIGN(std::string argument,
                    text.expand([&](const std::string& name) { return value(name); }));
      spec.arguments.push_back(std::move(argument));
    }
    spec.folder = step.folder;
    spec.stop_fd = stop.fd();
    const auto deadline = std::chrono::steady_clock::now() + step.within;
    while (true) {
      const auto left = std::chrono::duration_cast<milliseconds>(
          deadline - std::chrono::steady_clock::now());
      if (left.count() <= 0) {
        return Error::unavailable(
            fmt::format("nodes.prepare: {} did not succeed within {}",
                        spec.arguments.front(), duration_text(step.within)));
      }
      spec.deadline = left;
      CUTSET_ASSIGN(const CommandOutcome outcome, run_command(spec));
      CUTSET_TRY(stop.check());
      if (outcome.exit_code == 0) break;
      if (stop.sleep_for(kRetryPrepare)) return stop.check();
    }
  }
  return {};
}

Result<std::string> LiveNodeExperimenter::Impl::output_of_clients() {
  std::string output;
  int64_t offset = 0;
  while (true) {
    v1::ReadLogRequest request;
    request.set_name(instance_service({kClientsService, 0}));
    request.set_offset(offset);
    request.set_max_bytes(kLogPiece);
    CUTSET_ASSIGN(const v1::ReadLogReply reply,
                  hosts_->agent(nodes().clients_on).read_log(std::move(request)));
    if (reply.content().empty()) break;
    output += reply.content();
    offset = reply.end_offset();
  }
  return history_lines(output);
}

/// Nodes that stay down answer nobody: conditions are not asked there.
HistoryWorkload LiveNodeExperimenter::Impl::without_dead(
    const nodes::NodeSchedule& schedule) const {
  std::vector<std::string> dead;
  for (const nodes::NodeFault& fault : schedule.faults()) {
    if (fault.element.mode != nodes::Mode::kCrash) continue;
    const std::string& host = nodes().host_of(fault.element.at);
    for (const fdsl::Instance& one : instances_) {
      const bool hit = one.host == host && (fault.element.at.process.empty() ||
                                            fault.element.at.process == one.service);
      if (hit) dead.push_back(hosts_->book().of({one.service, one.slot}).listen);
    }
  }
  return without_endpoints(workload(), dead,
                           [&](const std::string& name) { return value(name); });
}

Status LiveNodeExperimenter::Impl::drive(HistoryRun& history, RunWatch& watch,
                                         const StopSignal& stop) {
  Laps laps;
  CUTSET_TRY(watch.await_load(config_.workload.within, stop));
  CUTSET_TRY(watch.await_undone(kUndoSlack + nodes().model.ladder.back(), stop));
  CUTSET_ASSIGN(std::string lines, output_of_clients());
  if (clocks_.clients_elsewhere) {
    const int64_t ahead_ns = clocks_.offsets.at(nodes().clients_on);
    CUTSET_ASSIGN(lines, history_by_our_clock(lines, ahead_ns, own_time()));
  }
  CUTSET_TRY(write_file(history.path(), lines));
  laps.add_to(timing_.workload_ns);
  return {};
}

Result<nodes::NodeRun> LiveNodeExperimenter::Impl::run(
    const nodes::NodeSchedule& schedule, const std::string& run) {
  CHECK(hosts_ != nullptr);
  CUTSET_TRY(stop_.check());
  timing_ = {};
  Laps laps;
  const int64_t begun_ns = now_ns();
  CUTSET_TRY(empty_data());
  CUTSET_ASSIGN(const fdsl::Schedule fdsl_schedule, schedule_of(schedule, run));
  CUTSET_ASSIGN(const fdsl::Plan plan,
                fdsl::make_plan(fdsl_schedule, hosts_->placement()));
  const std::string file = folder("schedules") + "/" + run + ".yml";
  const play::CompiledPlan compiled = play::compile(fdsl_schedule, plan, file);
  if (!compiled.problems.empty()) return compiled.problems.front();
  CUTSET_ASSIGN(
      HistoryRun history,
      HistoryRun::begin(
          without_dead(schedule), [&](const std::string& name) { return value(name); },
          folder("histories"), run));
  Captures captures(*hosts_, nodes(), capture_hosts(nodes()));
  CUTSET_TRY(captures.start(run, {token_prefix(workload().plan)}));
  laps.add_to(timing_.prepare_ns);

  RunWatch watch(compiled, kClientsService);
  play::PlaySetup setup;
  setup.run = run;
  setup.hosts = play_hosts_;
  setup.schedule_file = file;
  setup.sample = milliseconds(0);
  setup.log_every = milliseconds(0);
  setup.start_within = milliseconds(60'000);
  play::PlayHooks hooks;
  hooks.on_clocks = [&](const std::vector<play::HostRecord>& hosts) {
    clocks_ = node_clocks(hosts, nodes().clients_on, boot_id());
  };
  hooks.await_ready = agents_->readiness(system_, stop_);
  hooks.before_barrier = [&](const StopSignal& stop) { return prepare(stop); };
  hooks.on_started = [&](int64_t) { laps.add_to(timing_.start_ns); };
  hooks.on_event = [&](const play::PlayEvent& event) { watch.see(event); };
  std::string not_settled;
  Result<lineage::messages::MessageExecution> seen =
      Error::internal("nothing was captured");
  hooks.workload = [&](const StopSignal& stop) -> Status {
    CUTSET_TRY(drive(history, watch, stop));
    Laps settling;
    CUTSET_ASSIGN(not_settled, history.settle_and_read(stop));
    seen = captures.collect(
        run,
        nodes_of(nodes(), [&](const std::string& host) { return hosts_->address(host); }),
        clocks_.offsets);
    settling.add_to(timing_.settle_ns);
    return {};
  };
  hooks.end_with_workload = true;
  Laps ending;
  const play::PlayRecord record = play::play(compiled, setup, hooks, stop_);
  ending.add_to(timing_.end_ns);
  timing_.end_ns -= timing_.start_ns + timing_.workload_ns + timing_.settle_ns;
  CUTSET_TRY(stop_.check());
  if (!record.problems.empty()) return record.problems.front();
  if (record.workload) return workload_error(record, nodes().clients_on);
  if (record.barrier_utc_ns == 0) return Error::unavailable(record.reason);
  CUTSET_TRY(nothing_stays(record));
  if (!seen) return seen.error();

  Laps judging;
  nodes::NodeRun result;
  const std::vector<FaultTimes> times = fault_reports(schedule, nodes(), record, result);
  CUTSET_ASSIGN(const JudgedHistory judged, judge_history(config_, history, not_settled));
  result.verdict = judged.verdict;
  result.found = judged.found;
  add_life(schedule, nodes(), times, *seen);
  lineage::messages::RunSketch sketch;
  add_evidence(
      {nodes(), schedule, times, judged.history, judged.judgement, std::move(*seen)},
      result, &sketch);
  CUTSET_TRY(write_file(folder("sketches") + "/" + run + ".json",
                        lineage::messages::to_json(sketch)));
  judging.add_to(timing_.judge_ns);
  result.total_ns = now_ns() - begun_ns;
  return result;
}

LiveNodeExperimenter::LiveNodeExperimenter(Config config, LiveNodeOptions options)
    : impl_(std::make_unique<Impl>(std::move(config), std::move(options))) {}
LiveNodeExperimenter::~LiveNodeExperimenter() = default;

Status LiveNodeExperimenter::start() {
  return impl_->start();
}
campaign::nodes::NodeRoles LiveNodeExperimenter::roles() const {
  return impl_->config().nodes->node_roles();
}
Result<campaign::nodes::NodeRun> LiveNodeExperimenter::run(
    const campaign::nodes::NodeSchedule& schedule, const std::string& run) {
  return impl_->run(schedule, run);
}
void LiveNodeExperimenter::request_stop() {
  impl_->stop().request();
}
const NodeTiming& LiveNodeExperimenter::timing() const {
  return impl_->timing();
}

}  // namespace cutset::injector
