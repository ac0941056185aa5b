// Checks one protocol model under one failure specification and explains what it found:
// what `cutset check` and `cutset grade` stand on. The search is campaign's, the runs are
// dedalus', the answer is report's value, in words.
//
//   const dedalus::Diagnosis model = dedalus::diagnose_program({"2pc.ded"});
//   auto rows = dedalus::read_parameters("2pc.ded");
//   auto checked = modelcheck::check_model(*model.program, (*rows)[0], {});
//   fmt::print("{}", report::protocol_text(checked->check, options));
//
// Thread rule: pure functions; callbacks are called on the calling thread.
#pragma once

#include <chrono>
#include <functional>
#include <optional>

#include "base/result.h"
#include "campaign/lineage_campaign.h"
#include "dedalus/language/parameters.h"
#include "dedalus/program.h"
#include "report/protocol.h"

namespace cutset::modelcheck {

enum class SearchKind : uint8_t { kLineage, kExhaustive, kRandom };

struct CheckProgress {
  uint64_t executions = 0;
  size_t findings = 0;
  size_t size = 0;  // of the set that is run
};

struct CheckOptions {
  SearchKind search = SearchKind::kLineage;
  uint64_t seed = 1;  // random
  campaign::Knowledge knowledge = campaign::Knowledge::kAuto;
  bool stop_at_first = false;
  bool use_symmetry = true;
  std::optional<std::chrono::milliseconds> time_limit;
  std::optional<uint64_t> max_executions;
  uint64_t max_tuples = 1'000'000;  // of one run
  size_t most_explained = 20;       // findings with story, messages and proofs
  bool proofs = false;              // of the outcomes (HTML needs them)
  bool tables = false;              // every relation at each time
  std::function<bool()> stop;       // may be empty; asked often
  std::function<void(const CheckProgress&)> progress;  // likewise; before each run
};

struct Checked {
  report::ProtocolCheck check;
  /// With the graph for the certificate; nothing after a blind search.
  std::optional<campaign::LineageSummary> summary;
};

/// Checks the model to the end, to the first finding, or until it is stopped: then what
/// was found is kept (verdict kStopped, or kViolated with complete == false).
/// Errors: the program has no `pre` or `post`, wrong parameters, a run beyond
/// max_tuples; of kind kInternal: an error in cutset.
Result<Checked> check_model(const dedalus::Program& program,
                            const dedalus::Parameters& parameters,
                            const CheckOptions& options);

/// DESIGN's: 0 holds, 1 violated, 2 vacuous, 3 stopped.
int exit_code_of(report::ProtocolVerdict verdict);

}  // namespace cutset::modelcheck
