#include <mutex>

#include "injector/hosts/instance_runners.h"

namespace cutset::injector {

namespace {

using namespace std::chrono_literals;

constexpr auto kStopGrace = 1s;
constexpr size_t kMostLog = size_t{16} << 20;

class ContainerRunner final : public InstanceRunner {
 public:
  explicit ContainerRunner(EngineHost& host) : host_(host) {}

  Status start(const InstanceKey& instance) override {
    const std::lock_guard lock(mutex_);
    return host_.engine().start(host_.containers().at(instance));
  }

  Status stop(const InstanceKey& instance) override {
    const std::lock_guard lock(mutex_);
    return host_.engine().stop(host_.containers().at(instance), kStopGrace);
  }

  Result<std::set<InstanceKey>> running() override {
    const std::lock_guard lock(mutex_);
    std::set<InstanceKey> instances;
    for (const auto& [instance, id] : host_.containers()) {
      CUTSET_ASSIGN(const ContainerState state, host_.engine().state(id));
      if (state.running) instances.insert(instance);
    }
    return instances;
  }

  Result<int64_t> log_end(const InstanceKey& instance) override {
    CUTSET_ASSIGN(const std::string log, whole_log(instance));
    return static_cast<int64_t>(log.size());
  }

  Result<std::string> read_log(const InstanceKey& instance, int64_t offset) override {
    CUTSET_ASSIGN(const std::string log, whole_log(instance));
    const auto begin = static_cast<size_t>(offset);
    return begin < log.size() ? log.substr(begin, kMostLog) : std::string();
  }

 private:
  Result<std::string> whole_log(const InstanceKey& instance) {
    const std::lock_guard lock(mutex_);
    return host_.engine().log(host_.containers().at(instance));
  }

  EngineHost& host_;
  std::mutex mutex_;  // of the engine's client
};

}  // namespace

std::unique_ptr<InstanceRunner> make_container_runner(EngineHost& host) {
  return std::make_unique<ContainerRunner>(host);
}

}  // namespace cutset::injector
