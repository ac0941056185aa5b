#include "campaign/nodes/node_evidence.h"

#include <algorithm>
#include <bit>

#include "base/check.h"

namespace cutset::campaign::nodes {

namespace {

Place node_of(Place place) {
  place.process.clear();
  return place;
}

Evidence image(const Evidence& evidence, const NodeSpace::Renaming& renaming) {
  Evidence result = evidence;
  result.schedule = renamed(evidence.schedule, renaming);
  for (WriteClass& writes : result.run.classes) {
    for (Support& support : writes.supports) {
      support.holder = renamed(support.holder, renaming);
      for (std::vector<Premise>* premises : {&support.premises, &support.supposed}) {
        for (Premise& premise : *premises) {
          premise.from = renamed(premise.from, renaming);
          premise.to = renamed(premise.to, renaming);
        }
      }
    }
  }
  return result;
}

/// Numbers with k of n bits, largest k first.
std::vector<uint32_t> parts_by_size(size_t faults) {
  std::vector<uint32_t> parts;
  for (uint32_t bits = 0; bits + 1 < (1U << faults); ++bits) parts.push_back(bits);
  std::stable_sort(parts.begin(), parts.end(), [](uint32_t a, uint32_t b) {
    return std::popcount(a) > std::popcount(b);
  });
  return parts;
}

/// By step: is a fault of the part in the same run of steps that follow each other
/// during their windows? What the part made the system carry was carried then.
std::vector<bool> alongside(const NodeSchedule& schedule, uint32_t kept) {
  std::vector<bool> beside(schedule.steps.size(), kept == 0);
  size_t first = 0;
  bool any = false;
  uint32_t bit = 1;
  for (size_t i = 0; i < schedule.steps.size(); ++i) {
    if (i > 0 && schedule.steps[i].relation == Relation::kAfter) {
      first = i;
      any = false;
    }
    for (size_t k = 0; k < schedule.steps[i].faults.size(); ++k) {
      any |= (kept & bit) != 0;
      bit <<= 1U;
    }
    for (size_t k = first; any && k <= i; ++k) beside[k] = true;
    beside[i] = beside[i] || any;
  }
  return beside;
}

}  // namespace

std::vector<Premise> needed_by(const Support& support, SupportUse use) {
  if (use == SupportUse::kAll) return support.premises;
  if (!support.served) return {};
  std::vector<Premise> all = support.premises;
  all.insert(all.end(), support.supposed.begin(), support.supposed.end());
  return all;
}

void EvidenceBase::add(const Evidence& evidence) {
  for (const NodeSpace::Renaming& renaming : space_.renamings()) {
    Evidence other = image(evidence, renaming);
    if (index_.count(other.schedule) != 0) continue;
    index_[other.schedule] = all_.size();
    all_.push_back(std::move(other));
  }
}

void EvidenceBase::give_up(const NodeSchedule& schedule) {
  given_up_[space_.canonical(schedule)] = true;
}

const Evidence* EvidenceBase::find(const NodeSchedule& schedule) const {
  const auto found = index_.find(schedule);
  return found == index_.end() ? nullptr : &all_[found->second];
}

const Evidence* EvidenceBase::find_like(const NodeSchedule& schedule) const {
  if (const Evidence* evidence = find(schedule)) return evidence;
  if (schedule.size() != 1) return nullptr;
  const NodeFault fault = schedule.faults().front();
  for (const Milliseconds rung : space_.rungs(fault.element)) {
    if (rung <= fault.duration) continue;
    if (const Evidence* evidence = find(single({fault.element, rung}))) return evidence;
  }
  return nullptr;
}

bool EvidenceBase::is_settled(const NodeSchedule& schedule) const {
  return find(schedule) != nullptr || given_up_.count(space_.canonical(schedule)) != 0;
}

bool EvidenceBase::contains_violated(const NodeSchedule& schedule) const {
  return std::any_of(all_.begin(), all_.end(), [&](const Evidence& evidence) {
    return is_broken(evidence.run.verdict) &&
           space_.contains(schedule, evidence.schedule);
  });
}

bool EvidenceBase::takes(const NodeFault& fault, bool before,
                         const Premise& premise) const {
  const Element& element = fault.element;
  if (premise.kind == Premise::Kind::kState) {
    return !before && loses_state(element.mode) &&
           node_of(element.at) == node_of(premise.from);
  }
  // What was carried with the write is out of reach of what begins later.
  if (!premise.late && !before) return false;
  return space_.links(element).count({node_of(premise.from), node_of(premise.to)}) != 0;
}

bool EvidenceBase::breaks_at(const NodeSchedule& schedule, uint32_t kept,
                             const Evidence& evidence, const Moment& moment,
                             SupportUse use) const {
  // The phase of the part at this moment, and what the schedule adds to it.
  Phase phase;
  bool open = moment.open;
  struct Added {
    const NodeFault* fault;
    bool before;     // the moment
    bool alongside;  // no end of all windows stands between it and a fault of the part
  };
  std::vector<Added> added;
  const std::vector<bool> beside = alongside(schedule, kept);
  uint32_t bit = 1;
  for (size_t i = 0; i < schedule.steps.size(); ++i) {
    bool any = false;
    const bool begun = i < moment.begun;
    // Was a window of this step still open at the moment?
    bool still_open = begun && open;
    for (size_t k = i + 1; k < moment.begun; ++k)
      still_open = still_open && schedule.steps[k].relation == Relation::kDuring;
    for (const NodeFault& fault : schedule.steps[i].faults) {
      const bool keeps_on = still_open || (begun && fault.element.mode == Mode::kCrash);
      if ((kept & bit) != 0) {
        any = true;
        phase.open = phase.open || (begun && keeps_on);
      } else if (!begun || keeps_on) {
        added.push_back({&fault, begun, beside[i]});
      }
      bit <<= 1U;
    }
    if (any && begun) ++phase.begun;
  }
  return std::any_of(
      evidence.run.classes.begin(), evidence.run.classes.end(),
      [&](const WriteClass& writes) {
        if (writes.acknowledged != phase) return false;
        return std::all_of(
            writes.supports.begin(), writes.supports.end(), [&](const Support& support) {
              const std::vector<Premise> needed = needed_by(support, use);
              return needed.empty() ||
                     std::any_of(
                         needed.begin(), needed.end(), [&](const Premise& premise) {
                           return std::any_of(
                               added.begin(), added.end(), [&](const Added& one) {
                                 return (one.alongside || one.before || !premise.late) &&
                                        takes(*one.fault, one.before, premise);
                               });
                         });
            });
      });
}

bool EvidenceBase::may_happen(const NodeSchedule& schedule) const {
  for (size_t i = 1; i < schedule.steps.size(); ++i) {
    const std::vector<NodeStep> before(schedule.steps.begin(),
                                       schedule.steps.begin() + static_cast<long>(i));
    const NodeSchedule prefix = make_schedule(before);
    const Evidence* evidence = find_like(prefix);
    if (evidence == nullptr || is_broken(evidence->run.verdict)) continue;
    const std::vector<NodeFault> faults = prefix.faults();
    const bool for_ever = std::any_of(
        faults.begin(), faults.end(),
        [](const NodeFault& fault) { return fault.element.mode == Mode::kCrash; });
    const Phase needed{static_cast<uint32_t>(i),
                       for_ever || schedule.steps[i].relation == Relation::kDuring};
    const auto& classes = evidence->run.classes;
    if (std::none_of(classes.begin(), classes.end(), [&](const WriteClass& writes) {
          return writes.acknowledged == needed;
        }))
      return false;
  }
  return true;
}

bool EvidenceBase::may_break(const NodeSchedule& schedule, SupportUse use) const {
  std::vector<std::pair<uint32_t, const Evidence*>> parts;  // the largest that were run
  for (const uint32_t bits : parts_by_size(schedule.size())) {
    const bool inside = std::any_of(parts.begin(), parts.end(), [bits](const auto& part) {
      return (bits & part.first) == bits;
    });
    if (inside) continue;
    const Evidence* evidence = find_like(part_of(schedule, bits));
    if (evidence != nullptr && !is_broken(evidence->run.verdict))
      parts.emplace_back(bits, evidence);
  }
  std::vector<Moment> moments;
  const auto count = static_cast<uint32_t>(schedule.steps.size());
  for (uint32_t begun = 0; begun <= count; ++begun) {
    const bool ended =
        begun < count && begun > 0 && schedule.steps[begun].relation == Relation::kAfter;
    if (begun > 0 && !ended) moments.push_back({begun, true});
    if (begun == 0 || ended || begun == count) moments.push_back({begun, false});
  }
  return std::any_of(moments.begin(), moments.end(), [&](const Moment& moment) {
    return std::all_of(parts.begin(), parts.end(), [&](const auto& part) {
      return breaks_at(schedule, part.first, *part.second, moment, use);
    });
  });
}

}  // namespace cutset::campaign::nodes
