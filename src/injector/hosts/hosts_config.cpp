#include "injector/hosts/hosts_config.h"

#include <array>

namespace cutset::injector {

std::string_view kind_name(HostsConfig::Kind kind) {
  constexpr std::array<std::string_view, 5> kNames = {"processes", "namespaces", "docker",
                                                      "swarm", "external"};
  return kNames[static_cast<size_t>(kind)];
}

}  // namespace cutset::injector
