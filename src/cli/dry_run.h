// What `cutset run` would do, in words: nothing is started.
// Thread rule: pure function.
#pragma once

#include <string>

#include "injector/config.h"

namespace cutset::cli {

std::string dry_run_text(const injector::Config& config);

}  // namespace cutset::cli
