#include "modelcheck/proofs.h"

#include <algorithm>
#include <deque>
#include <map>
#include <set>
#include <variant>

#include <fmt/format.h>

#include "base/check.h"
#include "base/text.h"

namespace cutset::modelcheck {

namespace {

using dedalus::Absence;
using dedalus::Delivery;
using dedalus::Firing;
using dedalus::Goal;
using dedalus::Reason;
using dedalus::Run;
using dedalus::Simulator;
using report::ProtocolFiring;
using report::ProtocolGoal;
using report::ProtocolProof;

constexpr size_t kMostGoals = 400;
constexpr size_t kMostFirings = 6;   // of one goal
constexpr size_t kMostReasons = 12;  // of one absence

/// What a fault set does to a message, as Run knows it: only what was sent is there.
bool arrives(const Run& run, const Simulator& simulator, const Delivery& delivery) {
  const bool stops = simulator.spec().crash_model == dedalus::CrashModel::kStop;
  return std::none_of(
      run.faults().begin(), run.faults().end(), [&](const dedalus::ModelFault& fault) {
        if (fault.kind == dedalus::ModelFault::Kind::kOmission) {
          return fault.node == delivery.from && fault.to == delivery.to &&
                 fault.time == delivery.time;
        }
        if (fault.node == delivery.from && fault.time <= delivery.time &&
            delivery.from != delivery.to) {
          return true;
        }
        return stops && fault.node == delivery.to && fault.time <= delivery.time + 1;
      });
}

bool is_down(const Run& run, const Simulator& simulator, dedalus::NodeIndex node,
             dedalus::Time time) {
  if (simulator.spec().crash_model != dedalus::CrashModel::kStop) return false;
  return std::any_of(run.faults().begin(), run.faults().end(),
                     [&](const dedalus::ModelFault& fault) {
                       return fault.kind == dedalus::ModelFault::Kind::kCrash &&
                              fault.node == node && fault.time <= time;
                     });
}

class ProofMaker {
 public:
  ProofMaker(const Simulator& simulator, const Run& shown, const Run& other)
      : simulator_(simulator), shown_(shown), other_(other) {}

  uint32_t goal(const Goal& goal) {
    const auto [at, is_new] = goals_.emplace(goal, next());
    if (!is_new) return at->second;
    ProtocolGoal made;
    made.text = simulator_.to_text(goal.tuple);
    made.time = static_cast<uint32_t>(goal.time);
    made.is_fact = shown_.is_fact(goal);
    made.holds = other_.holds(goal);
    proof_.goals.push_back(std::move(made));
    waiting_.push_back({at->second, goal});
    return at->second;
  }

  uint32_t absence(const Absence& absence) {
    const auto [at, is_new] = absences_.emplace(absence, next());
    if (!is_new) return at->second;
    ProtocolGoal made;
    made.text = absence_text(absence);
    made.time = static_cast<uint32_t>(absence.time);
    made.kind = ProtocolGoal::Kind::kAbsence;
    made.holds = other_.holds(absence);
    const bool changed = !made.holds;
    proof_.goals.push_back(std::move(made));
    if (explains_absences_ || changed) waiting_.push_back({at->second, absence});
    return at->second;
  }

  uint32_t delivery(const Delivery& delivery, bool lost) {
    const auto [at, is_new] = deliveries_.emplace(delivery, next());
    if (!is_new) return at->second;
    const std::vector<std::string>& nodes = simulator_.spec().nodes;
    ProtocolGoal made;
    made.text = fmt::format("the message from {} to {} {}", nodes[delivery.from],
                            nodes[delivery.to], lost ? "does not arrive" : "arrives");
    made.time = static_cast<uint32_t>(delivery.time);
    made.kind = lost ? ProtocolGoal::Kind::kFault : ProtocolGoal::Kind::kDelivery;
    made.holds = arrives(other_, simulator_, delivery) != lost;
    proof_.goals.push_back(std::move(made));
    return at->second;
  }

  uint32_t fault(std::string text, dedalus::Time time, bool holds) {
    ProtocolGoal made;
    made.text = std::move(text);
    made.time = static_cast<uint32_t>(time);
    made.kind = ProtocolGoal::Kind::kFault;
    made.holds = holds;
    proof_.goals.push_back(std::move(made));
    return static_cast<uint32_t>(proof_.goals.size() - 1);
  }

  void explain_absences() { explains_absences_ = true; }

  const std::vector<Goal>& intruders() const { return intruders_; }

  ProtocolProof finish() {
    while (!waiting_.empty()) {
      const Waiting next = waiting_.front();
      waiting_.pop_front();
      if (proof_.goals.size() >= kMostGoals) {
        proof_.cut_off = true;
        break;
      }
      if (const Goal* goal = std::get_if<Goal>(&next.what)) {
        derive(next.number, *goal);
      } else {
        refute(next.number, std::get<Absence>(next.what));
      }
    }
    return std::move(proof_);
  }

 private:
  struct Waiting {
    uint32_t number = 0;
    std::variant<Goal, Absence> what;
  };

  uint32_t next() const { return static_cast<uint32_t>(proof_.goals.size()); }

  std::string absence_text(const Absence& absence) const {
    std::string text = "no ";
    if (!absence.except.empty()) text += "other ";
    return text + simulator_.pattern_to_text(absence.pattern);
  }

  void derive(uint32_t number, const Goal& goal) {
    std::vector<Firing> firings;
    shown_.firings_of(goal, [&](const Firing& firing) {
      if (firings.size() < kMostFirings) {
        firings.push_back(firing);
      } else {
        proof_.cut_off = true;
      }
    });
    std::vector<ProtocolFiring> made;
    for (const Firing& firing : firings) made.push_back(one(firing));
    proof_.goals[number].firings = std::move(made);
  }

  ProtocolFiring one(const Firing& firing) {
    ProtocolFiring made;
    const dedalus::Program& program = simulator_.program();
    const dedalus::Rule& rule = program.rules[firing.rule];
    made.rule = rule.text;
    made.place = fmt::format("{}:{}", program.files[rule.place.file], rule.place.line);
    bool premises_hold = true;
    std::vector<std::string> why;
    const auto lacks = [&](std::string text) {
      made.fires = false;
      why.push_back(std::move(text));
    };
    std::vector<Goal> intruders;
    for (const Goal& premise : firing.premises) {
      made.premises.push_back(goal(premise));
      if (!other_.holds(premise)) premises_hold = made.fires = false;
    }
    for (const Absence& premise : firing.absences) {
      made.premises.push_back(absence(premise));
      if (!other_.holds(premise)) lacks(broken_absence(premise, intruders));
    }
    if (firing.has_delivery) {
      made.premises.push_back(delivery(firing.delivery, false));
      if (!arrives(other_, simulator_, firing.delivery)) {
        const std::vector<std::string>& nodes = simulator_.spec().nodes;
        lacks(fmt::format("the message from {} to {} at {} does not arrive",
                          nodes[firing.delivery.from], nodes[firing.delivery.to],
                          firing.delivery.time));
      }
    }
    if (firing.location != dedalus::kNoNode && !firing.premises.empty() &&
        is_down(other_, simulator_, firing.location, firing.premises[0].time)) {
      lacks(fmt::format("{} is down", simulator_.spec().nodes[firing.location]));
    }
    made.frontier = !made.fires && premises_hold;
    if (made.frontier) {
      made.why = join(why, "; ");
      intruders_.insert(intruders_.end(), intruders.begin(), intruders.end());
    }
    return made;
  }

  /// The first tuple that the other run has and that matches.
  std::string broken_absence(const Absence& absence, std::vector<Goal>& intruders) const {
    const auto pattern = simulator_.values_of_pattern(absence.pattern);
    const auto relation = simulator_.relation_of_pattern(absence.pattern);
    for (const dedalus::TupleId tuple : other_.tuples(relation, absence.time)) {
      const auto values = simulator_.values_of(tuple);
      bool matches =
          !std::binary_search(absence.except.begin(), absence.except.end(), tuple);
      for (size_t i = 0; i < values.size() && matches; ++i) {
        matches = pattern[i] >= dedalus::kFirstMark || pattern[i] == values[i];
      }
      if (matches) {
        intruders.push_back({tuple, absence.time});
        return fmt::format("{} is there at {}", simulator_.to_text(tuple), absence.time);
      }
    }
    return fmt::format("{} does not hold at {}", absence_text(absence), absence.time);
  }

  /// Whether it holds in the other run, too.
  bool is_shared(const Reason& reason) const {
    switch (reason.kind) {
      case Reason::Kind::kAbsent:
        return other_.holds(reason.absence);
      case Reason::Kind::kPresent:
        return other_.holds(reason.goal);
      case Reason::Kind::kLost:
        return !arrives(other_, simulator_, reason.delivery);
      case Reason::Kind::kDown:
        return reason.node != dedalus::kNoNode &&
               is_down(other_, simulator_, reason.node, reason.time);
      case Reason::Kind::kNotFailed:
        return std::none_of(other_.faults().begin(), other_.faults().end(),
                            [&](const dedalus::ModelFault& fault) {
                              return fault.kind == dedalus::ModelFault::Kind::kCrash &&
                                     fault.node == reason.node &&
                                     fault.time == reason.time;
                            });
    }
    return true;
  }

  /// The one that is shown, of those that hold: one that parts the runs, if there is one;
  /// then the nearest to a fault.
  const Reason& chosen(const std::vector<Reason>& reasons) const {
    const auto rank = [this](const Reason& reason) {
      const int shared = is_shared(reason) ? 10 : 0;
      switch (reason.kind) {
        case Reason::Kind::kLost:
        case Reason::Kind::kDown:
          return shared;
        case Reason::Kind::kPresent:
          return shared + 1;
        case Reason::Kind::kAbsent:
          return shared + 2;
        case Reason::Kind::kNotFailed:
          return shared + 3;
      }
      return shared + 4;
    };
    return *std::min_element(reasons.begin(), reasons.end(),
                             [&](const Reason& left, const Reason& right) {
                               return rank(left) < rank(right);
                             });
  }

  /// Of each clause one reason. Where the absence parts the runs, only those clauses that
  /// do: a rule has as many clauses as it has values.
  void refute(uint32_t number, const Absence& absence) {
    if (!shown_.holds(absence)) return;  // a premise of a rule that does not fire here
    const bool parts = !proof_.goals[number].holds;
    ProtocolFiring made;
    std::set<uint32_t> seen;
    for (const std::vector<Reason>& clause : shown_.why_absent(absence).clauses) {
      if (clause.empty()) continue;
      const Reason& shown = chosen(clause);
      if (parts && is_shared(shown)) continue;
      const uint32_t premise = reason(shown);
      if (seen.insert(premise).second) made.premises.push_back(premise);
      if (made.premises.size() >= kMostReasons) {
        proof_.cut_off = true;
        break;
      }
    }
    if (made.premises.empty()) return;
    for (const uint32_t premise : made.premises)
      made.fires = made.fires && proof_.goals[premise].holds;
    proof_.goals[number].firings.push_back(std::move(made));
  }

  uint32_t reason(const Reason& reason) {
    const std::vector<std::string>& nodes = simulator_.spec().nodes;
    switch (reason.kind) {
      case Reason::Kind::kAbsent:
        return absence(reason.absence);
      case Reason::Kind::kPresent:
        return goal(reason.goal);
      case Reason::Kind::kLost:
        return delivery(reason.delivery, true);
      case Reason::Kind::kDown:
        return fault(reason.node == dedalus::kNoNode
                         ? "every node is down"
                         : fmt::format("{} is down", nodes[reason.node]),
                     reason.time, is_shared(reason));
      case Reason::Kind::kNotFailed:
        return fault(
            fmt::format("{} does not crash at {}", nodes[reason.node], reason.time),
            reason.time, is_shared(reason));
    }
    CHECK(false);
    return 0;
  }

  const Simulator& simulator_;
  const Run& shown_;
  const Run& other_;
  bool explains_absences_ = false;
  ProtocolProof proof_;
  std::map<Goal, uint32_t> goals_;
  std::map<Absence, uint32_t> absences_;
  std::map<Delivery, uint32_t> deliveries_;
  std::vector<Goal> intruders_;
  std::deque<Waiting> waiting_;
};

}  // namespace

ProtocolProof proof_of(const Simulator& simulator, const Run& shown, const Run& other,
                       const Goal& goal, std::vector<Goal>* intruders) {
  ProofMaker maker(simulator, shown, other);
  maker.goal(goal);
  ProtocolProof proof = maker.finish();
  if (intruders != nullptr) *intruders = maker.intruders();
  return proof;
}

ProtocolProof absence_of(Simulator& simulator, const Run& shown, const Run& other,
                         dedalus::TupleId tuple, dedalus::Time time) {
  const auto values = simulator.values_of(tuple);
  const std::vector<dedalus::Value> copy(values.begin(), values.end());
  ProofMaker maker(simulator, shown, other);
  maker.explain_absences();
  maker.absence({simulator.pattern(simulator.relation_of(tuple), copy), time, {}});
  return maker.finish();
}

}  // namespace cutset::modelcheck
