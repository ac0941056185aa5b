#include "lineage/span_match.h"

#include <algorithm>
#include <charconv>
#include <initializer_list>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

#include "lineage/call_noise.h"

namespace cutset::lineage {

namespace {

using SpanKey = std::pair<TraceId, SpanId>;

struct Children {
  const StoredSpan* server = nullptr;
  bool has_client =
      false;  // of the same service: the span only wraps another that is the call
};

/// The first of these attributes that the span has: the stable name of something, then
/// those before semantic conventions 1.23.
std::string_view first_of(const SpanTable& table, const StoredSpan& span,
                          std::initializer_list<std::string_view> keys) {
  for (const std::string_view key : keys) {
    const std::string_view value = table.attribute(span, key);
    if (!value.empty()) return value;
  }
  return {};
}

/// 0: none. Some exporters send it as text.
int port_of(std::string_view text) {
  constexpr int kHighest = 65535;
  int port = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), port);
  const bool whole = error == std::errc() && end == text.data() + text.size();
  return whole && port > 0 && port <= kHighest ? port : 0;
}

std::string callee_of(const SpanTable& table, const StoredSpan& span,
                      const Children& children) {
  if (children.server != nullptr && children.server->service != NameTable::kEmpty)
    return std::string(table.name(children.server->service));
  if (span.peer != NameTable::kEmpty) return std::string(table.name(span.peer));
  const std::string_view address =
      first_of(table, span, {"server.address", "net.peer.name"});
  if (address.empty()) return "unknown";
  const int port = port_of(first_of(table, span, {"server.port", "net.peer.port"}));
  return port == 0 ? std::string(address) : fmt::format("{}:{}", address, port);
}

std::string operation_of(const SpanTable& table, const StoredSpan& span,
                         const Children& children) {
  if (children.server != nullptr) {
    const std::string_view method =
        first_of(table, *children.server, {"http.request.method", "http.method"});
    const std::string_view route = first_of(table, *children.server, {"http.route"});
    if (!method.empty() && !route.empty()) return fmt::format("{} {}", method, route);
  }
  return std::string(table.name(span.operation));
}

/// Zero ids where the call's are unknown or no ids.
SpanKey key_of(const Call& call) {
  SpanKey key;
  if (!parse_hex_id(call.trace_id, key.first)) key.first = {};
  if (!parse_hex_id(call.span_id, key.second)) key.second = 0;
  return key;
}

}  // namespace

SpanMatch match_spans(const Execution& execution, const SpanTable& spans) {
  std::set<TraceId> traces;
  std::set<SpanKey> calls;
  for (const Call& call : execution.calls) {
    const SpanKey key = key_of(call);
    if (key.first.is_zero()) continue;
    traces.insert(key.first);
    if (key.second != 0) calls.insert(key);
  }

  std::map<SpanKey, const StoredSpan*> clients;
  std::map<SpanKey, Children> children;
  for (const StoredSpan& span : spans.spans()) {
    if (traces.count(span.trace) == 0) continue;
    if (span.kind == SpanKind::kClient)
      clients.emplace(SpanKey{span.trace, span.id}, &span);
    if (span.kind == SpanKind::kServer && span.parent != 0) {
      children[{span.trace, span.parent}].server = &span;
    }
  }
  for (const auto& [key, span] : clients) {
    if (is_plumbing(spans.name(span->operation))) continue;
    const auto parent = clients.find({key.first, span->parent});
    if (parent != clients.end() && parent->second->service == span->service) {
      children[parent->first].has_client = true;
    }
  }

  SpanMatch match;
  for (const Call& call : execution.calls) {
    const SpanKey key = key_of(call);
    const auto below = children.find(key);
    const bool served = below != children.end() && below->second.server != nullptr;
    const bool seen = key.second != 0 && (clients.count(key) > 0 || served);
    match.seen.push_back(seen);
    if (!call.span_id.empty() && !seen) ++match.missing;
  }
  for (const auto& [key, span] : clients) {
    const Children& below = children[key];
    if (calls.count(key) > 0 || below.has_client ||
        is_plumbing(spans.name(span->operation))) {
      continue;
    }
    match.unproxied.push_back({std::string(spans.name(span->service)),
                               callee_of(spans, *span, below),
                               operation_of(spans, *span, below)});
  }
  std::sort(match.unproxied.begin(), match.unproxied.end());
  match.unproxied.erase(std::unique(match.unproxied.begin(), match.unproxied.end()),
                        match.unproxied.end());
  return match;
}

}  // namespace cutset::lineage
