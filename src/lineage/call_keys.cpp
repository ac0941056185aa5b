#include "lineage/call_keys.h"

#include <algorithm>
#include <tuple>

namespace cutset::lineage {

namespace {

using Keys = std::vector<std::string_view>;

bool differ(const Keys& keys) {
  return std::any_of(keys.begin(), keys.end(),
                     [&keys](std::string_view key) { return key != keys.front(); });
}

}  // namespace

/// One attribute of one half of one sibling.
struct KeyFinder::Value {
  NameId name = NameTable::kEmpty;
  bool server = false;
  uint32_t sibling = 0;
  std::string_view text;
};

/// How well an attribute tells the siblings apart.
struct KeyFinder::Candidate {
  int64_t confirmed = 0;  // failed siblings with a later one of equal value
  bool request = false;   // by its name
  int64_t different = 0;  // values
  bool server = false;
  std::string_view name;

  /// The better first.
  friend bool operator<(const Candidate& a, const Candidate& b) {
    return std::tuple(-a.confirmed, !a.request, -a.different, a.server, a.name) <
           std::tuple(-b.confirmed, !b.request, -b.different, b.server, b.name);
  }
};

AttributeUse KeyFinder::use(NameId name) {
  const auto [found, added] = uses_.emplace(name, AttributeUse::kNone);
  if (added) found->second = attribute_use(table_.name(name));
  return found->second;
}

std::vector<std::string_view> KeyFinder::keys(const std::vector<Sibling>& siblings) {
  if (siblings.size() < 2) return {};
  Keys keys(siblings.size());
  for (const std::string& name : named_) {
    for (size_t at = 0; at < siblings.size(); ++at) {
      const Sibling& sibling = siblings[at];
      keys[at] = {};
      if (sibling.client != nullptr) keys[at] = table_.attribute(*sibling.client, name);
      if (keys[at].empty() && sibling.server != nullptr) {
        keys[at] = table_.attribute(*sibling.server, name);
      }
    }
    if (differ(keys)) return keys;
  }
  for (size_t at = 0; at < siblings.size(); ++at) keys[at] = siblings[at].concrete;
  if (differ(keys)) return keys;
  return best(siblings);
}

std::vector<KeyFinder::Value> KeyFinder::values_of(const std::vector<Sibling>& siblings) {
  std::vector<Value> values;
  for (uint32_t at = 0; at < siblings.size(); ++at) {
    for (const bool server : {false, true}) {
      const StoredSpan* const span = server ? siblings[at].server : siblings[at].client;
      if (span == nullptr) continue;
      for (const SpanTable::Attribute& attribute : table_.attributes(*span)) {
        if (use(attribute.key) == AttributeUse::kNone) continue;
        values.push_back({attribute.key, server, at, table_.value(attribute)});
      }
    }
  }
  const auto place = [](const Value& value) {
    return std::tuple(value.name, value.server, value.sibling);
  };
  std::stable_sort(
      values.begin(), values.end(),
      [&place](const Value& a, const Value& b) { return place(a) < place(b); });
  // An attribute that a span has twice: the first counts.
  values.erase(std::unique(values.begin(), values.end(),
                           [&place](const Value& a, const Value& b) {
                             return place(a) == place(b);
                           }),
               values.end());
  return values;
}

std::vector<std::string_view> KeyFinder::best(const std::vector<Sibling>& siblings) {
  size_t clients = 0;
  size_t servers = 0;
  for (const Sibling& sibling : siblings) {
    clients += sibling.client != nullptr ? 1 : 0;
    servers += sibling.server != nullptr ? 1 : 0;
  }
  Keys keys;
  Candidate chosen;
  const std::vector<Value> values = values_of(siblings);
  std::vector<Value> sorted;
  for (size_t begin = 0, end = 0; begin < values.size(); begin = end) {
    const Value& first = values[begin];
    while (end < values.size() && values[end].name == first.name &&
           values[end].server == first.server) {
      ++end;
    }
    // One that only some have tells of what became of them.
    if (end - begin != (first.server ? servers : clients) || end - begin < 2) continue;
    Candidate candidate;
    candidate.request = use(first.name) == AttributeUse::kRequest;
    candidate.server = first.server;
    candidate.name = table_.name(first.name);
    sorted.assign(values.begin() + static_cast<std::ptrdiff_t>(begin),
                  values.begin() + static_cast<std::ptrdiff_t>(end));
    std::stable_sort(sorted.begin(), sorted.end(),
                     [](const Value& a, const Value& b) { return a.text < b.text; });
    for (size_t at = 0; at < sorted.size(); ++at) {
      const bool again = at + 1 < sorted.size() && sorted[at + 1].text == sorted[at].text;
      candidate.different += again ? 0 : 1;
      candidate.confirmed += again && siblings[sorted[at].sibling].failed ? 1 : 0;
    }
    if (candidate.different < 2) continue;
    if (!candidate.request && candidate.different == static_cast<int64_t>(end - begin) &&
        std::all_of(sorted.begin(), sorted.end(),
                    [](const Value& value) { return looks_generated(value.text); })) {
      continue;
    }
    if (!keys.empty() && !(candidate < chosen)) continue;
    chosen = candidate;
    keys.assign(siblings.size(), {});
    for (const Value& value : sorted) keys[value.sibling] = value.text;
  }
  return keys;
}

}  // namespace cutset::lineage
