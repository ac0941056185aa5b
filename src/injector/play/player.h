// One run of play(): its state and its steps. Private to play/.
//
// Invariants:
// 1. Only the thread of run() reads letters and changes the record, but for the cost of
//    sampling (samples_mutex_) and who has ended (ended_mutex_).
// 2. loaded_ says which agents have our plan; none has when run() returns.
#pragma once

#include <map>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <variant>
#include <vector>

#include "injector/play/host_watch.h"
#include "injector/play/mailbox.h"
#include "injector/play/play.h"
#include "injector/play/record_folder.h"

namespace cutset::injector::play {

namespace v1 = agent::v1;

constexpr int64_t kNanosAMilli = 1'000'000;

struct EventLetter {
  size_t host = 0;
  v1::StepEvent event;
};
struct LostLetter {
  size_t host = 0;
  Error why;
};
struct ReadyLetter {
  size_t instance = 0;
  Status ready;
};
struct RelayLetter {
  StepPlace target;
  Status fired;
};
struct WorkloadLetter {
  Status done;
};
using Letter =
    std::variant<EventLetter, LostLetter, ReadyLetter, RelayLetter, WorkloadLetter>;

/// What is known of one step on one host.
struct StepState {
  bool fired = false;
  bool undone = false;
  bool failed = false;
  bool not_reached = false;
  std::string error;
};

class Player {
 public:
  Player(const CompiledPlan& plan, const PlaySetup& setup, const PlayHooks& hooks,
         const StopSignal& stop);

  PlayRecord run();

 private:
  // Before the barrier: player_begin.cpp.

  void ask_time_server_of_schedule();
  bool measure_clocks();
  bool pass_barrier();

  /// Twenty times what an exchange takes there and back: an acknowledgement is one, the
  /// rest is for a machine that is busy.
  int64_t sensible_lead() const;
  bool load();
  void note_loaded(size_t i, const Result<v1::LoadPlanReply>& reply);
  void refuse(const std::string& host, const std::string& step,
              const std::string& problem);
  void watch(size_t i);
  bool arm_requests();

  /// Fires the instances of the beginning, in the order of services and slots for each
  /// host, and waits until all are ready.
  bool begin_instances();
  bool await_begun();
  bool await_ready();
  bool prepare();
  bool start();
  void forget_attempt();

  // From the barrier on: player_run.cpp.

  void play_on();
  bool over() const { return any_lost() || stop_.requested(); }

  bool settled() const;
  void relay(const StepPlace& source);

  // Letters and what follows from them: player_run.cpp.

  void read_letter(std::chrono::nanoseconds patience) { read_letter(patience, &stop_); }
  void read_letter(std::chrono::nanoseconds patience, const StopSignal* stop);
  void read(EventLetter& letter) { add_event(letter.host, letter.event); }
  void read(LostLetter& letter) { lose(letter.host, letter.why); }
  void read(ReadyLetter& letter);
  void read(RelayLetter& letter);
  void read(WorkloadLetter& letter);
  void add_event(size_t i, const v1::StepEvent& step);
  void keep(const PlayEvent& event);
  void note(const std::string& text);
  bool give_up(const std::string& reason);
  void lose(size_t i, const Error& why);
  bool any_lost() const;

  // The end: player_end.cpp.

  void close_all();

  /// What became of the faults of calls, as events of their actions.
  void collect_requests();
  void add_request(size_t i, const v1::FaultState& fault);
  void conclude();
  PlanAgent* agent_of(const std::string& host) const;

  template <typename Work>
  void on_all_hosts(const Work& work) {
    std::vector<std::thread> threads;
    for (size_t i = 0; i < setup_.hosts.size(); ++i) {
      threads.emplace_back([&work, i] { work(i); });
    }
    for (std::thread& thread : threads) thread.join();
  }

  const CompiledPlan& plan_;
  const PlaySetup& setup_;
  const PlayHooks& hooks_;
  const StopSignal& stop_;
  PlayRecord record_;
  std::unique_ptr<RecordFolder> folder_;
  Mailbox<Letter> mailbox_;
  std::vector<char> loaded_;              // [host]: whether it has our plan
  std::vector<std::set<uint64_t>> seen_;  // [host]: numbers of its events
  std::map<StepPlace, StepState> steps_;
  std::set<size_t> relayed_;
  std::vector<std::thread> relays_;
  std::mutex ended_mutex_;
  std::set<std::string> ended_;  // instances that do not run any more
  std::mutex samples_mutex_;
  std::set<size_t> sampled_;  // hosts that have sent samples
  size_t waiting_ready_ = 0;
  bool workload_runs_ = false;
  bool came_to_end_ = false;
  // Before what their threads use goes, they do.
  std::vector<std::unique_ptr<HostWatch>> host_watches_;
  std::vector<std::unique_ptr<AgentWatch>> watches_;
};

}  // namespace cutset::injector::play
