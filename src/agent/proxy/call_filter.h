// Which call is waited for (CallTrigger of cutset/agent/v1/schedule.proto).
#pragma once

#include <cstdint>
#include <set>
#include <string>

namespace cutset::agent {

struct CallFilter {
  std::string callee;
  std::string caller;  // "" any; a service, or one slot of it ("cart.1")
  /// Who calls from one of these addresses is the caller, unless the call's mark says who
  /// it is.
  std::set<std::string> caller_addresses;
  std::string signature;  // "POST /reserve", with or without placeholders; "" any
  uint64_t nth = 1;       // 1, 2, ...
  bool end = false;       // held is the answer of the nth call, not the call
};

/// Whether an instance's name on proxies ("cart", "cart.1") is of that service or slot.
bool is_of_service(const std::string& name, const std::string& service);

}  // namespace cutset::agent
