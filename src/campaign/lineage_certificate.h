// The certificate of a search on a protocol model: that the graph which was searched last
// has no cut set within the specification but supersets of those that were run and
// violated. `cutset verify` checks it (docs/certificates.md).
//
// What it does not prove, and says as assumptions: that the graph is that of the model
// (each firing is a rule of the program; from lineage, one that a run showed).
//
// Thread rule: pure function.
#pragma once

#include <functional>
#include <string>

#include "campaign/lineage_campaign.h"
#include "solver/certificate.h"

namespace cutset::campaign {

struct CertificatePaths {
  std::string graph;        // cutset-dag/1
  std::string certificate;  // of that graph
};

/// Writes both. Error, kUsage: the search was not exhausted; else those of
/// solver::write_certificate.
Result<solver::CertificateSize> certify_search(const LineageSummary& summary,
                                               const FaultSpace& space,
                                               const CertificatePaths& paths,
                                               const std::function<bool()>& stop);

}  // namespace cutset::campaign
