// Which spans of a trace are halves of a call, and which two are one call (traces.md
// section 1, calls.md section 4).
//
// The callee's half is a span that
// - has another service than its parent, whatever its kind (databases often have a
//   service and a span of kind client; many tracers have no kinds at all), or
// - is of kind server under a client of its own service, of kind consumer under a
//   producer, or has the id of its parent (Zipkin's shared spans), or
// - is a root of no kind, of kind server, consumer or internal: the caller is outside. A
//   root of kind client or producer below which its service makes more calls is a job:
//   the callee's half of an entry call, besides what else it is.
//
// The caller's half is a span
// - of kind client or producer, or one without a kind whose operation says that it is a
//   call (hint_of),
// - that is no plumbing, and does not only wrap other callers' halves of its service (an
//   SDK around an HTTP client: the innermost is the call).
// One that is a callee's half too must have a callee or a peer of its own.
//
// A callee's half belongs to the nearest caller's half above it in the caller's service.
// One caller's half with several callees' halves makes as many calls. All other spans are
// collapsed.
//
// Thread rule: values; pure functions. Cost: linear.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "lineage/span_table.h"
#include "lineage/trace_tree.h"

namespace cutset::lineage {

struct CallHalves {
  int client = -1;   // index into TraceTree::spans; -1: not seen
  int server = -1;   // likewise; not both are -1
  int handler = -1;  // likewise: the callee's half of the call that made this one; -1:
                     // the caller is outside
  int parent = -1;   // index into FoundCalls::calls: that call
  bool follows_from = false;  // by the word of a span between handler and callee
};

struct FoundCalls {
  std::vector<CallHalves> calls;  // parents first, by content only
  int64_t collapsed = 0;          // spans
};

FoundCalls find_calls(const SpanTable& table, const TraceTree& tree);

/// What the operation of a span without a kind says.
enum class Hint : uint8_t {
  kNothing,
  kCall,    // "compose_post_client"
  kMethod,  // a gRPC method: of a caller if there is a callee below it, else the name of
            // something inside the service ("pkg.ServiceImpl/method")
};
Hint hint_of(std::string_view operation);

/// "pkg.Service/Method" from "/pkg.Service/Method", "grpc.pkg.Service/Method" and the
/// like; "": the operation is none.
std::string_view grpc_method(std::string_view operation);

constexpr std::string_view kClientSuffix = "_client";
constexpr std::string_view kServerSuffix = "_server";

}  // namespace cutset::lineage
