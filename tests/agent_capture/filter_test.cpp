#include "agent/capture/filter.h"

#include <gtest/gtest.h>

namespace cutset::agent::capture {

namespace {

TEST(Filter, NamesWhatIsCaptured) {
  const Address a = *parse_address("10.0.0.1");
  const Address b = *parse_address("fe80::2");
  EXPECT_EQ(
      filter_text({{a, 6379}, {a, 26379}, {b, 6379}}, {a}),
      "(tcp or udp) and (port 6379 or port 26379) and (host 10.0.0.1 or host fe80::2) "
      "and (outbound or udp or not (src host 10.0.0.1))");
}

TEST(Filter, LeavesOutWhatNoFilterCanHold) {
  std::set<Endpoint> servers;
  for (uint16_t port = 1; port < 1000; ++port)
    servers.insert({*parse_address("10.0.0.1"), port});
  EXPECT_EQ(filter_text(servers, {}), "(tcp or udp) and (host 10.0.0.1)");
}

}  // namespace
}  // namespace cutset::agent::capture
