// Who was called.
//
// The service of the callee's half; else the peer; else the address looked up in
// ExecutionOptions::addresses; else the database as "system/name", the RPC service, the
// message queue as "system/destination", "host:port"; else, of an operation
// "post_storage_mongo_find_client", "post_storage_mongo" (up to the kind of store); else
// "unknown".
//
// Thread rule: pure functions.
#pragma once

#include <map>
#include <string>
#include <string_view>

#include "lineage/call_attributes.h"

namespace cutset::lineage {

std::string callee_of(const SpanTable& table, const Half& client, const Half& server,
                      const std::map<std::string, std::string>& addresses);

struct Address {
  std::string host;
  std::string whole;  // with the port, if that is known
};

/// Where a caller's half says that it called; empty: it does not.
Address address_of(const KnownValues& known);

/// "a/b", or the one that is there.
std::string pair_of(std::string_view first, std::string_view second);

}  // namespace cutset::lineage
