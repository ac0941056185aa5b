#include "agent/plan/triggers.h"

#include <fmt/format.h>

#include "agent/plan/instances.h"
#include "agent/plan/process_body.h"
#include "base/text.h"

namespace cutset::agent {

Status Triggers::check(const v1::Trigger& trigger) const {
  if (trigger.has_log()) {
    CUTSET_TRY(host_.instances->body(trigger.log().instance()));
    return check_pattern(trigger.log().pattern());
  }
  if (trigger.has_message()) {
    if (host_.message_gate == nullptr)
      return Error::unavailable("this agent has no proxy of links to see messages by");
    return host_.message_gate->check(trigger.message());
  }
  if (trigger.has_call()) {
    if (host_.call_gate == nullptr)
      return Error::unavailable("this agent has no reverse proxies to see calls by");
    return host_.call_gate->check(trigger.call());
  }
  return {};
}

Status Triggers::arm(const v1::Trigger& trigger, Reached reached) {
  const std::lock_guard lock(mutex_);
  if (over_) return Error::unavailable("the plan is being closed");
  if (trigger.has_message()) {
    CUTSET_ASSIGN(auto watch,
                  host_.message_gate->watch(trigger.message(), std::move(reached)));
    messages_.push_back(std::move(watch));
  } else if (trigger.has_call()) {
    CUTSET_ASSIGN(auto watch, host_.call_gate->watch(trigger.call(), std::move(reached)));
    calls_.push_back(std::move(watch));
  } else if (trigger.has_log()) {
    if (!logs_) {
      CUTSET_ASSIGN(logs_, LogWatch::start(host_.state_folder + "/logs"));
    }
    const v1::LogTrigger& log = trigger.log();
    return logs_->watch(service_name(log.instance()) + ".log", log.pattern(), log.nth(),
                        [reached = std::move(reached)](const std::string& line) {
                          reached(fmt::format("line \"{}\"", one_line(line)), {});
                        });
  }
  return {};
}

void Triggers::disarm_all() {
  const std::lock_guard lock(mutex_);
  over_ = true;
  messages_.clear();
  calls_.clear();
  logs_.reset();
}

}  // namespace cutset::agent
