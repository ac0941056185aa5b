// What the connections of one engine share: the loop, the armed run, the services.
//
// Thread rule: the loop's thread.
#pragma once

#include <memory>
#include <random>
#include <string>
#include <unordered_map>

#include "agent/proxy/call_patterns.h"
#include "agent/proxy/call_watches.h"
#include "agent/proxy/clock.h"
#include "agent/proxy/loop.h"
#include "agent/proxy/run.h"
#include "agent/proxy/upstream.h"

namespace cutset::agent::proxy {

constexpr size_t kMostConnections = 10'000;

class ClientConnection;

/// One service behind its proxy; lives as long as any connection to it.
struct Service {
  Service(Loop& loop, std::string service_name, const Endpoint& callee)
      : name(std::move(service_name)), pool(loop, callee) {}

  std::string name;
  UpstreamPool pool;
};

struct ProxyContext {
  explicit ProxyContext(Loop& event_loop);
  ~ProxyContext();
  ProxyContext(const ProxyContext&) = delete;
  ProxyContext& operator=(const ProxyContext&) = delete;

  /// A traceparent for an entry call that came without one.
  std::string new_traceparent();

  Loop& loop;
  Clock clock;
  std::shared_ptr<Run> run;  // null: none is armed
  CallWatches watches;       // of the plan
  CallPatterns patterns;     // of the plan
  std::unordered_map<ClientConnection*, std::unique_ptr<ClientConnection>> clients;

 private:
  // Trace ids only have to be unique; no result depends on them.
  std::mt19937_64 random_;
};

}  // namespace cutset::agent::proxy
