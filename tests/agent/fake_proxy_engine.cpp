// A proxy engine without proxies, for tests of everything around it: it remembers what is
// armed, and collect() waits for the limit or for lift_all(), as the real one does for a
// run that does not become quiet.
#include <chrono>
#include <condition_variable>
#include <mutex>

#include "agent/proxy/proxy_engine.h"

namespace cutset::agent {

class ProxyEngine::Impl {
 public:
  std::mutex mutex;
  std::condition_variable changed;
  std::string run;
  int faults = 0;
};

ProxyEngine::ProxyEngine(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ProxyEngine::~ProxyEngine() = default;

Result<std::unique_ptr<ProxyEngine>> ProxyEngine::start() {
  return std::unique_ptr<ProxyEngine>(new ProxyEngine(std::make_unique<Impl>()));
}

Result<v1::OpenedProxy> ProxyEngine::open(const v1::ServicePlan& plan) {
  v1::OpenedProxy opened;
  opened.set_name(plan.name());
  opened.set_listen(plan.listen());
  opened.set_proxy("127.0.0.1:1");
  opened.set_entry("127.0.0.1:2");
  return opened;
}

Result<v1::ArmRunReply> ProxyEngine::arm(const v1::ArmRunRequest& request) {
  const std::lock_guard lock(impl_->mutex);
  if (!impl_->run.empty()) return Error::unavailable("a run is armed already");
  impl_->run = request.run();
  impl_->faults = request.faults_size();
  v1::ArmRunReply reply;
  reply.set_tracestate("cutset=" + request.run() + ".0");
  return reply;
}

Result<v1::CollectRunReply> ProxyEngine::collect(const v1::CollectRunRequest& request) {
  std::unique_lock lock(impl_->mutex);
  if (impl_->run != request.run()) return Error::bad_input("this run is not armed");
  const bool lifted =
      impl_->changed.wait_for(lock, std::chrono::milliseconds(request.limit_ms()),
                              [&] { return impl_->run != request.run(); });
  if (lifted) return Error::bad_input("this run is not armed");
  impl_->run.clear();
  impl_->faults = 0;
  return v1::CollectRunReply();
}

uint32_t ProxyEngine::lift_all() {
  const std::lock_guard lock(impl_->mutex);
  const int lifted = std::exchange(impl_->faults, 0);
  impl_->run.clear();
  impl_->changed.notify_all();
  return static_cast<uint32_t>(lifted);
}

std::string ProxyEngine::armed_run() const {
  const std::lock_guard lock(impl_->mutex);
  return impl_->run;
}

uint64_t ProxyEngine::watch_call(const CallFilter& /*filter*/,
                                 CallGate::Reached /*reached*/) {
  return 1;
}

void ProxyEngine::unwatch_call(uint64_t /*watch*/) {}

uint64_t ProxyEngine::fail_calls(const CallPattern& /*pattern*/,
                                 CallGate::Fired /*fired*/,
                                 std::shared_ptr<CallGate::Counts> /*counts*/) {
  return 1;
}

void ProxyEngine::lift_calls(uint64_t /*pattern*/) {}

uint32_t ProxyEngine::armed_faults() const {
  const std::lock_guard lock(impl_->mutex);
  return static_cast<uint32_t>(impl_->faults);
}

}  // namespace cutset::agent
