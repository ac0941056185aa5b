#include "agent/faults/memory.h"

#include <algorithm>
#include <thread>

#include <fmt/format.h>

#include "agent/faults/helper_process.h"
#include "agent/plan/body.h"
#include "agent/plan/instances.h"
#include "agent/pressure.h"
#include "base/file.h"

namespace cutset::agent {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kTouchPatience{10'000};

class Memory final : public Fault {
 public:
  Memory(const v1::Step& step, const FaultHost& host) : step_(step), host_(host) {}

  Result<std::vector<UndoRecord>> prepare() override {
    CUTSET_ASSIGN(body_, host_.instances->body(step_.target()));
    const uint64_t available = available_memory();
    if (available < kMemoryReserve || available - kMemoryReserve < bytes()) {
      return Error::unavailable(
          fmt::format("{} bytes are available; taking {} would leave less than the "
                      "reserve of {}: take "
                      "less",
                      available, bytes(), kMemoryReserve));
    }
    return std::vector<UndoRecord>();
  }

  Status make_ready() override {
    if (holder_ != nullptr) return {};
    CUTSET_ASSIGN(holder_, HelperProcess::start(
                               host_, *body_,
                               {"hold-memory", std::to_string(bytes()),
                                std::to_string(kMemoryReserve),
                                std::to_string(helper_seconds(step_.duration_ns()))}));
    own_ = resident_memory(holder_->id().pid);
    return {};
  }

  Result<std::string> apply() override {
    CUTSET_TRY(holder_->begin());
    return fmt::format("{} bytes by pid {}", bytes(), holder_->id().pid);
  }

  Result<std::string> verify() override {
    const auto deadline = std::chrono::steady_clock::now() + kTouchPatience;
    uint64_t held = 0;
    while (alive(holder_->id()) && !host_.is_closing()) {
      const uint64_t resident = resident_memory(holder_->id().pid);
      held = resident - std::min(resident, own_);
      if (held >= bytes()) return fmt::format("{} bytes are resident", held);
      if (std::chrono::steady_clock::now() >= deadline) break;
      std::this_thread::sleep_for(milliseconds(5));
    }
    return Error::unavailable(
        fmt::format("only {} bytes are held: memory ran out", held));
  }

  Status release() override {
    holder_.reset();
    return {};
  }

 private:
  uint64_t bytes() const { return step_.memory().bytes(); }

  const v1::Step& step_;
  const FaultHost& host_;
  Body* body_ = nullptr;
  std::unique_ptr<HelperProcess> holder_;
  uint64_t own_ = 0;  // what it has in memory before it begins
};

}  // namespace

Result<std::string> check_memory(const v1::Step& step, const FaultHost& host) {
  CUTSET_TRY(host.instances->body(step.target()));
  if (step.memory().bytes() == 0) return Error::bad_input("0 bytes press on nothing");
  return std::string();
}

std::unique_ptr<Fault> make_memory(const v1::Step& step, const FaultHost& host) {
  return std::make_unique<Memory>(step, host);
}

}  // namespace cutset::agent
