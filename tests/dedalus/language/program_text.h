// A checked program as text, for golden files: everything that the evaluator sees.
#pragma once

#include <string>

#include "dedalus/program.h"

namespace cutset::dedalus {

std::string to_text(const Program& program);

}  // namespace cutset::dedalus
