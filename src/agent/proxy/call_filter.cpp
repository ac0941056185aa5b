#include "agent/proxy/call_filter.h"

#include <algorithm>

#include <fmt/format.h>

namespace cutset::agent {

bool is_of_service(const std::string& name, const std::string& service) {
  if (!name.starts_with(service)) return false;
  if (name.size() == service.size()) return true;
  return name[service.size()] == '.' && name.size() > service.size() + 1 &&
         std::all_of(name.begin() + static_cast<ptrdiff_t>(service.size()) + 1,
                     name.end(), [](char c) { return c >= '0' && c <= '9'; });
}

namespace proxy {

bool passes(const CallFilter& filter, const ArrivedCall& call) {
  if (call.callee != filter.callee) return false;
  if (!filter.signature.empty() && filter.signature != call.signature &&
      filter.signature != call.path)
    return false;
  if (filter.caller.empty()) return true;
  return call.caller.empty() ? filter.caller_addresses.contains(call.address)
                             : is_of_service(call.caller, filter.caller);
}

std::string text_of(const CallFilter& filter, uint64_t number, const ArrivedCall& call) {
  return fmt::format("call {} of {}, {}{}", number, filter.callee, call.path,
                     filter.caller.empty() ? "" : ", from " + filter.caller);
}

}  // namespace proxy

}  // namespace cutset::agent
