#include <mutex>

#include "injector/hosts/instance_runners.h"

namespace cutset::injector {

namespace {

using namespace std::chrono_literals;

constexpr auto kStopGrace = 1s;
constexpr size_t kMostLog = size_t{16} << 20;

class ContainerRunner final : public InstanceRunner {
 public:
  ContainerRunner(EngineClient& engine,
                  const std::map<InstanceKey, std::string>& containers)
      : engine_(engine), containers_(containers) {}

  Status start(const InstanceKey& instance) override {
    const std::lock_guard lock(mutex_);
    started_.insert(instance);
    return engine_.start(containers_.at(instance));
  }

  Status stop(const InstanceKey& instance) override {
    const std::lock_guard lock(mutex_);
    return engine_.stop(containers_.at(instance), kStopGrace);
  }

  Result<std::set<InstanceKey>> running() override {
    const std::lock_guard lock(mutex_);
    std::set<InstanceKey> instances;
    for (const auto& [instance, id] : containers_) {
      CUTSET_ASSIGN(const ContainerState state, engine_.state(id));
      if (state.running) instances.insert(instance);
    }
    return instances;
  }

  Result<int64_t> log_end(const InstanceKey& instance) override {
    {
      // Tasks of a Swarm run, and write, before anybody here has started them.
      const std::lock_guard lock(mutex_);
      if (!started_.contains(instance)) return int64_t{0};
    }
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
    return engine_.log(containers_.at(instance));
  }

  EngineClient& engine_;
  const std::map<InstanceKey, std::string>& containers_;
  std::set<InstanceKey> started_;
  std::mutex mutex_;  // of the engine's client
};

}  // namespace

std::unique_ptr<InstanceRunner> make_container_runner(
    EngineClient& engine, const std::map<InstanceKey, std::string>& containers) {
  return std::make_unique<ContainerRunner>(engine, containers);
}

}  // namespace cutset::injector
