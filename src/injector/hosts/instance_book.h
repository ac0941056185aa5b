// Where each instance ("service/slot") runs and listens, and what the placeholders of
// its command mean.
//
//   self.slot .host .port .address .name .node .data     of the instance itself
//   services.NAME.SLOT.address .host .port .direct .node  of another; without SLOT: slot
//   0 services.NAME.addresses                               all of them, commas between
//   otlp.address
//
// `address` passes the agent's proxy where the service has one; `direct` never does.
// `host` is an IP address, `node` the name of a host.
//
// Thread rule: a value; reading is safe from any thread.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "base/result.h"
#include "injector/template_text.h"

namespace cutset::injector {

/// Where nobody receives spans an exporter still needs an address; nobody listens on this
/// one.
inline const std::string kNoReceiver = "127.0.0.1:9";

using InstanceKey = std::pair<std::string, int>;  // service, slot

struct InstancePlace {
  std::string node;    // name of its host
  std::string listen;  // "ip:port" where it is reached itself
  std::string proxy;   // "ip:port" of its reverse proxy; "" where it has none
  std::string entry;   // likewise, for the workload
  std::string data;    // a folder of its own; "" where it asked for none
};

class InstanceBook {
 public:
  std::map<InstanceKey, InstancePlace> places;
  std::string otlp;  // "" where spans are not received

  /// Requires: the instance is known.
  const InstancePlace& of(const InstanceKey& instance) const;
  std::optional<std::string> value(const std::string& placeholder,
                                   const InstanceKey& self) const;
  /// Error: a placeholder that is not known.
  Result<std::string> expand(const TemplateText& text, const InstanceKey& self) const;

 private:
  std::optional<std::string> of_self(const std::string& word,
                                     const InstanceKey& self) const;
  std::optional<std::string> of_other(const InstanceKey& other,
                                      const std::string& word) const;
};

/// "redis.0": how an agent calls the instance in its log and status.
std::string instance_service(const InstanceKey& instance);

}  // namespace cutset::injector
