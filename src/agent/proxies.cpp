#include "agent/proxies.h"

#include <chrono>

#include <fmt/format.h>

#include "agent/data_folders.h"

namespace cutset::agent {

namespace {
constexpr std::chrono::milliseconds kCollectorsPatience{1000};
Error none_open() {
  return Error::unavailable("no proxy is open: OpenProxies comes first");
}

/// May outlive the engine, which lets everything go when it ends.
class EngineWatch final : public CallGate::Watch {
 public:
  using End = void (ProxyEngine::*)(uint64_t number);

  EngineWatch(const std::shared_ptr<ProxyEngine>& engine, uint64_t number, End end)
      : engine_(engine), number_(number), end_(end) {}
  ~EngineWatch() override {
    if (const auto engine = engine_.lock()) (*engine.*end_)(number_);
  }

 private:
  const std::weak_ptr<ProxyEngine> engine_;
  const uint64_t number_;
  const End end_;
};

v1::OpenedProxy only_listening(const v1::ServicePlan& plan) {
  v1::OpenedProxy opened;
  opened.set_name(plan.name());
  opened.set_listen(plan.listen());
  return opened;
}
}  // namespace

std::shared_ptr<ProxyEngine> Proxies::engine() const {
  const std::lock_guard lock(mutex_);
  return engine_;
}

Result<std::shared_ptr<ProxyEngine>> Proxies::engine_or_start() {
  const std::lock_guard lock(mutex_);
  if (!engine_) {
    CUTSET_ASSIGN(engine_, ProxyEngine::start());
  }
  return engine_;
}

Result<v1::OpenProxiesReply> Proxies::open(const v1::OpenProxiesRequest& request) {
  CUTSET_ASSIGN(const std::shared_ptr<ProxyEngine> engine, engine_or_start());
  CUTSET_TRY(keep_chosen_ports_free(request));
  v1::OpenProxiesReply reply;
  for (const v1::ServicePlan& plan : request.services()) {
    Result<v1::OpenedProxy> opened = open_one(*engine, plan);
    if (!opened.ok()) {
      return Error{opened.error().kind,
                   fmt::format("service {}: {}", plan.name(), opened.error().text()), "",
                   0, 0};
    }
    *reply.add_services() = std::move(*opened);
  }
  return reply;
}

Status Proxies::keep_chosen_ports_free(const v1::OpenProxiesRequest& request) {
  const std::lock_guard lock(mutex_);
  for (const v1::ServicePlan& plan : request.services()) {
    for (const std::string& address : {plan.listen(), plan.proxy()}) {
      CUTSET_ASSIGN(const HostPort chosen, parse_host_port(address));
      ports_.keep_free(chosen.port);
    }
  }
  return {};
}

Result<v1::OpenedProxy> Proxies::open_one(ProxyEngine& engine, v1::ServicePlan plan) {
  CUTSET_ASSIGN(HostPort listen, parse_host_port(plan.listen()));
  const std::lock_guard lock(mutex_);
  if (opened_.contains(plan.name()))
    return Error::unavailable("its proxy is open already");
  if (listen.port == 0) {
    CUTSET_ASSIGN(listen.port, ports_.pick(listen.host));
  }
  plan.set_listen(listen.text());
  Result<v1::OpenedProxy> opened =
      plan.no_proxy() ? only_listening(plan) : engine.open(plan);
  if (opened.ok() && plan.data_folder()) {
    CUTSET_ASSIGN(*opened->mutable_data(), make_data_folder(state_folder_, plan.name()));
  }
  if (opened.ok()) opened_[plan.name()] = *opened;
  return opened;
}

Result<v1::EmptyDataReply> Proxies::empty_data() {
  v1::EmptyDataReply reply;
  const std::lock_guard lock(mutex_);
  for (const auto& [name, opened] : opened_) {
    if (opened.data().empty()) continue;
    CUTSET_ASSIGN(*reply.add_folders(), make_data_folder(state_folder_, name));
  }
  return reply;
}

Result<v1::ArmRunReply> Proxies::arm(const v1::ArmRunRequest& request) {
  const std::shared_ptr<ProxyEngine> current = engine();
  if (!current) return none_open();
  return current->arm(request);
}

Result<v1::CollectRunReply> Proxies::collect(const v1::CollectRunRequest& request) {
  std::shared_ptr<ProxyEngine> current;
  {
    const std::lock_guard lock(mutex_);
    if (!engine_) return none_open();
    current = engine_;
    ++collecting_;
  }
  Result<v1::CollectRunReply> reply = current->collect(request);
  const std::lock_guard lock(mutex_);
  // Under the lock: close_all() must find itself the last owner.
  current.reset();
  --collecting_;
  changed_.notify_all();
  return reply;
}

uint32_t Proxies::lift_all() {
  const std::shared_ptr<ProxyEngine> current = engine();
  return current ? current->lift_all() : 0;
}

void Proxies::close_all() {
  lift_all();
  std::shared_ptr<ProxyEngine> last;
  {
    std::unique_lock lock(mutex_);
    opened_.clear();
    last = std::exchange(engine_, nullptr);
    changed_.wait_for(lock, kCollectorsPatience, [this] { return collecting_ == 0; });
  }
}

std::string Proxies::armed_run() const {
  const std::shared_ptr<ProxyEngine> current = engine();
  return current ? current->armed_run() : "";
}

Result<std::unique_ptr<CallGate::Watch>> Proxies::watch_call(const CallFilter& filter,
                                                             CallGate::Reached reached) {
  const std::shared_ptr<ProxyEngine> current = engine();
  if (!current) return none_open();
  return std::unique_ptr<CallGate::Watch>(std::make_unique<EngineWatch>(
      current, current->watch_call(filter, std::move(reached)),
      &ProxyEngine::unwatch_call));
}

Result<std::unique_ptr<CallGate::Watch>> Proxies::fail_calls(
    const CallPattern& pattern, CallGate::Fired fired,
    std::shared_ptr<CallGate::Counts> counts) {
  const std::shared_ptr<ProxyEngine> current = engine();
  if (!current) return none_open();
  return std::unique_ptr<CallGate::Watch>(std::make_unique<EngineWatch>(
      current, current->fail_calls(pattern, std::move(fired), std::move(counts)),
      &ProxyEngine::lift_calls));
}

uint32_t Proxies::armed_faults() const {
  const std::shared_ptr<ProxyEngine> current = engine();
  return current ? current->armed_faults() : 0;
}

std::map<std::string, v1::OpenedProxy> Proxies::opened() const {
  const std::lock_guard lock(mutex_);
  return opened_;
}

}  // namespace cutset::agent
