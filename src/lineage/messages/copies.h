// Where the copies of a write went: which message brought it to which node, what each
// copy rests on (its support), and how each that is not there at the end died.
//
// A node holds a token once a message that carries it was delivered there: from the
// workload's client (only while a write of that token was asked, where operations are
// known) or from another node that holds it. Two things end a copy: the node crashed, or
// another node replaced its whole state by a transfer without the token (Redis: "RDB").
// A transfer that has the token makes the copy rest on the sender from then on.
//
// That a node which received a token keeps it, and passes on what it received, is
// assumed: only messages are seen. Final reads, where there are some, overrule what is
// concluded.
//
// Cost: one pass over the messages, and the tokens of each.
#pragma once

#include <map>
#include <optional>
#include <set>

#include "lineage/messages/message_execution.h"

namespace cutset::lineage::messages {

struct CopyOptions {
  std::set<std::string> replacing_labels = {"RDB"};
};

struct Link {
  int from = kOutside;
  int to = kOutside;
  auto operator<=>(const Link&) const = default;  // NOLINT(modernize-use-nullptr)
};

/// What brought a token to a node.
struct Arrival {
  size_t message = 0;
  int from = kOutside;
  int64_t time_ns = 0;
  bool replaced_state = false;  // a transfer of the sender's whole state
};

struct Copy {
  enum class Fate {
    kAlive,
    kNeverArrived,
    kLostWithNode,  // crashed (or lost its disk) at ended_ns
    kReplaced,      // by the state of node `by` at ended_ns
    kVanished,      // the final read did not find it, and nothing seen says why
  };
  /// It was there until then; a later arrival may have made it again.
  struct Ending {
    Fate fate = Fate::kLostWithNode;
    int64_t time_ns = 0;
    int by = kOutside;                // kReplaced
    std::optional<size_t> message{};  // kReplaced
  };
  int node = 0;
  std::vector<Arrival> arrivals;  // by time: that which made it, and each that renewed it
  std::vector<Ending> endings;    // by time
  Fate fate = Fate::kNeverArrived;
  int64_t ended_ns = 0;
  int by = kOutside;
  std::optional<size_t> ended_by;     // kReplaced: the message
  std::optional<size_t> undelivered;  // kNeverArrived: sent to it, and lost
};

/// S_n of "the write can still be read": the links that carried it to the node, one after
/// another from the client, and the nodes that had to live until they had passed it on.
struct Support {
  int node = 0;                  // keeps its state, and serves the read
  std::vector<size_t> messages;  // from the client on
  std::vector<Link> links;
};

struct Lineage {
  std::string token;
  std::vector<Copy> copies;       // one a node, in order of nodes
  std::vector<Support> supports;  // of the copies that are alive
};

/// Of all tokens that were seen or written, by token.
std::map<std::string, Lineage> find_copies(const MessageExecution& execution,
                                           const CopyOptions& options = {});

/// "lost with its node", ...
std::string_view fate_name(Copy::Fate fate);
/// "A: replaced by B; B: lost with its node; C: never arrived": equal for writes that
/// died the same way.
std::string death_of(const MessageExecution& execution, const Lineage& lineage);

}  // namespace cutset::lineage::messages
