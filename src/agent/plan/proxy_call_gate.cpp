#include "agent/plan/proxy_call_gate.h"

#include <algorithm>
#include <array>

#include <arpa/inet.h>
#include <fmt/format.h>

#include "agent/plan/instances.h"
#include "agent/plan/process_body.h"
#include "agent/proxies.h"
#include "base/text.h"

namespace cutset::agent {

namespace {

constexpr size_t kLongestSignature = 8192;

/// As the proxies write it; "" if it is no address.
std::string usual_text(const std::string& address) {
  std::array<unsigned char, sizeof(in6_addr)> bytes{};
  std::array<char, INET6_ADDRSTRLEN> text{};
  for (const int family : {AF_INET, AF_INET6}) {
    if (::inet_pton(family, address.c_str(), bytes.data()) == 1)
      return ::inet_ntop(family, bytes.data(), text.data(), text.size());
  }
  return {};
}

Status check_signature(const std::string& signature) {
  const size_t space = signature.find(' ');
  if (signature.empty() ||
      (space != std::string::npos && space > 0 && space + 1 < signature.size() &&
       signature[space + 1] == '/' && signature.size() <= kLongestSignature))
    return {};
  return Error::bad_input(fmt::format(
      "the call \"{}\": a method and a path are expected, as in \"POST /reserve\"; the "
      "proxies see calls of HTTP/1.1, so for gRPC use a `message` with framing http2",
      one_line(signature.substr(0, 200))));
}

}  // namespace

Status ProxyCallGate::check_proxy(const std::string& callee) const {
  const auto opened = proxies_.opened();
  const auto found = opened.find(callee);
  if (found != opened.end() && !found->second.proxy().empty()) return {};
  if (found != opened.end()) {
    return Error::unavailable(fmt::format(
        "calls of {} pass no proxy, as its plan says; give it one, or use a `message`",
        callee));
  }
  std::vector<std::string> names;
  for (const auto& [name, proxy] : opened) {
    if (!proxy.proxy().empty()) names.push_back(name);
  }
  return Error::unavailable(fmt::format(
      "no proxy of \"{}\" is open on this host, so its calls are not seen here; {}",
      one_line(callee),
      names.empty() ? "OpenProxies comes first" : "open are: " + join(names, ", ")));
}

std::set<std::string> ProxyCallGate::addresses_of(const std::string& caller,
                                                  std::string* shared_with) const {
  std::set<std::string> own;
  for (const v1::Instance* instance : instances_.all()) {
    if (!is_of_service(service_name(instance->name()), caller)) continue;
    for (const std::string& address : instance->addresses()) {
      const std::string text = usual_text(address);
      if (!text.empty()) own.insert(text);
    }
  }
  for (const v1::Instance* instance : instances_.all()) {
    if (is_of_service(service_name(instance->name()), caller)) continue;
    for (const std::string& address : instance->addresses()) {
      if (!own.contains(usual_text(address))) continue;
      if (shared_with != nullptr)
        *shared_with = fmt::format("{} of {}", address, text_of(instance->name()));
      return {};
    }
  }
  return own;
}

Status ProxyCallGate::check_caller(const std::string& caller) const {
  if (caller.empty() || !proxies_.armed_run().empty()) return {};
  std::string shared_with;
  if (!addresses_of(caller, &shared_with).empty()) return {};
  if (shared_with.empty()) {
    return Error::bad_input(fmt::format(
        "calls from \"{}\" cannot be told from others: the plan has no address of it; "
        "leave the caller out",
        one_line(caller)));
  }
  return Error::unavailable(fmt::format(
      "calls from {} cannot be told from others: it has the address {}, and no run is "
      "armed whose marks would tell; give it a host of its own, or leave the caller out",
      caller, shared_with));
}

Status ProxyCallGate::check(const v1::CallTrigger& trigger) {
  CUTSET_TRY(check_signature(trigger.signature()));
  if (trigger.nth() == 0)
    return Error::bad_input("the nth call is waited for with nth 0; 1 is the first");
  CUTSET_TRY(check_proxy(trigger.callee()));
  return check_caller(trigger.caller());
}

Status ProxyCallGate::check(const v1::RequestAction& action) {
  CUTSET_TRY(check_signature(action.signature()));
  if (action.nth() == 0 || action.count() == 0) {
    return Error::bad_input(
        fmt::format("calls are failed with nth {} and count {}; 1 is the first call, and "
                    "the least",
                    action.nth(), action.count()));
  }
  CUTSET_TRY(
      identity::fault_mode_of(action.action(), action.status(), action.milliseconds()));
  CUTSET_TRY(check_proxy(action.callee()));
  return check_caller(action.caller());
}

CallFilter ProxyCallGate::filter_of(const std::string& callee, const std::string& caller,
                                    const std::string& signature, uint64_t nth) const {
  CallFilter filter;
  filter.callee = callee;
  filter.caller = caller;
  filter.signature = signature;
  filter.nth = nth;
  if (!caller.empty()) filter.caller_addresses = addresses_of(caller);
  return filter;
}

Result<std::unique_ptr<CallGate::Watch>> ProxyCallGate::watch(
    const v1::CallTrigger& trigger, Reached reached) {
  CallFilter filter =
      filter_of(trigger.callee(), trigger.caller(), trigger.signature(), trigger.nth());
  filter.end = trigger.end();
  return proxies_.watch_call(filter, std::move(reached));
}

Result<std::unique_ptr<CallGate::Watch>> ProxyCallGate::fail(
    const v1::RequestAction& action, Fired fired, std::shared_ptr<Counts> counts) {
  CallPattern pattern;
  pattern.filter =
      filter_of(action.callee(), action.caller(), action.signature(), action.nth());
  pattern.count = action.count();
  CUTSET_ASSIGN(pattern.mode, identity::fault_mode_of(action.action(), action.status(),
                                                      action.milliseconds()));
  return proxies_.fail_calls(pattern, std::move(fired), std::move(counts));
}

}  // namespace cutset::agent
