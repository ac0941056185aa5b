#include "campaign/lineage_certificate.h"

#include "solver/graph_text.h"

namespace cutset::campaign {

Result<solver::CertificateSize> certify_search(const LineageSummary& summary,
                                               const FaultSpace& space,
                                               const CertificatePaths& paths,
                                               const std::function<bool()>& stop) {
  if (summary.status != LineageStatus::kExhausted) {
    return Error::usage("only a search that came to its end has a certificate");
  }
  const solver::FaultGraph graph =
      solver::certifiable(summary.graph, solver::Additions(summary.graph.dag));
  solver::CertificateClaim claim;
  if (space.crashes > 0) claim.budget.kinds = {{"crash", space.crashes}};
  for (const LineageSummary::Shown& shown : summary.violated) {
    claim.violated.push_back({shown.run, shown.faults});
  }
  for (const LineageSummary::Shown& shown : summary.held) {
    claim.held.push_back({shown.run, shown.faults});
  }
  claim.assumptions = summary.assumptions;
  CUTSET_TRY(solver::write_fault_graph(graph, paths.graph));
  return solver::write_certificate(graph, claim, stop, paths.certificate);
}

}  // namespace cutset::campaign
