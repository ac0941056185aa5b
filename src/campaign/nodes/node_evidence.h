// What was run, and what it says about schedules that were not. A run that held shows
// supports: copies that were there at the end, each with what it needed. They speak of
// the schedule that fired and of nothing weaker: a schedule that contains it may break
// the outcome only if what it adds takes away a premise of every support of some write.
//
// So a schedule is worth a run if there is a moment such that, for each of its largest
// parts that was run, a write acknowledged at this moment loses all its supports to the
// rest of the schedule. Faults that begin before the moment take links that carry the
// write along with it; faults that begin after it take the state of those who hold it,
// and links that carry it later.
//
// Thread rule: one owner.
#pragma once

#include <deque>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "campaign/nodes/node_model.h"

namespace cutset::campaign::nodes {

/// Which copies count as support.
enum class SupportUse : uint8_t {
  kAll,     // every copy that was there at the end
  kServed,  // the one from which the final read was answered, with what it is supposed to
            // have needed: whether another one would have served, and whether a node that
            // came back would have kept it anyway, are hypotheses
};

/// What takes the support away if it is taken away; empty: the support does not count.
std::vector<Premise> needed_by(const Support& support, SupportUse use);

struct Evidence {
  NodeSchedule schedule;  // canonical; as it fired
  NodeRun run;            // of several equal ones, the first
  std::string name;       // of the run
  int experiment = 0;
  std::string group;  // of a violation; mechanism_of(run).key
};

class EvidenceBase {
 public:
  explicit EvidenceBase(const NodeSpace& space) : space_(space) {}

  void add(const Evidence& evidence);
  /// Nothing will be known of this one: it cannot be reached, or is inconclusive.
  void give_up(const NodeSchedule& schedule);
  /// Of the schedule or of one that is equal up to exchanging nodes, with its places
  /// exchanged.
  const Evidence* find(const NodeSchedule& schedule) const;
  /// As find(); for a single fault that was not tried, the run under the next longer
  /// duration that was: on their ladder nothing differs between them.
  const Evidence* find_like(const NodeSchedule& schedule) const;
  bool is_settled(const NodeSchedule& schedule) const;
  const std::deque<Evidence>& all() const { return all_; }

  /// A violated schedule is part of it.
  bool contains_violated(const NodeSchedule& schedule) const;
  /// Every step can begin: where the steps before it were run, a write was acknowledged
  /// at the moment for which it waits.
  bool may_happen(const NodeSchedule& schedule) const;
  /// By the observed supports (above), it may break the outcome.
  bool may_break(const NodeSchedule& schedule, SupportUse use) const;

  /// Does the fault, begun before or after the write was acknowledged, take the premise?
  bool takes(const NodeFault& fault, bool before, const Premise& premise) const;

 private:
  struct Moment {
    uint32_t begun = 0;
    bool open = false;
  };
  bool breaks_at(const NodeSchedule& schedule, uint32_t kept, const Evidence& evidence,
                 const Moment& moment, SupportUse use) const;

  const NodeSpace& space_;
  std::deque<Evidence>
      all_;  // addresses stay; with their images under every exchange of nodes
  std::map<NodeSchedule, size_t> index_;
  std::map<NodeSchedule, bool> given_up_;
};

}  // namespace cutset::campaign::nodes
