// Where everything listens once the system is up, and what the placeholders of
// cutset.yaml mean. Thread rule: a value; reading is safe from any thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "injector/hosts/instance_book.h"
#include "injector/template_text.h"

namespace cutset::injector {

struct ServiceAddresses {
  std::string listen;  // "host:port" of the service itself
  std::string proxy;   // where callers reach it
  std::string entry;   // like proxy, for the workload
};

struct AddressBook {
  std::map<std::string, ServiceAddresses> services;
  InstanceBook instances;  // where there are several of a service
  std::string otlp;        // "127.0.0.1:4317"; "" where spans are not received

  /// Requires: the service is known.
  const ServiceAddresses& of(const std::string& service) const;
  /// The value of a placeholder; `self` is the service whose command it is, or "".
  std::optional<std::string> value(const std::string& placeholder,
                                   const std::string& self) const;
  Result<std::string> expand(const TemplateText& text, const std::string& self) const;
  Result<std::vector<std::string>> expand(const std::vector<TemplateText>& texts,
                                          const std::string& self) const;
};

std::string host_of(std::string_view address);
std::string port_of(std::string_view address);

}  // namespace cutset::injector
