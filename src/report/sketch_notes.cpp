#include "report/sketch_notes.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "report/words.h"

namespace cutset::report {

namespace {

using namespace lineage::messages;  // NOLINT(google-build-using-namespace)
using Kind = SketchNote::Kind;

constexpr size_t kMostNotes = 26;
constexpr size_t kMostMoves = 4;  // of a role
constexpr int64_t kLate = 100'000'000;

class Notes {
 public:
  explicit Notes(const SketchedRun& run) : run_(run), sketch_(*run.sketch) {}

  std::vector<SketchNote> all() {
    for (const SketchWindow& window : sketch_.windows) add_window(window);
    if (run_.write != nullptr) {
      add_write(*run_.write);
      add_deaths(*run_.write);
      add_read(*run_.write);
    }
    add_reactions();
    std::stable_sort(
        notes_.begin(), notes_.end(),
        [](const SketchNote& a, const SketchNote& b) { return a.time_ns < b.time_ns; });
    leave_out();
    return std::move(notes_);
  }

 private:
  void add(int64_t time_ns, int lane, Kind kind, std::string text) {
    notes_.push_back({time_ns, lane, kind, std::move(text)});
  }
  std::string words(int lane) const { return lane_words(sketch_, lane); }

  void add_window(const SketchWindow& window) {
    add(window.begin_ns, window.at, Kind::kFault, "fault: " + window.text);
    if (window.for_ever || window.end_ns >= sketch_.end_ns) return;
    std::string text;
    switch (window.kind) {
      case SketchWindow::Kind::kLinks:
        text = sketch_.windows.size() == 1 ? "the links are healed"
                                           : "healed: " + window.text;
        break;
      case SketchWindow::Kind::kPaused:
        text = words(window.at) + " goes on";
        break;
      case SketchWindow::Kind::kDown:
        text = words(window.at) + " is started again";
        break;
    }
    add(window.end_ns, window.at, Kind::kHeal, std::move(text));
  }

  void add_write(const SketchWrite& write) {
    add(write.invoked_ns, kOutside, Kind::kWrite,
        fmt::format("clients write {}", write.token));
    if (write.acknowledged_ns)
      add(*write.acknowledged_ns, kOutside, Kind::kWrite, "the write is acknowledged");
    std::set<int> missed;
    for (const SketchMessage& message : write.messages) {
      if (message.from == kOutside || message.to == kOutside) continue;
      if (!message.arrived) {
        if (missed.insert(message.to).second)
          add(message.sent_ns, message.to, Kind::kLost,
              "the write does not arrive at " + words(message.to));
        continue;
      }
      const bool late =
          message.delivered_ns - write.acknowledged_ns.value_or(write.invoked_ns) > kLate;
      if (late && message.carries && !message.replaces)
        add(message.delivered_ns, message.to, Kind::kReaction,
            fmt::format("{} has it, late, from {}", words(message.to),
                        words(message.from)));
    }
  }

  void add_deaths(const SketchWrite& write) {
    for (size_t i = 0; i < write.copies.size(); ++i) {
      const SketchCopy& copy = write.copies[i];
      if (copy.fate == Copy::Fate::kAlive) continue;
      const bool last = write.last_copy == i;
      std::string how;
      switch (copy.fate) {
        case Copy::Fate::kReplaced:
          how = fmt::format("is replaced by what {} has", words(copy.by));
          break;
        case Copy::Fate::kVanished:
          how = "is not found at the end";
          break;
        default:
          how = "is lost with the node";
      }
      add(copy.end_ns, copy.node, last ? Kind::kFatal : Kind::kDeath,
          fmt::format("{} on {}{} {}", last ? "fatal: the last copy," : "the copy",
                      words(copy.node), last ? "," : "", how));
    }
  }

  void add_read(const SketchWrite& write) {
    if (!write.read) return;
    add(write.read->time_ns, write.read->node, Kind::kRead,
        fmt::format("the final read, at {}, {}", words(write.read->node),
                    write.read->found ? "finds it" : "finds nothing"));
  }

  /// The transfer that ends a copy is told as that.
  bool is_told(const Reaction& reaction) const {
    if (run_.write == nullptr) return false;
    return std::any_of(run_.write->copies.begin(), run_.write->copies.end(),
                       [&](const SketchCopy& copy) {
                         return copy.fate == Copy::Fate::kReplaced &&
                                copy.node == reaction.to && copy.by == reaction.from &&
                                copy.end_ns == reaction.time_ns;
                       });
  }

  void add_reactions() {
    size_t moves = 0;
    for (const Reaction& reaction : sketch_.reactions) {
      if (reaction.kind == Reaction::Kind::kLeaderMoved) {
        if (++moves <= kMostMoves)
          add(reaction.time_ns, reaction.to, Kind::kReaction,
              fmt::format("{} takes the writes now, {} did before", words(reaction.to),
                          words(reaction.from)));
      } else if (reaction.kind == Reaction::Kind::kCopiedAgain && !is_told(reaction)) {
        add(reaction.time_ns, reaction.to, Kind::kReaction,
            fmt::format("{} is copied again from {}: {} kept, {} removed",
                        words(reaction.to), words(reaction.from),
                        counted(static_cast<int64_t>(reaction.kept), "write"),
                        reaction.removed));
      }
    }
  }

  /// Reactions first: what became of the write is the subject.
  void leave_out() {
    for (size_t i = notes_.size(); i-- > 0 && notes_.size() > kMostNotes;) {
      if (notes_[i].kind == Kind::kReaction)
        notes_.erase(notes_.begin() + static_cast<long>(i));
    }
    if (notes_.size() > kMostNotes) notes_.resize(kMostNotes);
  }

  const SketchedRun& run_;
  const RunSketch& sketch_;
  std::vector<SketchNote> notes_;
};

}  // namespace

std::string lane_words(const RunSketch& sketch, int lane) {
  if (lane == kOutside) return "clients";
  const SketchNode& node = sketch.nodes[static_cast<size_t>(lane)];
  return node.place.empty() ? node.name : node.place;
}

std::vector<SketchNote> notes_of(const SketchedRun& run) {
  return Notes(run).all();
}

}  // namespace cutset::report
