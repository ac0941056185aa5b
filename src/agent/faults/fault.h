// A fault: one action on one instance of this host. Every kind of step but mark and heal
// is one.
//
//   check     when the plan is loaded: can this host do it? (agent/faults/fault_table.h)
//   prepare   some time before it is due: look the target up, say what undoing needs
//             -- the executor writes that to the intent log --
//   make_ready  then: everything that can be made without effect
//   apply     at the planned moment: the last step
//   finish    what belongs to it and takes time
//   verify    was it seen to be there?
//   undo      when its time is over, by a heal, or at the end
//
// A fault object is used once and lives until it is undone. What it holds (burning
// processes, proxies) may go with it; what it did to the machine is undone from its
// records alone (agent/faults/undo_table.h), because it may be the keeper who undoes.
//
// Thread rule: the functions of one fault are called one after the other, on any thread;
// faults run beside each other.
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "cutset/agent/v1/schedule.pb.h"

#include "agent/faults/record.h"

namespace cutset::agent {

class CallGate;     // agent/plan/call_gate.h
class Instances;    // agent/plan/instances.h
struct RunOutcome;  // agent/plan/body.h
class MessageGate;  // agent/plan/message_gate.h
class Supervisor;   // agent/supervisor.h

/// What faults may use of the agent. Everything outlives the faults of a plan.
struct FaultHost {
  Instances* instances = nullptr;
  Supervisor* supervisor = nullptr;     // starts processes through the keeper
  MessageGate* message_gate = nullptr;  // null: no link of this agent is a proxy's
  CallGate* call_gate = nullptr;        // the reverse proxies
  std::string mark;                     // random word of this agent; for names of ours
  std::string state_folder;
  /// Set when the plan is being closed: what waits gives up.
  const std::atomic<bool>* closing = nullptr;

  bool is_closing() const { return closing != nullptr && *closing; }
};

/// What a fault is besides, if applying it hits nothing yet: it waits for what it hits
/// (a request fault), and has fired when it has hit something. For such a fault verify()
/// is not asked: the hit was seen.
class WaitingFault {
 public:
  /// At the first hit, on any thread, not after release(). Must not block. "call 2 of
  /// stock".
  using Hit = std::function<void(const std::string& on_what)>;

  virtual ~WaitingFault() = default;
  /// Called once, before apply().
  virtual void set_on_hit(Hit hit) = 0;
  virtual uint64_t hits() const = 0;
  /// For people, after release(): what came, and what did not.
  virtual std::string what_it_met() const = 0;
};

class Fault {
 public:
  virtual ~Fault() = default;

  /// Looks the target up; changes nothing. May be called again when the plan's time has
  /// come and the first answer was an error. Returns what undoing would need, in the
  /// order in which it is made; nothing if there is nothing to undo (a kill).
  virtual Result<std::vector<UndoRecord>> prepare() = 0;

  /// Makes what it can without any effect on the target (rules that sleep, a process that
  /// waits), so that apply() starts nothing and waits for nobody. Requires: prepare()
  /// succeeded and its records are on disk. May be called again before apply(), when
  /// things may have changed.
  virtual Status make_ready() { return {}; }

  /// Makes it. Requires: make_ready() succeeded. When it returns it has happened: what is
  /// slow belongs into make_ready() or finish(). Returns on what ("pid 4711", "container
  /// 12ab"). After an error the executor undoes the records: a half made fault does not
  /// stay.
  virtual Result<std::string> apply() = 0;

  /// What belongs to it and takes longer than the moment (the next life after a restart's
  /// kill); what was held for the fault goes on after it.
  virtual Status finish() { return {}; }

  /// Looks whether it is there, where possible by other means than apply() used. Returns
  /// how it was seen ("3 processes gone", "rule counter 12"). Bounded: about a second, or
  /// what the action itself takes (a grace), but not when host.is_closing().
  virtual Result<std::string> verify() = 0;

  /// Itself, if it is one; nothing for others.
  virtual WaitingFault* waiting() { return nullptr; }

  /// Of a custom action, once verified; nothing for others.
  virtual const RunOutcome* outcome() const { return nullptr; }

  /// Lets go of what the object holds in this process; the records are undone after it.
  virtual Status release() { return {}; }
};

}  // namespace cutset::agent
