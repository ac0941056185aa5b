#include "agent/link/link_ends.h"

#include <algorithm>

#include <arpa/inet.h>
#include <fmt/format.h>

#include "agent/link/packet_marks.h"
#include "agent/plan/instances.h"
#include "base/file.h"
#include "base/text.h"

namespace cutset::agent::link {

namespace {

// Field 5 of the line of type cgroup2 in /proc/self/mountinfo.
std::string unified_mount() {
  const Result<std::string> text = read_file("/proc/self/mountinfo");
  if (!text) return "";
  for (const std::string& line : split(*text, "\n")) {
    if (line.find(" - cgroup2 ") == std::string::npos) continue;
    const std::vector<std::string> words = split(line, " ");
    if (words.size() > 4) return words[4];
  }
  return "";
}

bool is_address(const std::string& text) {
  in6_addr address{};
  return ::inet_pton(AF_INET, text.c_str(), &address) == 1 ||
         ::inet_pton(AF_INET6, text.c_str(), &address) == 1;
}

bool is_number_of_port(unsigned port) {
  return port >= 1 && port <= 65535;
}

class EndFinder {
 public:
  explicit EndFinder(const Instances& instances)
      : instances_(instances), mount_(unified_mount()) {}

  Result<End> end(const v1::Instance& instance, unsigned number) const {
    End result;
    result.name = text_of(instance.name());
    result.number = number;
    result.here = instance.has_process();
    for (const std::string& address : instance.addresses()) {
      if (!is_address(address)) {
        return Error::bad_input(fmt::format("\"{}\" of {} is no IPv4 or IPv6 address",
                                            one_line(address), result.name));
      }
      result.addresses.push_back(address);
    }
    for (const unsigned port : instance.ports()) {
      if (!is_number_of_port(port)) {
        return Error::bad_input(fmt::format("{} of {} is no port", port, result.name));
      }
      result.ports.push_back(port);
    }
    if (result.here)
      result.socket = group_condition(instances_.unified_group(instance.name()), mount_);
    return result;
  }

 private:
  const Instances& instances_;
  const std::string mount_;
};

}  // namespace

Result<PlannedEnds> planned_ends(const v1::InstanceName& target, const Peers& peers,
                                 const Instances& instances) {
  const std::vector<const v1::Instance*> all = instances.all();
  if (all.size() > kMostSenders) {
    return Error::unavailable(
        fmt::format("links are told apart among {} instances at most, the plan has {}",
                    kMostSenders, all.size()));
  }
  const EndFinder finder(instances);
  PlannedEnds result;
  for (const v1::Instance* instance : all) {
    CUTSET_ASSIGN(End end,
                  finder.end(*instance, static_cast<unsigned>(result.all.size() + 1)));
    result.all.push_back(std::move(end));
  }
  const auto named = [&](const v1::InstanceName& name) -> Result<End> {
    const auto found =
        std::find_if(result.all.begin(), result.all.end(),
                     [&](const End& end) { return end.name == text_of(name); });
    if (found == result.all.end())
      return Error::bad_input(text_of(name) + " is no instance of the plan");
    return *found;
  };
  CUTSET_ASSIGN(result.target, named(target));
  const v1::Instance* here = instances.find(target);
  if (here == nullptr || (!here->has_process() && !here->has_container()))
    return Error::bad_input(text_of(target) + " is not an instance of this host");
  for (const v1::InstanceName& name : peers) {
    CUTSET_ASSIGN(End peer, named(name));
    result.peers.push_back(std::move(peer));
  }
  return result;
}

Result<LinkEnds> find_ends(const v1::InstanceName& target, const Peers& peers,
                           const Instances& instances) {
  CUTSET_ASSIGN(PlannedEnds ends, planned_ends(target, peers, instances));
  CUTSET_ASSIGN(Fd file, instances.network_namespace(target));
  CUTSET_ASSIGN(NetworkNamespace place, NetworkNamespace::of(std::move(file)));
  const Result<ProcessId> leader = instances.leader(target);
  return LinkEnds{std::move(ends), std::move(place), leader.ok() ? *leader : ProcessId{}};
}

Status still_there(const NetworkNamespace& place, const ProcessId& leader) {
  if (place.is_own() || leader.pid == 0 || alive(leader)) return {};
  return Error::unavailable(fmt::format(
      "process {}, in whose network this was made ready, has ended", leader.pid));
}

std::function<framing::Side(const Flow&)> side_by_ports(const PlannedEnds& ends) {
  std::vector<unsigned> called;
  for (const End& peer : ends.peers)
    called.insert(called.end(), peer.ports.begin(), peer.ports.end());
  return [called, own = ends.target.ports](const Flow& flow) {
    const auto holds = [](const std::vector<unsigned>& ports, unsigned port) {
      return std::find(ports.begin(), ports.end(), port) != ports.end();
    };
    const bool calls = holds(called, flow.to_port);
    const bool answers = holds(own, flow.from_port);
    if (calls == answers) return framing::Side::kUnknown;
    return calls ? framing::Side::kRequest : framing::Side::kAnswer;
  };
}

}  // namespace cutset::agent::link
