#include "injector/live_experimenter.h"

#include <algorithm>
#include <chrono>
#include <filesystem>

#include <fmt/format.h>

#include "base/file.h"
#include "injector/agent_group.h"
#include "injector/campaign_schedule.h"
#include "injector/duration.h"
#include "injector/fdsl/read.h"
#include "injector/fdsl/write.h"
#include "injector/hosts/host_set.h"
#include "injector/hosts/inside.h"
#include "injector/judge.h"
#include "injector/key_learning.h"
#include "injector/live_system.h"
#include "injector/observation.h"
#include "injector/reset.h"
#include "injector/workload.h"
#include "injector/yaml_tree.h"

namespace cutset::injector {

namespace {

namespace v1 = agent::v1;
using Clock = std::chrono::steady_clock;
using campaign::ExperimentResult;
using campaign::FaultSet;

constexpr Milliseconds kNoticeOfEnd{50};
constexpr std::string_view kLoopback = "127.0.0.1";
// Keying a point moves the calls below it to new parents, which may show more points.
constexpr int kCalibrationRounds = 5;

int64_t since(Clock::time_point start) {
  return std::chrono::duration_cast<std::chrono::nanoseconds>(Clock::now() - start)
      .count();
}

bool is_run_name(const std::string& run) {
  return !run.empty() && run.size() <= 64 && run[0] != '.' &&
         run.find_first_not_of(
             "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-") ==
             std::string::npos;
}

Result<std::vector<RequestFault>> planned_faults(const FaultSet& planned) {
  std::vector<RequestFault> faults;
  for (const campaign::Fault& fault : planned) {
    Result<identity::CallId> call = identity::parse_call_id(fault.event);
    if (!call) {
      return Error::bad_input(fmt::format("cannot fault \"{}\": it is not a call: {}",
                                          fault.event, call.error().message));
    }
    faults.push_back({std::move(*call), fault.mode});
  }
  return faults;
}

/// Whether a callee refused or broke off by itself: its process may have ended.
bool has_broken_connection(const lineage::Execution& execution) {
  const auto broken = [](const lineage::Answer& answer) {
    return answer.kind == lineage::Answer::Kind::kRefused ||
           answer.kind == lineage::Answer::Kind::kReset;
  };
  return std::any_of(execution.calls.begin(), execution.calls.end(),
                     [&](const auto& call) {
                       return (!call.fault && broken(call.seen)) ||
                              (call.answered && broken(*call.answered));
                     });
}

std::string joined_outcomes(const Config& config) {
  std::string goal;
  for (const OutcomeConfig& outcome : config.outcomes) {
    if (!goal.empty()) goal += "; ";
    goal += outcome.name;
  }
  return goal;
}

}  // namespace

class LiveExperimenter::Impl {
 public:
  Impl(Config config, LiveOptions options)
      : config_(std::move(config)), options_(std::move(options)), client_(&stop_) {
    for (const OutcomeConfig& outcome : config_.outcomes) note_log(outcome.check);
    for (const DegradationConfig& degradation : config_.degradations) {
      for (const CheckConfig& check : degradation.all) note_log(check);
    }
    goal_ = joined_outcomes(config_);
    for (const ServiceConfig& service : config_.services) names_.push_back(service.name);
    const auto longest = std::chrono::ceil<std::chrono::seconds>(config_.workload.within +
                                                                 config_.settle_within);
    end_seconds_ = longest.count();
  }

  Status start() {
    CUTSET_TRY(stop_.check());
    std::error_code error;
    for (const char* name : {"/schedules", "/histories"}) {
      std::filesystem::create_directories(options_.state_folder + name, error);
      if (error) {
        return Error::internal(fmt::format("cannot make {}{}: {}", options_.state_folder,
                                           name, error.message()));
      }
    }
    CUTSET_TRY(bring_up_hosts());
    system_.emplace(config_, *hosts_, stop_);
    CUTSET_TRY(system_->bring_up());
    agents_.emplace(agents_with_instances());
    judge_.emplace(
        config_, system_->addresses(), client_,
        [this](const std::string& service) { return system_->log_since_mark(service); },
        stop_);
    return {};
  }

  Status calibrate() {
    for (int round = 0; round < kCalibrationRounds; ++round) {
      std::vector<v1::CollectRunReply> replies;
      for (int i = 0; i < 2; ++i) {
        Observed observed;
        campaign::RunOptions options;
        options.run = fmt::format("calibrate-{}-{}", round + 1, i + 1);
        CUTSET_TRY(observe({}, options, observed));
        replies.push_back(std::move(observed.records));
      }
      const size_t before = keyed_points_.size();
      keyed_points_.merge(points_to_key(replies));
      if (keyed_points_.size() == before) break;
    }
    return {};
  }

  Result<ExperimentResult> run(const FaultSet& planned,
                               const campaign::RunOptions& options) {
    const auto started = Clock::now();
    Observed observed;
    CUTSET_TRY(observe(planned, options, observed));
    ExperimentResult result = std::move(observed.result);
    const auto judging = Clock::now();
    std::string degradation;
    CUTSET_ASSIGN(result.outcomes, judge_->judge(observed.answer, &degradation));
    if (!degradation.empty()) result.notes.push_back("accepted: " + degradation);
    result.timing.judge_ns = since(judging);
    if (options.await_spans && options_.spans != nullptr) {
      result.execution.unproxied =
          options_.spans->collect(result.execution, config_.await_traces, stop_);
    }
    result.timing.total_ns = since(started);
    return result;
  }

  StopSignal& stop() { return stop_; }
  const Config& config() const { return config_; }
  const AddressBook& addresses() const {
    CHECK(system_.has_value());
    return system_->addresses();
  }
  std::set<std::string>& keyed_points() { return keyed_points_; }

 private:
  Status bring_up_hosts() {
    HostSetOptions options;
    options.state_folder = options_.state_folder;
    options.agent_binary = options_.agent_binary;
    options.agent_socket = options_.agent_socket;
    CUTSET_ASSIGN(hosts_,
                  HostSet::bring_up(config_, options_.hosts.value_or(config_.hosts),
                                    options, stop_));
    if (options_.spans != nullptr) {
      if (hosts_->own_address() != kLoopback)
        CUTSET_TRY(options_.spans->listen_at(hosts_->own_address()));
      hosts_->set_otlp_address(options_.spans->address());
    }
    const std::vector<std::string>& names = hosts_->names();
    const std::string& on = config_.workload.on;
    if (std::find(names.begin(), names.end(), on) != names.end())
      workload_namespace_ = hosts_->network_namespace(on);
    return {};
  }

  /// Only there calls can arrive.
  std::vector<AgentClient*> agents_with_instances() {
    std::set<std::string> nodes;
    for (const auto& [instance, place] : hosts_->book().places) nodes.insert(place.node);
    std::vector<AgentClient*> agents;
    for (const std::string& node : nodes) agents.push_back(&hosts_->agent(node));
    return agents;
  }

  /// A run up to the judging.
  struct Observed {
    ExperimentResult result;
    WorkloadAnswer answer;
    v1::CollectRunReply records;
  };

  /// Lifts the faults of an armed run unless it was collected.
  class ArmedRun {
   public:
    ArmedRun(AgentGroup& agents, std::string run)
        : agents_(agents), run_(std::move(run)) {}
    ArmedRun(const ArmedRun&) = delete;
    ArmedRun& operator=(const ArmedRun&) = delete;
    ~ArmedRun() {
      if (!collected_) agents_.abandon_run(run_);
    }
    void collected() { collected_ = true; }

   private:
    AgentGroup& agents_;
    std::string run_;
    bool collected_ = false;
  };

  void note_log(const CheckConfig& check) {
    if (check.source == CheckConfig::Source::kLog) logged_.insert(check.log_service);
  }

  /// Writes the schedule and returns the faults that stand in the file.
  Result<std::vector<RequestFault>> written_faults(const FaultSet& planned,
                                                   const std::string& run) {
    CUTSET_ASSIGN(std::vector<RequestFault> faults, planned_faults(planned));
    const Schedule schedule =
        make_schedule(names_, std::move(faults), run, goal_, end_seconds_);
    const std::string path =
        fmt::format("{}/schedules/{}.yml", options_.state_folder, run);
    CUTSET_TRY(write_file(path, fdsl::write_schedule(schedule)));
    CUTSET_ASSIGN(const std::string text, read_file(path, kLargestFile));
    CUTSET_ASSIGN(const Schedule read, fdsl::parse_schedule(text, path));
    if (read != schedule) {
      return Error::bad_input(
          "the schedule cannot be written as text without a change (bytes that "
          "are not UTF-8 in a call's identity?)",
          path);
    }
    return request_faults(read, path);
  }

  Result<v1::ArmRunReply> arm(const std::vector<RequestFault>& faults,
                              const std::string& run) {
    v1::ArmRunRequest request;
    request.set_run(run);
    uint32_t id = 0;
    for (const RequestFault& fault : faults) {
      v1::FaultPlan& plan = *request.add_faults();
      plan.set_id(++id);
      plan.set_call(fault.call.text());
      plan.set_action(std::string(identity::action_name(fault.mode.action)));
      plan.set_status(fault.mode.status);
      plan.set_milliseconds(fault.mode.milliseconds);
    }
    for (const std::string& point : keyed_points_) request.add_keyed_points(point);
    return agents_->arm_run(request);
  }

  Result<v1::CollectRunReply> collect(const std::string& run) {
    v1::CollectRunRequest request;
    request.set_run(run);
    request.set_quiet_ms(static_cast<uint32_t>(config_.settle_quiet.count()));
    request.set_quiet_abandoned_ms(
        static_cast<uint32_t>(config_.settle_quiet_abandoned.count()));
    request.set_limit_ms(static_cast<uint32_t>(config_.settle_within.count()));
    return agents_->collect_run(request, stop_);
  }

  /// The request, the command, or the load of operations.
  Result<WorkloadAnswer> work(const TraceContext& trace, const std::string& run) {
    if (!config_.workload.history) {
      return run_workload(config_.workload, system_->addresses(), trace, client_, stop_);
    }
    const AddressBook& addresses = system_->addresses();
    CUTSET_ASSIGN(HistoryRun started,
                  HistoryRun::begin(
                      *config_.workload.history,
                      [&](const std::string& name) { return addresses.value(name, ""); },
                      options_.state_folder + "/histories", run));
    CUTSET_TRY(started.load(config_.workload.within, stop_));
    WorkloadAnswer answer;
    answer.history = std::make_shared<HistoryRun>(std::move(started));
    return answer;
  }

  Result<WorkloadAnswer> work_on_its_host(const TraceContext& trace,
                                          const std::string& run) {
    std::optional<Result<WorkloadAnswer>> answer;
    CUTSET_TRY(do_inside(workload_namespace_, [&] { answer = work(trace, run); }));
    return std::move(*answer);
  }

  Status observe(const FaultSet& planned, const campaign::RunOptions& options,
                 Observed& observed) {
    CHECK(system_.has_value());
    CUTSET_TRY(stop_.check());
    if (!is_run_name(options.run)) {
      return Error::usage(
          fmt::format("\"{}\" cannot be the name of a run: expected up to 64 "
                      "letters, digits, '.', '_' and '-'",
                      options.run));
    }
    ExperimentResult& result = observed.result;
    // The end of a process is seen a little later than its broken connections.
    if (connections_broke_ && stop_.sleep_for(kNoticeOfEnd)) return stop_.check();
    CUTSET_TRY(system_->ensure_up(result.notes));
    const auto resetting = Clock::now();
    CUTSET_TRY(reset_system(config_.reset, system_->addresses(), client_, stop_));
    result.timing.reset_ns = since(resetting);
    CUTSET_TRY(system_->mark_logs(logged_));

    CUTSET_ASSIGN(const std::vector<RequestFault> faults,
                  written_faults(planned, options.run));
    ArmedRun armed_run(*agents_, options.run);
    CUTSET_ASSIGN(const v1::ArmRunReply armed, arm(faults, options.run));
    const TraceContext trace = new_trace(armed.tracestate());
    if (options.await_spans && options_.spans != nullptr)
      options_.spans->expect(trace.trace_id);

    const auto working = Clock::now();
    CUTSET_ASSIGN(observed.answer, work_on_its_host(trace, options.run));
    result.timing.workload_ns = since(working);
    const auto settling = Clock::now();
    CUTSET_ASSIGN(observed.records, collect(options.run));
    armed_run.collected();
    if (observed.answer.history != nullptr) {
      CUTSET_ASSIGN(const std::string unsettled,
                    observed.answer.history->settle_and_read(stop_));
      if (!unsettled.empty()) result.notes.push_back(unsettled);
    }
    result.timing.settle_ns = since(settling);
    report(planned, faults, options.run, observed);
    return {};
  }

  void report(const FaultSet& planned, const std::vector<RequestFault>& faults,
              const std::string& run, Observed& observed) {
    ExperimentResult& result = observed.result;
    if (!observed.records.quiet()) {
      result.notes.push_back("the system was not quiet within " +
                             duration_text(config_.settle_within));
    }
    for (const v1::ServiceEnd& end : observed.records.ended()) {
      result.notes.push_back(fmt::format("service {} ended by itself with exit code {}",
                                         end.name(), end.exit_code()));
    }
    result.execution =
        execution_from_records(run, observed.records, faults, config_, result.notes);
    connections_broke_ = has_broken_connection(result.execution);
    result.faults = fault_reports(planned, faults, observed.records, result.execution);
  }

  const Config config_;
  const LiveOptions options_;
  StopSignal stop_;
  HttpClient client_;
  std::string goal_;
  std::vector<std::string> names_;
  int64_t end_seconds_ = 0;
  std::set<std::string> logged_;
  std::set<std::string> keyed_points_;
  bool connections_broke_ = false;  // in the last run
  std::string workload_namespace_;  // "": where cutset runs
  std::unique_ptr<HostSet> hosts_;
  std::optional<AgentGroup> agents_;
  std::optional<LiveSystem> system_;
  std::optional<Judge> judge_;
};

LiveExperimenter::LiveExperimenter(Config config, LiveOptions options)
    : impl_(std::make_unique<Impl>(std::move(config), std::move(options))) {}
LiveExperimenter::~LiveExperimenter() = default;

Status LiveExperimenter::start() {
  return impl_->start();
}
Status LiveExperimenter::calibrate() {
  return impl_->calibrate();
}

Result<campaign::ExperimentResult> LiveExperimenter::run(
    const campaign::FaultSet& planned, const campaign::RunOptions& options) {
  return impl_->run(planned, options);
}

void LiveExperimenter::request_stop() {
  impl_->stop().request();
}
const Config& LiveExperimenter::config() const {
  return impl_->config();
}
const AddressBook& LiveExperimenter::addresses() const {
  return impl_->addresses();
}
const std::set<std::string>& LiveExperimenter::keyed_points() const {
  return impl_->keyed_points();
}
void LiveExperimenter::set_keyed_points(std::set<std::string> points) {
  impl_->keyed_points() = std::move(points);
}

}  // namespace cutset::injector
