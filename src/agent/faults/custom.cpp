#include "agent/faults/custom.h"

#include <algorithm>

#include <fmt/format.h>

#include "agent/plan/body.h"
#include "agent/plan/instances.h"

namespace cutset::agent {

namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr milliseconds kUsualLimit{60'000};

class Custom final : public Fault {
 public:
  Custom(const v1::Step& step, const FaultHost& host) : step_(step), host_(host) {}

  Result<std::vector<UndoRecord>> prepare() override {
    CUTSET_ASSIGN(body_, host_.instances->body(step_.target()));
    return std::vector<UndoRecord>();
  }

  Status make_ready() override {
    if (command_ != nullptr) return {};
    const auto& arguments = step_.custom().arguments();
    CUTSET_ASSIGN(command_, body_->prepare_command({arguments.begin(), arguments.end()}));
    return {};
  }

  // Its moment is when the command has been executed, not when it was asked for.
  Result<std::string> apply() override {
    CUTSET_TRY(command_->begin());
    return command_->describe();
  }

  Result<std::string> verify() override {
    const milliseconds limit = step_.duration_ns() > 0
                                   ? milliseconds(step_.duration_ns() / 1'000'000)
                                   : kUsualLimit;
    const auto deadline = steady_clock::now() + limit;
    while (!outcome_ && steady_clock::now() < deadline && !host_.is_closing()) {
      const auto left = std::chrono::ceil<milliseconds>(deadline - steady_clock::now());
      outcome_ = command_->wait(std::min(left, milliseconds(50)));
    }
    command_.reset();
    if (!outcome_) {
      return Error::unavailable(
          fmt::format("it was ended because it still ran {}",
                      host_.is_closing() ? "when the plan was closed"
                                         : fmt::format("after {} ms", limit.count())));
    }
    if (outcome_->exit_code != 0)
      return Error::unavailable(fmt::format("exit code {}", outcome_->exit_code));
    return std::string("exit code 0");
  }

  Status release() override {
    command_.reset();
    return {};
  }

  const RunOutcome* outcome() const override { return outcome_ ? &*outcome_ : nullptr; }

 private:
  const v1::Step& step_;
  const FaultHost& host_;
  Body* body_ = nullptr;
  std::unique_ptr<Command> command_;
  std::optional<RunOutcome> outcome_;
};

}  // namespace

Result<std::string> check_custom(const v1::Step& step, const FaultHost& host) {
  CUTSET_TRY(host.instances->body(step.target()));
  if (step.custom().arguments().empty() || step.custom().arguments(0).empty())
    return Error::bad_input("a command is expected, found none");
  return std::string();
}

std::unique_ptr<Fault> make_custom(const v1::Step& step, const FaultHost& host) {
  return std::make_unique<Custom>(step, host);
}

}  // namespace cutset::agent
