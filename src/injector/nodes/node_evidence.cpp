#include "injector/nodes/node_evidence.h"

#include <algorithm>
#include <map>
#include <set>

#include "injector/address_book.h"
#include "injector/nodes/node_profile.h"
#include "injector/nodes/node_sketch.h"
#include "lineage/messages/copies.h"
#include "lineage/messages/reactions.h"
#include "lineage/messages/recoveries.h"
#include "lineage/messages/roles.h"

namespace cutset::injector {

namespace {

namespace nodes = campaign::nodes;
namespace messages = lineage::messages;
using nodes::CopyDeath;
using nodes::LostWrite;
using nodes::NodeRun;
using nodes::Phase;
using nodes::Place;
using nodes::Premise;

// A link carries the write with its acknowledgement or soon after; what comes later was
// sent again, or fetched.
constexpr int64_t kLateNs = 100'000'000;
constexpr size_t kMostLost = 200;  // that are kept of one run

bool is_write(const history::Operation& operation) {
  return !operation.is_final() && !operation.token.empty() && operation.f != "read" &&
         operation.f != "dequeue";
}

class Mapping {
 public:
  explicit Mapping(const SeenRun& seen) : seen_(seen) {
    const std::vector<nodes::NodeFault> faults = seen.schedule.faults();
    size_t fault = 0;
    for (const nodes::NodeStep& step : seen.schedule.steps) {
      Window window;
      for (size_t i = 0; i < step.faults.size(); ++i, ++fault) {
        const FaultTimes times =
            fault < seen.faults.size() ? seen.faults[fault] : FaultTimes{};
        if (times.fired_ns == 0) continue;
        if (window.begin_ns == 0 || times.fired_ns < window.begin_ns)
          window.begin_ns = times.fired_ns;
        if (times.undone_ns == 0) window.for_ever = true;
        window.end_ns = std::max(window.end_ns, times.undone_ns);
      }
      if (window.begin_ns != 0) windows_.push_back(window);
    }
  }

  Place place(int node) const {
    if (node == messages::kOutside) return {std::string(nodes::kClients), 0, ""};
    return seen_.nodes.place_of(seen_.execution.nodes[static_cast<size_t>(node)].name);
  }

  Phase phase(int64_t time_ns) const {
    Phase phase;
    for (const Window& window : windows_) {
      if (window.begin_ns > time_ns) continue;
      ++phase.begun;
      phase.open = phase.open || window.for_ever || time_ns < window.end_ns;
    }
    return phase;
  }

 private:
  struct Window {
    int64_t begin_ns = 0;
    int64_t end_ns = 0;
    bool for_ever = false;
  };
  const SeenRun& seen_;
  std::vector<Window> windows_;
};

int64_t started_ns(const history::History& history) {
  return history.header.started_unix_ns.value_or(0);
}

void add_operations(const history::History& history,
                    messages::MessageExecution& execution) {
  const int64_t started = started_ns(history);
  for (const history::Operation& one : history.operations) {
    if (!is_write(one)) continue;
    messages::Operation operation;
    operation.token = one.token;
    operation.outcome = one.ok()       ? messages::Operation::Outcome::kOk
                        : one.failed() ? messages::Operation::Outcome::kFailed
                                       : messages::Operation::Outcome::kUnknown;
    operation.invoked_ns = started + one.invoked_ns;
    if (one.completed_ns != 0) operation.ended_ns = started + one.completed_ns;
    execution.operations.push_back(std::move(operation));
  }
}

struct Reader {
  int node = 0;
  bool said = false;  // by the client
};

/// Who answered the final read of a key; keys as text. A client that does not say whose
/// answer it took is held to have asked the node that takes the writes.
std::map<std::string, Reader> readers(const SeenRun& seen) {
  std::map<std::string, int> node_of_address;
  for (size_t i = 0; i < seen.execution.nodes.size(); ++i) {
    for (const std::string& address : seen.execution.nodes[i].addresses)
      node_of_address[address] = static_cast<int>(i);
  }
  const std::string& writer = seen.nodes.host_of({seen.nodes.writes_to, 0, ""});
  const auto writers_node =
      std::find_if(seen.execution.nodes.begin(), seen.execution.nodes.end(),
                   [&](const messages::Node& node) { return node.name == writer; });
  std::map<std::string, Reader> found;
  for (const history::Operation& one : seen.history.operations) {
    if (!one.is_final() || !one.ok()) continue;
    if (one.endpoint.empty() && writers_node != seen.execution.nodes.end()) {
      found[one.key.shown()] = {
          static_cast<int>(writers_node - seen.execution.nodes.begin()), false};
      continue;
    }
    const auto node = node_of_address.find(host_of(one.endpoint));
    if (node != node_of_address.end()) found[one.key.shown()] = {node->second, true};
  }
  return found;
}

/// A lost write was not found by whoever answered its final read; another one was, and so
/// it is there, if only from a disk.
void add_final_reads(const history::History& history, const std::set<int>& lost_lines,
                     const std::map<std::string, Reader>& read_from,
                     messages::MessageExecution& execution) {
  for (const history::Operation& one : history.operations) {
    if (!is_write(one) || !one.ok()) continue;
    const auto reader = read_from.find(one.key.shown());
    if (reader == read_from.end()) continue;
    const bool found = lost_lines.count(one.line) == 0;
    if (!found || reader->second.said)
      execution.final_reads.push_back({reader->second.node, one.token, found});
  }
}

Premise link_of(Place from, Place to, bool late) {
  Premise link;
  link.kind = Premise::Kind::kLink;
  link.from = std::move(from);
  link.to = std::move(to);
  link.late = late;
  return link;
}

nodes::Support support_of(const Mapping& mapping, const messages::Support& support,
                          const messages::MessageExecution& execution,
                          int64_t acknowledged_ns, bool served) {
  nodes::Support made;
  made.holder = mapping.place(support.node);
  made.served = served;
  std::set<Premise> premises;
  for (const size_t index : support.messages) {
    const messages::Message& message = execution.messages[index];
    premises.insert(link_of(mapping.place(execution.sender(message)),
                            mapping.place(execution.receiver(message)),
                            message.sent_ns > acknowledged_ns + kLateNs));
  }
  Premise state;
  state.from = made.holder;
  premises.insert(std::move(state));
  made.premises.assign(premises.begin(), premises.end());
  return made;
}

/// A copy that its holder had on its disk when it was started again may rest on the
/// copies of those whom the holder heard before it took part: they may have told it what
/// counts.
void suppose(const messages::Lineage& lineage,
             const messages::MessageExecution& execution,
             const std::vector<messages::Recovery>& recoveries,
             std::vector<nodes::Support>& supports) {
  const std::vector<nodes::Support> known = supports;
  for (size_t i = 0; i < supports.size(); ++i) {
    const messages::Support& seen = lineage.supports[i];
    const int64_t arrived_ns = execution.messages[seen.messages.back()].delivered_ns;
    std::set<Premise> supposed;
    for (const messages::Recovery& recovery : recoveries) {
      if (recovery.node != seen.node || arrived_ns >= recovery.started_ns) continue;
      for (const int other : recovery.heard) {
        const auto told = std::find_if(
            lineage.supports.begin(), lineage.supports.end(),
            [other](const messages::Support& each) { return each.node == other; });
        if (told == lineage.supports.end()) continue;
        const nodes::Support& theirs =
            known[static_cast<size_t>(told - lineage.supports.begin())];
        supposed.insert(theirs.premises.begin(), theirs.premises.end());
        supposed.insert(link_of(supports[i].holder, theirs.holder, true));
        supposed.insert(link_of(theirs.holder, supports[i].holder, true));
      }
    }
    for (const Premise& premise : supports[i].premises) supposed.erase(premise);
    supports[i].supposed.assign(supposed.begin(), supposed.end());
  }
}

CopyDeath death_of(const Mapping& mapping, const messages::Copy& copy) {
  CopyDeath death;
  death.holder = mapping.place(copy.node);
  using Fate = messages::Copy::Fate;
  switch (copy.fate) {
    case Fate::kNeverArrived:
      death.kind = CopyDeath::Kind::kNeverArrived;
      break;
    case Fate::kReplaced:
      death.kind = CopyDeath::Kind::kReplaced;
      death.by = mapping.place(copy.by);
      break;
    case Fate::kLostWithNode:
      death.kind = CopyDeath::Kind::kLostWithNode;
      break;
    case Fate::kVanished:
    case Fate::kAlive:
      death.kind = CopyDeath::Kind::kVanished;
      break;
  }
  return death;
}

/// Ways of dying by how many writes took them, the most frequent first: a handful of
/// writes that were under way when a fault began must not name the mechanism.
void order_by_frequency(std::vector<LostWrite>& lost) {
  std::map<std::pair<Phase, std::vector<CopyDeath>>, size_t> frequency;
  for (const LostWrite& one : lost) ++frequency[{one.acknowledged, one.copies}];
  std::stable_sort(lost.begin(), lost.end(), [&](const LostWrite& a, const LostWrite& b) {
    return frequency[{a.acknowledged, a.copies}] > frequency[{b.acknowledged, b.copies}];
  });
  if (lost.size() > kMostLost) lost.resize(kMostLost);
}

void add_reactions(const Mapping& mapping, const messages::MessageExecution& execution,
                   const std::map<std::string, messages::Lineage>& lineages,
                   int64_t settled_ns, NodeRun& run) {
  const messages::Roles roles = messages::find_roles(execution);
  const std::vector<messages::Reaction> found =
      messages::find_reactions(execution, roles, lineages, settled_ns);
  run.profile = profile_of(execution, roles, lineages, found);
  std::set<nodes::Reaction> distinct;
  for (const messages::Reaction& one : found) {
    nodes::Reaction reaction;
    using Kind = messages::Reaction::Kind;
    reaction.kind = one.kind == Kind::kCopiedAgain ? nodes::Reaction::Kind::kCopiedAgain
                    : one.kind == Kind::kLeaderMoved
                        ? nodes::Reaction::Kind::kRoleMoved
                        : nodes::Reaction::Kind::kReconnected;
    if (one.from == messages::kOutside || one.to == messages::kOutside) continue;
    reaction.from = mapping.place(one.from);
    reaction.to = mapping.place(one.to);
    distinct.insert(std::move(reaction));
  }
  run.reactions.assign(distinct.begin(), distinct.end());
}

}  // namespace

void add_evidence(SeenRun seen, NodeRun& run, messages::RunSketch* sketch) {
  messages::MessageExecution& execution = seen.execution;
  add_operations(seen.history, execution);
  const Mapping mapping(seen);
  std::set<int> lost_lines;
  for (const history::Fault& fault : seen.judgement.faults) lost_lines.insert(fault.line);
  const std::map<std::string, Reader> read_from = readers(seen);
  add_final_reads(seen.history, lost_lines, read_from, execution);
  const auto lineages = messages::find_copies(execution);
  const std::vector<messages::Recovery> recoveries = messages::find_recoveries(execution);

  std::set<nodes::WriteClass> classes;
  int64_t first_ns = 0;
  for (const history::Operation& one : seen.history.operations) {
    if (!is_write(one) || !one.ok()) continue;
    ++run.acknowledged;
    const int64_t acknowledged_ns = started_ns(seen.history) + one.completed_ns;
    if (first_ns == 0) first_ns = acknowledged_ns;
    const auto lineage = lineages.find(one.token);
    if (lost_lines.count(one.line) != 0) {
      ++run.lost_writes;
      LostWrite lost{one.token, mapping.phase(acknowledged_ns), {}};
      if (lineage != lineages.end()) {
        for (const messages::Copy& copy : lineage->second.copies)
          lost.copies.push_back(death_of(mapping, copy));
      }
      std::sort(lost.copies.begin(), lost.copies.end());
      run.lost.push_back(std::move(lost));
      continue;
    }
    if (lineage == lineages.end()) continue;
    const auto reader = read_from.find(one.key.shown());
    nodes::WriteClass held;
    held.acknowledged = mapping.phase(acknowledged_ns);
    for (const messages::Support& support : lineage->second.supports) {
      const bool served =
          reader != read_from.end() && reader->second.node == support.node;
      held.supports.push_back(
          support_of(mapping, support, execution, acknowledged_ns, served));
    }
    suppose(lineage->second, execution, recoveries, held.supports);
    std::sort(held.supports.begin(), held.supports.end());
    if (!held.supports.empty()) classes.insert(std::move(held));
  }
  run.classes.assign(classes.begin(), classes.end());
  order_by_frequency(run.lost);
  add_reactions(mapping, execution, lineages, first_ns, run);
  for (const messages::Node& node : execution.nodes)
    run.roles[node.name] = seen.nodes.place_of(node.name).text();
  if (sketch == nullptr) return;
  std::map<std::string, int> reader_of_key;
  for (const auto& [key, reader] : read_from) reader_of_key[key] = reader.node;
  *sketch = sketch_of_run(seen, lineages, reader_of_key, run);
}

std::vector<messages::Node> nodes_of(
    const NodesConfig& config,
    const std::function<std::string(const std::string& host)>& address_of) {
  std::vector<messages::Node> made;
  for (const auto& [role, hosts] : config.roles) {
    for (const std::string& host : hosts) made.push_back({host, {address_of(host)}});
  }
  return made;
}

}  // namespace cutset::injector
