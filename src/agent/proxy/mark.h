// Our mark on a request: `tracestate: cutset=<run>.<handle>`, or the same as a member of
// `baggage`.
//
// <run> is [A-Za-z0-9._-]{1,64}, <handle> 1 to 16 hex digits: the handle of the caller's
// own invocation, 0 for an entry call (identity/call_id.h).
//
// Thread rule: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "agent/proxy/head.h"

namespace cutset::agent::proxy {

struct Mark {
  std::string run;
  uint64_t parent = 0;

  friend bool operator==(const Mark&, const Mark&) = default;
};

bool is_run_name(std::string_view name);

/// "<run>.<handle>".
std::optional<Mark> parse_mark(std::string_view value);
/// The first `cutset` member of a tracestate or baggage list that is well formed.
std::optional<Mark> find_mark(std::string_view list);
/// From tracestate (several are joined), else from baggage.
std::optional<Mark> find_mark(const RequestHead& head);

/// A tracestate with our member first and the others behind it. Other members are dropped
/// from the right where the list would exceed what the W3C text obliges receivers to take
/// (32 members, 512 bytes): some drop the whole list then, and our mark with it.
std::string tracestate_with(std::string_view others, std::string_view run,
                            uint64_t handle);
/// The baggage with the value of our member replaced; members keep their place.
std::string baggage_with(std::string_view list, std::string_view run, uint64_t handle);

/// How the head of a marked call is changed on its way to the callee.
struct HeadChange {
  std::string run;
  uint64_t handle = 0;
  std::string traceparent;   // added if not empty
  bool drop_expect = false;  // the "100 Continue" was answered by us
};
std::string changed_head(const RequestHead& head, const HeadChange& change);

struct TraceParent {
  std::string trace_id;  // 32 hex digits or ""
  std::string span_id;   // 16 hex digits or ""
};
TraceParent parse_traceparent(std::string_view value);

}  // namespace cutset::agent::proxy
