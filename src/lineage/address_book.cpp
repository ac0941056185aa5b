#include "lineage/address_book.h"

#include <algorithm>

#include "lineage/call_attributes.h"
#include "lineage/call_callee.h"

namespace cutset::lineage {

void AddressBook::learn(const SpanTable& table, size_t first) {
  const KnownAttributes known(table);
  for (size_t at = first; at < table.spans().size(); ++at) {
    const StoredSpan& span = table.spans()[at];
    const bool callee = span.kind == SpanKind::kServer || span.shared;
    if (!callee && span.kind != SpanKind::kClient) continue;
    if (span.trace.hash() > threshold_) continue;
    if (callee) {
      if (span.service == NameTable::kEmpty) continue;
      const NameId service = names_.intern(table.name(span.service));
      if (span.parent != 0) keep(callees_, {span.trace, span.parent, service});
      // Tracers that share ids do not all say so.
      keep(callees_, {span.trace, span.id, service});
      continue;
    }
    const std::string address = address_of(known.of(span)).whole;
    if (!address.empty()) keep(callers_, {span.trace, span.id, names_.intern(address)});
  }
}

void AddressBook::keep(std::vector<Half>& halves, const Half& half) {
  if (half.trace.hash() > threshold_) return;
  halves.push_back(half);
  while (callers_.size() + callees_.size() > most_halves_ && threshold_ > 0) {
    forget_half();
  }
}

void AddressBook::forget_half() {
  threshold_ /= 2;
  const auto forget = [this](std::vector<Half>& halves) {
    halves.erase(std::remove_if(
                     halves.begin(), halves.end(),
                     [this](const Half& half) { return half.trace.hash() > threshold_; }),
                 halves.end());
  };
  forget(callers_);
  forget(callees_);
}

std::map<std::string, std::string> AddressBook::addresses() const {
  std::vector<Half> callees = callees_;
  std::sort(callees.begin(), callees.end());
  std::map<NameId, NameId> service_at;  // kEmpty: several
  for (const Half& caller : callers_) {
    const Half wanted{caller.trace, caller.id, NameTable::kEmpty};
    for (auto callee = std::lower_bound(callees.begin(), callees.end(), wanted);
         callee != callees.end() && callee->trace == caller.trace &&
         callee->id == caller.id;
         ++callee) {
      const auto [at, added] = service_at.emplace(caller.name, callee->name);
      if (!added && at->second != callee->name) at->second = NameTable::kEmpty;
    }
  }
  std::map<std::string, std::string> addresses;
  for (const auto& [address, service] : service_at) {
    if (service == NameTable::kEmpty) continue;
    addresses.emplace(names_.text(address), names_.text(service));
  }
  return addresses;
}

}  // namespace cutset::lineage
