#include "agent/faults/pause.h"

#include <thread>

#include <fmt/format.h>

#include "agent/plan/body.h"
#include "agent/plan/instances.h"

namespace cutset::agent {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kFreezePatience{1000};

class Pause final : public Fault {
 public:
  Pause(const v1::Step& step, const FaultHost& host) : step_(step), host_(host) {}

  Result<std::vector<UndoRecord>> prepare() override {
    CUTSET_ASSIGN(body_, host_.instances->body(step_.target()));
    return body_->pause_records();
  }

  Result<std::string> apply() override {
    CUTSET_ASSIGN(const std::string who, body_->describe());
    CUTSET_TRY(body_->pause());
    return who;
  }

  Result<std::string> verify() override {
    const auto deadline = std::chrono::steady_clock::now() + kFreezePatience;
    while (true) {
      CUTSET_ASSIGN(const bool paused, body_->paused());
      if (paused) break;
      if (std::chrono::steady_clock::now() >= deadline)
        return Error::unavailable("the kernel does not report it as frozen");
      std::this_thread::sleep_for(milliseconds(1));
    }
    const Result<std::vector<ProcessInfo>> frozen = body_->processes();
    return fmt::format("{} processes are frozen", frozen.ok() ? frozen->size() : 0);
  }

 private:
  const v1::Step& step_;
  const FaultHost& host_;
  Body* body_ = nullptr;
};

}  // namespace

Result<std::string> check_pause(const v1::Step& step, const FaultHost& host) {
  CUTSET_ASSIGN(Body * body, host.instances->body(step.target()));
  CUTSET_TRY(body->can_pause());
  return std::string();
}

std::unique_ptr<Fault> make_pause(const v1::Step& step, const FaultHost& host) {
  return std::make_unique<Pause>(step, host);
}

}  // namespace cutset::agent
