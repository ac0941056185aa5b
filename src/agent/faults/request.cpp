#include "agent/faults/request.h"

#include <utility>

#include <fmt/format.h>

#include "agent/plan/call_gate.h"
#include "identity/fault_mode.h"

namespace cutset::agent {

namespace {

class CallsFail final : public Fault, private WaitingFault {
 public:
  CallsFail(const v1::RequestAction& action, const FaultHost& host)
      : action_(action), host_(host) {}

  Result<std::vector<UndoRecord>> prepare() override { return std::vector<UndoRecord>(); }

  Result<std::string> apply() override {
    CUTSET_ASSIGN(pattern_, host_.call_gate->fail(action_, hit_, counts_));
    return fmt::format("waits for {}", calls());
  }

  Result<std::string> verify() override { return what_it_met(); }

  WaitingFault* waiting() override { return this; }

  Status release() override {
    pattern_.reset();
    return {};
  }

 private:
  void set_on_hit(Hit hit) override { hit_ = std::move(hit); }
  uint64_t hits() const override { return counts_->fired; }

  std::string what_it_met() const override {
    const uint64_t seen = counts_->seen;
    if (seen < action_.nth()) {
      return fmt::format("{} did not come: {} came", calls(),
                         seen == 0 ? "none" : fmt::format("only {}", seen));
    }
    return fmt::format("{} of {} calls failed so, {} came", hits(), action_.count(),
                       seen);
  }

  /// "call 2 of stock, POST /reserve", "calls 2 to 4 of stock".
  std::string calls() const {
    const uint64_t last = action_.nth() + (action_.count() - 1);
    const std::string numbers = action_.count() == 1
                                    ? fmt::format("call {}", action_.nth())
                                    : fmt::format("calls {} to {}", action_.nth(), last);
    return fmt::format("{} of {}{}{}{}", numbers, action_.callee(),
                       action_.signature().empty() ? "" : ", ", action_.signature(),
                       action_.caller().empty() ? "" : ", from " + action_.caller());
  }

  const v1::RequestAction& action_;
  const FaultHost& host_;
  const std::shared_ptr<CallGate::Counts> counts_ = std::make_shared<CallGate::Counts>();
  Hit hit_;
  std::unique_ptr<CallGate::Watch> pattern_;
};

}  // namespace

Result<std::string> check_calls_fail(const v1::Step& step, const FaultHost& host) {
  if (host.call_gate == nullptr)
    return Error::unavailable("this agent has no reverse proxies that could fail calls");
  CUTSET_TRY(host.call_gate->check(step.request()));
  return std::string();
}

std::unique_ptr<Fault> make_calls_fail(const v1::Step& step, const FaultHost& host) {
  return std::make_unique<CallsFail>(step.request(), host);
}

}  // namespace cutset::agent
