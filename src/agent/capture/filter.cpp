#include "agent/capture/filter.h"

#include <vector>

#include <fmt/format.h>
#include <fmt/ranges.h>

namespace cutset::agent::capture {

namespace {

constexpr size_t kMostTerms = 400;

std::string any_of(const std::vector<std::string>& terms) {
  return fmt::format("({})", fmt::join(terms, " or "));
}

}  // namespace

std::string filter_text(const std::set<Endpoint>& servers,
                        const std::set<Address>& elsewhere) {
  std::set<uint16_t> port_set;
  std::set<Address> address_set;
  for (const Endpoint& server : servers) {
    port_set.insert(server.port);
    address_set.insert(server.address);
  }
  std::vector<std::string> ports;
  std::vector<std::string> hosts;
  std::vector<std::string> sources;
  for (const uint16_t port : port_set) ports.push_back(fmt::format("port {}", port));
  for (const Address& address : address_set) hosts.push_back("host " + text_of(address));
  for (const Address& address : elsewhere)
    sources.push_back("src host " + text_of(address));
  std::string text = "(tcp or udp)";
  if (!ports.empty() && ports.size() <= kMostTerms) text += " and " + any_of(ports);
  if (!hosts.empty() && hosts.size() <= kMostTerms) text += " and " + any_of(hosts);
  if (!sources.empty() && sources.size() <= kMostTerms)
    text += " and (outbound or udp or not " + any_of(sources) + ")";
  return text;
}

}  // namespace cutset::agent::capture
