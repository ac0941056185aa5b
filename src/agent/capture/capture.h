// A running capture: a device, a recorder, and the thread between them.
//
// Thread rule: one owner.
#pragma once

#include <atomic>
#include <thread>

#include "agent/capture/device.h"
#include "agent/capture/recorder.h"

namespace cutset::agent::capture {

struct Plan {
  Settings settings;
  std::set<Endpoint> servers;
  std::set<Address> elsewhere;    // nodes that record what they send themselves
  std::string network_namespace;  // path; "": the agent's own
  // Small enough to stay in the caches: a larger ring costs the node more a packet.
  size_t ring_bytes = size_t{8} << 20;
};

class Capture {
 public:
  /// Packets that come after the return are seen.
  static Result<std::unique_ptr<Capture>> start(const Plan& plan);
  ~Capture();
  Capture(const Capture&) = delete;
  Capture& operator=(const Capture&) = delete;

  /// Waits until what has been sent is recorded; nothing is recorded afterwards.
  Recording stop();

 private:
  Capture(const Plan& plan, std::unique_ptr<Device> device);
  void run();

  std::unique_ptr<Device> device_;
  Recorder recorder_;
  std::atomic<bool> stopping_ = false;
  std::thread thread_;  // last: it uses what stands above
};

}  // namespace cutset::agent::capture
