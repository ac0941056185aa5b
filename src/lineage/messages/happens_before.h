// What may have caused what. Two kinds of edges, kept apart:
//   proven   a message was sent before it was delivered; bytes of one direction of a
//            connection were sent, and are delivered, in their order
//   assumed  what a node did earlier may have caused what it did later (its own clock)
// With any protocol, framed or not: edges are made of byte ranges and times.
//
// Cost: O(n log n) to build, O(n) a question.
#pragma once

#include <vector>

#include "lineage/messages/message_execution.h"

namespace cutset::lineage::messages {

class HappensBefore {
 public:
  enum class Proof { kNot, kAssumed, kProven };

  explicit HappensBefore(const MessageExecution& execution);

  /// Whether the sending of `earlier` came before the sending of `later`: kProven by
  /// proven edges alone, kAssumed with those of nodes.
  Proof before(size_t earlier, size_t later) const;
  /// Messages that may have caused the sending of `message`, in order; itself left out.
  std::vector<size_t> causes(size_t message) const;
  /// O(n), of edges between neighbours: what follows from them is not counted.
  size_t proven_edges() const { return count(true); }
  size_t assumed_edges() const { return count(false); }

 private:
  // Event 2 * m: message m is sent; 2 * m + 1: it is delivered.
  struct Edge {
    size_t from = 0;
    bool proven = false;
  };
  size_t count(bool proven) const;
  std::vector<bool> reach(size_t event, bool proven_only) const;

  size_t messages_ = 0;
  std::vector<std::vector<Edge>> into_;
};

}  // namespace cutset::lineage::messages
