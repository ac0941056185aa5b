#include "campaign/nodes/node_schedule.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/check.h"

namespace cutset::campaign::nodes {

std::string Place::text() const {
  const std::string node = member == 0 ? role : fmt::format("{} {}", role, member + 1);
  return process.empty() ? node : fmt::format("process {} of {}", process, node);
}

std::string_view mode_name(Mode mode) {
  switch (mode) {
    case Mode::kIsolate:
      return "isolate";
    case Mode::kIsolateOut:
      return "isolate-out";
    case Mode::kIsolateIn:
      return "isolate-in";
    case Mode::kIsolateWithClients:
      return "isolate-with-clients";
    case Mode::kCut:
      return "cut";
    case Mode::kCutOneWay:
      return "cut-one-way";
    case Mode::kCrash:
      return "crash";
    case Mode::kRestart:
      return "restart";
    case Mode::kPause:
      return "pause";
    case Mode::kDiskLoss:
      return "disk-loss";
  }
  return "?";
}

bool is_of_links(Mode mode) {
  return mode <= Mode::kCutOneWay;
}

bool is_cut(Mode mode) {
  return mode == Mode::kCut || mode == Mode::kCutOneWay;
}

bool loses_state(Mode mode) {
  return mode == Mode::kCrash || mode == Mode::kRestart || mode == Mode::kDiskLoss;
}

std::string Element::text() const {
  const std::string place = at.text();
  switch (mode) {
    case Mode::kIsolate:
      return "isolate " + place;
    case Mode::kIsolateOut:
      return fmt::format("isolate {} (what it sends)", place);
    case Mode::kIsolateIn:
      return fmt::format("isolate {} (what it receives)", place);
    case Mode::kIsolateWithClients:
      return fmt::format("isolate {} from clients too", place);
    case Mode::kCut:
      return fmt::format("cut {} - {}", place, other.text());
    case Mode::kCutOneWay:
      return fmt::format("cut {} -> {}", place, other.text());
    case Mode::kCrash:
      return "crash " + place;
    case Mode::kRestart:
      return fmt::format("crash and restart {}", place);
    case Mode::kPause:
      return "pause " + place;
    case Mode::kDiskLoss:
      return fmt::format("crash {}, wipe its disk and restart it", place);
  }
  return "?";
}

std::string NodeFault::text() const {
  const std::string what = element.text();
  if (element.mode == Mode::kCrash) return what;
  const bool starts_again = loses_state(element.mode);
  return fmt::format("{} {} {}", what, starts_again ? "after" : "for",
                     duration_text(duration));
}

size_t NodeSchedule::size() const {
  size_t count = 0;
  for (const NodeStep& step : steps) count += step.faults.size();
  return count;
}

std::vector<NodeFault> NodeSchedule::faults() const {
  std::vector<NodeFault> all;
  for (const NodeStep& step : steps)
    all.insert(all.end(), step.faults.begin(), step.faults.end());
  return all;
}

std::string NodeSchedule::text() const {
  if (empty()) return "no fault";
  std::string out;
  for (size_t i = 0; i < steps.size(); ++i) {
    if (i > 0)
      out += steps[i].relation == Relation::kDuring ? "; then, during it, "
                                                    : "; then, after it, ";
    for (size_t k = 0; k < steps[i].faults.size(); ++k)
      out += (k == 0 ? "" : " together with ") + steps[i].faults[k].text();
  }
  return out;
}

NodeSchedule make_schedule(std::vector<NodeStep> steps) {
  NodeSchedule schedule;
  bool after = false;  // a step that fell out came after the windows
  for (NodeStep& step : steps) {
    after |= step.relation == Relation::kAfter;
    if (step.faults.empty()) continue;
    std::sort(step.faults.begin(), step.faults.end());
    step.relation =
        after && !schedule.steps.empty() ? Relation::kAfter : Relation::kDuring;
    after = false;
    schedule.steps.push_back(std::move(step));
  }
  return schedule;
}

NodeSchedule single(const NodeFault& fault) {
  return make_schedule({{Relation::kDuring, {fault}}});
}

NodeSchedule part_of(const NodeSchedule& schedule, uint32_t kept) {
  CHECK(schedule.size() < 32);
  std::vector<NodeStep> steps;
  uint32_t bit = 1;
  for (const NodeStep& step : schedule.steps) {
    NodeStep part{step.relation, {}};
    for (const NodeFault& fault : step.faults) {
      if ((kept & bit) != 0) part.faults.push_back(fault);
      bit <<= 1U;
    }
    steps.push_back(std::move(part));
  }
  return make_schedule(std::move(steps));
}

std::string duration_text(Milliseconds duration) {
  return fmt::format("{} s", static_cast<double>(duration.count()) / 1000.0);
}

}  // namespace cutset::campaign::nodes
