// Who waits for a call: counts the calls that pass a filter and holds the nth of them, or
// its answer, until it is released.
//
//   watched -> the nth call is here -> reached (and held) -> released
//           -> (end) the nth call is here -> its answer is here -> reached -> released
//
// Invariants:
// 1. `reached` is called at most once for each watch, and not after remove().
// 2. remove() lets go what the watch holds. So does the end of the engine.
//
// Thread rule: the loop's thread. What `reached` is given as `release` may be called on
// any thread, also during the call, more than once, and when everything else is gone.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "agent/plan/call_gate.h"
#include "agent/proxy/call_filter.h"
#include "agent/proxy/hold.h"
#include "agent/proxy/loop.h"

namespace cutset::agent::proxy {

class CallWatches {
 public:
  explicit CallWatches(Loop& loop);
  ~CallWatches();
  CallWatches(const CallWatches&) = delete;
  CallWatches& operator=(const CallWatches&) = delete;

  bool empty() const { return watches_.empty(); }
  uint64_t add(CallFilter filter, CallGate::Reached reached);
  void remove(uint64_t id);

  /// Locks `request` if the call is one that is waited for. Returns the watches that wait
  /// for its answer, for on_answer().
  std::vector<uint64_t> on_call(const ArrivedCall& call,
                                const std::shared_ptr<Hold>& request);
  /// Something is to be passed to the caller of a call. Locks `answer` for each watch
  /// that is still there.
  void on_answer(const std::vector<uint64_t>& ids, const std::shared_ptr<Hold>& answer);

 private:
  struct Watch {
    CallFilter filter;
    CallGate::Reached reached;
    uint64_t seen = 0;
    std::string on_what;  // of the nth
    std::shared_ptr<Hold> held;
  };
  struct Door;  // to the loop, for those who release

  void reach(uint64_t id, Watch& watch, const std::shared_ptr<Hold>& hold);
  void let_go(uint64_t id);

  std::map<uint64_t, Watch> watches_;
  uint64_t last_id_ = 0;
  const std::shared_ptr<Door> door_;
};

}  // namespace cutset::agent::proxy
