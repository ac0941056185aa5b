// What is likely a mistake in a program that is well-formed. Each check has a name, which
// stands in brackets behind its message (docs/dedalus.md lists them).
//
// A warning about what can never happen is certain (possible_times.h, possible_values.h);
// included files may offer more than a program uses, so what they leave unused is no
// mistake.
//
// Thread rule: pure function.
#pragma once

#include <vector>

#include "dedalus/language/parameters.h"
#include "dedalus/language/symbols.h"

namespace cutset::dedalus {

struct WarningInput {
  const Reading& reading;
  const Symbols& symbols;
  const Program& program;
  /// Of the first file; without them nothing is said about nodes and the end of time.
  const std::vector<Parameters>& rows;
};

void find_warnings(const WarningInput& input, Problems& problems);

}  // namespace cutset::dedalus
