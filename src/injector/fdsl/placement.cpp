#include <algorithm>
#include <charconv>

#include <fmt/format.h>

#include "base/text.h"
#include "injector/fdsl/plan.h"

namespace cutset::injector::fdsl {

namespace {

bool is_host_name(const std::string& name) {
  constexpr size_t kLongest = 255;
  return !name.empty() && name.size() <= kLongest &&
         std::all_of(name.begin(), name.end(), [](char letter) {
           return static_cast<unsigned char>(letter) > ' ' && letter != '=';
         });
}

}  // namespace

Result<Placement> parse_placement(const std::string& hosts,
                                  const std::vector<std::string>& places) {
  Placement placement;
  for (const std::string& name : split(hosts, ",")) {
    if (!is_host_name(name)) {
      return Error::usage(fmt::format(
          "--hosts: expected names with commas between them, found \"{}\"", hosts));
    }
    if (std::find(placement.hosts.begin(), placement.hosts.end(), name) !=
        placement.hosts.end()) {
      return Error::usage(fmt::format("--hosts: \"{}\" is named twice", name));
    }
    placement.hosts.push_back(name);
  }
  for (const std::string& place : places) {
    const size_t equals = place.rfind('=');
    const std::string who = place.substr(0, equals);
    const std::string host = equals == std::string::npos ? "" : place.substr(equals + 1);
    if (who.empty() || host.empty()) {
      return Error::usage(fmt::format(
          "--place: expected SERVICE=HOST or SERVICE/SLOT=HOST, found \"{}\"", place));
    }
    if (std::find(placement.hosts.begin(), placement.hosts.end(), host) ==
        placement.hosts.end()) {
      return Error::usage(fmt::format("--place {}: the host \"{}\" is not in --hosts{}",
                                      place, host, suggestion(host, placement.hosts)));
    }
    const size_t slash = who.rfind('/');
    int slot = 0;
    const char* last = who.data() + who.size();
    const bool has_slot =
        slash != std::string::npos &&
        std::from_chars(who.data() + slash + 1, last, slot).ptr == last &&
        slash + 1 < who.size();
    if (has_slot) {
      placement.host_of[{who.substr(0, slash), slot}] = host;
    } else {
      placement.host_of_service[who] = host;
    }
  }
  return placement;
}

}  // namespace cutset::injector::fdsl
