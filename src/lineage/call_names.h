// What a call is called: its callee, its signature, and what of the request the signature
// hides. The same text as the agent's proxy gives wherever the spans know as much
// (docs/concepts/identity.md).
//
// Rules:
// - Callee: call_callee.h.
// - Signature: gRPC "pkg.Service/Method"; HTTP "METHOD /path/:id"; of a database
//   "OPERATION table"; else the operation's name, paths in it with placeholders.
// - The path is the concrete one where a half has it, the callee's first: that is what a
//   proxy in front of the callee sees, and a call keeps its name when the callee is down
//   and only the caller's half is left. A route is used where no path is known.
//
// Thread rule: pure functions.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "lineage/call_attributes.h"
#include "lineage/span_table.h"

namespace cutset::lineage {

struct CallName {
  std::string callee;
  std::string signature;
  std::string method;    // of HTTP; "" if it is none, or unknown
  std::string target;    // concrete, cut; "" if unknown
  std::string concrete;  // identity::RequestShape::concrete
};

constexpr size_t kLongestCallee = 128;
constexpr size_t kLongestSignature = 256;
constexpr size_t kLongestTarget = 256;

CallName name_call(const SpanTable& table, const Half& client, const Half& server,
                   const std::map<std::string, std::string>& addresses);

/// `text` cut to `longest` bytes at most, between characters; what was cut off is
/// replaced by '~' and a hash of the whole, so that different texts stay different.
std::string shortened(std::string_view text, size_t longest);

/// Without blanks at its ends; blanks, controls and line ends inside become one blank.
std::string in_one_line(std::string_view text);

/// 0: none, or no number.
int http_status(std::string_view text);

}  // namespace cutset::lineage
