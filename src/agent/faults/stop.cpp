#include "agent/faults/stop.h"

#include <fmt/format.h>

#include "agent/faults/ended_in_time.h"
#include "agent/plan/body.h"
#include "agent/plan/instances.h"

namespace cutset::agent {

namespace {

using std::chrono::milliseconds;

constexpr int64_t kLongestGraceNs = 600'000'000'000;

class Stop final : public Fault {
 public:
  Stop(const v1::Step& step, const FaultHost& host) : step_(step), host_(host) {}

  Result<std::vector<UndoRecord>> prepare() override {
    CUTSET_ASSIGN(body_, host_.instances->body(step_.target()));
    return std::vector<UndoRecord>();
  }

  Result<std::string> apply() override {
    CUTSET_ASSIGN(std::string who, body_->describe());
    CUTSET_TRY(body_->terminate());
    return who;
  }

  Result<std::string> verify() override {
    const milliseconds grace(step_.stop().grace_ns() / 1'000'000);
    if (ended_in_time(*body_, host_, grace)) return std::string("it ended by itself");
    if (host_.is_closing()) return Error::unavailable("the plan was closed meanwhile");
    CUTSET_TRY(body_->kill());
    if (!body_->await_end(milliseconds(2000)))
      return Error::unavailable("some of its processes do not end");
    return fmt::format("it ended by SIGKILL after {} ms", grace.count());
  }

 private:
  const v1::Step& step_;
  const FaultHost& host_;
  Body* body_ = nullptr;
};

}  // namespace

Result<std::string> check_stop(const v1::Step& step, const FaultHost& host) {
  CUTSET_TRY(host.instances->body(step.target()));
  if (step.stop().grace_ns() < 0 || step.stop().grace_ns() > kLongestGraceNs)
    return Error::bad_input("a grace of 0 to 600 s is expected");
  return std::string();
}

std::unique_ptr<Fault> make_stop(const v1::Step& step, const FaultHost& host) {
  return std::make_unique<Stop>(step, host);
}

}  // namespace cutset::agent
