// The gRPC handlers of the contract's Capture (src/proto/cutset/agent/v1/capture.proto).
//
// Thread rule: gRPC calls handlers from many threads at once; the parts are thread-safe.
#pragma once

#include <memory>

#include "agent/captures.h"
#include "agent/lease.h"

namespace grpc {
class Service;
}

namespace cutset::agent {

/// The parts must outlive the service.
std::unique_ptr<grpc::Service> make_capture_service(Lease& lease, Captures& captures);

}  // namespace cutset::agent
