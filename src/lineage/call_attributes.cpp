#include "lineage/call_attributes.h"

namespace cutset::lineage {

namespace {

struct Row {
  std::string_view name;
  Known known;
};

// Of the rows for one thing, the first that a span has counts.
constexpr std::array kRows{
    Row{"http.request.method", Known::kMethod},
    Row{"http.method", Known::kMethod},
    Row{"http.route", Known::kRoute},
    Row{"url.full", Known::kUrl},
    Row{"http.url", Known::kUrl},
    Row{"http.target", Known::kTarget},
    Row{"http.uri", Known::kTarget},
    Row{"url.path", Known::kPath},
    Row{"http.path", Known::kPath},
    Row{"url.query", Known::kQuery},
    Row{"http.response.status_code", Known::kStatus},
    Row{"http.status_code", Known::kStatus},
    Row{"rpc.service", Known::kRpcService},
    Row{"rpc.method", Known::kRpcMethod},
    Row{"db.system.name", Known::kDbSystem},
    Row{"db.system", Known::kDbSystem},
    Row{"db.type", Known::kDbSystem},
    Row{"db.namespace", Known::kDbName},
    Row{"db.name", Known::kDbName},
    Row{"db.instance", Known::kDbName},
    Row{"db.operation.name", Known::kDbOperation},
    Row{"db.operation", Known::kDbOperation},
    Row{"db.collection.name", Known::kDbTable},
    Row{"db.sql.table", Known::kDbTable},
    Row{"db.mongodb.collection", Known::kDbTable},
    Row{"db.query.text", Known::kStatement},
    Row{"db.statement", Known::kStatement},
    Row{"sql.query", Known::kStatement},
    Row{"messaging.system", Known::kMessagingSystem},
    Row{"messaging.destination.name", Known::kMessagingDestination},
    Row{"messaging.destination", Known::kMessagingDestination},
    Row{"peer.service", Known::kPeer},
    Row{"server.address", Known::kAddress},
    Row{"net.peer.name", Known::kAddress},
    Row{"peer.hostname", Known::kAddress},
    Row{"network.peer.address", Known::kAddress},
    Row{"net.peer.ip", Known::kAddress},
    Row{"peer.ipv4", Known::kAddress},
    Row{"server.port", Known::kPort},
    Row{"net.peer.port", Known::kPort},
    Row{"peer.port", Known::kPort},
    Row{"network.peer.port", Known::kPort},
};

}  // namespace

KnownAttributes::KnownAttributes(const SpanTable& table) : table_(table) {
  static_assert(kRows.size() * 2 <= kSlots);
  for (size_t row = 0; row < kRows.size(); ++row) {
    const NameId name = table.names().find(kRows[row].name);
    if (name == NameTable::kNone) continue;
    size_t slot = name % kSlots;
    while (slots_[slot].name != NameTable::kNone) slot = (slot + 1) % kSlots;
    slots_[slot] = {name, static_cast<uint8_t>(row)};
  }
}

KnownValues KnownAttributes::of(const StoredSpan& span) const {
  KnownValues values;
  std::array<uint8_t, static_cast<size_t>(Known::kCount)> rows;
  rows.fill(UINT8_MAX);
  for (const SpanTable::Attribute& attribute : table_.attributes(span)) {
    size_t slot = attribute.key % kSlots;
    while (slots_[slot].name != attribute.key && slots_[slot].name != NameTable::kNone) {
      slot = (slot + 1) % kSlots;
    }
    if (slots_[slot].name == NameTable::kNone || attribute.length == 0) continue;
    const uint8_t row = slots_[slot].row;
    const auto known = static_cast<size_t>(kRows[row].known);
    if (row >= rows[known]) continue;
    rows[known] = row;
    values.values_[known] = table_.value(attribute);
  }
  return values;
}

}  // namespace cutset::lineage
