// The identity of a call: the same bytes in the agent's proxy and in a trace file.
//
//   identity = point ( " > " point )*            from the entry to the call
//   point    = callee ":" signature [ "{" key "}" ] "#" ordinal
//
// Example: `gateway:POST /orders#1 > orders:POST /orders#1 > stock:GET /items/:id{7}#2`
// is the second attempt to get item 7 from stock, made by the handler of orders that the
// gateway called.
//
// Rules (docs/concepts/identity.md):
// - signature is `METHOD route`; segments of digits, UUIDs and long hex are placeholders
//   (identity/signature.h).
// - key tells equal siblings apart that differ in path, query or body; absent where
// nothing differs.
// - ordinal counts, from 1, the attempts of equal points (callee, signature, key) under
// one parent;
//   "#*" (ordinal 0) stands for every attempt.
// - The characters '>', '#', '{', '}', '%' and controls inside a callee, signature or key
// are written %XX; so is ':' inside a callee ("10.0.0.1%3A8080": an address stands for a
// service that is not known).
//
// Thread rule: values, no shared state.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace cutset::identity {

struct Point {
  std::string callee;     // service name
  std::string signature;  // "GET /items/:id"
  std::string key;        // "" where equal siblings do not differ
  uint32_t ordinal = 1;   // 0: every attempt

  /// The text form of one point.
  std::string text() const;
  /// The text form without "#ordinal": equal for all attempts of one call.
  std::string text_without_ordinal() const;

  friend bool operator==(const Point&, const Point&) = default;
};

/// Error: bad_input, naming the column of the first character that does not fit.
Result<Point> parse_point(std::string_view text);

struct CallId {
  std::vector<Point> points;  // never empty; [0] is the entry call

  std::string text() const;
  /// The id of the caller's own invocation; requires points.size() > 1.
  CallId parent() const;

  friend bool operator==(const CallId&, const CallId&) = default;
};

Result<CallId> parse_call_id(std::string_view text);

/// The handle by which a call is named on the wire (`tracestate: cutset=<run>.<handle>`):
/// chained, so that a proxy derives it from the propagated parent alone. The parent of an
/// entry call is 0.
///   handle(call) = fnv64( hex16(handle(parent)) + " > " + point.text() )
uint64_t call_handle(uint64_t parent_handle, const Point& point);
uint64_t call_handle(const CallId& id);

}  // namespace cutset::identity
