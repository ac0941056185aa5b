#include "agent/link/link_gate.h"

#include <atomic>

#include <fmt/format.h>

#include "agent/link/gate_stage.h"
#include "agent/link/link_ends.h"
#include "agent/link/link_tap.h"
#include "agent/link/message_range.h"

namespace cutset::agent::link {

namespace {

Peers just(const v1::InstanceName& name) {
  Peers peers;
  *peers.Add() = name;
  return peers;
}

Result<MessageRange> range_of_trigger(const v1::MessageTrigger& trigger) {
  CUTSET_ASSIGN(std::optional<MessageRange> range, range_of(trigger.messages()));
  if (!range) {
    return Error::bad_input(fmt::format(
        "the trigger on a message from {} to {} needs a framing (datagram, http1, http2, "
        "resp or length_prefix)",
        text_of(trigger.from()), text_of(trigger.to())));
  }
  return std::move(*range);
}

}  // namespace

// Opened by `release`, which the executor may call at any time, also when the watch is
// gone.
class GateWatch final : public MessageGate::Watch {
 public:
  GateWatch(const MessageRange& range, const v1::MessageTrigger& trigger,
            std::function<framing::Side(const Flow&)> side, MessageGate::Reached reached,
            Intents& intents)
      : pair_(fmt::format("{} to {}", text_of(trigger.from()), text_of(trigger.to()))),
        reached_(std::move(reached)),
        intents_(intents),
        opener_(std::make_shared<Opener>()),
        stage_(
            range.framing, range.operation, range.first, trigger.after(), std::move(side),
            [this](uint64_t number, const std::string& label) { tell(number, label); }) {}

  ~GateWatch() override {
    {
      const std::lock_guard lock(opener_->mutex);
      opener_->watch = nullptr;
    }
    if (tap_ == nullptr) return;
    // A record that stays is undone by whoever comes later.
    if (tap_->close() && record_number_ != 0) [[maybe_unused]]
      const Status struck = intents_.strike(record_number_);
  }

  uint64_t hits() const override { return stage_.hits(); }

  Status open(const LinkEnds& ends, const std::string& mark) {
    opener_->watch = this;
    CUTSET_ASSIGN(tap_, LinkTap::prepare_sent(ends, mark, stage_));
    CUTSET_ASSIGN(record_number_, intents_.write(tap_->record()));
    CUTSET_TRY(tap_->make());
    return tap_->open();
  }

 private:
  struct Opener {
    std::mutex mutex;
    GateWatch* watch = nullptr;  // guarded by mutex; null: gone
  };

  void tell(uint64_t number, const std::string& label) {
    reached_(fmt::format("message {} from {}{}{}", number, pair_,
                         label.empty() ? "" : ", ", label),
             [opener = opener_] {
               const std::lock_guard lock(opener->mutex);
               GateWatch* watch = opener->watch;
               if (watch != nullptr)
                 watch->tap_->call_in_tap([watch] { watch->stage_.open(); });
             });
  }

  const std::string pair_;
  const MessageGate::Reached reached_;
  Intents& intents_;
  const std::shared_ptr<Opener> opener_;
  GateStage stage_;
  std::unique_ptr<LinkTap> tap_;
  uint64_t record_number_ = 0;
};

Status LinkGate::check(const v1::MessageTrigger& trigger) {
  CUTSET_TRY(range_of_trigger(trigger));
  CUTSET_ASSIGN(const PlannedEnds ends,
                planned_ends(trigger.from(), just(trigger.to()), instances_));
  CUTSET_TRY(match_outgoing(ends.target, ends.peers, ends.all));
  return {};
}

Result<std::unique_ptr<MessageGate::Watch>> LinkGate::watch(
    const v1::MessageTrigger& trigger, Reached reached) {
  CUTSET_ASSIGN(const MessageRange range, range_of_trigger(trigger));
  CUTSET_ASSIGN(const LinkEnds ends,
                find_ends(trigger.from(), just(trigger.to()), instances_));
  auto watch = std::make_unique<GateWatch>(range, trigger, side_by_ports(ends.ends),
                                           std::move(reached), intents_);
  CUTSET_TRY(watch->open(ends, mark_));
  return std::unique_ptr<Watch>(std::move(watch));
}

}  // namespace cutset::agent::link
