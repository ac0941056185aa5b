// Certificates: the proof, for whoever does not trust this solver, that the minimal cut
// sets of a graph within a budget are exactly those listed (docs/certificates.md;
// solver.md 4.6). `cutset verify` checks them with code of its own (src/verifier).
//
// The root is taken apart into conjuncts; those equal up to the names of their faults
// need one part. A part is a packing (more disjoint supports than the budget has faults),
// or what the verifier can compute itself, or a proof (DRUP): a fresh solve of "a root
// fails, within the budget, and none of the listed sets is in it" that finds nothing.
//
// Thread rule: pure function; `stop` is called from the calling thread.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "base/result.h"
#include "solver/additions.h"
#include "solver/cut_search.h"
#include "solver/given_sets.h"

namespace cutset::solver {

/// What is certified: every minimal cut set of the graph within the budget is one of
/// `sets`, or contains one of those that were violated.
struct CertificateClaim {
  /// What a run has shown: taken for true, with a reference to it.
  struct Shown {
    std::string run;  // as the journal names it
    FaultSet faults;
  };
  Budget budget;
  std::vector<FaultSet> sets;   // minimal cut sets
  std::vector<Shown> violated;  // supersets need no run of their own
  std::vector<Shown> held;      // the graph holds under them: it has what they showed
  std::vector<std::string> assumptions;  // a line each
};

struct CertificateSize {
  uint64_t conjuncts = 0;
  uint64_t parts = 0;
  uint64_t packings = 0;  // of the parts; the others are recomputed, or proofs
  uint64_t recomputed = 0;
};

/// May parts be left to the verifier's own computation? If not, nothing is to be trusted
/// of it but propagation and evaluation, and checking takes longer.
enum class Recomputation { kAllowed, kNever };

/// Writes the certificate of `graph`, as a reader numbers it (certifiable() does that for
/// graphs that come from elsewhere). The file is complete or absent.
/// Errors: kUsage, a kind of the budget is unknown; kInterrupted, `stop` said so;
/// kInternal, a set is missing in `claim` (it is named), or a part is too large.
Result<CertificateSize> write_certificate(
    const FaultGraph& graph, const CertificateClaim& claim,
    const std::function<bool()>& stop, const std::string& path,
    Recomputation recomputation = Recomputation::kAllowed);

/// The graph with all that was learned as a reader of its text would give it: equal goals
/// are one, what the root does not need is gone. Faults keep their numbers.
FaultGraph certifiable(const FaultGraph& graph, const Additions& additions);

/// cutset-dag/1 as text, on disk completely or not at all.
Status write_fault_graph(const FaultGraph& graph, const std::string& path);

/// Of faults, gates, and root: changes whenever one of them does (not weights).
uint64_t digest_of(const FaultGraph& graph);

}  // namespace cutset::solver
