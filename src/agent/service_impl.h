// The gRPC handlers of the agent (src/proto/cutset/agent/v1/agent.proto): each checks the
// request, then the lease, then calls the part that does the work.
//
// Thread rule: gRPC calls handlers from many threads at once; the parts they use are
// thread-safe.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "agent/lease.h"
#include "agent/network/engine_objects.h"
#include "agent/network/host_network.h"
#include "agent/plan/plans.h"
#include "agent/proxies.h"
#include "agent/supervisor.h"

namespace grpc {
class Service;
}

namespace cutset::agent {

struct Parts {
  std::string state_folder;
  Lease& lease;
  Proxies& proxies;
  Supervisor& supervisor;
  Plans& plans;
  HostNetwork& network;
  EngineClaims& engines;
};

/// The parts must outlive the service.
std::unique_ptr<grpc::Service> make_service(const Parts& parts);

}  // namespace cutset::agent
