// Which calls are meant (CallTrigger and RequestAction of
// cutset/agent/v1/schedule.proto), and what is known of one that is there.
//
// Thread rule: values, pure functions.
#pragma once

#include <cstdint>
#include <set>
#include <string>

#include "identity/fault_mode.h"

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

/// How the calls from the filter's nth on fail.
struct CallPattern {
  CallFilter filter;
  uint64_t count = 1;  // so many calls; 1, 2, ...
  identity::FaultMode mode;
};

/// Whether an instance's name on proxies ("cart", "cart.1") is of that service or slot.
bool is_of_service(const std::string& name, const std::string& service);

namespace proxy {

struct ArrivedCall {
  std::string callee;
  std::string signature;  // "POST /items/:id"
  std::string path;       // "POST /items/7"
  std::string caller;     // by its mark; "": unknown
  std::string address;    // of the caller
};

bool passes(const CallFilter& filter, const ArrivedCall& call);
/// "call 3 of stock, POST /items/7, from cart".
std::string text_of(const CallFilter& filter, uint64_t number, const ArrivedCall& call);

}  // namespace proxy

}  // namespace cutset::agent
