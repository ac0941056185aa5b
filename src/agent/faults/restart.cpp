#include "agent/faults/restart.h"

#include <fmt/format.h>

#include "agent/faults/ended_in_time.h"
#include "agent/plan/body.h"
#include "agent/plan/instances.h"

namespace cutset::agent {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kGrace{1000};

class Restart final : public Fault {
 public:
  Restart(const v1::Step& step, const FaultHost& host) : step_(step), host_(host) {}

  Result<std::vector<UndoRecord>> prepare() override {
    CUTSET_ASSIGN(body_, host_.instances->body(step_.target()));
    return std::vector<UndoRecord>();
  }

  Result<std::string> apply() override {
    const Result<std::string> before = body_->describe();
    if (before.ok()) CUTSET_TRY(end());
    CUTSET_ASSIGN(const std::string after, body_->start());
    return before.ok() ? fmt::format("{}, before {}", after, *before) : after;
  }

  Result<std::string> verify() override {
    CUTSET_ASSIGN(const std::string who, body_->describe());
    return who + " runs";
  }

 private:
  Status end() {
    // A paused one could not follow a request to end.
    const Result<bool> paused = body_->paused();
    if (paused.ok() && !*paused) {
      CUTSET_TRY(body_->terminate());
      if (ended_in_time(*body_, host_, kGrace)) return {};
    }
    CUTSET_TRY(body_->kill());
    if (body_->await_end(milliseconds(2000))) return {};
    return Error::unavailable("some of its processes do not end");
  }

  const v1::Step& step_;
  const FaultHost& host_;
  Body* body_ = nullptr;
};

}  // namespace

Result<std::string> check_restart(const v1::Step& step, const FaultHost& host) {
  CUTSET_TRY(host.instances->body(step.target()));
  return std::string();
}

std::unique_ptr<Fault> make_restart(const v1::Step& step, const FaultHost& host) {
  return std::make_unique<Restart>(step, host);
}

}  // namespace cutset::agent
