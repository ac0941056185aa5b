#include "injector/play/host_agents.h"

#include <map>
#include <utility>

#include <fmt/format.h>

#include "injector/readiness.h"

namespace cutset::injector::play {

namespace {

namespace v1 = agent::v1;

constexpr uint32_t kLogPiece = 1 << 20;
constexpr size_t kMostLog = size_t{16} << 20;

/// Where the output of a service ended when it was asked.
struct LogEnd {
  uint64_t file = 0;
  int64_t offset = 0;
};

LogEnd log_end(PlanAgent& agent, const std::string& service) {
  v1::ReadLogRequest request;
  request.set_name(service);
  request.set_offset(-1);
  request.set_max_bytes(1);
  const auto reply = agent.read_log(std::move(request));
  // What was never started has no log yet.
  return reply ? LogEnd{reply->file(), reply->end_offset()} : LogEnd();
}

Result<std::string> log_since(PlanAgent& agent, const std::string& service, LogEnd end) {
  std::string log;
  while (log.size() < kMostLog) {
    v1::ReadLogRequest request;
    request.set_name(service);
    request.set_offset(end.offset);
    request.set_max_bytes(kLogPiece);
    CUTSET_ASSIGN(const v1::ReadLogReply reply, agent.read_log(std::move(request)));
    if (reply.file() != end.file) {
      end.file = reply.file();
      log.clear();
      if (std::exchange(end.offset, 0) > 0) continue;  // read that one from its beginning
    }
    if (reply.content().empty()) break;
    log += reply.content();
    end.offset = reply.end_offset();
  }
  return log;
}

}  // namespace

class HostAgents::Agent final : public PlanAgent {
 public:
  explicit Agent(AgentClient& client) : client_(client) {}

  Result<v1::LoadPlanReply> load_plan(v1::LoadPlanRequest request) override {
    return client_.load_plan(std::move(request));
  }
  Result<v1::StartPlanReply> start_plan(int64_t barrier_utc_ns) override {
    return client_.start_plan(barrier_utc_ns);
  }
  Result<v1::FireStepReply> fire_step(const std::string& step) override {
    return client_.fire_step(step);
  }
  std::unique_ptr<AgentWatch> watch_plan(uint64_t after, OnEvent on_event) override {
    return client_.watch_plan(after, std::move(on_event));
  }
  std::unique_ptr<AgentWatch> watch_resources(std::chrono::milliseconds interval,
                                              OnSamples on_samples) override {
    return client_.watch_resources(interval, std::move(on_samples));
  }
  Result<v1::ClosePlanReply> close_plan() override { return client_.close_plan(); }
  Result<v1::ExchangeClockReply> exchange_clock() override {
    return client_.exchange_clock();
  }
  Result<v1::ReadLogReply> read_log(v1::ReadLogRequest request) override {
    return client_.read_log(std::move(request));
  }
  Result<v1::ArmRunReply> arm_run(v1::ArmRunRequest request) override {
    return client_.arm_run(std::move(request));
  }
  Result<v1::CollectRunReply> abandon_run(const std::string& run) override {
    return client_.abandon_run(run);
  }

 private:
  AgentClient& client_;
};

HostAgents::HostAgents(HostSet& set) : set_(set) {
  for (const std::string& host : set.names()) {
    agents_.emplace_back(host, std::make_unique<Agent>(set.agent(host)));
  }
}

HostAgents::~HostAgents() = default;

PlanAgent& HostAgents::agent(const std::string& host) {
  for (const auto& [name, its_agent] : agents_) {
    if (name == host) return *its_agent;
  }
  CHECK(false);
  std::abort();
}

Result<std::vector<PlayHost>> HostAgents::hosts() {
  std::vector<PlayHost> hosts;
  for (const auto& [name, its_agent] : agents_) {
    PlayHost host{name, its_agent.get(), {}};
    CUTSET_ASSIGN(host.instances, set_.instances_for(name));
    hosts.push_back(std::move(host));
  }
  return hosts;
}

std::function<Status(const BeginningInstance&, const std::function<bool()>&)>
HostAgents::readiness(const Config& config, const StopSignal& stop) {
  std::map<std::string, LogEnd> log_ends;
  for (const auto& [key, place] : set_.book().places) {
    const std::string name = instance_service(key);
    log_ends[name] = log_end(agent(place.node), name);
  }
  return [this, &config, &stop, log_ends = std::move(log_ends)](
             const BeginningInstance& instance,
             const std::function<bool()>& ended) -> Status {
    const ServiceConfig* const service = config.service(instance.service);
    CHECK(service != nullptr);
    const InstanceKey key{instance.service, instance.slot};
    const std::string name = instance_service(key);
    PlanAgent& its_agent = agent(instance.place.host);
    ReadinessSource source;
    source.listen = set_.book().of(key).listen;
    source.is_running = [&ended] { return !ended(); };
    source.log = [&] { return log_since(its_agent, name, log_ends.at(name)); };
    return await_ready(service->ready, source, stop);
  };
}

}  // namespace cutset::injector::play
