// Words that nobody can guess: the lease token, the mark of started processes.
#pragma once

#include <string>

#include "base/result.h"

namespace cutset::agent {

/// 128 random bits from the kernel as 32 hex digits.
Result<std::string> random_word();

}  // namespace cutset::agent
