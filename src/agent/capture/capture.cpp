#include "agent/capture/capture.h"

#include "agent/capture/filter.h"
#include "base/log.h"

namespace cutset::agent::capture {

Result<std::unique_ptr<Capture>> Capture::start(const Plan& plan) {
  const auto filter = [&](const std::set<Address>& own) {
    // What the node sends to itself is seen once, when it comes in: libpcap leaves out
    // what leaves by the loopback device.
    std::set<Address> elsewhere = plan.elsewhere;
    for (const Address& address : own) elsewhere.erase(address);
    return filter_text(plan.servers, elsewhere);
  };
  CUTSET_ASSIGN(auto device,
                Device::open(plan.network_namespace, plan.ring_bytes, filter));
  return std::unique_ptr<Capture>(new Capture(plan, std::move(device)));
}

Capture::Capture(const Plan& plan, std::unique_ptr<Device> device)
    : device_(std::move(device)), recorder_(plan.settings, plan.servers) {
  thread_ = std::thread([this] { run(); });
}

Capture::~Capture() {
  stopping_ = true;
  if (thread_.joinable()) thread_.join();
}

void Capture::run() {
  const Device::Frame frame = [this](std::string_view bytes, int64_t time_ns) {
    const auto packet = parse_packet(bytes, time_ns);
    if (packet)
      recorder_.packet(*packet);
    else
      recorder_.not_understood();
  };
  // A block that was filled before the stop is handed over within kBlockTime: what is
  // read in the two that follow is all.
  int rounds_left = 3;
  while (rounds_left > 0) {
    if (stopping_) --rounds_left;
    const Result<int> count = device_->read(Device::kBlockTime, frame);
    if (!count.ok()) {
      log_error("{}", count.error().text());
      return;
    }
  }
}

Recording Capture::stop() {
  stopping_ = true;
  thread_.join();
  Recording recording = recorder_.finish();
  recording.counts.dropped = device_->dropped();
  return recording;
}

}  // namespace cutset::agent::capture
