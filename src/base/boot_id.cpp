#include "base/boot_id.h"

#include "base/file.h"
#include "base/text.h"

namespace cutset {

std::string boot_id() {
  const Result<std::string> text = read_file("/proc/sys/kernel/random/boot_id", 256);
  return text.ok() ? std::string(trim(*text)) : "";
}

}  // namespace cutset
