// The interface through which a campaign knows a system of nodes that keep copies of what
// was written: run this schedule, give me the verdict and what became of each write.
//
// All places are those of the moment at which the schedule began (without faults: at
// which the workload began), whatever role a node took later.
//
// Thread rule: one campaign calls one experimenter from one thread.
#pragma once

#include <compare>
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "base/result.h"
#include "campaign/nodes/node_schedule.h"
#include "campaign/verdict.h"

namespace cutset::campaign::nodes {

/// When a write was acknowledged: after how many steps had begun, and whether a window of
/// them was still open. {0, false} before the first.
struct Phase {
  uint32_t begun = 0;
  bool open = false;

  /// "before the faults", "during step 1", "after step 1"
  std::string text() const;
  friend auto operator<=>(const Phase&, const Phase&) = default;
};

/// What a copy needed to be there at the end.
struct Premise {
  enum class Kind : uint8_t {
    kLink,   // `from` -> `to` carried the write
    kState,  // `from` kept what it had
  };
  Kind kind = Kind::kState;
  Place from;
  Place to;           // kLink
  bool late = false;  // kLink: not with the write but later (resent, fetched again)

  std::string text() const;
  friend auto operator<=>(const Premise&, const Premise&) = default;
};

/// One copy that was there at the final read, with what it needed (S_n).
struct Support {
  Place holder;
  std::vector<Premise> premises;  // sorted
  bool served = false;            // the final read was answered from this copy
  /// What it may have needed besides, though no message shows it: its holder came back
  /// with its disk and heard others before it took part again. Sorted.
  std::vector<Premise> supposed;
  friend auto operator<=>(const Support&, const Support&) = default;
};

/// Writes of one phase that have the same supports and could be read at the end.
struct WriteClass {
  Phase acknowledged;
  std::vector<Support> supports;  // sorted
  friend auto operator<=>(const WriteClass&, const WriteClass&) = default;
};

/// How one node came not to have an acknowledged write.
struct CopyDeath {
  enum class Kind : uint8_t {
    kNeverArrived,
    kLostWithNode,  // a crash, a lost disk
    kReplaced,      // by what `by` had
    kVanished,      // it was there, and nothing that was seen says why it is not any more
  };
  Place holder;
  Kind kind = Kind::kNeverArrived;
  Place by;  // kReplaced
  friend auto operator<=>(const CopyDeath&, const CopyDeath&) = default;
};

struct LostWrite {
  std::string token;
  Phase acknowledged;
  std::vector<CopyDeath> copies;  // one for each node, sorted
  friend auto operator<=>(const LostWrite&, const LostWrite&) = default;
};

/// What the system did by itself.
struct Reaction {
  enum class Kind : uint8_t {
    kRoleMoved,    // the role of `from` went to `to`
    kCopiedAgain,  // `to` got from `from` what it had, or had had, already
    kReconnected,  // new connections; changes no copy
  };
  Kind kind = Kind::kReconnected;
  Place from;
  Place to;
  friend auto operator<=>(const Reaction&, const Reaction&) = default;
};

/// What became of one planned fault (DESIGN rule 1).
struct NodeFaultReport {
  bool fired = false;
  bool reachable = true;  // false: its step never began (no write was acknowledged)
  bool undone = false;
  std::string node;   // which it hit
  std::string error;  // why it could not be applied or undone
};

/// What a run was like besides its verdict, to be compared with other runs.
struct RunProfile {
  uint64_t run_class = 0;  // equal for runs that are alike but for names, times, counts
  /// Classes of messages ("leader -> follower SET") and how many of each; 0: they come
  /// regularly, and "the nth" of them means nothing.
  std::map<std::string, uint64_t> messages;
  bool is_known() const { return run_class != 0; }
};

struct NodeRun {
  Verdict verdict = Verdict::kHeld;
  std::string found;                    // "87 of 412 acknowledged writes are gone"
  std::vector<NodeFaultReport> faults;  // as in NodeSchedule::faults()
  std::vector<WriteClass> classes;      // sorted
  std::vector<LostWrite> lost;          // by time of acknowledgement; a bounded sample
  uint64_t acknowledged = 0;
  uint64_t lost_writes = 0;
  std::vector<Reaction> reactions;           // sorted, distinct
  std::map<std::string, std::string> roles;  // node -> place at the beginning
  RunProfile profile;
  int64_t total_ns = 0;
};

/// The nodes by their places, as the workload without faults shows or the user says.
struct NodeRoles {
  std::map<std::string, uint32_t> members;  // role -> number of exchangeable nodes
  bool clients_reach_all = false;           // else only the role that takes writes
  std::string writes_to = "leader";         // that role
  std::vector<std::string> processes;       // of each node, faulted one by one too
};

class NodeExperimenter {
 public:
  virtual ~NodeExperimenter() = default;

  /// Known after the first run without faults.
  virtual NodeRoles roles() const = 0;
  /// Sets up the system, runs the workload under `schedule`, undoes every fault, waits
  /// until the system has settled, reads everything. `run` is unique in the campaign.
  /// Error: the experiment could not be carried out.
  virtual Result<NodeRun> run(const NodeSchedule& schedule, const std::string& run) = 0;
};

}  // namespace cutset::campaign::nodes
