#include "agent/link/route_rules.h"

#include <cerrno>
#include <cstring>

#include <fmt/format.h>
#include <linux/fib_rules.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <net/if.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "base/fd.h"

namespace cutset::agent::link {

namespace {

// Before the rules of the system (main is 32766), behind the table of local addresses.
constexpr uint32_t kPriority = 77;

// A message that grows; the kernel's limits are far away.
struct Request {
  alignas(NLMSG_ALIGNTO) char bytes[256] = {};

  nlmsghdr* header() { return reinterpret_cast<nlmsghdr*>(bytes); }
  template <typename Body>
  Body* begin(uint16_t type, uint16_t flags) {
    header()->nlmsg_len = NLMSG_LENGTH(sizeof(Body));
    header()->nlmsg_type = type;
    header()->nlmsg_flags = static_cast<uint16_t>(NLM_F_REQUEST | NLM_F_ACK | flags);
    return static_cast<Body*>(NLMSG_DATA(header()));
  }
  void add(uint16_t type, uint32_t value) {
    auto* attribute = reinterpret_cast<rtattr*>(bytes + NLMSG_ALIGN(header()->nlmsg_len));
    attribute->rta_type = type;
    attribute->rta_len = RTA_LENGTH(sizeof value);
    std::memcpy(RTA_DATA(attribute), &value, sizeof value);
    header()->nlmsg_len =
        static_cast<uint32_t>(NLMSG_ALIGN(header()->nlmsg_len) + attribute->rta_len);
  }
};

// Returns 0 or errno.
Result<int> ask(Request& request) {
  const Fd socket(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE));
  if (!socket.valid()) return Error::system("cannot speak to the kernel about routes");
  const timeval limit{2, 0};
  ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof limit);
  if (::send(socket.get(), request.bytes, request.header()->nlmsg_len, 0) < 0)
    return Error::system("cannot ask the kernel for a route");
  alignas(NLMSG_ALIGNTO) char answer[1024];
  const ssize_t size = ::recv(socket.get(), answer, sizeof answer, 0);
  if (size < static_cast<ssize_t>(NLMSG_LENGTH(sizeof(nlmsgerr))))
    return Error::system("the kernel does not answer about routes");
  const auto* header = reinterpret_cast<const nlmsghdr*>(answer);
  if (header->nlmsg_type != NLMSG_ERROR)
    return Error::internal("the kernel's answer about routes is not understood");
  return -static_cast<const nlmsgerr*>(NLMSG_DATA(header))->error;
}

bool has_no_such_family(int error) {
  return error == EAFNOSUPPORT || error == EOPNOTSUPP;
}

Error refused(const char* what, int error) {
  errno = error;
  return Error::system(what);
}

Result<int> change_rule(uint16_t type, int family, uint32_t mark, uint32_t table) {
  Request request;
  const uint16_t flags = type == RTM_NEWRULE ? NLM_F_CREATE | NLM_F_EXCL : 0;
  auto* rule = request.begin<fib_rule_hdr>(type, flags);
  rule->family = static_cast<uint8_t>(family);
  rule->action = FR_ACT_TO_TBL;
  rule->table = RT_TABLE_UNSPEC;
  request.add(FRA_PRIORITY, kPriority);
  request.add(FRA_FWMARK, mark);
  request.add(FRA_FWMASK, UINT32_MAX);
  request.add(FRA_TABLE, table);
  return ask(request);
}

Result<int> change_route(uint16_t type, uint16_t flags, int family, uint32_t table,
                         unsigned device_index, unsigned char kind) {
  Request request;
  auto* route = request.begin<rtmsg>(type, flags);
  route->rtm_family = static_cast<uint8_t>(family);
  route->rtm_table = RT_TABLE_UNSPEC;
  route->rtm_protocol = RTPROT_STATIC;
  route->rtm_scope = kind == RTN_LOCAL ? RT_SCOPE_HOST : RT_SCOPE_LINK;
  route->rtm_type = kind;
  request.add(RTA_TABLE, table);
  request.add(RTA_OIF, device_index);
  return ask(request);
}

Status add_route(uint32_t table, unsigned device_index, unsigned char kind) {
  for (const int family : {AF_INET, AF_INET6}) {
    CUTSET_ASSIGN(const int error,
                  change_route(RTM_NEWROUTE, NLM_F_CREATE | NLM_F_REPLACE, family, table,
                               device_index, kind));
    // Where IPv6 is off in the namespace no packet of it can need the route.
    if (error != 0 && family == AF_INET)
      return refused("cannot add a route in a table of ours", error);
  }
  return {};
}

}  // namespace

Status add_rule(uint32_t mark, uint32_t table) {
  for (const int family : {AF_INET, AF_INET6}) {
    CUTSET_ASSIGN(const int error, change_rule(RTM_NEWRULE, family, mark, table));
    if (error != 0 && error != EEXIST &&
        !(family == AF_INET6 && has_no_such_family(error)))
      return refused("cannot add a rule for routes (is the agent root?)", error);
  }
  return {};
}

Status add_default_route(uint32_t table, unsigned device_index) {
  return add_route(table, device_index, RTN_UNICAST);
}

Status add_void_route(uint32_t table) {
  return add_route(table, ::if_nametoindex("lo"), RTN_LOCAL);
}

Status remove_rule(uint32_t mark, uint32_t table) {
  for (const int family : {AF_INET, AF_INET6}) {
    for (int most = 16; most > 0; --most) {
      CUTSET_ASSIGN(const int error, change_rule(RTM_DELRULE, family, mark, table));
      if (error == ENOENT || (family == AF_INET6 && has_no_such_family(error))) break;
      if (error != 0) return refused("cannot remove a rule for routes", error);
    }
    // The table is ours alone. No route in it is what is wanted.
    CUTSET_TRY(
        change_route(RTM_DELROUTE, 0, family, table, ::if_nametoindex("lo"), RTN_LOCAL));
  }
  return {};
}

}  // namespace cutset::agent::link
