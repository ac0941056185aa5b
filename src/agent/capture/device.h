// A packet socket of a network namespace, through libpcap.
//
// Chosen: the "any" device (loopback and veth alike; it tells what leaves from what comes
// in), nanoseconds, and not libpcap's immediate mode, which would do without TPACKET_V3:
// blocks of many packets wake the reader 20 times a second at most, instead of once a
// packet.
//
// Thread rule: one owner at a time.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <set>
#include <string>

#include "agent/capture/packet.h"
#include "base/result.h"

namespace cutset::agent::capture {

class Device {
 public:
  /// How long packets may lie in the ring before they are seen.
  static constexpr std::chrono::milliseconds kBlockTime{50};

  /// `network_namespace`: path; "": that of the calling thread. `filter` gets the
  /// namespace's own addresses and gives the text of the filter.
  static Result<std::unique_ptr<Device>> open(
      const std::string& network_namespace, size_t ring_bytes,
      const std::function<std::string(const std::set<Address>& own)>& filter);
  ~Device();
  Device(const Device&) = delete;
  Device& operator=(const Device&) = delete;

  using Frame = std::function<void(std::string_view bytes, int64_t time_ns)>;
  /// Waits until there are frames or the time is over; hands out those that are there.
  /// Returns: how many.
  Result<int> read(std::chrono::milliseconds patience, const Frame& frame);
  /// Packets that found the ring full.
  uint64_t dropped() const;

 private:
  struct Handle;
  explicit Device(std::unique_ptr<Handle> handle);
  std::unique_ptr<Handle> handle_;
};

}  // namespace cutset::agent::capture
