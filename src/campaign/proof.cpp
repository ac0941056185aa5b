#include "campaign/proof.h"

#include <algorithm>

#include <fmt/format.h>

#include "solver/certificate.h"
#include "solver/dag_evaluator.h"

namespace cutset::campaign {

namespace {

using solver::CertificateClaim;
using solver::FaultId;

/// Ascending; nullopt where a fault cannot be chosen (any more).
std::optional<std::vector<FaultId>> numbers_of(const FaultSet& faults,
                                               const QueryFaults& choice) {
  std::optional<std::vector<FaultId>> numbers = choice.find(faults);
  if (numbers) std::sort(numbers->begin(), numbers->end());
  return numbers;
}

std::string run_name(size_t run) {
  return fmt::format("r{:04}", run + 1);
}

/// Findings that turned out to be one are merged: what is left of the others is their
/// run.
std::string violating_run(const FaultSet& faults, const Model& model,
                          const std::vector<Finding>& findings) {
  for (const Finding& finding : findings) {
    if (finding.faults == faults) return finding.run;
  }
  for (size_t run = 0; run < model.runs().size(); ++run) {
    const RunView& view = model.runs()[run];
    if (is_broken(view.verdict) && view.fired == faults) return run_name(run);
  }
  return "unknown";
}

std::vector<CertificateClaim::Shown> violated_sets(const Model& model,
                                                   const QueryState& state,
                                                   const std::vector<Finding>& findings,
                                                   const QueryFaults& choice) {
  std::vector<CertificateClaim::Shown> result;
  for (const FaultSet& faults : state.violated) {
    const auto numbers = numbers_of(faults, choice);
    if (!numbers) continue;
    result.push_back({violating_run(faults, model, findings), *numbers});
  }
  return result;
}

/// What fired in each run, the violated ones apart: the graph has what they delivered.
std::vector<CertificateClaim::Shown> held_sets(const Model& model,
                                               const solver::FaultGraph& graph,
                                               const QueryFaults& choice) {
  std::vector<CertificateClaim::Shown> result;
  const solver::Parents parents(graph.dag);
  solver::DagEvaluator evaluator(graph.dag, parents);
  for (size_t run = 0; run < model.runs().size(); ++run) {
    const RunView& view = model.runs()[run];
    if (is_broken(view.verdict)) continue;
    const auto numbers = numbers_of(view.fired, choice);
    // A run that contradicts itself (it fired on what it delivered too) shows nothing.
    if (!numbers || evaluator.cuts(*numbers)) continue;
    result.push_back({run_name(run), *numbers});
  }
  return result;
}

}  // namespace

Result<Proof> write_proof(const Model& model, const Candidates& candidates,
                          const QueryState& state, const std::vector<Finding>& findings,
                          const std::vector<std::string>& assumptions,
                          const std::function<bool()>& stop, const std::string& folder) {
  CUTSET_ASSIGN(const Composition composition, compose(model, candidates));
  const QueryFaults faults(model, composition);
  QueryState without_violated = state;
  without_violated.violated.clear();
  // As whoever reads the file will number its gates.
  solver::FaultGraph graph = query_graph(model, composition, faults, without_violated);
  graph = solver::certifiable(graph, solver::Additions(graph.dag));
  CertificateClaim claim;
  claim.budget.total = static_cast<uint32_t>(state.budget);
  claim.assumptions = assumptions;
  for (const FaultSet& planned : state.planned)
    claim.assumptions.push_back("tried, and not judged: " + to_text(planned));
  claim.violated = violated_sets(model, state, findings, faults);
  claim.held = held_sets(model, graph, faults);
  Proof proof;
  proof.graph = fmt::format("{}/{}", folder, kFinalGraph);
  proof.certificate = fmt::format("{}/{}", folder, kFinalCertificate);
  proof.verify = fmt::format("cutset verify {} {} --journal {}/journal.jsonl",
                             proof.certificate, proof.graph, folder);
  CUTSET_TRY(solver::write_fault_graph(graph, proof.graph));
  CUTSET_TRY(solver::write_certificate(graph, claim, stop, proof.certificate));
  return proof;
}

}  // namespace cutset::campaign
