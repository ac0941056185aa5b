#include "agent/network/subnet.h"

#include <algorithm>
#include <array>
#include <bit>
#include <charconv>

#include <arpa/inet.h>
#include <fmt/format.h>

#include "base/text.h"

namespace cutset::agent {

namespace {

constexpr int kWidest = 16;
constexpr int kNarrowest = 29;
constexpr uint32_t kPool = 0x0AD50000;  // 10.213.0.0
constexpr uint32_t kPoolSize = 256;

uint32_t mask_of(int prefix) {
  return prefix == 0 ? 0 : ~uint32_t{0} << (32 - prefix);
}

bool is_private(const Subnet& subnet) {
  const std::array<Subnet, 3> ranges = {Subnet{0x0A000000, 8}, Subnet{0xAC100000, 12},
                                        Subnet{0xC0A80000, 16}};
  return std::any_of(ranges.begin(), ranges.end(), [&](const Subnet& range) {
    return subnet.prefix >= range.prefix &&
           (subnet.network & mask_of(range.prefix)) == range.network;
  });
}

// /proc/net/route prints the bytes of an address as they are in memory.
bool parse_hex(const std::string& text, uint32_t& value) {
  uint32_t raw = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), raw, 16);
  if (error != std::errc() || end != text.data() + text.size()) return false;
  value = ntohl(raw);
  return true;
}

}  // namespace

bool Subnet::overlaps(const Subnet& other) const {
  const uint32_t mask = mask_of(std::min(prefix, other.prefix));
  return (network & mask) == (other.network & mask);
}

std::string Subnet::address(uint32_t number) const {
  const uint32_t value = network + number;
  return fmt::format("{}.{}.{}.{}", value >> 24U, value >> 16U & 255U, value >> 8U & 255U,
                     value & 255U);
}

uint32_t Subnet::hosts() const {
  return prefix > 30 ? 0 : (uint32_t{1} << (32 - prefix)) - 2;
}

std::string Subnet::text() const {
  return fmt::format("{}/{}", address(0), prefix);
}

Result<Subnet> parse_subnet(const std::string& text) {
  const Error wrong = Error::bad_input(fmt::format(
      "subnet \"{}\": expected a private one like 10.213.0.0/24, with /{} to /{}",
      text.substr(0, 64), kWidest, kNarrowest));
  const size_t slash = text.find('/');
  if (slash == std::string::npos) return wrong;
  Subnet subnet;
  in_addr address{};
  const char* begin = text.data() + slash + 1;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(begin, end, subnet.prefix);
  if (error != std::errc() || stop != end || subnet.prefix < kWidest ||
      subnet.prefix > kNarrowest ||
      ::inet_pton(AF_INET, text.substr(0, slash).c_str(), &address) != 1) {
    return wrong;
  }
  subnet.network = ntohl(address.s_addr);
  if ((subnet.network & ~mask_of(subnet.prefix)) != 0 || !is_private(subnet))
    return wrong;
  return subnet;
}

std::vector<Subnet> routed_subnets(std::string_view routes) {
  std::vector<Subnet> found;
  for (const std::string& line : split(routes, "\n")) {
    const std::vector<std::string> words = split(line, "\t");
    uint32_t network = 0;
    uint32_t mask = 0;
    if (words.size() < 8 || !parse_hex(words[1], network) || !parse_hex(words[7], mask))
      continue;
    if (mask != 0) found.push_back({network & mask, std::popcount(mask)});
  }
  return found;
}

Result<Subnet> free_subnet(const std::string& wanted, const std::vector<Subnet>& used) {
  const auto in_use = [&](const Subnet& subnet) {
    return std::find_if(used.begin(), used.end(),
                        [&](const Subnet& one) { return one.overlaps(subnet); });
  };
  if (!wanted.empty()) {
    CUTSET_ASSIGN(const Subnet subnet, parse_subnet(wanted));
    const auto other = in_use(subnet);
    if (other == used.end()) return subnet;
    return Error::unavailable(
        fmt::format("subnet {}: this machine has a route to {} already; give another",
                    subnet.text(), other->text()));
  }
  for (uint32_t i = 0; i < kPoolSize; ++i) {
    const Subnet subnet{kPool + (i << 8U), 24};
    if (in_use(subnet) == used.end()) return subnet;
  }
  return Error::unavailable(
      "every subnet of 10.213.0.0/16 is in use on this machine; give one with subnet:");
}

}  // namespace cutset::agent
