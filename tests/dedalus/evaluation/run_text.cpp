#include "run_text.h"

#include <fmt/format.h>

namespace cutset::dedalus {
namespace {

std::string text_of(const Simulator& simulator, const Goal& goal) {
  return fmt::format("{}@{}", simulator.to_text(goal.tuple), goal.time);
}

bool is_contribution(const Simulator& simulator, TupleId tuple) {
  return simulator.relation_of(tuple) >= simulator.program().relations.size();
}

std::string node_name(const Simulator& simulator, NodeIndex node) {
  return node == kNoNode ? "any" : simulator.spec().nodes[node];
}

}  // namespace

std::string text_of(const FailureSpec& spec, const ModelFaultSet& faults) {
  std::string text;
  for (const ModelFault& fault : faults) {
    text += (text.empty() ? "" : ", ") + to_text(fault, spec);
  }
  return "{" + text + "}";
}

std::string text_of(const Simulator& simulator, const Absence& absence) {
  std::string text =
      fmt::format("{}@{}", simulator.pattern_to_text(absence.pattern), absence.time);
  for (const TupleId tuple : absence.except) {
    text += " but " + simulator.to_text(tuple);
  }
  return text;
}

std::string text_of(const Simulator& simulator, const Reason& reason) {
  switch (reason.kind) {
    case Reason::Kind::kAbsent:
      return "no " + text_of(simulator, reason.absence);
    case Reason::Kind::kPresent:
      return text_of(simulator, reason.goal);
    case Reason::Kind::kLost:
      return fmt::format("lost {} -> {} at {}",
                         node_name(simulator, reason.delivery.from),
                         node_name(simulator, reason.delivery.to), reason.delivery.time);
    case Reason::Kind::kDown:
      return fmt::format("down {} at {}", node_name(simulator, reason.node), reason.time);
    case Reason::Kind::kNotFailed:
      break;
  }
  return fmt::format("no crash of {} at {}", node_name(simulator, reason.node),
                     reason.time);
}

std::string text_of(const Simulator& simulator, const Firing& firing) {
  std::set<std::string> sorted;
  std::string used;
  for (const Goal& premise : firing.premises) {
    sorted.insert(text_of(simulator, premise));
    used += (used.empty() ? "" : "; ") + text_of(simulator, premise);
  }
  if (firing.step == Firing::Step::kAggregate) {
    used.clear();
    for (const std::string& one : sorted) used += (used.empty() ? "" : "; ") + one;
    return fmt::format("firing {} aggregate {} <- {}", firing.rule + 1,
                       text_of(simulator, firing.head), used);
  }
  for (const Absence& absence : firing.absences) {
    used += "; no " + text_of(simulator, absence);
  }
  std::string text = fmt::format(
      "firing {} {} {} <- {} at {}", firing.rule + 1,
      firing.step == Firing::Step::kPlain ? "plain" : "contribution",
      text_of(simulator, firing.head), used, node_name(simulator, firing.location));
  if (firing.has_delivery) {
    text += fmt::format(" via {} -> {} at {}", node_name(simulator, firing.delivery.from),
                        node_name(simulator, firing.delivery.to), firing.delivery.time);
  }
  return text;
}

std::vector<Goal> goals_of(const Simulator& simulator, const Run& run) {
  std::vector<Goal> goals;
  for (Time time = 1; time <= simulator.spec().eot + 1; ++time) {
    for (RelationId relation = 0; relation < simulator.relation_count(); ++relation) {
      for (const TupleId tuple : run.tuples(relation, time)) {
        goals.push_back({tuple, time});
      }
    }
  }
  return goals;
}

std::set<std::string> lines_of(const Simulator& simulator, const Run& run) {
  std::set<std::string> lines;
  for (const Goal& goal : goals_of(simulator, run)) {
    if (!is_contribution(simulator, goal.tuple)) {
      lines.insert(fmt::format("at {}: {}", goal.time, simulator.to_text(goal.tuple)));
    }
    run.firings_of(goal, [&](const Firing& firing) {
      const bool is_new = lines.insert(text_of(simulator, firing)).second;
      if (!is_new) lines.insert("twice: " + text_of(simulator, firing));
    });
  }
  for (const Message& message : run.messages()) {
    lines.insert(fmt::format(
        "message {} -> {} at {}: {}, {}", node_name(simulator, message.from),
        node_name(simulator, message.to), message.sent, simulator.to_text(message.tuple),
        message.delivered ? "delivered" : "lost"));
  }
  if (run.verdict() == RunVerdict::kVacuous) lines.insert("vacuous");
  if (run.verdict() != RunVerdict::kViolated) return lines;
  for (const TupleId tuple : run.violated()) {
    lines.insert("violated: " + simulator.to_text(tuple));
  }
  return lines;
}

}  // namespace cutset::dedalus
