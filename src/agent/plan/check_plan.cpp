#include "agent/plan/check_plan.h"

#include <set>

#include <fmt/format.h>

#include "agent/engine/container_engine.h"
#include "agent/plan/instances.h"
#include "agent/plan/process_body.h"
#include "agent/validate.h"
#include "base/text.h"

namespace cutset::agent {

namespace {

constexpr int kMostInstances = 2000;
constexpr int kMostSteps = 10'000;
constexpr int kMostParts = 1000;  // labels, addresses, peers of one
constexpr size_t kLongestId = 256;
constexpr uint32_t kMostTasks = 1000;
constexpr int64_t kLongestNs = int64_t{7} * 24 * 3600 * 1'000'000'000;

Status check_time(const std::string& where, const char* what, int64_t value) {
  if (value >= 0 && value <= kLongestNs) return {};
  return Error::bad_input(
      fmt::format("{}: {} is {} ns, 0 to 7 days are expected", where, what, value));
}

Status check_process(const v1::Instance& instance) {
  v1::StartServiceRequest request;
  request.set_name(service_name(instance.name()));
  *request.mutable_arguments() = instance.process().arguments();
  *request.mutable_environment() = instance.process().environment();
  request.set_folder(instance.process().folder());
  return check_request(request);
}

Status check_instance(const v1::Instance& instance) {
  const std::string name = text_of(instance.name());
  CUTSET_TRY(check_name("instance", service_name(instance.name())));
  if (instance.addresses_size() > kMostParts || instance.ports_size() > kMostParts ||
      instance.container().labels_size() > kMostParts)
    return Error::bad_input(fmt::format("{}: too many addresses, ports or labels", name));
  if (instance.has_process()) return check_process(instance);
  if (!instance.has_container()) return {};
  if (!instance.container().engine().starts_with('/') ||
      instance.container().labels().empty()) {
    return Error::bad_input(fmt::format(
        "{}: the absolute path of an engine's socket and at least one label are expected",
        name));
  }
  if (!instance.container().has_task()) return {};
  const v1::SwarmTask& task = instance.container().task();
  if (is_service_id(task.service()) && task.slot() >= 1 && task.slot() <= kMostTasks)
    return {};
  return Error::bad_input(
      fmt::format("{}: the id of a Swarm service and a slot from 1 to {} are expected",
                  name, kMostTasks));
}

class StepCheck {
 public:
  StepCheck(const v1::LoadPlanRequest& request, const std::set<std::string>& instances)
      : instances_(instances) {
    for (const v1::Step& step : request.steps()) ids_.insert(step.id());
  }

  Status check(const v1::Step& step) const {
    const std::string where = fmt::format("step \"{}\"", one_line(step.id()));
    if (step.action_case() == v1::Step::ACTION_NOT_SET)
      return Error::bad_input(where + ": an action that this agent knows is expected");
    CUTSET_TRY(check_time(where, "at_ns", step.at_ns()));
    CUTSET_TRY(check_time(where, "duration_ns", step.duration_ns()));
    if (step.due_case() == v1::Step::DUE_NOT_SET)
      return Error::bad_input(where + ": a time or a trigger is expected");
    if (step.has_heal() && step.heal().label().empty())
      return Error::bad_input(where + ": a heal needs the label of what it heals");
    if (!step.has_mark() && !step.has_heal())
      CUTSET_TRY(check_name_of_instance(where, step.target()));
    return step.has_when() ? check_trigger(where, step.when()) : Status();
  }

 private:
  Status check_name_of_instance(const std::string& where,
                                const v1::InstanceName& name) const {
    if (instances_.contains(text_of(name))) return {};
    return Error::bad_input(fmt::format("{}: the plan has no instance \"{}\"", where,
                                        one_line(text_of(name))));
  }

  Status check_trigger(const std::string& where, const v1::Trigger& trigger) const {
    CUTSET_TRY(check_time(where, "timeout_ns", trigger.timeout_ns()));
    CUTSET_TRY(check_time(where, "from_ns", trigger.from_ns()));
    if (trigger.timeout_ns() == 0)
      return Error::bad_input(where + ": a trigger needs a timeout");
    switch (trigger.kind_case()) {
      case v1::Trigger::kLog:
        return check_name_of_instance(where, trigger.log().instance());
      case v1::Trigger::kMessage:
        CUTSET_TRY(check_name_of_instance(where, trigger.message().from()));
        return check_name_of_instance(where, trigger.message().to());
      case v1::Trigger::kStep:
        CUTSET_TRY(check_time(where, "after_ns", trigger.step().after_ns()));
        if (ids_.contains(trigger.step().step())) return {};
        return Error::bad_input(
            fmt::format("{}: it waits for the step \"{}\", which the "
                        "plan does not have",
                        where, one_line(trigger.step().step())));
      case v1::Trigger::kCall:
      case v1::Trigger::kController:
        return {};
      case v1::Trigger::KIND_NOT_SET:
        break;
    }
    return Error::bad_input(where + ": a trigger that this agent knows is expected");
  }

  const std::set<std::string>& instances_;
  std::set<std::string> ids_;
};

}  // namespace

Status check_plan(const v1::LoadPlanRequest& request) {
  CUTSET_TRY(check_name("run", request.run()));
  if (request.instances_size() > kMostInstances || request.steps_size() > kMostSteps) {
    return Error::bad_input(fmt::format(
        "{} instances and {} steps; at most {} and {} are allowed",
        request.instances_size(), request.steps_size(), kMostInstances, kMostSteps));
  }
  std::set<std::string> instances;
  for (const v1::Instance& instance : request.instances()) {
    CUTSET_TRY(check_instance(instance));
    if (!instances.insert(text_of(instance.name())).second)
      return Error::bad_input(
          fmt::format("the instance {} is there twice", text_of(instance.name())));
  }
  const StepCheck check(request, instances);
  std::set<std::string> ids;
  for (const v1::Step& step : request.steps()) {
    if (step.id().empty() || step.id().size() > kLongestId)
      return Error::bad_input(
          fmt::format("a step's id must have 1 to {} bytes", kLongestId));
    if (!ids.insert(step.id()).second)
      return Error::bad_input(
          fmt::format("the step \"{}\" is there twice", one_line(step.id())));
    CUTSET_TRY(check.check(step));
  }
  return {};
}

}  // namespace cutset::agent
