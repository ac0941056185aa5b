// Faults of nodes and links, each with a window in time, put in order (docs/concepts/
// nodes.md). A schedule is the experiment of the third world: steps one after the other,
// in each step faults that begin together.
//
// Nodes are named by what they do ("leader", "follower 2"), for the leader differs from
// run to run. A place means the node that had this role when the schedule began.
//
// Invariants of a schedule (make_schedule): no step is empty, the faults of a step are
// sorted, the first step's relation is kDuring.
//
// Thread rule: values; pure functions.
#pragma once

#include <chrono>
#include <compare>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace cutset::campaign::nodes {

using Milliseconds = std::chrono::milliseconds;

/// The role of whoever issues the workload's operations: no node, but an end of links.
constexpr std::string_view kClients = "clients";

struct Place {
  std::string role;
  uint32_t member = 0;  // of the nodes in this role, from 0
  std::string process;  // "": all processes of the node

  bool is_client() const { return role == kClients; }
  /// "leader", "follower", "follower 2", "process sentinel of follower"
  std::string text() const;
  friend auto operator<=>(const Place&, const Place&) = default;
};

enum class Mode : uint8_t {
  kIsolate,             // from all other nodes, both ways; clients still reach it
  kIsolateOut,          // nothing that it sends arrives at another node
  kIsolateIn,           // nothing arrives at it from another node
  kIsolateWithClients,  // from all other nodes and from the clients
  kCut,                 // one link, both ways
  kCutOneWay,           // what `at` sends does not arrive at `other`
  kCrash,               // and stays down
  kRestart,             // crash, started again after the duration
  kPause,               // frozen for the duration, connections stay open
  kDiskLoss,            // crash, disk wiped, started again after the duration
};
constexpr Mode kAllModes[] = {
    Mode::kIsolate, Mode::kIsolateOut, Mode::kIsolateIn, Mode::kIsolateWithClients,
    Mode::kCut,     Mode::kCutOneWay,  Mode::kCrash,     Mode::kRestart,
    Mode::kPause,   Mode::kDiskLoss};

/// "isolate", "isolate-out", ..., as in the journal.
std::string_view mode_name(Mode mode);
/// Links are lost, the node goes on.
bool is_of_links(Mode mode);
/// The fault is a cut of one link: it has two places.
bool is_cut(Mode mode);
/// The node's memory is lost, or the node.
bool loses_state(Mode mode);

struct Element {
  Mode mode = Mode::kIsolate;
  Place at;
  Place other;  // of cuts only

  /// "isolate leader", "cut leader -> follower"
  std::string text() const;
  friend auto operator<=>(const Element&, const Element&) = default;
};

struct NodeFault {
  Element element;
  Milliseconds duration{0};  // 0 for kCrash alone

  /// "isolate leader for 2 s", "crash leader, restart after 0.5 s"
  std::string text() const;
  friend auto operator<=>(const NodeFault&, const NodeFault&) = default;
};

/// When a step begins, as against the one before it.
enum class Relation : uint8_t {
  kDuring,  // as soon as one more write has been acknowledged
  kAfter,   // as kDuring, once every window so far has ended
};

struct NodeStep {
  Relation relation = Relation::kDuring;
  std::vector<NodeFault> faults;
  friend auto operator<=>(const NodeStep&, const NodeStep&) = default;
};

struct NodeSchedule {
  std::vector<NodeStep> steps;

  size_t size() const;  // faults
  bool empty() const { return steps.empty(); }
  std::vector<NodeFault> faults() const;  // in order of the steps
  /// "no fault"; "isolate leader for 2 s; then, during it, crash leader"
  std::string text() const;
  friend auto operator<=>(const NodeSchedule&, const NodeSchedule&) = default;
};

/// Establishes the invariants.
NodeSchedule make_schedule(std::vector<NodeStep> steps);
NodeSchedule single(const NodeFault& fault);
/// The schedule with those faults only whose bit is set in `kept`, counted as in
/// faults().
NodeSchedule part_of(const NodeSchedule& schedule, uint32_t kept);

/// "2 s", "0.5 s"
std::string duration_text(Milliseconds duration);

}  // namespace cutset::campaign::nodes
