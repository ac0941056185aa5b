#include "campaign/nodes/node_prober.h"

#include <algorithm>
#include <map>
#include <set>

#include "campaign/nodes/node_mechanism.h"

namespace cutset::campaign::nodes {

namespace {

std::string place_of(const Element& element) {
  return element.at.text() + "\n" + (is_cut(element.mode) ? element.other.text() : "");
}

}  // namespace

size_t NodeProber::weight(const Element& element) const {
  const Evidence* base = runner_.evidence().find({});
  std::set<Premise> taken;
  for (const WriteClass& writes : base->run.classes) {
    for (const Support& support : writes.supports) {
      for (const Premise& premise : support.premises) {
        for (const bool before : {true, false}) {
          if (runner_.evidence().takes({element, Milliseconds(0)}, before, premise))
            taken.insert(premise);
        }
      }
    }
  }
  return taken.size();
}

/// Groups of elements with the same places, the weightiest group first.
std::vector<std::vector<Element>> NodeProber::places() const {
  std::map<std::string, std::vector<Element>> by_place;
  for (const Element& element : runner_.space().elements()) {
    const NodeFault fault{element, runner_.space().rungs(element).back()};
    if (runner_.space().canonical(single(fault)) != single(fault)) continue;
    // Both directions of a link stand together.
    Element named = element;
    if (is_cut(named.mode) && named.at < named.other) std::swap(named.at, named.other);
    by_place[place_of(named)].push_back(element);
  }
  std::vector<std::vector<Element>> groups;
  for (auto& [place, elements] : by_place) groups.push_back(std::move(elements));
  std::stable_sort(groups.begin(), groups.end(), [this](const auto& a, const auto& b) {
    return heaviest(a) > heaviest(b);
  });
  return groups;
}

size_t NodeProber::heaviest(const std::vector<Element>& elements) const {
  size_t most = 0;
  for (const Element& element : elements)
    most = std::max(most, weight(element) * 2 + (is_cut(element.mode) ? 0 : 1));
  return most;
}

Status NodeProber::probe() {
  const std::string fault_free = NodeRunner::label_of(*runner_.evidence().find({}));
  for (const std::vector<Element>& elements : places()) {
    const size_t first = probed_.size();
    for (const Element& element : elements)
      probed_.push_back(
          {Ladder(element, runner_.space().rungs(element), fault_free), ""});
    for (size_t i = first; i < probed_.size(); ++i) {
      while (const auto rung = probed_[i].ladder.next_end())
        CUTSET_TRY(try_rung(probed_[i].ladder, *rung, "end"));
    }
    share_shapes(first);
    bool any = true;
    while (any && !runner_.stopped()) {  // a rung of each in turn
      any = false;
      for (size_t i = first; i < probed_.size(); ++i) {
        if (!probed_[i].as.empty()) continue;
        const auto rung = distinguish_all_ ? probed_[i].ladder.next_untried()
                                           : probed_[i].ladder.next_between();
        if (!rung) continue;
        any = true;
        CUTSET_TRY(try_rung(probed_[i].ladder, *rung, "rung"));
      }
    }
    if (runner_.stopped()) break;
  }
  return {};
}

/// Modes of one family at one place whose ends look alike are refined once.
void NodeProber::share_shapes(size_t first) {
  if (distinguish_all_) return;
  std::map<std::string, std::string> refined;
  for (size_t i = first; i < probed_.size(); ++i) {
    const Element& element = probed_[i].ladder.element();
    if (probed_[i].ladder.size() < 3) continue;
    const std::string family = is_of_links(element.mode)      ? "links"
                               : element.mode == Mode::kPause ? "pause"
                                                              : "stop";
    const auto [found, is_new] = refined.emplace(
        family + element.at.process + "\n" + probed_[i].ladder.shape(), element.text());
    if (!is_new) probed_[i].as = found->second;
  }
}

Status NodeProber::try_rung(Ladder& ladder, size_t rung, const std::string& purpose) {
  const NodeFault fault{ladder.element(), ladder.rung(rung)};
  CUTSET_ASSIGN(const Evidence* evidence,
                runner_.experiment(
                    single(fault), purpose,
                    purpose == "end" ? "an end of the ladder" : "its neighbours differ"));
  ladder.record(rung, evidence == nullptr ? "unknown" : NodeRunner::label_of(*evidence));
  return {};
}

/// By its ladder, or by that of the element as which it was not refined.
bool NodeProber::breaks_alone(const NodeFault& fault) const {
  for (const Probed& probed : probed_) {
    if (probed.ladder.element().text() != fault.element.text()) continue;
    for (const Probed& other : probed_) {
      const Ladder& ladder = other.ladder;
      if (ladder.element().text() !=
          (probed.as.empty() ? fault.element.text() : probed.as))
        continue;
      for (size_t i = 0; i < ladder.size(); ++i) {
        if (ladder.rung(i) != fault.duration) continue;
        const RungResult rung = ladder_result(other).rungs[i];
        return rung.state == RungState::kBroken;
      }
    }
  }
  return false;
}

RungResult NodeProber::rung_result(const NodeSchedule& schedule,
                                   Milliseconds duration) const {
  RungResult rung;
  rung.duration = duration;
  const Evidence* evidence = runner_.evidence().find(schedule);
  if (evidence == nullptr) return rung;
  rung.tried = true;
  rung.state = is_broken(evidence->run.verdict) ? RungState::kBroken : RungState::kHeld;
  rung.experiment = evidence->experiment;
  rung.group = evidence->group;
  rung.signature = signature_of(evidence->run);
  return rung;
}

LadderResult NodeProber::ladder_result(const Probed& probed) const {
  LadderResult result;
  const Ladder& ladder = probed.ladder;
  result.words = ladder.element().text();
  result.as = probed.as;
  for (size_t i = 0; i < ladder.size(); ++i) {
    RungResult rung =
        rung_result(single({ladder.element(), ladder.rung(i)}), ladder.rung(i));
    if (!rung.tried) {
      if (const std::optional<std::string> label = ladder.label(i))
        rung = inferred(rung, *label);
    }
    result.rungs.push_back(std::move(rung));
  }
  const bool all_known = std::none_of(
      result.rungs.begin(), result.rungs.end(),
      [](const RungResult& rung) { return rung.state == RungState::kUnknown; });
  if (all_known) result.as.clear();
  return result;
}

/// What a rung with this label was, tried at another one.
RungResult NodeProber::inferred(RungResult rung, const std::string& label) const {
  for (const Evidence& evidence : runner_.evidence().all()) {
    if (evidence.schedule.size() > 1 || NodeRunner::label_of(evidence) != label) continue;
    rung.state = is_broken(evidence.run.verdict) ? RungState::kBroken : RungState::kHeld;
    rung.group = evidence.group;
    rung.signature = signature_of(evidence.run);
    break;
  }
  return rung;
}

std::vector<LadderResult> NodeProber::results() const {
  std::vector<LadderResult> results;
  for (const Probed& probed : probed_) results.push_back(ladder_result(probed));
  return results;
}

}  // namespace cutset::campaign::nodes
