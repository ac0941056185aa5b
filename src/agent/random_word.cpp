#include "agent/random_word.h"

#include <cstdint>

#include <sys/random.h>

#include "base/hash.h"

namespace cutset::agent {

Result<std::string> random_word() {
  uint64_t bits[2];
  if (::getrandom(bits, sizeof bits, 0) != static_cast<ssize_t>(sizeof bits)) {
    return Error::system("cannot read random bytes");
  }
  return hex16(bits[0]) + hex16(bits[1]);
}

}  // namespace cutset::agent
