#include "lineage/span_match.h"

#include <algorithm>
#include <array>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <utility>

#include <fmt/format.h>

namespace cutset::lineage {

namespace {

using SpanKey = std::pair<std::string, std::string>;  // trace, span

struct Children {
  const SpanRecord* server = nullptr;
  bool has_client =
      false;  // of the same service: the span only wraps another that is the call
};

/// Connections and name look-ups that a framework shows as calls.
bool is_plumbing(const SpanRecord& span) {
  constexpr std::array<std::string_view, 5> kPrefixes{"dns.", "net.", "tcp.", "tls.",
                                                      "socket."};
  return std::any_of(
      kPrefixes.begin(), kPrefixes.end(), [&span](std::string_view prefix) {
        return std::string_view(span.name).substr(0, prefix.size()) == prefix;
      });
}

std::string callee_of(const SpanRecord& span, const Children& children) {
  if (children.server != nullptr && !children.server->service.empty())
    return children.server->service;
  if (!span.peer_service.empty()) return span.peer_service;
  if (span.server_address.empty()) return "unknown";
  if (span.server_port == 0) return span.server_address;
  return fmt::format("{}:{}", span.server_address, span.server_port);
}

std::string operation_of(const SpanRecord& span, const Children& children) {
  const SpanRecord* server = children.server;
  if (server != nullptr && !server->http_method.empty() && !server->http_route.empty()) {
    return server->http_method + " " + server->http_route;
  }
  return span.name;
}

}  // namespace

SpanMatch match_spans(const Execution& execution, const std::vector<SpanRecord>& spans) {
  std::set<std::string> traces;
  std::set<SpanKey> calls;
  for (const Call& call : execution.calls) {
    if (call.trace_id.empty()) continue;
    traces.insert(call.trace_id);
    if (!call.span_id.empty()) calls.emplace(call.trace_id, call.span_id);
  }

  std::map<SpanKey, const SpanRecord*> clients;
  std::map<SpanKey, Children> children;
  for (const SpanRecord& span : spans) {
    if (traces.count(span.trace_id) == 0) continue;
    if (span.kind == SpanKind::kClient)
      clients.emplace(SpanKey{span.trace_id, span.span_id}, &span);
    if (span.kind == SpanKind::kServer && !span.parent_span_id.empty()) {
      children[{span.trace_id, span.parent_span_id}].server = &span;
    }
  }
  for (const auto& [key, span] : clients) {
    if (is_plumbing(*span)) continue;
    const auto parent = clients.find({key.first, span->parent_span_id});
    if (parent != clients.end() && parent->second->service == span->service) {
      children[parent->first].has_client = true;
    }
  }

  SpanMatch match;
  for (const Call& call : execution.calls) {
    const SpanKey key{call.trace_id, call.span_id};
    const auto below = children.find(key);
    const bool served = below != children.end() && below->second.server != nullptr;
    const bool seen = !call.span_id.empty() && (clients.count(key) > 0 || served);
    match.seen.push_back(seen);
    if (!call.span_id.empty() && !seen) ++match.missing;
  }
  for (const auto& [key, span] : clients) {
    const Children& below = children[key];
    if (calls.count(key) > 0 || below.has_client || is_plumbing(*span)) continue;
    match.unproxied.push_back(
        {span->service, callee_of(*span, below), operation_of(*span, below)});
  }
  std::sort(match.unproxied.begin(), match.unproxied.end());
  match.unproxied.erase(std::unique(match.unproxied.begin(), match.unproxied.end()),
                        match.unproxied.end());
  return match;
}

}  // namespace cutset::lineage
