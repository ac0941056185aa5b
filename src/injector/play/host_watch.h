// Looks after one host while a schedule is played: asks for its clock again and again,
// which shows that the agent is there, and reads the new output of its instances. Private
// to play/.
//
// Thread rule: a thread of its own, joined by the destructor; `on_lost` is called on it.
#pragma once

#include <chrono>
#include <condition_variable>
#include <functional>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "injector/play/plan_agent.h"
#include "injector/play/record_folder.h"

namespace cutset::injector::play {

class HostWatch {
 public:
  struct Options {
    std::string host;
    std::vector<std::string> instances;        // "replica/0", those of this host
    std::chrono::milliseconds log_every{250};  // 0: never
    std::chrono::milliseconds ask_every{1000};
  };

  HostWatch(Options options, PlanAgent& agent, RecordFolder& folder,
            std::function<void(const Error& why)> on_lost);
  /// Reads what is left of the output.
  ~HostWatch();
  HostWatch(const HostWatch&) = delete;
  HostWatch& operator=(const HostWatch&) = delete;

 private:
  struct Log {
    std::string instance;
    std::string service;  // its name in the agent's log
    uint64_t file = 0;
    int64_t offset = 0;
    int64_t read_at = 0;
  };

  void run();
  void find_log_ends();
  void read_logs();
  void read_log(Log& log);

  const Options options_;
  PlanAgent& agent_;
  RecordFolder& folder_;
  const std::function<void(const Error& why)> on_lost_;
  std::vector<Log> logs_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool ending_ = false;
  std::thread thread_;
};

}  // namespace cutset::injector::play
