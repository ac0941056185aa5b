// What becomes of a violation: repeated, reduced to its smallest part, written as a
// finding (calls.md 5.3, step 4; DESIGN rule 5).
#include <algorithm>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/check.h"
#include "campaign/campaign.h"
#include "campaign/journal_records.h"
#include "campaign/result_json.h"
#include "identity/call_id.h"

namespace cutset::campaign {

namespace {

constexpr size_t kLargestShownSet = 10;
constexpr size_t kMostModeSets = 256;

std::string service_of(const std::string& handler) {
  return handler.substr(0, handler.find(':'));
}

}  // namespace

bool Campaign::is_accepted_single_point(const FaultSet& faults) const {
  if (faults.size() != 1) return false;
  const auto id = identity::parse_call_id(faults.front().event);
  if (!id.ok()) return false;
  const std::string handler = handler_name(id->points.back());
  return std::any_of(options_.accepted_single_points.begin(),
                     options_.accepted_single_points.end(),
                     [&](const std::string& accepted) {
                       return accepted == handler || accepted == service_of(handler);
                     });
}

Status Campaign::write_finding(Finding finding) {
  finding.good_run = good_run_;
  finding.words = in_words(finding.faults);
  CUTSET_TRY(journal_.append(finding_to_json(finding)));
  observer_->finding(finding);
  summary_.findings.push_back(std::move(finding));
  return {};
}

/// Runs `faults` until it was run `times` in all (one run has been made).
Result<Campaign::Repeated> Campaign::repeat(const FaultSet& faults, Verdict first,
                                            int times, int number,
                                            const std::string& purpose) {
  Repeated repeated;
  for (int i = 1; i < times; ++i) {
    if (stop_) return Error::interrupted("stopped by the user");
    CUTSET_ASSIGN(
        const Done again,
        experiment(number, purpose, faults, fmt::format("run {} of {}", i + 1, times)));
    CUTSET_TRY(learn(again, number, false));
    if (again.fired != faults) continue;
    const bool same = is_broken(again.verdict) == is_broken(first);
    ++(same ? repeated.agreeing : repeated.contrary);
  }
  return repeated;
}

/// What held is run again (DESIGN rule 5): a violation among the repetitions is reported
/// as flaky; a repetition in which something else fired has shown nothing (rule 1).
Status Campaign::repeat_held(const Done& held, int number) {
  const int times = options_.repeat_held;
  CUTSET_ASSIGN(const Repeated repeated,
                repeat(held.fired, held.verdict, times, number, "repeat-held"));
  if (repeated.contrary > 0) {
    Finding finding;
    finding.faults = held.fired;
    for (const Fault& fault : held.fired) finding.alternatives.push_back({fault.mode});
    finding.status = Finding::Status::kFlaky;
    finding.experiment = number;
    finding.run = held.run;
    finding.reproduced = repeated.contrary;
    finding.repetitions = times;
    return write_finding(std::move(finding));
  }
  if (repeated.agreeing == times) return {};
  ++summary_.inconclusive;
  return journal_.append(note_record(fmt::format(
      "experiment {}: {} held in {} of {} runs, something else fired in the others: "
      "inconclusive",
      number, to_text(held.fired), repeated.agreeing, times)));
}

/// Shows that every proper subset holds: by a run under it, or by a run that answers for
/// it (5.1). If one breaks the outcome after all, it is returned in `smaller`.
Result<std::vector<ShownSubset>> Campaign::show_subsets(const FaultSet& faults,
                                                        FaultSet* smaller) {
  std::vector<ShownSubset> shown;
  CHECK(faults.size() <= kLargestShownSet);
  const size_t all = (size_t{1} << faults.size()) - 1;
  for (size_t bits = 1; bits < all; ++bits) {
    FaultSet subset;
    for (size_t i = 0; i < faults.size(); ++i) {
      if ((bits >> i & 1U) != 0) subset.push_back(faults[i]);
    }
    int by = observed_run(model_, subset);
    if (by < 0) by = equivalent_run(model_, subset);
    if (by < 0) {
      const int number = ++summary_.experiments;
      ++summary_.confirmations;
      CUTSET_ASSIGN(const Done done, experiment(number, "subset", subset,
                                                "every proper subset has to hold"));
      CUTSET_TRY(learn(done, number, false));
      summary_.tried.push_back(done.fired);
      // What did not fire shows nothing, unless the run answers for the subset all the
      // same.
      by = observed_run(model_, subset);
      ++summary_.verdicts[by < 0 ? Verdict::kInconclusive : done.verdict];
    }
    const bool broke_alone = by >= 0 &&
                             is_broken(model_.runs()[static_cast<size_t>(by)].verdict) &&
                             model_.runs()[static_cast<size_t>(by)].fired.empty();
    if (by < 0 || broke_alone) {
      ++summary_.inconclusive;
      shown.push_back({subset, "not shown: a run for it was inconclusive"});
      continue;
    }
    const RunView& run = model_.runs()[static_cast<size_t>(by)];
    if (is_broken(run.verdict)) {
      *smaller = run.fired;
      return shown;
    }
    shown.push_back(
        {subset, fmt::format("run r{:04} under {}", by + 1, to_text(run.fired))});
  }
  return shown;
}

Result<Campaign::Step> Campaign::confirm(const Proposal& proposal, Done first,
                                         int number) {
  Finding finding;
  finding.faults = first.fired;
  finding.experiment = number;
  finding.run = first.run;
  finding.repetitions = options_.repeat;
  for (const Fault& fault : finding.faults) {
    std::vector<identity::FaultMode> modes{fault.mode};
    for (size_t i = 0; i < proposal.faults.size(); ++i) {
      if (proposal.faults[i] == fault) modes = proposal.alternatives[i];
    }
    finding.alternatives.push_back(std::move(modes));
  }
  for (const OutcomeResult& outcome : first.result.outcomes) {
    if (outcome.state == OutcomeResult::State::kViolated ||
        outcome.state == OutcomeResult::State::kDidNotRecover) {
      finding.outcomes.push_back(outcome);
    }
  }
  CUTSET_ASSIGN(const Repeated repeated, repeat(finding.faults, first.verdict,
                                                options_.repeat, number, "confirm"));
  finding.reproduced = repeated.agreeing;
  if (finding.reproduced < finding.repetitions) {
    finding.status = Finding::Status::kFlaky;
    state_.planned.push_back(finding.faults);
    CUTSET_TRY(write_finding(std::move(finding)));
    return Step::kGoOn;
  }
  FaultSet smaller;
  CUTSET_ASSIGN(finding.subsets, show_subsets(finding.faults, &smaller));
  if (!smaller.empty()) {
    // A part of it breaks the outcome too: that part is the finding, if it is not one
    // already.
    state_.planned.push_back(finding.faults);
    const bool known = std::find(state_.violated.begin(), state_.violated.end(),
                                 smaller) != state_.violated.end();
    if (known) return Step::kGoOn;
    Proposal part;
    part.faults = smaller;
    for (const Fault& fault : smaller) part.alternatives.push_back({fault.mode});
    return try_faults(part, "confirm");
  }
  state_.violated.push_back(finding.faults);
  finding.accepted = is_accepted_single_point(finding.faults);
  CUTSET_TRY(write_finding(std::move(finding)));
  if (!options_.stop_at_first) return Step::kGoOn;
  summary_.status = CampaignStatus::kStopped;
  summary_.why = "stopped at the first finding, as asked for";
  return Step::kEnd;
}

Result<bool> Campaign::already_shown(const Proposal& proposal) {
  if (!proposal.predicted_broken) return false;
  // Any mode of each fault's kind may be the one that a callee has shown by itself.
  std::vector<FaultSet> sets{{}};
  for (size_t i = 0; i < proposal.faults.size(); ++i) {
    std::vector<FaultSet> longer;
    for (const FaultSet& set : sets) {
      for (const identity::FaultMode& mode : proposal.alternatives[i]) {
        longer.push_back(set);
        longer.back().push_back({proposal.faults[i].event, mode});
      }
    }
    sets = std::move(longer);
    if (sets.size() > kMostModeSets) return false;
  }
  for (const FaultSet& faults : sets) {
    const int by = equivalent_run(model_, faults);
    if (by < 0 || !is_broken(model_.runs()[static_cast<size_t>(by)].verdict)) continue;
    const FaultSet& fired = model_.runs()[static_cast<size_t>(by)].fired;
    const auto shown = std::find_if(
        summary_.findings.begin(), summary_.findings.end(),
        [&fired](const Finding& finding) {
          return finding.faults == fired && finding.status == Finding::Status::kConfirmed;
        });
    if (shown == summary_.findings.end()) continue;
    Finding finding = *shown;
    finding.faults = make_fault_set(faults);
    finding.alternatives = proposal.alternatives;
    FaultSet smaller;
    CUTSET_ASSIGN(finding.subsets, show_subsets(finding.faults, &smaller));
    if (!smaller.empty()) continue;
    finding.shown_by = to_text(fired);
    finding.accepted = is_accepted_single_point(finding.faults);
    state_.violated.push_back(finding.faults);
    CUTSET_TRY(write_finding(std::move(finding)));
    return true;
  }
  return false;
}

}  // namespace cutset::campaign
