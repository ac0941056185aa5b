// What a picture of one run needs, kept beside the journal of a campaign: of thousands of
// messages those that carried a few of its writes, and for all others how many passed on
// each link in each stretch of time; how long each node held those writes, and what ended
// that; the faults' windows; what the system did by itself.
//
// Bounded, however long the run was: kMost... below.
//
// Times are ns since the origin: the first fault, or the moment at which it would have
// begun. What came before is negative.
//
// Thread rule: values; pure functions.
#pragma once

#include <map>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "lineage/messages/copies.h"
#include "lineage/messages/reactions.h"

namespace cutset::lineage::messages {

constexpr size_t kMostSketchedNodes = 32;
constexpr size_t kMostSketchedWrites = 24;
constexpr size_t kMostSketchedMessages = 32;  // of one write
constexpr size_t kMostSketchedLinks = 128;
constexpr size_t kMostSketchedReactions = 24;
constexpr size_t kMostSketchedWindows = 64;
constexpr size_t kSketchedStretches = 96;

constexpr int kNoNode = -2;  // kOutside is an end of a link

struct SketchNode {
  std::string name;
  std::string place;  // "leader", when the first fault began; "": not known
  friend bool operator==(const SketchNode&, const SketchNode&) = default;
};

/// One fault, while it lasted.
struct SketchWindow {
  enum class Kind { kLinks, kDown, kPaused };
  std::string text;  // "isolate leader for 2 s"
  Kind kind = Kind::kLinks;
  int at = 0;
  int other = kNoNode;  // kLinks: only the link between the two
  size_t step = 0;
  int64_t begin_ns = 0;
  int64_t end_ns = 0;
  bool for_ever = false;
  friend bool operator==(const SketchWindow&, const SketchWindow&) = default;
};

/// A message that carried the write, or that replaced a node's state by one without it.
struct SketchMessage {
  int from = kOutside;
  int to = kOutside;
  int64_t sent_ns = 0;
  int64_t delivered_ns = 0;
  bool arrived = false;
  bool replaces = false;  // the receiver's whole state
  bool carries = true;    // the write
  std::string label;
  friend bool operator==(const SketchMessage&, const SketchMessage&) = default;
};

/// A node held the write, from an arrival until something ended that.
struct SketchCopy {
  int node = 0;
  int64_t begin_ns = 0;
  int64_t end_ns = 0;
  Copy::Fate fate = Copy::Fate::kAlive;  // kAlive: until the end of the run
  int by = kOutside;                     // kReplaced
  std::optional<size_t> message;         // kReplaced: of SketchWrite::messages
  friend bool operator==(const SketchCopy&, const SketchCopy&) = default;
};

struct SketchRead {
  int node = 0;
  int64_t time_ns = 0;
  bool found = false;
  friend bool operator==(const SketchRead&, const SketchRead&) = default;
};

struct SketchWrite {
  std::string token;
  int64_t invoked_ns = 0;
  std::optional<int64_t> acknowledged_ns;
  bool lost = false;
  std::vector<SketchMessage> messages;  // by sent_ns
  std::vector<SketchCopy> copies;       // by begin_ns
  std::optional<SketchRead> read;       // the final one
  /// Lost: of `copies`, the one that ended last.
  std::optional<size_t> last_copy;
  friend bool operator==(const SketchWrite&, const SketchWrite&) = default;
};

/// How many messages were sent on a link in each stretch, and how many arrived in it.
struct SketchTraffic {
  int from = kOutside;
  int to = kOutside;
  std::vector<uint32_t> sent;
  std::vector<uint32_t> arrived;
  friend bool operator==(const SketchTraffic&, const SketchTraffic&) = default;
};

struct RunSketch {
  std::vector<SketchNode> nodes;
  int leader = kOutside;  // took the first of the clients' writes
  int64_t begin_ns = 0;
  int64_t end_ns = 0;
  std::vector<SketchWindow> windows;  // by begin_ns
  std::vector<SketchWrite> writes;    // by invoked_ns
  std::vector<SketchTraffic> traffic;
  std::vector<Reaction> reactions;  // by time; new connections left out
  size_t reactions_left_out = 0;

  int64_t stretch_ns() const {
    return (end_ns - begin_ns) / static_cast<int64_t>(kSketchedStretches) + 1;
  }
  /// How many steps had begun, and whether a window of them was open.
  std::pair<size_t, bool> phase_at(int64_t time_ns) const;
  friend bool operator==(const RunSketch&, const RunSketch&) = default;
};

/// What the execution does not say. All times are those of the execution.
struct SketchWish {
  int64_t origin_ns = 0;
  std::vector<std::string> places;    // by node
  std::vector<SketchWindow> windows;  // none: those of the execution's life
  std::vector<std::string> wanted;    // tokens of writes to be kept whatever else is
  std::optional<std::set<std::string>> lost;  // none: acknowledged, and no copy alive
  std::map<std::string, SketchRead> reads;    // by token
  CopyOptions copies;
};

/// Requires: at most kMostSketchedNodes nodes; `lineages` of this execution, with
/// wish.copies.
RunSketch sketch_of(const MessageExecution& execution,
                    const std::map<std::string, Lineage>& lineages,
                    const SketchWish& wish);

/// The first fault of the execution's life; none: its first acknowledged write.
int64_t origin_of(const MessageExecution& execution);

}  // namespace cutset::lineage::messages
