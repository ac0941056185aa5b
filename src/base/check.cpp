#include "base/check.h"

#include <cstdio>
#include <cstdlib>

namespace cutset {

void check_failed(const char* condition, const char* file, int line) {
  std::fprintf(stderr, "%s:%d: internal error: CHECK(%s) failed\n", file, line,
               condition);
  std::fflush(stderr);
  std::abort();
}

}  // namespace cutset
