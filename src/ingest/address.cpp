#include "ingest/address.h"

namespace cutset::ingest {

bool is_host_and_port(const std::string& text) {
  constexpr size_t kMostDigits = 5;
  constexpr int kHighest = 65535;
  const size_t colon = text.rfind(':');
  if (colon == std::string::npos || colon == 0) return false;
  const std::string port = text.substr(colon + 1);
  return !port.empty() && port.size() <= kMostDigits &&
         port.find_first_not_of("0123456789") == std::string::npos &&
         std::stoi(port) <= kHighest;
}

}  // namespace cutset::ingest
