#include "agent/faults/kill.h"

#include <fmt/format.h>

#include "agent/plan/body.h"
#include "agent/plan/instances.h"

namespace cutset::agent {

namespace {

constexpr std::chrono::milliseconds kEndPatience{2000};

class Kill final : public Fault {
 public:
  Kill(const v1::Step& step, const FaultHost& host) : step_(step), host_(host) {}

  Result<std::vector<UndoRecord>> prepare() override {
    CUTSET_ASSIGN(body_, host_.instances->body(step_.target()));
    return std::vector<UndoRecord>();
  }

  Result<std::string> apply() override {
    CUTSET_ASSIGN(const std::string who, body_->describe());
    const Result<std::vector<ProcessInfo>> before = body_->processes();
    CUTSET_TRY(body_->kill());
    if (!before.ok() || before->size() < 2) return who;
    return fmt::format("{} and {} more", who, before->size() - 1);
  }

  Result<std::string> verify() override {
    if (!body_->await_end(kEndPatience))
      return Error::unavailable("some of its processes do not end");
    return std::string("no process of it is left");
  }

 private:
  const v1::Step& step_;
  const FaultHost& host_;
  Body* body_ = nullptr;
};

}  // namespace

Result<std::string> check_kill(const v1::Step& step, const FaultHost& host) {
  CUTSET_TRY(host.instances->body(step.target()));
  return std::string();
}

std::unique_ptr<Fault> make_kill(const v1::Step& step, const FaultHost& host) {
  return std::make_unique<Kill>(step, host);
}

}  // namespace cutset::agent
