#include "modelcheck/certificate.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/check.h"
#include "solver/certificate.h"

namespace cutset::modelcheck {

using campaign::LineageSummary;

Status write_certificate(const LineageSummary& summary, const std::function<bool()>& stop,
                         const std::string& path, report::ProtocolCheck& check) {
  CHECK(check.complete);
  const solver::FaultGraph graph =
      solver::certifiable(summary.graph, solver::Additions(summary.graph.dag));
  solver::CertificateClaim claim;
  const std::vector<std::string>& kinds = graph.faults.kinds();
  if (std::find(kinds.begin(), kinds.end(), "crash") != kinds.end())
    claim.budget.kinds = {{"crash", check.crashes}};
  claim.assumptions = summary.assumptions;
  for (const LineageSummary::Shown& shown : summary.violated)
    claim.violated.push_back({shown.run, shown.faults});
  for (const LineageSummary::Shown& shown : summary.held)
    claim.held.push_back({shown.run, shown.faults});
  const std::string graph_path = path + ".dag";
  CUTSET_TRY(solver::write_fault_graph(graph, graph_path));
  const Result<solver::CertificateSize> written =
      solver::write_certificate(graph, claim, stop, path);
  if (!written.ok()) return written.error();
  check.certificate = path;
  check.verify = fmt::format("cutset verify {} {}", path, graph_path);
  return {};
}

}  // namespace cutset::modelcheck
