#include "agent/proxy/service.h"

#include <fmt/format.h>

#include "agent/proxy/client.h"
#include "base/hash.h"

namespace cutset::agent::proxy {

ProxyContext::ProxyContext(Loop& event_loop) : loop(event_loop), watches(event_loop) {
  std::random_device seed;
  random_.seed((uint64_t{seed()} << 32) ^ seed());
}

ProxyContext::~ProxyContext() = default;

std::string ProxyContext::new_traceparent() {
  // Ids of nothing but zeros are invalid.
  const uint64_t high = random_() | 1;
  const uint64_t low = random_();
  const uint64_t span = random_() | 1;
  return fmt::format("00-{}{}-{}-01", hex16(high), hex16(low), hex16(span));
}

}  // namespace cutset::agent::proxy
