// What a crash does to a node of a model (dedalus.md section 9, and section 12 item 4).
#pragma once

#include <cstdint>

namespace cutset::dedalus {

enum class CrashModel : uint8_t {
  kSend,  // sends nothing to others, still receives and computes (Molly's)
  kStop,  // receives and computes nothing either
};

}  // namespace cutset::dedalus
