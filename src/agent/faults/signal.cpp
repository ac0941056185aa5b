#include "agent/faults/signal.h"

#include <csignal>
#include <cstring>

#include <fmt/format.h>

#include "agent/plan/body.h"
#include "agent/plan/instances.h"

namespace cutset::agent {

namespace {

class Signal final : public Fault {
 public:
  Signal(const v1::Step& step, const FaultHost& host) : step_(step), host_(host) {}

  Result<std::vector<UndoRecord>> prepare() override {
    CUTSET_ASSIGN(body_, host_.instances->body(step_.target()));
    return std::vector<UndoRecord>();
  }

  Result<std::string> apply() override {
    CUTSET_ASSIGN(std::string who, body_->describe());
    CUTSET_TRY(body_->signal(step_.signal().number()));
    return who;
  }

  // What a process makes of a signal is its own affair; the kernel has taken it.
  Result<std::string> verify() override {
    return fmt::format("{} delivered", ::sigabbrev_np(step_.signal().number()));
  }

 private:
  const v1::Step& step_;
  const FaultHost& host_;
  Body* body_ = nullptr;
};

}  // namespace

Result<std::string> check_signal(const v1::Step& step, const FaultHost& host) {
  CUTSET_TRY(host.instances->body(step.target()));
  const int number = step.signal().number();
  if (number < 1 || number > SIGSYS) {
    return Error::bad_input(
        fmt::format("signal {} is none: 1 to {} are expected", number, SIGSYS));
  }
  return std::string();
}

std::unique_ptr<Fault> make_signal(const v1::Step& step, const FaultHost& host) {
  return std::make_unique<Signal>(step, host);
}

}  // namespace cutset::agent
