// The parts of a certificate: what stands in them (docs/certificates.md), as a packing or
// as a proof that a fresh CaDiCaL writes.
//
// Thread rule: pure functions; `stop` is called from the calling thread.
#pragma once

#include <cstdio>
#include <functional>
#include <string>

#include "base/result.h"
#include "solver/certificate_cone.h"
#include "solver/cut_search.h"
#include "solver/given_sets.h"

namespace cutset::solver {

/// A budget over kinds by number, each once.
struct CertificateBudget {
  uint32_t total = 0xffff'ffff;
  struct Limit {
    uint8_t kind = 0;
    uint32_t most = 0;
  };
  std::vector<Limit> limits;

  const Limit* limit_of(uint8_t kind) const {
    for (const Limit& limit : limits) {
      if (limit.kind == kind) return &limit;
    }
    return nullptr;
  }
};

/// Error, kUsage: no fault of the graph is of such a kind.
Result<CertificateBudget> certificate_budget(const Budget& budget,
                                             const std::vector<std::string>& kinds);

struct CertificatePart {
  const CertificateCone& cone;
  const std::vector<uint8_t>& kinds;  // by slot
  const CertificateBudget& budget;
  const std::vector<std::vector<uint32_t>>& sets;  // listed ones in the cone, as slots
};

/// Disjoint supports, more than the budget can hit; empty if greedy search finds none.
/// A fault that may not be active counts for nothing.
std::vector<std::vector<uint32_t>> packing_of(const CertificatePart& part);

/// Writes the clauses of the proof to `file`. Error: kInterrupted; kInternal, there is a
/// set that is not listed: `missing` has its slots; kInternal, the part is too large.
Status write_proof(const CertificatePart& part, const std::function<bool()>& stop,
                   std::FILE* file, std::vector<uint32_t>& missing);

}  // namespace cutset::solver
