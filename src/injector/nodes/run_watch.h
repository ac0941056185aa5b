// What has become of the steps of one run so far, from the events of its agents: whether
// the load is over, and whether every fault that began is undone.
//
// A step that follows another one (a restart after a crash, a heal after a duration) is
// waited for as soon as that one has fired; a step that counts acknowledgements is not,
// once nobody makes any more.
//
// Thread rule: all functions may be called from any thread.
#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>

#include "base/result.h"
#include "injector/play/compile.h"
#include "injector/play/record.h"
#include "injector/stop_signal.h"

namespace cutset::injector {

class RunWatch {
 public:
  /// `workload`: the service whose end is the end of the load.
  RunWatch(const play::CompiledPlan& plan, std::string workload);

  void see(const play::PlayEvent& event);

  /// Error: interrupted, or unavailable: it lasts longer than `within`.
  Status await_load(std::chrono::milliseconds within, const StopSignal& stop);
  /// Requires: the load is over.
  Status await_undone(std::chrono::milliseconds within, const StopSignal& stop);

 private:
  struct StepState {
    std::string follows;  // the step on the same host that it waits for
    bool counts = false;  // its trigger needs the workload
    bool lasts = false;
    bool fired = false;
    bool over = false;  // undone, failed or out of reach
  };
  bool is_pending(const std::string& host, const StepState& step) const;
  bool any_pending() const;
  template <typename Condition>
  Status await(Condition condition, std::chrono::milliseconds within,
               const StopSignal& stop, const char* what);

  const std::string workload_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool load_over_ = false;
  std::map<std::pair<std::string, std::string>, StepState> steps_;  // host, step
};

}  // namespace cutset::injector
