#include "campaign/nodes/node_model.h"

#include <algorithm>
#include <functional>
#include <numeric>

#include "base/check.h"

namespace cutset::campaign::nodes {

namespace {

constexpr size_t kMostRenamings = 720;

Element cut(Mode mode, const Place& a, const Place& b) {
  return {mode, a, b};
}

/// Isolations and cuts, or what stops the node: one of each at a place is enough.
bool same_kind(const Element& a, const Element& b) {
  return is_of_links(a.mode) == is_of_links(b.mode) && is_cut(a.mode) == is_cut(b.mode);
}

}  // namespace

std::vector<Milliseconds> NodeModel::ladder_around(Milliseconds timeout) {
  std::vector<Milliseconds> ladder;
  for (const int64_t tenths : {5, 10, 15, 20, 25, 30, 50})
    ladder.push_back(timeout * tenths / 10);
  return ladder;
}

NodeSpace::NodeSpace(NodeModel model, NodeRoles roles)
    : model_(std::move(model)), roles_(std::move(roles)) {
  CHECK(!model_.ladder.empty());
  for (const auto& [role, members] : roles_.members) {
    for (uint32_t i = 0; i < members; ++i) nodes_.push_back({role, i, ""});
  }
  most_nodes_ = model_.most_nodes != 0
                    ? model_.most_nodes
                    : std::max<size_t>(1, (std::max<size_t>(nodes_.size(), 1) - 1) / 2);
  make_renamings();
  make_elements();
}

void NodeSpace::make_renamings() {
  renamings_.assign(1, {});
  if (!model_.symmetric) return;
  for (const auto& [role, members] : roles_.members) {
    std::vector<uint32_t> order(members);
    std::iota(order.begin(), order.end(), 0U);
    std::vector<Renaming> all;
    do {
      for (const Renaming& before : renamings_) {
        Renaming renaming = before;
        for (uint32_t i = 0; i < members; ++i) {
          if (order[i] != i) renaming.push_back({{role, i, ""}, {role, order[i], ""}});
        }
        all.push_back(std::move(renaming));
      }
    } while (std::next_permutation(order.begin(), order.end()) &&
             all.size() < kMostRenamings);
    renamings_ = std::move(all);
  }
}

void NodeSpace::make_elements() {
  for (const Place& node : nodes_) {
    for (const Mode mode : model_.modes) {
      if (is_cut(mode)) continue;
      elements_.push_back({mode, node, {}});
      // A process alone: it has no links of its own.
      if (is_of_links(mode)) continue;
      for (const std::string& process : roles_.processes)
        elements_.push_back({mode, {node.role, node.member, process}, {}});
    }
  }
  const auto has = [this](Mode mode) {
    return std::find(model_.modes.begin(), model_.modes.end(), mode) !=
           model_.modes.end();
  };
  for (size_t i = 0; i < nodes_.size(); ++i) {
    for (size_t k = i + 1; k < nodes_.size(); ++k) {
      if (has(Mode::kCut)) elements_.push_back(cut(Mode::kCut, nodes_[k], nodes_[i]));
      if (!has(Mode::kCutOneWay)) continue;
      elements_.push_back(cut(Mode::kCutOneWay, nodes_[k], nodes_[i]));
      elements_.push_back(cut(Mode::kCutOneWay, nodes_[i], nodes_[k]));
    }
    const bool reached = roles_.clients_reach_all || nodes_[i].role == roles_.writes_to;
    if (has(Mode::kCut) && reached)
      elements_.push_back(cut(Mode::kCut, nodes_[i], {std::string(kClients), 0, ""}));
  }
  // The same link has one name.
  for (Element& element : elements_) {
    if (element.mode == Mode::kCut && !element.other.is_client() &&
        element.other.role == roles_.writes_to)
      std::swap(element.at, element.other);
  }
  std::sort(elements_.begin(), elements_.end());
}

std::vector<Milliseconds> NodeSpace::rungs(const Element& element) const {
  if (element.mode == Mode::kCrash) return {Milliseconds(0)};
  return model_.ladder;
}

std::vector<NodeFault> NodeSpace::faults() const {
  std::vector<NodeFault> all;
  for (const Element& element : elements_) {
    for (const Milliseconds rung : rungs(element)) all.push_back({element, rung});
  }
  return all;
}

bool NodeSpace::admits(const NodeFault& a, const NodeFault& b) const {
  const Element& x = a.element;
  const Element& y = b.element;
  if (x.at == y.at && same_kind(x, y) && (!is_cut(x.mode) || x.other == y.other))
    return false;
  // Three directions of one link are two cuts too many.
  if (is_cut(x.mode) && is_cut(y.mode) && x.at == y.other && x.other == y.at)
    return false;
  return touched({a, b}) <= most_nodes_;
}

bool NodeSpace::admits(const NodeSchedule& schedule) const {
  const std::vector<NodeFault> faults = schedule.faults();
  if (faults.size() > model_.most_faults) return false;
  for (size_t i = 0; i < faults.size(); ++i) {
    for (size_t k = i + 1; k < faults.size(); ++k) {
      if (!admits(faults[i], faults[k])) return false;
    }
  }
  return touched(faults) <= most_nodes_;
}

/// The fewest nodes that all faults have in common: a link counts at either end. Sets are
/// small, so all choices are looked at.
size_t NodeSpace::touched(const std::vector<NodeFault>& faults) const {
  std::vector<std::vector<Place>> ends;
  for (const NodeFault& fault : faults) {
    Place at = fault.element.at;
    at.process.clear();
    ends.push_back({at});
    if (is_cut(fault.element.mode) && !fault.element.other.is_client())
      ends.back().push_back(fault.element.other);
  }
  size_t least = faults.size();
  std::vector<Place> chosen;
  const std::function<void(size_t)> choose = [&](size_t i) {
    if (chosen.size() >= least) return;
    if (i == ends.size()) {
      least = chosen.size();
      return;
    }
    for (const Place& place : ends[i]) {
      if (std::find(chosen.begin(), chosen.end(), place) != chosen.end())
        return choose(i + 1);
    }
    for (const Place& place : ends[i]) {
      chosen.push_back(place);
      choose(i + 1);
      chosen.pop_back();
    }
  };
  choose(0);
  return least;
}

Place renamed(const Place& place, const NodeSpace::Renaming& renaming) {
  for (const auto& [from, to] : renaming) {
    if (from.role == place.role && from.member == place.member)
      return {to.role, to.member, place.process};
  }
  return place;
}

NodeSchedule renamed(const NodeSchedule& schedule, const NodeSpace::Renaming& renaming) {
  std::vector<NodeStep> steps = schedule.steps;
  for (NodeStep& step : steps) {
    for (NodeFault& fault : step.faults) {
      Element& element = fault.element;
      element.at = renamed(element.at, renaming);
      element.other = renamed(element.other, renaming);
      if (element.mode == Mode::kCut && !element.other.is_client() &&
          element.at.role == element.other.role && element.at < element.other)
        std::swap(element.at, element.other);
    }
  }
  return make_schedule(std::move(steps));
}

NodeSchedule NodeSpace::canonical(const NodeSchedule& schedule) const {
  NodeSchedule first = schedule;
  for (size_t i = 1; i < renamings_.size(); ++i)
    first = std::min(first, renamed(schedule, renamings_[i]));
  return first;
}

std::set<NodeSpace::Link> NodeSpace::links(const Element& element) const {
  std::set<Link> links;
  if (!element.at.process.empty()) return links;
  const Place& at = element.at;
  const bool out = element.mode != Mode::kIsolateIn;
  const bool in = element.mode != Mode::kIsolateOut && element.mode != Mode::kCutOneWay;
  const auto add = [&](const Place& other) {
    if (out) links.insert({at, other});
    if (in) links.insert({other, at});
  };
  if (is_cut(element.mode)) {
    add(element.other);
    return links;
  }
  for (const Place& node : nodes_) {
    if (node != at) add(node);
  }
  if (element.mode == Mode::kIsolateWithClients || !is_of_links(element.mode))
    add({std::string(kClients), 0, ""});
  return links;
}

bool NodeSpace::contains(const NodeSchedule& whole, const NodeSchedule& part) const {
  const auto covers = [this](const NodeStep& step, const NodeFault& fault) {
    if (std::find(step.faults.begin(), step.faults.end(), fault) != step.faults.end())
      return true;
    if (!is_of_links(fault.element.mode)) return false;
    std::set<Link> taken;
    for (const NodeFault& other : step.faults) {
      if (!is_of_links(other.element.mode) || other.duration != fault.duration) continue;
      taken.merge(links(other.element));
    }
    const std::set<Link> needed = links(fault.element);
    return std::includes(taken.begin(), taken.end(), needed.begin(), needed.end());
  };
  // Steps of `part` from `at` on, in steps of `whole` from `from` on.
  const std::function<bool(size_t, size_t, bool)> fits = [&](size_t at, size_t from,
                                                             bool after) -> bool {
    if (at == part.steps.size()) return true;
    for (size_t i = from; i < whole.steps.size(); ++i) {
      after |= whole.steps[i].relation == Relation::kAfter;
      const Relation relation = after && at > 0 ? Relation::kAfter : Relation::kDuring;
      const NodeStep& step = part.steps[at];
      if (relation != step.relation) continue;
      const bool all = std::all_of(
          step.faults.begin(), step.faults.end(),
          [&](const NodeFault& fault) { return covers(whole.steps[i], fault); });
      if (all && fits(at + 1, i + 1, false)) return true;
    }
    return false;
  };
  return fits(0, 0, false);
}

}  // namespace cutset::campaign::nodes
