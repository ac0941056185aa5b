// Instances of a HostSet as agents have to know them; private to hosts/.
//
// Thread rule: pure functions.
#pragma once

#include "cutset/agent/v1/schedule.pb.h"

#include "base/result.h"
#include "injector/config.h"
#include "injector/hosts/instance_book.h"

namespace cutset::injector {

/// What an agent calls the proxy of an instance, and in `cutset run` its process: calls
/// to a service with one instance are identified by the service's name.
std::string proxy_name(const ServiceConfig& service, int slot);

/// Whether it asks for `${self.data}`.
bool wants_data(const ServiceConfig& service);

/// Name, address and port; no `kind`.
agent::v1::Instance located_instance(const InstanceKey& key, const InstancePlace& place);

/// Error: a placeholder that names nothing.
Result<agent::v1::ProcessInstance> process_instance(const ServiceConfig& service,
                                                    const InstanceKey& key,
                                                    const InstanceBook& book);

}  // namespace cutset::injector
