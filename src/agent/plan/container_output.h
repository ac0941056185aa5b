// What containers write, copied to the files where the output of processes is: so lines
// of theirs are waited for (log_watch.h) and read by the controller in one way.
//
// A container's output is kept by its engine for all of its lives; what was copied before
// is skipped when it is asked for once more.
//
// Thread rule: started() from any thread. The destructor returns when all threads have
// ended, within about 0.1 s.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <string>

#include "cutset/agent/v1/schedule.pb.h"

namespace cutset::agent {

class ContainerOutput {
 public:
  explicit ContainerOutput(std::string state_folder);
  ~ContainerOutput();
  ContainerOutput(const ContainerOutput&) = delete;
  ContainerOutput& operator=(const ContainerOutput&) = delete;

  /// A container of the instance has started, perhaps the same one again.
  void started(const v1::Instance& instance, const std::string& container);

 private:
  class Copier;

  const std::string state_folder_;
  std::mutex mutex_;
  std::map<std::string, std::unique_ptr<Copier>> copiers_;  // by instance; guarded
};

}  // namespace cutset::agent
