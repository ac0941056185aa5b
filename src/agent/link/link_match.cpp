#include "agent/link/link_match.h"

#include <algorithm>

#include <fmt/format.h>

#include "agent/link/packet_marks.h"
#include "base/text.h"

namespace cutset::agent::link {

namespace {

constexpr std::string_view kNftMount = "/sys/fs/cgroup";

bool shares_address(const End& one, const End& other) {
  return std::any_of(one.addresses.begin(), one.addresses.end(), [&](const auto& text) {
    return std::find(other.addresses.begin(), other.addresses.end(), text) !=
           other.addresses.end();
  });
}

bool is_one_of(const End& end, const std::vector<End>& ends) {
  return std::any_of(ends.begin(), ends.end(),
                     [&](const End& other) { return other.name == end.name; });
}

bool shares_port(const End& one, const End& other) {
  return std::any_of(one.ports.begin(), one.ports.end(), [&](unsigned port) {
    return std::find(other.ports.begin(), other.ports.end(), port) != other.ports.end();
  });
}

// "th dport { 1, 2 }"; `side` is "sport" or "dport".
std::string ports_text(const End& end, std::string_view side) {
  std::vector<std::string> numbers;
  for (const unsigned port : end.ports) numbers.push_back(std::to_string(port));
  return fmt::format("meta l4proto {{ tcp, udp }} th {} {{ {} }}", side,
                     join(numbers, ", "));
}

// One text a family: "ip daddr { a, b }"; `side` is "saddr" or "daddr".
std::vector<std::string> address_texts(const End& end, std::string_view side) {
  std::vector<std::string> families[2];
  for (const std::string& address : end.addresses)
    families[address.find(':') != std::string::npos].push_back(address);
  std::vector<std::string> texts;
  for (const bool six : {false, true}) {
    if (families[six].empty()) continue;
    texts.push_back(fmt::format("{} {} {{ {} }}", six ? "ip6" : "ip", side,
                                join(families[six], ", ")));
  }
  return texts;
}

class Matcher {
 public:
  Matcher(const End& target, const std::vector<End>& peers, const std::vector<End>& all)
      : target_(target), peers_(peers), all_(all) {}

  Result<LinkMatch> run() {
    if (peers_.empty()) return Error::bad_input("a link needs at least one peer");
    for (const End& peer : peers_) {
      if (peer.name == target_.name)
        return Error::bad_input(peer.name + " is its own peer");
      if (target_.here && peer.here) {
        CUTSET_TRY(local(peer));
      } else {
        CUTSET_TRY(distant(peer));
      }
    }
    return result_;
  }

 private:
  void out(Hook hook, const std::string& socket, unsigned sender, std::string packet) {
    result_.out.push_back({hook, socket, sender, std::move(packet)});
  }
  void in(Hook hook, const std::string& socket, unsigned sender, std::string packet) {
    result_.in.push_back({hook, socket, sender, std::move(packet)});
  }

  // The listener's port, with its address where somebody else listens on that port too.
  std::vector<std::string> listener_texts(const End& listener, bool as_sender) const {
    const std::string ports = ports_text(listener, as_sender ? "sport" : "dport");
    const bool alone = std::none_of(all_.begin(), all_.end(), [&](const End& other) {
      return other.here && other.name != listener.name && shares_port(other, listener);
    });
    if (alone) return {ports};
    std::vector<std::string> texts;
    for (const std::string& address :
         address_texts(listener, as_sender ? "saddr" : "daddr"))
      texts.push_back(address + " " + ports);
    return texts;
  }

  Status local(const End& peer) {
    for (const End* end : {&target_, &peer}) {
      if (end->socket.empty()) {
        return Error::unavailable(fmt::format(
            "{} and {} run in one network namespace and {} has no cgroup v2 of its own, "
            "by which its connections could be told: mount cgroup2 below "
            "/sys/fs/cgroup, or run the instances in namespaces of their own",
            target_.name, peer.name, end->name));
      }
    }
    if (target_.ports.empty() && peer.ports.empty()) {
      return Error::bad_input(fmt::format(
          "neither {} nor {} has a port, by which their connections could be told: state "
          "the ports on which they listen",
          target_.name, peer.name));
    }
    if (!peer.ports.empty()) {
      for (const std::string& text : listener_texts(peer, false))
        out(Hook::kOutput, target_.socket, target_.number, text);
      for (const std::string& text : listener_texts(peer, true))
        in(Hook::kInput, target_.socket, 0, text);
    }
    if (!target_.ports.empty()) {
      for (const std::string& text : listener_texts(target_, true))
        out(Hook::kInput, peer.socket, 0, text);
      for (const std::string& text : listener_texts(target_, false))
        in(Hook::kOutput, peer.socket, peer.number, text);
    }
    return {};
  }

  Status distant(const End& peer) {
    if (peer.addresses.empty()) {
      return Error::bad_input(fmt::format(
          "{} has no address, by which its packets could be told", peer.name));
    }
    const auto sharer = std::find_if(all_.begin(), all_.end(), [&](const End& other) {
      return !is_one_of(other, peers_) && other.name != target_.name &&
             shares_address(other, peer);
    });
    if (sharer != all_.end() && (!target_.ports.empty() || peer.ports.empty())) {
      return Error::unavailable(fmt::format(
          "{0} shares the address of {1}: the connections of both to {2} cannot be told "
          "apart on this host; make {0} a peer too, or give {1} an address of its own",
          sharer->name, peer.name, target_.name));
    }
    const bool by_port = sharer != all_.end();
    const std::string called = by_port ? " " + ports_text(peer, "dport") : "";
    const std::string answers = by_port ? " " + ports_text(peer, "sport") : "";
    for (const std::string& to : address_texts(peer, "daddr")) {
      out(Hook::kOutput, target_.socket, target_.socket.empty() ? 0 : target_.number,
          to + called);
      if (!target_.socket.empty() && !target_.ports.empty())
        out(Hook::kOutput, "", 0, to + " " + ports_text(target_, "sport"));
    }
    for (const std::string& from : address_texts(peer, "saddr")) {
      in(Hook::kInput, target_.socket, 0, from + answers);
      if (!target_.socket.empty() && !target_.ports.empty())
        in(Hook::kInput, "", 0, from + " " + ports_text(target_, "dport"));
    }
    return {};
  }

  const End& target_;
  const std::vector<End>& peers_;
  const std::vector<End>& all_;
  LinkMatch result_;
};

}  // namespace

std::string Condition::own_text() const {
  return socket.empty() ? packet : socket + " " + packet;
}

std::string Condition::forwarded_text() const {
  if (hook != Hook::kOutput || sender == 0) return "";
  return fmt::format("meta mark & {:#x} == {:#x} {}", kSenderMask, sender_mark(sender),
                     packet);
}

Result<LinkMatch> match_link(const End& target, const std::vector<End>& peers,
                             const std::vector<End>& all) {
  return Matcher(target, peers, all).run();
}

Result<OutgoingMatch> match_outgoing(const End& target, const std::vector<End>& peers,
                                     const std::vector<End>& all) {
  CUTSET_ASSIGN(const LinkMatch match, match_link(target, peers, all));
  OutgoingMatch result;
  for (const Condition& condition : match.out)
    if (condition.hook == Hook::kOutput) result.out.push_back(condition);
  for (const End& peer : peers) {
    if (!target.here || !peer.here || target.ports.empty()) continue;
    const std::string set = fmt::format("callers{}", peer.number);
    result.sets.push_back(
        fmt::format("{} {{ type inet_service; size 65535; flags dynamic; }}", set));
    for (const Condition& back : match.in) {
      if (back.hook != Hook::kOutput || back.sender != peer.number) continue;
      for (const std::string& text : {back.own_text(), back.forwarded_text()})
        result.learners.push_back(fmt::format("{} update @{} {{ th sport }}", text, set));
    }
    for (const Condition& answer : match.out) {
      if (answer.hook != Hook::kInput || answer.socket != peer.socket) continue;
      result.out.push_back(
          {Hook::kOutput, "", 0, fmt::format("{} th dport @{}", answer.packet, set)});
    }
  }
  return result;
}

Result<std::vector<std::string>> match_arriving(const End& target,
                                                const std::vector<End>& peers,
                                                const std::vector<End>& all) {
  End alone = target;
  alone.socket.clear();
  std::vector<End> distant;
  for (const End& peer : peers)
    if (!target.here || !peer.here) distant.push_back(peer);
  if (distant.empty()) return std::vector<std::string>();
  const auto beside = std::find_if(all.begin(), all.end(), [&](const End& other) {
    return target.here && other.here && other.name != target.name;
  });
  if (beside != all.end()) {
    return Error::unavailable(fmt::format(
        "what {0} and {1} receive cannot be told apart where it arrives: they run in one "
        "network namespace; limit what the peers send, or run {0} in a namespace of its "
        "own",
        target.name, beside->name));
  }
  CUTSET_ASSIGN(const LinkMatch match, match_link(alone, distant, all));
  std::vector<std::string> texts;
  for (const Condition& condition : match.in) texts.push_back(condition.packet);
  return texts;
}

std::string group_condition(const std::string& path, const std::string& mount_point) {
  if (path.empty() || !mount_point.starts_with(kNftMount)) return "";
  std::string_view below = std::string_view(mount_point).substr(kNftMount.size());
  if (!below.empty() && below.front() != '/') return "";
  while (!below.empty() && below.front() == '/') below.remove_prefix(1);
  const size_t level = split(path, "/").size();
  return fmt::format("socket cgroupv2 level {} \"{}{}{}\"", level, below,
                     below.empty() ? "" : "/", path);
}

}  // namespace cutset::agent::link
