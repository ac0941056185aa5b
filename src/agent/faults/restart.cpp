#include "agent/faults/restart.h"

#include <fmt/format.h>

#include "agent/faults/ended_in_time.h"
#include "agent/plan/body.h"
#include "agent/plan/instances.h"

namespace cutset::agent {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds kGrace{1000};

// Its moment is when the old process is told to end, or, where there is none, when the
// new one is executed.
class Restart final : public Fault {
 public:
  Restart(const v1::Step& step, const FaultHost& host) : step_(step), host_(host) {}

  Result<std::vector<UndoRecord>> prepare() override {
    CUTSET_ASSIGN(body_, host_.instances->body(step_.target()));
    return std::vector<UndoRecord>();
  }

  Status make_ready() override { return body_->prepare_start(); }

  Result<std::string> apply() override {
    const Result<std::string> before = body_->describe();
    if (!before.ok()) return body_->start();
    // A paused one could not follow a request to end.
    const Result<bool> paused = body_->paused();
    asked_ = paused.ok() && !*paused;
    CUTSET_TRY(asked_ ? body_->terminate() : body_->kill());
    told_ = true;
    return *before;
  }

  Status finish() override {
    if (!told_) return {};
    CUTSET_TRY(end());
    CUTSET_TRY(body_->start());
    return {};
  }

  Result<std::string> verify() override {
    CUTSET_ASSIGN(const std::string who, body_->describe());
    return who + " runs";
  }

  Status release() override {
    if (body_ != nullptr) body_->forget_start();
    return {};
  }

 private:
  Status end() {
    if (asked_ && ended_in_time(*body_, host_, kGrace)) return {};
    if (asked_) CUTSET_TRY(body_->kill());
    if (body_->await_end(milliseconds(2000))) return {};
    return Error::unavailable("some of its processes do not end");
  }

  const v1::Step& step_;
  const FaultHost& host_;
  Body* body_ = nullptr;
  bool told_ = false;   // that it is to end
  bool asked_ = false;  // by its own means, not yet by SIGKILL
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
