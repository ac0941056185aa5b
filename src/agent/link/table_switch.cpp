#include "agent/link/table_switch.h"

#include <cerrno>
#include <cstring>
#include <string_view>

#include <arpa/inet.h>
#include <fmt/format.h>
#include <linux/netfilter.h>
#include <linux/netfilter/nf_tables.h>
#include <linux/netfilter/nfnetlink.h>
#include <linux/netlink.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "agent/link/nft.h"

namespace cutset::agent::link {

namespace {

constexpr timeval kLimit{2, 0};

// Messages one behind the other, as the kernel takes them: all in force, or none.
class Batch {
 public:
  explicit Batch(uint32_t number) : number_(number) {
    message(NFNL_MSG_BATCH_BEGIN, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES);
    end();
  }

  void message(uint16_t type, uint16_t flags, uint8_t family, uint16_t resource = 0) {
    begun_at_ = bytes_.size();
    nlmsghdr header{};
    header.nlmsg_type = type;
    header.nlmsg_flags = static_cast<uint16_t>(NLM_F_REQUEST | flags);
    header.nlmsg_seq = number_++;
    nfgenmsg general{};
    general.nfgen_family = family;
    general.version = NFNETLINK_V0;
    general.res_id = htons(resource);
    append(&header, sizeof header);
    append(&general, sizeof general);
  }
  void attribute(uint16_t type, std::string_view value) {
    nlattr attribute{};
    attribute.nla_type = type;
    attribute.nla_len = static_cast<uint16_t>(NLA_HDRLEN + value.size());
    append(&attribute, sizeof attribute);
    append(value.data(), value.size());
  }
  void end() {
    const auto size = static_cast<uint32_t>(bytes_.size() - begun_at_);
    std::memcpy(bytes_.data() + begun_at_, &size, sizeof size);  // nlmsg_len
  }

  uint32_t next_number() const { return number_; }
  std::string finish() {
    message(NFNL_MSG_BATCH_END, 0, AF_UNSPEC, NFNL_SUBSYS_NFTABLES);
    end();
    return std::move(bytes_);
  }

 private:
  void append(const void* data, size_t size) {
    bytes_.append(static_cast<const char*>(data), size);
    bytes_.resize(NLMSG_ALIGN(bytes_.size()));
  }

  std::string bytes_;
  uint32_t number_;
  size_t begun_at_ = 0;
};

struct TableName {
  uint8_t family;
  std::string name;
};

TableName parse(const std::string& table) {
  CHECK(is_our_table(table));
  const size_t space = table.find(' ');
  const bool inet = table.substr(0, space) == "inet";
  return {static_cast<uint8_t>(inet ? NFPROTO_INET : NFPROTO_NETDEV),
          table.substr(space + 1)};
}

constexpr uint16_t type_of(int message) {
  return static_cast<uint16_t>(NFNL_SUBSYS_NFTABLES << 8 | message);
}

void add(Batch& batch, int message, uint16_t flags, const TableName& table, bool awake) {
  batch.message(type_of(message), flags, table.family);
  batch.attribute(NFTA_TABLE_NAME, {table.name.c_str(), table.name.size() + 1});
  if (awake) batch.attribute(NFTA_TABLE_FLAGS, std::string(4, '\0'));
  batch.end();
}

}  // namespace

Result<TableSwitch> TableSwitch::open(const NetworkNamespace& place) {
  Fd socket;
  CUTSET_TRY(place.run([&]() -> Status {
    socket.reset(::socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_NETFILTER));
    if (!socket.valid()) return Error::system("cannot speak to the kernel about tables");
    return {};
  }));
  ::setsockopt(socket.get(), SOL_SOCKET, SO_RCVTIMEO, &kLimit, sizeof kLimit);
  return TableSwitch(std::move(socket));
}

Status TableSwitch::wake(const std::vector<std::string>& tables) {
  Batch batch(last_number_ + 1);
  for (size_t i = 0; i < tables.size(); ++i) {
    const uint16_t flags = i + 1 == tables.size() ? NLM_F_ACK : 0;
    add(batch, NFT_MSG_NEWTABLE, flags, parse(tables[i]), true);
  }
  const uint32_t first = std::exchange(last_number_, batch.next_number());
  return send(batch.finish(), first, "cannot put rules in force");
}

Status TableSwitch::remove(const std::vector<std::string>& tables) {
  Batch batch(last_number_ + 1);
  for (size_t i = 0; i < tables.size(); ++i) {
    const TableName table = parse(tables[i]);
    const uint16_t flags = i + 1 == tables.size() ? NLM_F_ACK : 0;
    // Made first if it is not there: to delete it would be an error.
    add(batch, NFT_MSG_NEWTABLE, NLM_F_CREATE, table, false);
    add(batch, NFT_MSG_DELTABLE, flags, table, false);
  }
  const uint32_t first = std::exchange(last_number_, batch.next_number());
  return send(batch.finish(), first, "cannot remove rules");
}

// Only the last message asks for an answer; the first that is refused answers before it.
Status TableSwitch::send(std::string batch, uint32_t first, const char* what) {
  sockaddr_nl kernel{};
  kernel.nl_family = AF_NETLINK;
  if (::sendto(socket_.get(), batch.data(), batch.size(), 0,
               reinterpret_cast<const sockaddr*>(&kernel), sizeof kernel) < 0)
    return Error::system(what);
  while (true) {
    alignas(NLMSG_ALIGNTO) char answer[8192];
    const ssize_t size = ::recv(socket_.get(), answer, sizeof answer, 0);
    if (size < 0 && errno == EINTR) continue;
    if (size < static_cast<ssize_t>(NLMSG_LENGTH(sizeof(nlmsgerr))))
      return Error::system(fmt::format("{}: the kernel does not answer", what));
    const auto* header = reinterpret_cast<const nlmsghdr*>(answer);
    // What an earlier batch, which was refused, was told beside its refusal.
    if (header->nlmsg_type != NLMSG_ERROR || header->nlmsg_seq <= first) continue;
    const int error = static_cast<const nlmsgerr*>(NLMSG_DATA(header))->error;
    if (error == 0) return {};
    errno = -error;
    return Error::system(
        fmt::format("{}{}", what, error == -EPERM ? " (is the agent root?)" : ""));
  }
}

Status remove_tables(const NetworkNamespace& place,
                     const std::vector<std::string>& tables) {
  CUTSET_ASSIGN(TableSwitch tables_of_place, TableSwitch::open(place));
  return tables_of_place.remove(tables);
}

}  // namespace cutset::agent::link
