#include "agent/version.h"

namespace cutset::agent {

const char* version() {
  return CUTSET_VERSION;
}

}  // namespace cutset::agent
