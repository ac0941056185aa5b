#include "replicated_system.h"

#include <algorithm>
#include <map>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "base/hash.h"

namespace cutset::testing {

namespace {

using namespace campaign::nodes;  // NOLINT(google-build-using-namespace)
using campaign::Verdict;

constexpr int64_t kTick = 50;
constexpr int64_t kWriteEvery = 100;
constexpr uint64_t kAnchor = 20;  // writes before the first step
constexpr int64_t kWritesEnd = 12'000;
constexpr int64_t kEnd = 22'000;
constexpr int64_t kNever = INT64_MAX;
constexpr int64_t kPrompt = 100;

struct Copy {
  bool present = false;
  bool ever = false;
  std::set<Premise> links;   // what brought it here
  std::set<uint32_t> asked;  // the holder was started anew, and asked them what counts
  CopyDeath::Kind death = CopyDeath::Kind::kNeverArrived;
  Place by;
};

struct Write {
  int64_t issued = 0;
  std::optional<Phase> acknowledged;
  std::vector<Copy> copies;  // by node
};

struct Node {
  bool up = true;
  bool paused = false;
  bool leads = false;
  uint32_t follows = 0;
  bool connected = true;
  bool restoring = false;
  int64_t next_try = 0;
  int64_t reachable_since = 0;  // from the current leader
  uint64_t incarnation = 0;
  std::vector<size_t> log;
  std::vector<int64_t> heard;
};

struct Window {
  NodeFault fault;
  uint32_t node = 0;
  uint32_t other = 0;
  int64_t end = kNever;
  bool open = true;
};

class Simulation {
 public:
  Simulation(const SystemTraits& traits, const NodeSchedule& schedule, uint32_t leader)
      : traits_(traits), schedule_(schedule), nodes_(traits.nodes), leader_(leader) {
    for (uint32_t i = 0; i < nodes_.size(); ++i) {
      places_.push_back(i == leader ? Place{"leader", 0, ""}
                                    : Place{"follower", i - (i > leader ? 1 : 0), ""});
      nodes_[i].heard.assign(nodes_.size(), 0);
      nodes_[i].leads = i == leader;
      nodes_[i].follows = leader;
    }
    places_.push_back({std::string(kClients), 0, ""});
    connected_to_ = leader;
    result_.faults.resize(schedule.size());
  }

  NodeRun run() {
    for (now_ = 0; now_ < kEnd; now_ += kTick) {
      end_windows();
      begin_steps();
      hear();
      fail_over();
      reconfigure();
      if (nodes_[leader_].restoring && works(leader_)) restore(leader_);
      write();
      replicate();
      acknowledge();
    }
    judge();
    return std::move(result_);
  }

 private:
  uint32_t clients() const { return static_cast<uint32_t>(nodes_.size()); }
  size_t majority() const { return nodes_.size() / 2 + 1; }

  uint32_t node_of(const Place& place) const {
    return static_cast<uint32_t>(std::find(places_.begin(), places_.end(), place) -
                                 places_.begin());
  }

  bool works(uint32_t node) const {
    return node == clients() || (nodes_[node].up && !nodes_[node].paused);
  }

  bool arrives(uint32_t from, uint32_t to) const {
    if (!works(from) || !works(to)) return false;
    return std::none_of(windows_.begin(), windows_.end(), [&](const Window& window) {
      if (!window.open) return false;
      const bool client = from == clients() || to == clients();
      switch (window.fault.element.mode) {
        case Mode::kIsolate:
          return !client && (window.node == from || window.node == to);
        case Mode::kIsolateOut:
          return !client && window.node == from;
        case Mode::kIsolateIn:
          return !client && window.node == to;
        case Mode::kIsolateWithClients:
          return window.node == from || window.node == to;
        case Mode::kCut:
          return (window.node == from && window.other == to) ||
                 (window.node == to && window.other == from);
        case Mode::kCutOneWay:
          return window.node == from && window.other == to;
        default:
          return false;
      }
    });
  }
  bool talk(uint32_t a, uint32_t b) const { return arrives(a, b) && arrives(b, a); }

  bool any_open() const {
    return std::any_of(windows_.begin(), windows_.end(),
                       [](const Window& window) { return window.open; });
  }

  Phase phase() const { return {static_cast<uint32_t>(begun_), any_open()}; }

  // Faults.

  void end_windows() {
    for (Window& window : windows_) {
      if (!window.open || now_ < window.end) continue;
      window.open = false;
      if (!any_open()) acks_at_end_ = acks_;
      if (window.fault.element.mode == Mode::kPause) {
        nodes_[window.node].paused = false;
        nodes_[window.node].heard.assign(nodes_.size(), now_);
      } else if (loses_state(window.fault.element.mode)) {
        start(window.node);
      }
    }
  }

  void begin_steps() {
    if (begun_ == schedule_.steps.size() || now_ > kWritesEnd || missed_) return;
    const NodeStep& step = schedule_.steps[begun_];
    if (begun_ == 0) {
      if (acks_ < kAnchor) return;
    } else if (step.relation == Relation::kDuring) {
      missed_ = !any_open();
      if (missed_ || acks_ <= acks_at_begin_) return;
    } else if (any_finite() || acks_ <= std::max(acks_at_end_, acks_at_begin_)) {
      return;
    }
    size_t first = 0;
    for (size_t i = 0; i < begun_; ++i) first += schedule_.steps[i].faults.size();
    for (const NodeFault& fault : step.faults) {
      result_.faults[first].fired = true;
      result_.faults[first].undone = fault.element.mode != Mode::kCrash;
      result_.faults[first++].node = fmt::format("n{}", node_of(fault.element.at));
      begin(fault);
    }
    ++begun_;
    acks_at_begin_ = acks_;
  }

  bool any_finite() const {
    return std::any_of(windows_.begin(), windows_.end(), [](const Window& window) {
      return window.open && window.end != kNever;
    });
  }

  void begin(const NodeFault& fault) {
    Window window;
    window.fault = fault;
    window.node = node_of(fault.element.at);
    if (is_cut(fault.element.mode)) window.other = node_of(fault.element.other);
    if (fault.element.mode != Mode::kCrash) window.end = now_ + fault.duration.count();
    windows_.push_back(window);
    Node& node = nodes_[window.node];
    if (fault.element.mode == Mode::kPause) node.paused = true;
    if (!loses_state(fault.element.mode)) return;
    node.up = false;
    ++node.incarnation;
    for (uint32_t i = 0; i < nodes_.size(); ++i) {
      if (i != window.node && nodes_[i].follows != window.node) continue;
      nodes_[i].connected = false;
      nodes_[i].next_try = now_ + traits_.reconnect;
    }
    if (!traits_.keeps_disk || fault.element.mode == Mode::kDiskLoss)
      set_log(window.node, {}, std::nullopt);
  }

  void start(uint32_t index) {
    Node& node = nodes_[index];
    node.up = true;
    node.heard.assign(nodes_.size(), now_);
    node.connected = false;
    node.next_try = now_;
    node.reachable_since = -1;
    if ((traits_.restores_wrongly || traits_.drops_wrongly) && node.leads &&
        index == leader_) {
      node.leads = false;
      node.restoring = true;
    }
  }

  /// A leader that has lost its log takes another's before it leads again; one that has
  /// its log drops what another does not have.
  void restore(uint32_t index) {
    Node& node = nodes_[index];
    std::optional<uint32_t> least;
    for (uint32_t i = 0; i < nodes_.size(); ++i) {
      if (i == index || !talk(i, index)) continue;
      if (!least || nodes_[i].log.size() < nodes_[*least].log.size()) least = i;
    }
    if (!least) return;
    if (traits_.drops_wrongly) {
      const std::set<size_t> theirs(nodes_[*least].log.begin(), nodes_[*least].log.end());
      std::vector<size_t> kept;
      for (const size_t token : node.log) {
        if (theirs.count(token) == 0) continue;
        kept.push_back(token);
        for (uint32_t i = 0; i < nodes_.size(); ++i) {
          if (i != index && talk(i, index)) writes_[token].copies[index].asked.insert(i);
        }
      }
      set_log(index, kept, std::nullopt);
    } else {
      set_log(index, nodes_[*least].log, *least);
    }
    node.restoring = false;
    node.leads = true;
  }

  // Copies.

  void react(Reaction::Kind kind, uint32_t from, uint32_t to) {
    reactions_.insert({kind, places_[from], places_[to]});
  }

  /// `from`: whose log it is; none: nobody's, it was lost.
  void set_log(uint32_t to, const std::vector<size_t>& log,
               std::optional<uint32_t> from) {
    std::set<size_t> wanted(log.begin(), log.end());
    bool again = false;
    for (const size_t token : nodes_[to].log) {
      if (wanted.count(token) != 0) continue;
      Copy& copy = writes_[token].copies[to];
      copy.present = false;
      copy.death = from            ? CopyDeath::Kind::kReplaced
                   : nodes_[to].up ? CopyDeath::Kind::kVanished
                                   : CopyDeath::Kind::kLostWithNode;
      if (from) copy.by = places_[*from];
      again |= from && writes_[token].acknowledged;
    }
    for (const size_t token : log) {
      Write& write = writes_[token];
      Copy& copy = write.copies[to];
      if (copy.present) continue;
      again |= copy.ever;
      copy.present = true;
      copy.ever = true;
      copy.links.clear();
      if (!from) continue;
      const bool late = now_ - write.issued > kPrompt;
      copy.links = write.copies[*from].links;
      copy.links.insert({Premise::Kind::kLink, places_[*from], places_[to], late});
      if (late) copy.links.insert({Premise::Kind::kState, places_[*from], {}, false});
    }
    if (again) react(Reaction::Kind::kCopiedAgain, *from, to);
    nodes_[to].log = log;
  }

  // Monitors.

  void hear() {
    for (uint32_t i = 0; i < nodes_.size(); ++i) {
      for (uint32_t k = 0; k < nodes_.size(); ++k) {
        if (i == k ? works(i) : talk(i, k)) nodes_[i].heard[k] = now_;
      }
    }
  }

  std::vector<uint32_t> suspecting() const {
    std::vector<uint32_t> all;
    for (uint32_t i = 0; i < nodes_.size(); ++i) {
      if (i == leader_ || !works(i)) continue;
      if (now_ - nodes_[i].heard[leader_] < traits_.down_after) continue;
      if (all.empty() || talk(all.front(), i)) all.push_back(i);
    }
    return all;
  }

  void fail_over() {
    const std::vector<uint32_t> suspects = suspecting();
    if (suspects.size() < majority()) {
      // A leader that was restarted is another one: what has begun goes on.
      if (down_since_ >= 0 && nodes_[leader_].incarnation == down_incarnation_)
        down_since_ = -1;
    } else if (down_since_ < 0) {
      down_since_ = now_;
      down_incarnation_ = nodes_[leader_].incarnation - (nodes_[leader_].up ? 0 : 1);
      candidates_ = suspects;
    }
    if (down_since_ < 0 || now_ - down_since_ < traits_.promote_after) return;
    std::vector<uint32_t> able;
    for (const uint32_t each : candidates_) {
      if (works(each)) able.push_back(each);
    }
    if (able.empty()) return;
    uint32_t best = able.front();
    for (const uint32_t each : able) {
      if (nodes_[each].log.size() > nodes_[best].log.size()) best = each;
    }
    react(Reaction::Kind::kRoleMoved, leader_, best);
    previous_ = leader_;
    leader_ = best;
    promoted_ = now_;
    down_since_ = -1;
    nodes_[best].leads = true;
    for (Node& node : nodes_) node.reachable_since = -1;
    for (const uint32_t each : able) {
      if (each != best && talk(best, each)) follow(each);
    }
  }

  void follow(uint32_t index) {
    Node& node = nodes_[index];
    node.leads = false;
    node.restoring = false;
    node.follows = leader_;
    node.connected = true;
  }

  void reconfigure() {
    for (uint32_t i = 0; i < nodes_.size(); ++i) {
      Node& node = nodes_[i];
      if (i == leader_) continue;
      if (!talk(i, leader_)) {
        node.reachable_since = -1;
        continue;
      }
      if (node.reachable_since < 0) node.reachable_since = now_;
      if ((node.leads || node.follows != leader_) &&
          now_ - node.reachable_since >= traits_.demote_after)
        follow(i);
    }
  }

  // Data.

  uint32_t told_leader() const {
    return promoted_ < 0 || now_ >= promoted_ + traits_.publish_after ? leader_
                                                                      : previous_;
  }

  void write() {
    if (pending_) {
      const bool broken = !nodes_[connected_to_].up;
      if (broken || now_ - writes_[*pending_].issued >= traits_.client_timeout) {
        pending_.reset();
        sent_ = false;
        connected_to_ = told_leader();
      }
    }
    if (!pending_) {
      if (now_ >= kWritesEnd || now_ % kWriteEvery != 0) return;
      pending_ = writes_.size();
      sent_ = false;
      Write write;
      write.issued = now_;
      write.copies.resize(nodes_.size());
      writes_.push_back(std::move(write));
    }
    if (sent_ || !arrives(clients(), connected_to_)) {
      if (!nodes_[connected_to_].up) connected_to_ = told_leader();
      return;
    }
    Node& node = nodes_[connected_to_];
    if (!node.leads) {
      connected_to_ = told_leader();
      pending_.reset();
      return;
    }
    sent_ = true;
    node.log.push_back(*pending_);
    writes_[*pending_].copies[connected_to_].present = true;
    writes_[*pending_].copies[connected_to_].ever = true;
  }

  void replicate() {
    for (uint32_t i = 0; i < nodes_.size(); ++i) {
      Node& node = nodes_[i];
      const Node& from = nodes_[node.follows];
      if (node.leads || node.follows == i || !works(i)) continue;
      if (!node.connected) {
        if (now_ < node.next_try) continue;
        node.next_try = now_ + traits_.reconnect;
        if (!talk(i, node.follows)) continue;
        node.connected = true;
      }
      if (!arrives(node.follows, i) || !from.leads || node.log == from.log) continue;
      set_log(i, from.log, node.follows);
    }
  }

  void acknowledge() {
    if (!pending_ || !sent_ || !arrives(connected_to_, clients())) return;
    Write& write = writes_[*pending_];
    if (!write.copies[connected_to_].present || !nodes_[connected_to_].leads) {
      pending_.reset();
      return;
    }
    size_t holders = 0;
    for (uint32_t i = 0; i < nodes_.size(); ++i) {
      if (write.copies[i].present && (i == connected_to_ || arrives(i, connected_to_)))
        ++holders;
    }
    if (traits_.quorum_ack && holders < majority()) return;
    write.acknowledged = phase();
    ++acks_;
    pending_.reset();
  }

  // The end.

  void judge() {
    size_t reported = 0;
    for (size_t i = 0; i < schedule_.steps.size(); ++i) {
      for (size_t k = 0; k < schedule_.steps[i].faults.size(); ++k)
        result_.faults[reported++].reachable = i < begun_;
    }
    for (uint32_t i = 0; i < nodes_.size(); ++i)
      result_.roles[fmt::format("n{}", i)] = places_[i].text();
    result_.reactions.assign(reactions_.begin(), reactions_.end());
    result_.acknowledged = acks_;
    if (!works(leader_) || !nodes_[leader_].leads) {
      result_.verdict = Verdict::kDidNotRecover;
      result_.found = "no leader";
      return;
    }
    std::set<WriteClass> classes;
    for (size_t token = 0; token < writes_.size(); ++token) {
      const Write& write = writes_[token];
      if (!write.acknowledged) continue;
      if (write.copies[leader_].present) {
        classes.insert({*write.acknowledged, supports_of(write)});
      } else {
        lose(token, write);
      }
    }
    result_.classes.assign(classes.begin(), classes.end());
    if (result_.lost_writes > 0) result_.verdict = Verdict::kViolated;
    result_.found =
        fmt::format("{} of {} acknowledged writes are gone", result_.lost_writes, acks_);
  }

  std::vector<Support> supports_of(const Write& write) const {
    std::vector<Support> supports;
    for (uint32_t i = 0; i < nodes_.size(); ++i) {
      if (!write.copies[i].present || !nodes_[i].up) continue;
      Support support;
      support.holder = places_[i];
      support.served = i == leader_;
      std::set<Premise> premises = write.copies[i].links;
      premises.insert({Premise::Kind::kState, places_[i], {}, false});
      support.premises.assign(premises.begin(), premises.end());
      std::set<Premise> supposed;
      for (const uint32_t other : write.copies[i].asked) {
        if (!write.copies[other].present) continue;
        supposed.insert(write.copies[other].links.begin(),
                        write.copies[other].links.end());
        supposed.insert({Premise::Kind::kState, places_[other], {}, false});
        supposed.insert({Premise::Kind::kLink, places_[i], places_[other], true});
        supposed.insert({Premise::Kind::kLink, places_[other], places_[i], true});
      }
      support.supposed.assign(supposed.begin(), supposed.end());
      supports.push_back(std::move(support));
    }
    std::sort(supports.begin(), supports.end());
    return supports;
  }

  void lose(size_t token, const Write& write) {
    ++result_.lost_writes;
    LostWrite lost;
    lost.token = fmt::format("w{}", token);
    lost.acknowledged = *write.acknowledged;
    for (uint32_t i = 0; i < nodes_.size(); ++i) {
      const Copy& copy = write.copies[i];
      if (copy.present) continue;
      lost.copies.push_back({places_[i],
                             copy.ever ? copy.death : CopyDeath::Kind::kNeverArrived,
                             copy.ever ? copy.by : Place{}});
    }
    std::sort(lost.copies.begin(), lost.copies.end());
    result_.lost.push_back(std::move(lost));
  }

  const SystemTraits& traits_;
  const NodeSchedule& schedule_;
  std::vector<Node> nodes_;
  std::vector<Place> places_;  // by node; the clients last
  std::vector<Write> writes_;
  std::vector<Window> windows_;
  std::set<Reaction> reactions_;
  NodeRun result_;
  int64_t now_ = 0;
  uint32_t leader_;
  uint32_t previous_ = 0;
  int64_t promoted_ = -1;
  int64_t down_since_ = -1;
  uint64_t down_incarnation_ = 0;
  std::vector<uint32_t> candidates_;
  uint32_t connected_to_ = 0;
  std::optional<size_t> pending_;
  bool sent_ = false;
  size_t begun_ = 0;
  bool missed_ = false;
  uint64_t acks_ = 0;
  uint64_t acks_at_begin_ = 0;
  uint64_t acks_at_end_ = 0;
};

}  // namespace

SystemTraits SystemTraits::majority() {
  SystemTraits traits;
  traits.quorum_ack = true;
  traits.keeps_disk = true;
  return traits;
}

SystemTraits SystemTraits::planted_log() {
  SystemTraits traits;
  traits.quorum_ack = true;
  traits.restores_wrongly = true;
  return traits;
}

SystemTraits SystemTraits::asking_log() {
  SystemTraits traits = majority();
  traits.drops_wrongly = true;
  return traits;
}

NodeRoles ReplicatedSystem::roles() const {
  NodeRoles roles;
  roles.members = {{"leader", 1}, {"follower", traits_.nodes - 1}};
  return roles;
}

Result<NodeRun> ReplicatedSystem::run(const NodeSchedule& schedule, const std::string&) {
  const uint64_t number = traits_.seed + runs_++;
  const uint32_t leader =
      traits_.moves_leader ? static_cast<uint32_t>(number % traits_.nodes) : 0;
  NodeRun run = Simulation(traits_, schedule, leader).run();
  const uint64_t dice = fnv64(fmt::format("{}", number * 2654435761U)) % 100;
  if (campaign::is_broken(run.verdict) && dice < traits_.flaky_in_100) {
    run.verdict = Verdict::kHeld;
    run.lost.clear();
    run.lost_writes = 0;
  }
  return run;
}

}  // namespace cutset::testing
