#include "agent/capture/device.h"

#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <ifaddrs.h>
#include <netinet/in.h>
#include <pcap/pcap.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>

#include "base/fd.h"

namespace cutset::agent::capture {

namespace {

// Large enough for a segment that the device is to cut (64 KiB and headers).
constexpr int kLongestFrame = 68 * 1024;

std::set<Address> own_addresses() {
  std::set<Address> own;
  ifaddrs* list = nullptr;
  if (::getifaddrs(&list) != 0) return own;
  for (const ifaddrs* one = list; one != nullptr; one = one->ifa_next) {
    if (one->ifa_addr == nullptr) continue;
    Address address;
    if (one->ifa_addr->sa_family == AF_INET) {
      const auto* four = reinterpret_cast<const sockaddr_in*>(one->ifa_addr);
      address.bytes[10] = address.bytes[11] = 0xff;
      const auto* bytes = reinterpret_cast<const uint8_t*>(&four->sin_addr);
      std::copy(bytes, bytes + 4, address.bytes.begin() + 12);
    } else if (one->ifa_addr->sa_family == AF_INET6) {
      const auto* six = reinterpret_cast<const sockaddr_in6*>(one->ifa_addr);
      std::copy(six->sin6_addr.s6_addr, six->sin6_addr.s6_addr + 16,
                address.bytes.begin());
    } else {
      continue;
    }
    own.insert(address);
  }
  ::freeifaddrs(list);
  return own;
}

}  // namespace

struct Device::Handle {
  pcap_t* pcap = nullptr;
  Handle() = default;
  Handle(const Handle&) = delete;
  Handle& operator=(const Handle&) = delete;
  ~Handle() {
    if (pcap != nullptr) pcap_close(pcap);
  }

  Error failed(const char* what) const {
    return Error::internal(fmt::format("{}: {}", what, pcap_geterr(pcap)));
  }

  Status open(size_t ring_bytes, const std::string& filter) {
    char problem[PCAP_ERRBUF_SIZE] = "";
    pcap = pcap_create("any", problem);
    if (pcap == nullptr)
      return Error::internal(fmt::format("cannot capture packets: {}", problem));
    pcap_set_snaplen(pcap, kLongestFrame);
    pcap_set_buffer_size(pcap, static_cast<int>(ring_bytes));
    pcap_set_timeout(pcap, static_cast<int>(kBlockTime.count()));
    if (pcap_set_tstamp_precision(pcap, PCAP_TSTAMP_PRECISION_NANO) != 0)
      return failed("cannot have times in nanoseconds");
    if (pcap_activate(pcap) < 0)
      return failed("cannot capture packets (the agent needs CAP_NET_RAW, as root has)");
    if (pcap_datalink(pcap) != DLT_LINUX_SLL &&
        pcap_set_datalink(pcap, DLT_LINUX_SLL) != 0)
      return failed("cannot choose the form of captured packets");
    bpf_program program{};
    if (pcap_compile(pcap, &program, filter.c_str(), 1, PCAP_NETMASK_UNKNOWN) != 0)
      return failed("cannot compile the packet filter");
    const int set = pcap_setfilter(pcap, &program);
    pcap_freecode(&program);
    if (set != 0) return failed("cannot set the packet filter");
    if (pcap_setnonblock(pcap, 1, problem) != 0)
      return Error::internal(fmt::format("cannot read without waiting: {}", problem));
    return {};
  }
};

Device::Device(std::unique_ptr<Handle> handle) : handle_(std::move(handle)) {}
Device::~Device() = default;

Result<std::unique_ptr<Device>> Device::open(
    const std::string& network_namespace, size_t ring_bytes,
    const std::function<std::string(const std::set<Address>& own)>& filter) {
  auto handle = std::make_unique<Handle>();
  const auto open = [&]() -> Status {
    return handle->open(ring_bytes, filter(own_addresses()));
  };
  if (network_namespace.empty()) {
    CUTSET_TRY(open());
  } else {
    // A socket stays in the namespace in which it was made; only a thread of its own
    // ever goes there.
    Status opened;
    std::thread([&] {
      const Fd place(::open(network_namespace.c_str(), O_RDONLY | O_CLOEXEC));
      if (!place.valid() || ::setns(place.get(), CLONE_NEWNET) != 0)
        opened = Error::system(
            fmt::format("cannot enter the network namespace {}", network_namespace));
      else
        opened = open();
    }).join();
    CUTSET_TRY(opened);
  }
  return std::unique_ptr<Device>(new Device(std::move(handle)));
}

Result<int> Device::read(std::chrono::milliseconds patience, const Frame& frame) {
  pollfd ready{pcap_get_selectable_fd(handle_->pcap), POLLIN, 0};
  ::poll(&ready, 1, static_cast<int>(patience.count()));
  const auto hand_out = [](u_char* to, const pcap_pkthdr* head, const u_char* bytes) {
    // With PCAP_TSTAMP_PRECISION_NANO, tv_usec holds nanoseconds.
    (*reinterpret_cast<const Frame*>(to))(
        {reinterpret_cast<const char*>(bytes), head->caplen},
        int64_t{head->ts.tv_sec} * 1'000'000'000 + head->ts.tv_usec);
  };
  const int count = pcap_dispatch(handle_->pcap, -1, hand_out,
                                  reinterpret_cast<u_char*>(const_cast<Frame*>(&frame)));
  if (count < 0) return handle_->failed("cannot read captured packets");
  return count;
}

uint64_t Device::dropped() const {
  pcap_stat counts{};
  if (pcap_stats(handle_->pcap, &counts) != 0) return 0;
  return counts.ps_drop;
}

}  // namespace cutset::agent::capture
