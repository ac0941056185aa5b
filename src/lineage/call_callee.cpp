#include "lineage/call_callee.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "lineage/call_halves.h"

namespace cutset::lineage {

namespace {

constexpr std::string_view kUnknown = "unknown";

/// "post_storage_mongo" of "post_storage_mongo_find_client".
std::string_view store_of(std::string_view operation) {
  constexpr std::array<std::string_view, 10> kStores{
      "mongo", "mongodb",  "memcached", "memcache", "redis",
      "mysql", "postgres", "cassandra", "mc",       "db"};
  operation.remove_suffix(kClientSuffix.size());
  for (size_t begin = 0; begin < operation.size();) {
    const size_t end = std::min(operation.find('_', begin), operation.size());
    const std::string_view word = operation.substr(begin, end - begin);
    if (std::find(kStores.begin(), kStores.end(), word) != kStores.end()) {
      return operation.substr(0, end);
    }
    begin = end + 1;
  }
  return operation;
}

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() > end.size() && text.substr(text.size() - end.size()) == end;
}

using Addresses = std::map<std::string, std::string>;

std::string_view looked_up(const Addresses& addresses, const std::string& address) {
  const auto found = addresses.find(address);
  return found == addresses.end() ? std::string_view() : std::string_view(found->second);
}

/// "http://user@host:80/path" -> "host:80"
std::string_view authority_of(std::string_view url) {
  const size_t scheme = url.find("://");
  if (scheme == std::string_view::npos) return {};
  url.remove_prefix(scheme + 3);
  url = url.substr(0, url.find_first_of("/?#"));
  const size_t at = url.rfind('@');
  return at == std::string_view::npos ? url : url.substr(at + 1);
}

std::string callee_of_client(const SpanTable& table, const Half& client,
                             const Addresses& addresses) {
  const KnownValues& known = client.known;
  std::string_view peer = table.name(client.span->peer);
  if (peer.empty()) peer = known[Known::kPeer];
  const Address address = address_of(known);
  for (const std::string& text : {std::string(peer), address.whole, address.host}) {
    if (const std::string_view service = looked_up(addresses, text); !service.empty()) {
      return std::string(service);
    }
  }
  std::string database = pair_of(known[Known::kDbSystem], known[Known::kDbName]);
  const bool store = !known[Known::kDbSystem].empty();
  // Some tracers name the caller itself as the peer of its own database.
  const bool itself = peer == table.name(client.span->service);
  if (!peer.empty() && !(itself && store)) return std::string(peer);
  if (store) return database;
  if (!known[Known::kRpcService].empty()) return std::string(known[Known::kRpcService]);
  std::string queue =
      pair_of(known[Known::kMessagingSystem], known[Known::kMessagingDestination]);
  if (!queue.empty()) return queue;
  if (!address.whole.empty()) return address.whole;
  const std::string_view operation = table.name(client.span->operation);
  if (const std::string_view method = grpc_method(operation); !method.empty()) {
    return std::string(method.substr(0, method.find('/')));
  }
  if (ends_with(operation, kClientSuffix)) return std::string(store_of(operation));
  return std::string(kUnknown);
}

}  // namespace

std::string callee_of(const SpanTable& table, const Half& client, const Half& server,
                      const Addresses& addresses) {
  if (server.span != nullptr && server.span->service != NameTable::kEmpty) {
    return std::string(table.name(server.span->service));
  }
  return client.span == nullptr ? std::string(kUnknown)
                                : callee_of_client(table, client, addresses);
}

Address address_of(const KnownValues& known) {
  Address address;
  const std::string_view authority = authority_of(known[Known::kUrl]);
  const std::string_view authority_host = authority.substr(0, authority.rfind(':'));
  address.host = known[Known::kAddress];
  if (address.host.empty()) address.host = authority_host;
  address.whole = address.host;
  if (!known[Known::kPort].empty()) {
    address.whole += fmt::format(":{}", known[Known::kPort]);
  } else if (address.host == authority_host) {
    // Clients that were refused often tell the port here only.
    address.whole = authority;
  }
  return address;
}

std::string pair_of(std::string_view first, std::string_view second) {
  if (first.empty() || second.empty()) {
    return std::string(first.empty() ? second : first);
  }
  return fmt::format("{}/{}", first, second);
}

}  // namespace cutset::lineage
