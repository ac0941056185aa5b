// What the steps of a check share: where they are, what is known, what was found wrong.
// Thread rule: one owner.
#pragma once

#include <string>
#include <vector>

#include "verifier/certificate_checker.h"
#include "verifier/listed_sets.h"

namespace cutset::verifier {

struct CheckContext {
  LineReader& lines;
  const Graph& graph;
  Verdict verdict;
  ListedSets sets;  // behind the first part violated ones as well

  /// It is no certificate.
  Error malformed(std::string message) const {
    return Error::bad_input(std::move(message), lines.name(), lines.line(), 1);
  }
  /// It is one, but this step is wrong; the first one counts. Always succeeds: callers
  /// return it, and the loop over the lines ends.
  Status refuse(std::string found, std::string expected) {
    return refuse({lines.line(), std::move(found), std::move(expected)});
  }
  Status refuse(Refusal refusal) {
    if (!verdict.refusal) verdict.refusal = std::move(refusal);
    return {};
  }
  /// What is left of a line, as an ascending set of faults. False: it was refused.
  Result<bool> faults(Words& words, std::vector<uint32_t>& set);
};

}  // namespace cutset::verifier
