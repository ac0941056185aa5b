#include "difference.h"

#include <algorithm>
#include <optional>

#include "naive_evaluator.h"
#include "run_text.h"
#include <fmt/format.h>

#include "dedalus/evaluation/fault_plan.h"
#include "dedalus/evaluation/simulator.h"

namespace cutset::dedalus {
namespace {

constexpr uint64_t kNaiveWork = 3'000'000;

std::string difference_of(const std::set<std::string>& expected,
                          const std::set<std::string>& found) {
  std::vector<std::string> missing;
  std::set_difference(expected.begin(), expected.end(), found.begin(), found.end(),
                      std::back_inserter(missing));
  std::vector<std::string> extra;
  std::set_difference(found.begin(), found.end(), expected.begin(), expected.end(),
                      std::back_inserter(extra));
  std::string text;
  for (const std::string& line : missing) text += "  missing: " + line + "\n";
  for (const std::string& line : extra) text += "  extra:   " + line + "\n";
  return text;
}

class Comparer {
 public:
  Comparer(const Program& program, const FailureSpec& spec)
      : program_(program), spec_(spec) {}

  Comparison run(const std::vector<ModelFaultSet>& fault_sets) {
    const auto fault_free = naive_run(program_, spec_, {}, kNaiveWork);
    if (!fault_free) {
      result_.is_skipped = true;
      return result_;
    }
    auto made = Simulator::create(program_, spec_, {});
    if (!made.ok()) {
      result_.difference = made.error().text() + "\n";
      return result_;
    }
    simulator_.emplace(std::move(made.value()));
    result_.is_vacuous = simulator_->vacuous();
    for (const ModelFaultSet& faults : fault_sets) {
      compare_run(faults, *fault_free);
      if (result_.is_skipped || !result_.difference.empty()) return result_;
    }
    for (const Run& run : runs_) {
      for (const Run& other : runs_) compare_runs(run, other);
    }
    return result_;
  }

 private:
  void differ(const ModelFaultSet& faults, const std::string& what) {
    if (!what.empty()) {
      result_.difference += "under " + text_of(spec_, faults) + ":\n" + what;
    }
  }

  void compare_run(const ModelFaultSet& faults, const NaiveResult& fault_free) {
    auto naive = naive_run(program_, spec_, faults, kNaiveWork);
    if (!naive) {
      result_.is_skipped = true;
      return;
    }
    naive_judge(fault_free, *naive);
    // The order makes sure that judge() cannot read what run() has just left.
    const auto judged = simulator_->judge(faults);
    auto run = simulator_->run(faults);
    if (!judged.ok() || !run.ok()) {
      return differ(faults, (judged.ok() ? run.error() : judged.error()).text() + "\n");
    }
    const auto lines = lines_of(*simulator_, *run);
    differ(faults, difference_of(naive->lines, lines));
    if (*judged != run->verdict()) differ(faults, "  judge() and run() disagree\n");
    auto fresh = Simulator::create(program_, spec_, {});
    auto again = fresh->run(faults);
    if (!again.ok()) return differ(faults, again.error().text() + "\n");
    differ(faults, difference_of(lines, lines_of(*fresh, *again)));
    result_.is_violated |= run->verdict() == RunVerdict::kViolated;
    runs_.push_back(std::move(*run));
  }

  bool is_up(const FaultPlan& plan, NodeIndex node, Time time) const {
    const uint64_t down = plan.down(time);
    if (node != kNoNode) return (down >> node & 1) == 0;
    for (NodeIndex any = 0; any < spec_.nodes.size(); ++any) {
      if ((down >> any & 1) == 0) return true;
    }
    return false;
  }

  bool holds(const Firing& firing, const Run& run, const FaultPlan& plan) const {
    if (firing.step != Firing::Step::kAggregate) {
      const bool is_later =
          simulator_->program().rules[firing.rule].timing != Rule::Timing::kDeductive;
      if (!is_up(plan, firing.location, firing.head.time - (is_later ? 1 : 0))) {
        return false;
      }
    }
    const Delivery& delivery = firing.delivery;
    return std::all_of(firing.premises.begin(), firing.premises.end(),
                       [&](const Goal& goal) { return run.holds(goal); }) &&
           std::all_of(firing.absences.begin(), firing.absences.end(),
                       [&](const Absence& absence) { return run.holds(absence); }) &&
           (!firing.has_delivery ||
            plan.arrives(delivery.from, delivery.to, delivery.time));
  }

  bool holds(const Reason& reason, const Run& run, const FaultPlan& plan) const {
    switch (reason.kind) {
      case Reason::Kind::kAbsent:
        return run.holds(reason.absence);
      case Reason::Kind::kPresent:
        return run.holds(reason.goal);
      case Reason::Kind::kLost:
        return !plan.arrives(reason.delivery.from, reason.delivery.to,
                             reason.delivery.time);
      case Reason::Kind::kDown:
        return !is_up(plan, reason.node, reason.time);
      case Reason::Kind::kNotFailed:
        break;
    }
    return plan.crash_time(reason.node) != reason.time;
  }

  /// What the run shows must hold in the other, wherever its premises do.
  void compare_runs(const Run& run, const Run& other) {
    FaultPlan plan(spec_);
    if (!plan.set(other.faults()).ok()) return;
    std::set<Absence> absences;
    for (const Goal& goal : goals_of(*simulator_, run)) {
      ++result_.tuples;
      size_t firings = 0;
      run.firings_of(goal, [&](const Firing& firing) {
        ++firings;
        ++result_.firings;
        absences.insert(firing.absences.begin(), firing.absences.end());
        if (holds(firing, other, plan) && !has(other, firing)) {
          differ(run.faults(), fmt::format("  a firing does not hold under {}: {}\n",
                                           text_of(spec_, other.faults()),
                                           text_of(*simulator_, firing)));
        }
      });
      if (firings == 0 && !run.is_fact(goal)) {
        differ(run.faults(),
               "  nothing derives " + simulator_->to_text(goal.tuple) + "\n");
      }
    }
    add_missing(run, other, absences);
    close_over_refutations(run, absences);
    for (const Absence& absence : absences) check_refutation(run, other, plan, absence);
  }

  bool has(const Run& run, const Firing& firing) const {
    bool found = false;
    const std::string text = text_of(*simulator_, firing);
    run.firings_of(firing.head, [&](const Firing& other) {
      found |= text_of(*simulator_, other) == text;
    });
    return found;
  }

  /// What the other run has and this one has not.
  void add_missing(const Run& run, const Run& other, std::set<Absence>& absences) {
    for (const Goal& goal : goals_of(*simulator_, other)) {
      if (run.holds(goal)) continue;
      const auto values = simulator_->values_of(goal.tuple);
      absences.insert(
          {simulator_->pattern(simulator_->relation_of(goal.tuple),
                               std::vector<Value>(values.begin(), values.end())),
           goal.time,
           {}});
    }
  }

  void close_over_refutations(const Run& run, std::set<Absence>& absences) {
    std::vector<Absence> work(absences.begin(), absences.end());
    while (!work.empty() && absences.size() < 2000) {
      const Absence absence = std::move(work.back());
      work.pop_back();
      for (const auto& clause : run.why_absent(absence).clauses) {
        for (const Reason& reason : clause) {
          if (reason.kind == Reason::Kind::kAbsent && run.holds(reason.absence) &&
              absences.insert(reason.absence).second) {
            work.push_back(reason.absence);
          }
        }
      }
    }
  }

  void check_refutation(const Run& run, const Run& other, const FaultPlan& plan,
                        const Absence& absence) {
    ++result_.absences;
    FaultPlan own(spec_);
    if (!own.set(run.faults()).ok()) return;
    bool holds_there = true;
    for (const auto& clause : run.why_absent(absence).clauses) {
      if (clause.empty()) {
        differ(run.faults(), "  a clause without a reason\n");
      }
      bool any = false;
      for (const Reason& reason : clause) {
        any |= holds(reason, other, plan);
        if (!holds(reason, run, own)) {
          differ(run.faults(),
                 "  a reason does not hold: " + text_of(*simulator_, reason) + " of no " +
                     text_of(*simulator_, absence) + "\n");
        }
      }
      holds_there &= any;
    }
    if (holds_there && !other.holds(absence)) {
      differ(run.faults(),
             fmt::format("  a refutation does not hold under {}: no {}\n",
                         text_of(spec_, other.faults()), text_of(*simulator_, absence)));
    }
  }

  const Program& program_;
  const FailureSpec& spec_;
  std::optional<Simulator> simulator_;
  std::vector<Run> runs_;
  Comparison result_;
};

}  // namespace

Comparison compare(const Program& program, const FailureSpec& spec,
                   const std::vector<ModelFaultSet>& fault_sets) {
  return Comparer(program, spec).run(fault_sets);
}

Comparison compare(const RandomModel& model) {
  const auto program = model.program();
  if (program.ok()) return compare(*program, model.spec, model.fault_sets);
  Comparison skipped;
  skipped.is_skipped = true;
  return skipped;
}

}  // namespace cutset::dedalus
