// What in a span says nothing about which call it is: spans of frameworks and sockets,
// attributes that tell of results, places and times, values that are new in each run.
//
// Thread rule: pure functions.
#pragma once

#include <cstdint>
#include <string_view>

namespace cutset::lineage {

/// Connections and name look-ups that a framework shows as calls: "tcp.connect".
bool is_plumbing(std::string_view operation);

/// What an attribute can be to the identity of a call, by its name.
enum class AttributeUse : uint8_t {
  kRequest,  // its name says that it is part of the request: "db.statement", "param.id"
  kUnknown,  // it may be
  kNone,  // results, errors, ids of spans and requests, times, sizes, hosts, ports; and
          // what the signature and the concrete path have already
};
AttributeUse attribute_use(std::string_view name);

/// A UUID, long hex, a long number (a time, a serial number), a date with a time: where
/// such values differ in all siblings, they are more likely made for each request than
/// asked for.
bool looks_generated(std::string_view value);

}  // namespace cutset::lineage
