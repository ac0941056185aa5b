// Checks a certificate of the solver against a graph, line by line
// (docs/certificates.md): that each listed set cuts and is minimal, and that there is no
// other one within the budget.
//
// Shares no code with the solver, which is the point: who trusts this folder and reads
// the statement that it prints need not trust the solver.
//
// Certificates are hostile: memory grows with what was read and with the graph, never
// with a number in the certificate.
// Thread rule: pure functions.
#pragma once

#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "verifier/graph.h"
#include "verifier/line_reader.h"
#include "verifier/part_formula.h"

#include "base/result.h"

namespace cutset::verifier {

/// What a run has shown, taken from the journal without proof.
struct Axiom {
  enum class Type { kViolated, kHeld };
  Type type = Type::kViolated;
  std::string run;
  std::vector<uint32_t> faults;
  int line = 0;
};

/// The first step that is wrong.
struct Refusal {
  int line = 0;
  std::string found;
  std::string expected;
};

struct Verdict {
  std::optional<Refusal> refusal;  // nothing: accepted
  Budget budget;
  std::vector<std::string> assumptions;
  std::vector<Axiom> axioms;
  uint64_t sets = 0;
  uint64_t conjuncts = 0;   // of the root, each covered
  uint64_t packings = 0;    // parts refuted by a packing
  uint64_t supports = 0;    // of all packings
  uint64_t proofs = 0;      // parts refuted by a proof
  uint64_t steps = 0;       // of all proofs
  uint64_t recomputed = 0;  // parts whose cut sets were computed once more
};

/// Of the decision diagram of a part that is computed once more, some 40 bytes each.
constexpr size_t kMostRecomputedNodes = size_t{1} << 20;

/// Error, kBadInput: it is no certificate, with its line; kInterrupted: `stop` said so.
Result<Verdict> check_certificate(LineReader& certificate, const Graph& graph,
                                  const std::function<bool()>& stop = {},
                                  size_t most_nodes = kMostRecomputedNodes);

/// "within 3 faults, 1 crash": "" with no budget.
std::string budget_text(const Budget& budget, const Graph& graph);

}  // namespace cutset::verifier
