// IPv4 subnets: which one is free on this machine, and the addresses in it.
//
// Thread rule: values; free_subnet() reads the routes of the calling thread's network
// namespace.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace cutset::agent {

struct Subnet {
  uint32_t network = 0;  // host byte order, bits behind the prefix are 0
  int prefix = 0;        // 0..32

  bool overlaps(const Subnet& other) const;
  /// The address with this number: 1 is the first that a host can have.
  std::string address(uint32_t number) const;
  /// How many hosts it has room for.
  uint32_t hosts() const;
  std::string text() const;

  friend bool operator==(const Subnet&, const Subnet&) = default;
};

/// "10.213.0.0/24": private, prefix 16 to 29, nothing set behind the prefix.
Result<Subnet> parse_subnet(const std::string& text);

/// The subnets that routes lead to, from the text of /proc/net/route; no default route.
std::vector<Subnet> routed_subnets(std::string_view routes);

/// `wanted`, or the first free /24 of 10.213.0.0/16 where it is "". Error: it is no
/// subnet, it is in use here, or none is free.
Result<Subnet> free_subnet(const std::string& wanted, const std::vector<Subnet>& used);

}  // namespace cutset::agent
