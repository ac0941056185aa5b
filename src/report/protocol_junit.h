// Checks of a protocol model as JUnit XML: a case a row of parameters. Thread rule: pure
// function.
#pragma once

#include <string>
#include <vector>

#include "report/protocol.h"

namespace cutset::report {

/// A row fails if it does not answer as its expect= says; without one, if it is violated.
/// Vacuous and stopped rows are errors, unless they are expected.
std::string protocol_junit(const std::vector<ProtocolCheck>& checks);

}  // namespace cutset::report
