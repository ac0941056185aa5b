// The signature of an HTTP call and the key that tells equal siblings apart (calls.md
// section 1).
//
// signature = "METHOD /path/with/:placeholders", without the query. A segment becomes a
// placeholder when it is all digits (`:id`), a UUID (`:uuid`), or hex of 16 digits or
// more with at least one digit (`:hex`). key material = what the placeholders and the
// query hid, and the digest of the body.
//
// Thread rule: pure functions.
#pragma once

#include <string>
#include <string_view>

namespace cutset::identity {

struct RequestShape {
  std::string signature;  // "GET /items/:id"
  std::string concrete;  // "7?full=1": what the placeholders and the query hid, joined by
                         // ','; may be ""
};

/// `target` is the request target as sent ("/items/7?full=1", or an absolute URL).
/// Query parameters are sorted by name, so their order does not matter. Bounded: a target
/// longer than 8 KiB is cut.
RequestShape request_shape(std::string_view method, std::string_view target);

}  // namespace cutset::identity
