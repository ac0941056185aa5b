// Which boot of which kernel this is: processes that see the same id have the same clock,
// whatever network or container they are in.
//
// Thread rule: free function.
#pragma once

#include <string>

namespace cutset {

/// "" where /proc does not tell it.
std::string boot_id();

}  // namespace cutset
