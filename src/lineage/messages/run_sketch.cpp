#include "lineage/messages/run_sketch.h"

#include <algorithm>
#include <array>

#include "base/check.h"

namespace cutset::lineage::messages {

namespace {

constexpr size_t kMostClasses = 8;  // of writes that fared alike, each with a write
constexpr size_t kSpread = 8;       // writes evenly over the run
constexpr int64_t kBefore = 200'000'000;
constexpr int64_t kUnderWay = 500'000'000;
constexpr size_t kLongestText = 120;

/// Two ends of a window of the execution's life: what begins it, what ends it.
struct Ends {
  LifeEvent::Kind begin;
  LifeEvent::Kind end;
  SketchWindow::Kind kind;
  const char* words;
};
constexpr std::array<Ends, 3> kEnds = {
    Ends{LifeEvent::Kind::kCrashed, LifeEvent::Kind::kStarted, SketchWindow::Kind::kDown,
         "crash"},
    Ends{LifeEvent::Kind::kPaused, LifeEvent::Kind::kResumed, SketchWindow::Kind::kPaused,
         "pause"},
    Ends{LifeEvent::Kind::kCut, LifeEvent::Kind::kHealed, SketchWindow::Kind::kLinks,
         "cut off"},
};

std::vector<SketchWindow> windows_of_life(const MessageExecution& execution) {
  std::vector<SketchWindow> windows;
  for (size_t i = 0; i < execution.life.size(); ++i) {
    const LifeEvent& event = execution.life[i];
    for (const Ends& ends : kEnds) {
      if (event.kind != ends.begin) continue;
      SketchWindow window;
      window.kind = ends.kind;
      window.at = event.node;
      window.step = windows.size();
      window.begin_ns = event.time_ns;
      window.text = ends.words;
      if (!event.process.empty()) window.text += " of " + event.process;
      const auto end = std::find_if(execution.life.begin() + static_cast<long>(i) + 1,
                                    execution.life.end(), [&](const LifeEvent& other) {
                                      return other.kind == ends.end &&
                                             other.node == event.node &&
                                             other.process == event.process;
                                    });
      window.for_ever = end == execution.life.end();
      window.end_ns = window.for_ever ? execution.end_ns : end->time_ns;
      windows.push_back(std::move(window));
    }
  }
  return windows;
}

std::string bounded(std::string text) {
  if (text.size() > kLongestText) text.resize(kLongestText);
  return text;
}

class Sketcher {
 public:
  Sketcher(const MessageExecution& execution,
           const std::map<std::string, Lineage>& lineages, const SketchWish& wish)
      : execution_(execution), lineages_(lineages), wish_(wish) {}

  RunSketch run() {
    CHECK(execution_.nodes.size() <= kMostSketchedNodes);
    nodes();
    windows();
    find_writes();
    bounds();
    for (const Written* written : chosen()) add_write(*written);
    add_messages();
    for (SketchWrite& write : sketch_.writes) finish(write);
    add_traffic();
    add_reactions();
    return std::move(sketch_);
  }

 private:
  struct Written {
    SketchWrite write;
    const Lineage* lineage = nullptr;
  };

  int64_t since(int64_t time_ns) const { return time_ns - wish_.origin_ns; }

  void nodes() {
    for (size_t i = 0; i < execution_.nodes.size(); ++i) {
      SketchNode node{bounded(execution_.nodes[i].name), ""};
      if (i < wish_.places.size()) node.place = bounded(wish_.places[i]);
      sketch_.nodes.push_back(std::move(node));
    }
  }

  void windows() {
    sketch_.windows = wish_.windows.empty() ? windows_of_life(execution_) : wish_.windows;
    if (sketch_.windows.size() > kMostSketchedWindows)
      sketch_.windows.resize(kMostSketchedWindows);
    for (SketchWindow& window : sketch_.windows) {
      window.text = bounded(window.text);
      window.begin_ns = since(window.begin_ns);
      window.end_ns = since(window.end_ns);
    }
    std::stable_sort(sketch_.windows.begin(), sketch_.windows.end(),
                     [](const SketchWindow& a, const SketchWindow& b) {
                       return a.begin_ns < b.begin_ns;
                     });
  }

  /// Acknowledged ones; without operations, every token that came from a client.
  void find_writes() {
    for (const Operation& one : execution_.operations) {
      if (!one.write || one.outcome != Operation::Outcome::kOk) continue;
      const auto lineage = lineages_.find(one.token);
      if (lineage == lineages_.end()) continue;
      Written written;
      written.write.token = one.token;
      written.write.invoked_ns = since(one.invoked_ns);
      written.write.acknowledged_ns = since(one.ended_ns);
      written.lineage = &lineage->second;
      add(std::move(written));
    }
    if (!execution_.operations.empty()) return;
    for (const auto& [token, lineage] : lineages_) {
      const Arrival* first = nullptr;
      for (const Copy& copy : lineage.copies) {
        for (const Arrival& arrival : copy.arrivals)
          if (first == nullptr || arrival.time_ns < first->time_ns) first = &arrival;
      }
      if (first == nullptr) continue;
      Written written;
      written.write.token = token;
      written.write.invoked_ns = since(execution_.messages[first->message].sent_ns);
      written.lineage = &lineage;
      add(std::move(written));
    }
  }

  void add(Written written) {
    SketchWrite& write = written.write;
    const bool alive =
        std::any_of(written.lineage->copies.begin(), written.lineage->copies.end(),
                    [](const Copy& copy) { return copy.fate == Copy::Fate::kAlive; });
    write.lost = wish_.lost ? wish_.lost->contains(write.token) : !alive;
    if (const auto read = wish_.reads.find(write.token); read != wish_.reads.end()) {
      write.read = read->second;
      write.read->time_ns = since(read->second.time_ns);
    }
    written_.push_back(std::move(written));
  }

  void bounds() {
    std::stable_sort(written_.begin(), written_.end(),
                     [](const Written& a, const Written& b) {
                       return a.write.invoked_ns < b.write.invoked_ns;
                     });
    sketch_.begin_ns = written_.empty() ? since(execution_.begin_ns)
                                        : written_.front().write.invoked_ns - kBefore;
    for (const SketchWindow& window : sketch_.windows)
      sketch_.begin_ns = std::min(sketch_.begin_ns, window.begin_ns - kBefore);
    sketch_.end_ns = std::max(since(execution_.end_ns), sketch_.begin_ns + 1);
    for (const Written& one : written_) {
      if (one.write.read)
        sketch_.end_ns = std::max(sketch_.end_ns, one.write.read->time_ns);
    }
  }

  /// Equal for writes that fared alike.
  std::string class_of(const Written& written) const {
    const auto [begun, open] = sketch_.phase_at(
        written.write.acknowledged_ns.value_or(written.write.invoked_ns));
    std::string key = std::to_string(begun) + (open ? "+" : "-") +
                      (written.write.lost ? "lost" : "kept");
    for (const Copy& copy : written.lineage->copies) {
      key += '/' + std::to_string(static_cast<int>(copy.fate)) + ' ' +
             std::to_string(copy.by) + ' ' + std::to_string(copy.endings.size());
      if (!copy.arrivals.empty()) key += '<' + std::to_string(copy.arrivals.front().from);
    }
    return key;
  }

  /// In order of time.
  std::vector<const Written*> chosen() const {
    std::set<size_t> kept;
    for (size_t i = 0; i < written_.size(); ++i) {
      const auto& wanted = wish_.wanted;
      if (std::find(wanted.begin(), wanted.end(), written_[i].write.token) !=
              wanted.end() &&
          kept.size() < kMostClasses)
        kept.insert(i);
    }
    std::map<std::string, std::vector<size_t>> classes;
    for (size_t i = 0; i < written_.size(); ++i)
      classes[class_of(written_[i])].push_back(i);
    std::vector<const std::vector<size_t>*> by_size;
    for (const auto& [key, members] : classes) by_size.push_back(&members);
    std::stable_sort(by_size.begin(), by_size.end(),
                     [](const auto* a, const auto* b) { return a->size() > b->size(); });
    for (size_t i = 0; i < std::min(kMostClasses, by_size.size()); ++i)
      kept.insert(by_size[i]->front());
    for (size_t i = 0; i < kSpread && !written_.empty(); ++i)
      kept.insert(i * (written_.size() - 1) / (kSpread - 1));
    std::vector<const Written*> result;
    for (const size_t i : kept) result.push_back(&written_[i]);
    return result;
  }

  void add_write(const Written& written) {
    places_[written.write.token] = sketch_.writes.size();
    sketch_.writes.push_back(written.write);
    sketch_.writes.back().token = bounded(written.write.token);
    chosen_.push_back(&written);
  }

  SketchMessage message_of(size_t place, bool carries) const {
    const Message& message = execution_.messages[place];
    SketchMessage made;
    made.from = execution_.sender(message);
    made.to = execution_.receiver(message);
    made.sent_ns = since(message.sent_ns);
    made.arrived = message.delivered_ns != 0;
    made.delivered_ns = made.arrived ? since(message.delivered_ns) : made.sent_ns;
    made.replaces = made.from != kOutside && made.to != kOutside &&
                    wish_.copies.replacing_labels.contains(message.label);
    made.carries = carries;
    made.label = bounded(message.label);
    return made;
  }

  void add_messages() {
    messages_.resize(sketch_.writes.size());
    // What ended a copy is kept, whatever else is left out.
    for (size_t i = 0; i < chosen_.size(); ++i) {
      for (const Copy& copy : chosen_[i]->lineage->copies) {
        for (const Copy::Ending& ending : copy.endings)
          if (ending.message) messages_[i].emplace(*ending.message, false);
      }
    }
    for (size_t place = 0; place < execution_.messages.size(); ++place) {
      for (const std::string& token : execution_.messages[place].tokens) {
        const auto write = places_.find(token);
        if (write == places_.end()) continue;
        auto& kept = messages_[write->second];
        if (kept.size() < kMostSketchedMessages) kept.emplace(place, true);
      }
    }
  }

  void finish(SketchWrite& write) {
    const auto at = static_cast<size_t>(&write - sketch_.writes.data());
    std::map<size_t, size_t> index;  // of the execution's messages, those of the write
    for (const auto& [place, carries] : messages_[at]) {
      if (write.messages.size() == kMostSketchedMessages) break;
      index[place] = write.messages.size();
      write.messages.push_back(message_of(place, carries));
    }
    for (const Copy& copy : chosen_[at]->lineage->copies) add_copies(copy, index, write);
    std::stable_sort(
        write.copies.begin(), write.copies.end(),
        [](const SketchCopy& a, const SketchCopy& b) { return a.begin_ns < b.begin_ns; });
    if (!write.lost) return;
    for (size_t i = 0; i < write.copies.size(); ++i) {
      if (write.copies[i].fate == Copy::Fate::kAlive) {
        write.last_copy.reset();
        return;
      }
      if (!write.last_copy ||
          write.copies[i].end_ns >= write.copies[*write.last_copy].end_ns)
        write.last_copy = i;
    }
  }

  /// Each arrival that found the node without the write begins a span, each ending ends
  /// it.
  void add_copies(const Copy& copy, const std::map<size_t, size_t>& index,
                  SketchWrite& write) const {
    constexpr size_t kMostSpans = 8;
    size_t arrival = 0;
    for (size_t k = 0; k <= copy.endings.size() && k < kMostSpans; ++k) {
      const bool ended = k < copy.endings.size();
      if (arrival >= copy.arrivals.size()) break;
      SketchCopy span;
      span.node = copy.node;
      span.begin_ns = since(copy.arrivals[arrival].time_ns);
      span.end_ns = sketch_.end_ns;
      if (ended) {
        const Copy::Ending& ending = copy.endings[k];
        span.end_ns = std::max(span.begin_ns, since(ending.time_ns));
        span.fate = ending.fate;
        span.by = ending.by;
        if (ending.message) {
          const auto found = index.find(*ending.message);
          if (found != index.end()) span.message = found->second;
        }
        while (arrival < copy.arrivals.size() &&
               copy.arrivals[arrival].time_ns <= ending.time_ns)
          ++arrival;
      } else if (copy.fate == Copy::Fate::kVanished || write.lost) {
        // Nothing that was seen ended it, and the write could not be read.
        span.fate = Copy::Fate::kVanished;
      }
      write.copies.push_back(span);
    }
  }

  size_t stretch_at(int64_t time_ns) const {
    const int64_t at = std::max<int64_t>(0, time_ns - sketch_.begin_ns);
    return std::min(static_cast<size_t>(at / sketch_.stretch_ns()),
                    kSketchedStretches - 1);
  }

  void add_traffic() {
    std::map<Link, SketchTraffic> links;
    for (const Message& message : execution_.messages) {
      const Link link{execution_.sender(message), execution_.receiver(message)};
      const int64_t sent = since(message.sent_ns);
      const bool arrived = message.delivered_ns != 0;
      if (link.from == link.to || sent < sketch_.begin_ns) continue;
      // What was under way when the recording ended is not lost.
      if (!arrived && sent > sketch_.end_ns - kUnderWay) continue;
      if (links.size() == kMostSketchedLinks && !links.contains(link)) continue;
      SketchTraffic& traffic = links[link];
      traffic.from = link.from;
      traffic.to = link.to;
      traffic.sent.resize(kSketchedStretches);
      traffic.arrived.resize(kSketchedStretches);
      ++traffic.sent[stretch_at(sent)];
      if (arrived) ++traffic.arrived[stretch_at(since(message.delivered_ns))];
    }
    for (auto& [link, traffic] : links) sketch_.traffic.push_back(std::move(traffic));
  }

  /// Of a role that moves to and fro (two nodes take writes) the first moves are enough.
  void add_reactions() {
    const int64_t settled = written_.empty()
                                ? execution_.begin_ns
                                : written_.front().write.invoked_ns + wish_.origin_ns;
    const Roles roles = find_roles(execution_);
    if (!roles.leaders.empty()) sketch_.leader = roles.leaders.front().node;
    for (Reaction& reaction : find_reactions(execution_, roles, lineages_, settled)) {
      if (reaction.kind == Reaction::Kind::kNewConnection) continue;
      if (sketch_.reactions.size() == kMostSketchedReactions) {
        ++sketch_.reactions_left_out;
        continue;
      }
      reaction.time_ns = since(reaction.time_ns);
      sketch_.reactions.push_back(reaction);
    }
  }

  const MessageExecution& execution_;
  const std::map<std::string, Lineage>& lineages_;
  const SketchWish& wish_;
  RunSketch sketch_;
  std::vector<Written> written_;                  // by invoked_ns
  std::vector<const Written*> chosen_;            // of sketch_.writes
  std::map<std::string, size_t> places_;          // token -> of sketch_.writes
  std::vector<std::map<size_t, bool>> messages_;  // of each write: does it carry it?
};

}  // namespace

std::pair<size_t, bool> RunSketch::phase_at(int64_t time_ns) const {
  std::set<size_t> begun;
  bool open = false;
  for (const SketchWindow& window : windows) {
    if (window.begin_ns > time_ns) continue;
    begun.insert(window.step);
    open = open || window.for_ever || time_ns < window.end_ns;
  }
  return {begun.size(), open};
}

RunSketch sketch_of(const MessageExecution& execution,
                    const std::map<std::string, Lineage>& lineages,
                    const SketchWish& wish) {
  return Sketcher(execution, lineages, wish).run();
}

int64_t origin_of(const MessageExecution& execution) {
  for (const LifeEvent& event : execution.life) {
    for (const Ends& ends : kEnds)
      if (event.kind == ends.begin) return event.time_ns;
  }
  int64_t first = 0;
  for (const Operation& one : execution.operations) {
    if (one.write && one.outcome == Operation::Outcome::kOk && one.ended_ns != 0 &&
        (first == 0 || one.ended_ns < first))
      first = one.ended_ns;
  }
  return first == 0 ? execution.begin_ns : first;
}

}  // namespace cutset::lineage::messages
