// How a campaign ends: its findings settled, what was covered and under which
// assumptions, the end record (calls.md 5.3, step 5).
#include <algorithm>
#include <set>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "campaign/campaign.h"
#include "campaign/exhaustive_count.h"
#include "campaign/journal_records.h"
#include "campaign/proof.h"

namespace cutset::campaign {

namespace {

constexpr size_t kMostPredictions = 100'000;

}  // namespace

/// What is one kind is known only at the end: each finding is given the modes of its
/// faults' kinds as they are now, and findings that differ in nothing but modes of one
/// kind are one.
void Campaign::settle_findings() {
  if (model_.runs().empty()) return;
  const Result<Composition> composition = compose(model_, candidates_);
  if (!composition.ok()) return;
  std::map<std::string, const ComposedEvent*> events;
  for (const ComposedEvent& event : composition->events) events[event.event] = &event;
  std::vector<Finding> settled;
  for (Finding& finding : summary_.findings) {
    for (size_t i = 0; i < finding.faults.size(); ++i) {
      const Fault& fault = finding.faults[i];
      const auto event = events.find(fault.event);
      if (event == events.end()) continue;
      for (const Kind& kind : event->second->kinds) {
        if (std::find(kind.modes.begin(), kind.modes.end(), fault.mode) !=
            kind.modes.end()) {
          finding.alternatives[i] = kind.modes;
        }
      }
    }
    const bool repeated =
        std::any_of(settled.begin(), settled.end(), [&](const Finding& other) {
          if (other.status != finding.status ||
              other.faults.size() != finding.faults.size()) {
            return false;
          }
          for (size_t i = 0; i < finding.faults.size(); ++i) {
            if (other.faults[i].event != finding.faults[i].event ||
                other.alternatives[i] != finding.alternatives[i]) {
              return false;
            }
          }
          return true;
        });
    if (!repeated) settled.push_back(std::move(finding));
  }
  summary_.findings = std::move(settled);
}

void Campaign::count_calls() {
  std::set<std::string> calls;
  for (const RunView& run : model_.runs()) {
    for (const InvocationView& invocation : run.invocations) {
      calls.insert(model_.vocabulary().positions.text(invocation.position));
    }
  }
  if (!model_.runs().empty()) {
    if (const auto composed = compose(model_, candidates_); composed.ok()) {
      summary_.candidates = composed->events.size();
      for (const ComposedEvent& event : composed->events) calls.insert(event.event);
    }
    summary_.calls = calls.size();
    const ExhaustiveCount count =
        count_exhaustive(model_, candidates_, options_.faults.budget, kMostPredictions);
    summary_.exhaustive = count.experiments;
    summary_.exhaustive_is_lower_bound = count.lower_bound;
  }
}

void Campaign::state_assumptions() {
  if (options_.compose) {
    summary_.assumptions.push_back(
        "composition: a handler is a function of its callees' answers (and of the calls' "
        "effects, as counted); "
        "state kept elsewhere (a cache, a circuit breaker) is not seen");
    summary_.assumptions.push_back(
        "kinds of failure: modes to which a caller reacted alike once stay alike");
  }
  summary_.assumptions.push_back(
      fmt::format("determinism: a run repeats ({} fault-free runs agreed)",
                  options_.fault_free_runs));
  summary_.assumptions.push_back(
      fmt::format("budget: at most {} faults at a time", options_.faults.budget));
}

void Campaign::state_end() {
  if (summary_.status == CampaignStatus::kExhausted && summary_.candidates == 0) {
    // Nothing was tried: that is no pass.
    ++summary_.vacuous;
    summary_.statement =
        "Vacuous: no call was seen that could be faulted. Do the services reach each "
        "other "
        "by ${services.NAME.address}, and does the workload reach the entry?";
  } else if (summary_.status == CampaignStatus::kExhausted) {
    summary_.statement = fmt::format(
        "Every fault set of up to {} faults on {} calls leads, by the observed "
        "reactions, to a state that was "
        "observed and judged, or contains a reported one.",
        options_.faults.budget, summary_.candidates);
    if (summary_.inconclusive > 0) {
      summary_.statement +=
          fmt::format(" Except {} that were inconclusive.", summary_.inconclusive);
    }
  } else {
    summary_.statement = "Not finished: " + summary_.why;
  }
}

/// Says how to check the statement. Without a proof the campaign ends all the same, and
/// says why there is none.
void Campaign::prove_end() {
  if (options_.folder.empty() || summary_.status != CampaignStatus::kExhausted ||
      summary_.candidates == 0) {
    return;
  }
  const Result<Proof> proof = write_proof(
      model_, candidates_, state_, summary_.findings, summary_.assumptions,
      [this] { return stop_.load(); }, options_.folder);
  if (proof.ok()) {
    summary_.proof = *proof;
    summary_.statement += " Check it with: " + proof->verify;
  } else {
    summary_.statement += " It is not proved: " + proof.error().text() + ".";
  }
}

Status Campaign::write_end() {
  settle_findings();
  count_calls();
  if (!overheads_.empty()) {
    std::nth_element(overheads_.begin(),
                     overheads_.begin() + static_cast<long>(overheads_.size() / 2),
                     overheads_.end());
    summary_.overhead_ns = overheads_[overheads_.size() / 2];
  }
  state_assumptions();
  state_end();
  prove_end();
  // A journal that stopped fitting cannot take its end either: the first error is the one
  // to report.
  if (journal_.replaying()) return {};
  const auto elapsed = std::chrono::steady_clock::now() - begin_;
  return journal_.append(end_record(summary_, options_.faults.budget, elapsed.count()));
}

}  // namespace cutset::campaign
