#include "agent/faults/start.h"

#include "agent/plan/body.h"
#include "agent/plan/instances.h"

namespace cutset::agent {

namespace {

class Start final : public Fault {
 public:
  Start(const v1::Step& step, const FaultHost& host) : step_(step), host_(host) {}

  Result<std::vector<UndoRecord>> prepare() override {
    CUTSET_ASSIGN(body_, host_.instances->body(step_.target()));
    return std::vector<UndoRecord>();
  }

  Status make_ready() override { return body_->prepare_start(); }

  Result<std::string> apply() override { return body_->start(); }

  Result<std::string> verify() override {
    CUTSET_ASSIGN(const std::string who, body_->describe());
    return who + " runs";
  }

  Status release() override {
    if (body_ != nullptr) body_->forget_start();
    return {};
  }

 private:
  const v1::Step& step_;
  const FaultHost& host_;
  Body* body_ = nullptr;
};

}  // namespace

Result<std::string> check_start(const v1::Step& step, const FaultHost& host) {
  CUTSET_TRY(host.instances->body(step.target()));
  return std::string();
}

std::unique_ptr<Fault> make_start(const v1::Step& step, const FaultHost& host) {
  return std::make_unique<Start>(step, host);
}

}  // namespace cutset::agent
