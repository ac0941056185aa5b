#include "agent/plan/container_watch.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <string>

#include "agent/plan/container_labels.h"

namespace cutset::agent {

namespace {

constexpr std::chrono::milliseconds kBetweenAttempts{100};

}  // namespace

ContainerWatch::ContainerWatch(const std::vector<const v1::Instance*>& instances,
                               Changed changed)
    : changed_(std::move(changed)) {
  std::map<std::string, std::vector<const v1::Instance*>> by_engine;
  for (const v1::Instance* instance : instances) {
    if (instance->has_container())
      by_engine[instance->container().engine()].push_back(instance);
  }
  for (auto& [socket, there] : by_engine) {
    threads_.emplace_back([this, engine = ContainerEngine(socket),
                           mine = std::move(there)] { run(engine, mine); });
  }
}

ContainerWatch::~ContainerWatch() {
  stop_ = true;
  for (std::thread& thread : threads_) thread.join();
}

void ContainerWatch::run(const ContainerEngine& engine,
                         const std::vector<const v1::Instance*>& instances) {
  int64_t since = 0;
  const auto tell = [&](const ContainerEvent& event) {
    since = std::max(since, event.utc_ns + 1);
    for (const v1::Instance* instance : instances) {
      if (is_container_of(instance->container(), event.labels))
        changed_(*instance, event);
    }
  };
  while (!stop_) {
    // An engine that is started anew goes on with the same containers.
    (void)engine.watch_containers(since, tell, [this] { return stop_.load(); });
    if (!stop_) std::this_thread::sleep_for(kBetweenAttempts);
  }
}

}  // namespace cutset::agent
