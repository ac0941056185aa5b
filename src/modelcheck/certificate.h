// The proof that a check left nothing out, in files: the graph that was searched and its
// certificate (solver/certificate.h). Thread rule: pure function; `stop` is called from
// the calling thread.
#pragma once

#include <functional>
#include <string>

#include "base/result.h"
#include "campaign/lineage_campaign.h"
#include "report/protocol.h"

namespace cutset::modelcheck {

/// Writes the certificate to `path` and the graph to `path`.dag, and notes both in
/// `check`. Requires: check.complete, the summary of its search.
/// Error: a file cannot be written; interrupted.
Status write_certificate(const campaign::LineageSummary& summary,
                         const std::function<bool()>& stop, const std::string& path,
                         report::ProtocolCheck& check);

}  // namespace cutset::modelcheck
