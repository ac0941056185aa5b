#include "agent/faults/cpu.h"

#include <algorithm>
#include <thread>

#include <fmt/format.h>

#include "agent/faults/helper_process.h"
#include "agent/plan/body.h"
#include "agent/plan/instances.h"
#include "agent/pressure.h"

namespace cutset::agent {

namespace {

using std::chrono::milliseconds;

class Cpu final : public Fault {
 public:
  Cpu(const v1::Step& step, const FaultHost& host) : step_(step), host_(host) {}

  Result<std::vector<UndoRecord>> prepare() override {
    CUTSET_ASSIGN(body_, host_.instances->body(step_.target()));
    return std::vector<UndoRecord>();
  }

  Status make_ready() override {
    if (burner_ != nullptr) return {};
    CUTSET_ASSIGN(burner_, HelperProcess::start(
                               host_, *body_,
                               {"burn-cpu", std::to_string(step_.cpu().cores()),
                                std::to_string(helper_seconds(step_.duration_ns()))}));
    return {};
  }

  Result<std::string> apply() override {
    CUTSET_TRY(burner_->begin());
    return fmt::format("{} cores by pid {}", step_.cpu().cores(), burner_->id().pid);
  }

  Result<std::string> verify() override {
    constexpr milliseconds kLook{200};
    const uint64_t before = cpu_ticks(burner_->id().pid);
    std::this_thread::sleep_for(kLook);
    const uint64_t used = cpu_ticks(burner_->id().pid) - before;
    if (!alive(burner_->id()) || used == 0)
      return Error::unavailable("the processes that burn have used no time");
    // Ticks are hundredths of a second everywhere Linux runs.
    return fmt::format("{} ms of CPU time in {} ms", used * 10, kLook.count());
  }

  Status release() override {
    burner_.reset();
    return {};
  }

 private:
  const v1::Step& step_;
  const FaultHost& host_;
  Body* body_ = nullptr;
  std::unique_ptr<HelperProcess> burner_;
};

}  // namespace

Result<std::string> check_cpu(const v1::Step& step, const FaultHost& host) {
  CUTSET_TRY(host.instances->body(step.target()));
  const unsigned most = std::max(1U, std::thread::hardware_concurrency());
  if (step.cpu().cores() == 0 || step.cpu().cores() > most) {
    return Error::unavailable(fmt::format(
        "{} cores cannot be kept busy: this host has {}", step.cpu().cores(), most));
  }
  return std::string();
}

std::unique_ptr<Fault> make_cpu(const v1::Step& step, const FaultHost& host) {
  return std::make_unique<Cpu>(step, host);
}

}  // namespace cutset::agent
