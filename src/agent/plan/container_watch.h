// Tells when the containers of a plan start and end, whoever did it, from the events of
// their engines. What an engine remembers of the time before is told first: tasks of a
// Swarm run before a plan is loaded.
//
// Thread rule: `changed` is called on threads of the watch. The destructor returns when
// no call is under way, within about 0.1 s.
#pragma once

#include <atomic>
#include <functional>
#include <thread>
#include <vector>

#include "cutset/agent/v1/schedule.pb.h"

#include "agent/engine/container_engine.h"

namespace cutset::agent {

class ContainerWatch {
 public:
  using Changed = std::function<void(const v1::Instance&, const ContainerEvent&)>;

  /// Of those that are containers; they must outlive the watch.
  ContainerWatch(const std::vector<const v1::Instance*>& instances, Changed changed);
  ~ContainerWatch();
  ContainerWatch(const ContainerWatch&) = delete;
  ContainerWatch& operator=(const ContainerWatch&) = delete;

 private:
  void run(const ContainerEngine& engine,
           const std::vector<const v1::Instance*>& instances);

  const Changed changed_;
  std::atomic<bool> stop_ = false;
  std::vector<std::thread> threads_;  // one for each engine
};

}  // namespace cutset::agent
