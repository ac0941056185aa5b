#include "agent/plan/plans.h"

#include <chrono>

#include <fmt/format.h>

#include "agent/link/link_gate.h"
#include "agent/plan/check_plan.h"
#include "agent/plan/container_output.h"
#include "agent/plan/container_watch.h"
#include "agent/plan/event_log.h"
#include "agent/plan/executor.h"
#include "agent/plan/local_instances.h"
#include "agent/plan/proxy_call_gate.h"
#include "agent/supervisor.h"

namespace cutset::agent {

namespace {

constexpr std::chrono::milliseconds kWatchSlice{100};

Error none_loaded() {
  return Error::unavailable("no plan is loaded: LoadPlan comes first");
}

}  // namespace

// In this order: the executor uses all of the others.
struct Plans::Loaded {
  v1::LoadPlanRequest request;
  EventLog events;
  std::unique_ptr<LocalInstances> instances;
  std::unique_ptr<MessageGate> message_gate;
  std::unique_ptr<CallGate> call_gate;
  std::unique_ptr<Executor> executor;
  std::unique_ptr<ContainerOutput> output;
  std::unique_ptr<ContainerWatch> containers;
};

Plans::Plans(FaultHost host, Supervisor& supervisor, Proxies& proxies)
    : host_(std::move(host)), supervisor_(supervisor), proxies_(proxies) {}

Plans::~Plans() {
  abandon();
}

std::shared_ptr<Plans::Loaded> Plans::loaded() const {
  const std::lock_guard lock(mutex_);
  return loaded_;
}

Result<v1::LoadPlanReply> Plans::load(const v1::LoadPlanRequest& request) {
  CUTSET_TRY(check_plan(request));
  const std::lock_guard changing(changing_);
  if (loaded()) {
    return Error::unavailable(fmt::format("the plan of run {} is loaded: close it first",
                                          loaded()->request.run()));
  }
  auto plan = std::make_shared<Loaded>();
  plan->request = request;
  plan->instances = std::make_unique<LocalInstances>(
      plan->request, LocalInstances::Setting{&supervisor_, host_.mark, host_.state_folder,
                                             request.run()});
  FaultHost host = host_;
  host.instances = plan->instances.get();
  host.supervisor = &supervisor_;
  plan->message_gate =
      std::make_unique<link::LinkGate>(*plan->instances, supervisor_, host_.mark);
  host.message_gate = plan->message_gate.get();
  plan->call_gate = std::make_unique<ProxyCallGate>(*plan->instances, proxies_);
  host.call_gate = plan->call_gate.get();
  plan->executor =
      std::make_unique<Executor>(plan->request, host, supervisor_, plan->events);
  const Status opened = plan->instances->open();
  v1::LoadPlanReply reply;
  if (opened.ok()) {
    std::vector<std::string> notes;
    for (v1::StepProblem& problem : plan->executor->arm(&notes))
      *reply.add_problems() = std::move(problem);
    for (std::string& note : notes) reply.add_notes(std::move(note));
  }
  if (!opened.ok() || reply.problems_size() > 0) {
    (void)end(*plan);
    if (!opened.ok()) return opened.error();
    return reply;
  }
  note_changes(plan);
  const std::lock_guard lock(mutex_);
  loaded_ = plan;
  return reply;
}

// What the keeper says of processes, and engines of containers, becomes events of their
// instances.
void Plans::note_changes(const std::shared_ptr<Loaded>& plan) {
  supervisor_.watch([plan = std::weak_ptr(plan)](const Supervisor::Change& change) {
    const std::shared_ptr<Loaded> it = plan.lock();
    const v1::Instance* instance = it ? it->instances->of_service(change.name) : nullptr;
    if (instance == nullptr) return;
    v1::StepEvent event;
    *event.mutable_instance() = instance->name();
    if (change.started) {
      event.set_kind(v1::StepEvent::INSTANCE_STARTED);
      event.set_detail(fmt::format("pid {}", change.number));
    } else {
      event.set_kind(v1::StepEvent::INSTANCE_ENDED);
      event.set_exit_code(static_cast<int32_t>(change.number));
      ProcessBody* body = it->instances->process_body(instance->name());
      it->executor->soon([it, body] { body->end_leftovers(); });
    }
    it->events.add(std::move(event));
  });
  EventLog& events = plan->events;
  plan->output = std::make_unique<ContainerOutput>(host_.state_folder);
  ContainerOutput& output = *plan->output;
  plan->containers = std::make_unique<ContainerWatch>(
      plan->instances->all(),
      [&events, &output](const v1::Instance& instance, const ContainerEvent& change) {
        if (change.started) output.started(instance, change.id);
        v1::StepEvent event;
        *event.mutable_instance() = instance.name();
        event.set_kind(change.started ? v1::StepEvent::INSTANCE_STARTED
                                      : v1::StepEvent::INSTANCE_ENDED);
        if (change.started) event.set_detail("container " + change.id.substr(0, 12));
        event.set_exit_code(change.exit_code);
        const std::chrono::nanoseconds ago(utc_now_ns() - change.utc_ns);
        events.add(std::move(event), Monotonic::now() - ago);
      });
}

Result<v1::StartPlanReply> Plans::start(const v1::StartPlanRequest& request) {
  const std::shared_ptr<Loaded> plan = loaded();
  if (!plan) return none_loaded();
  CUTSET_TRY(plan->executor->start(request.barrier_utc_ns()));
  v1::StartPlanReply reply;
  reply.set_now_utc_ns(utc_now_ns());
  return reply;
}

Result<v1::FireStepReply> Plans::fire(const v1::FireStepRequest& request) {
  const std::shared_ptr<Loaded> plan = loaded();
  if (!plan) return none_loaded();
  CUTSET_TRY(plan->executor->fire(request.step()));
  return v1::FireStepReply();
}

Status Plans::watch(uint64_t after,
                    const std::function<bool(const v1::StepEvent&)>& write,
                    const std::function<bool()>& given_up) {
  const std::shared_ptr<Loaded> plan = loaded();
  if (!plan) return none_loaded();
  bool over = false;
  while (!over && !given_up()) {
    for (const v1::StepEvent& event : plan->events.read(after, kWatchSlice, &over)) {
      if (!write(event)) return {};
      after = event.number();
    }
  }
  return {};
}

void Plans::look_at(const std::function<void(const Instances&)>& look) const {
  const std::unique_lock changing(changing_, std::try_to_lock);
  if (!changing.owns_lock()) return;
  if (const std::shared_ptr<Loaded> plan = loaded()) look(*plan->instances);
}

std::vector<std::string> Plans::end(Loaded& plan) {
  std::vector<std::string> problems = plan.executor->close();
  for (std::string& problem : plan.instances->close())
    problems.push_back(std::move(problem));
  supervisor_.watch({});
  plan.containers.reset();
  plan.output.reset();
  plan.events.close();
  return problems;
}

Result<v1::ClosePlanReply> Plans::close() {
  const std::lock_guard changing(changing_);
  const std::shared_ptr<Loaded> plan = loaded();
  if (!plan) return none_loaded();
  v1::ClosePlanReply reply;
  for (std::string& problem : end(*plan)) reply.add_problems(std::move(problem));
  for (v1::StepEvent& event : plan->events.all()) *reply.add_events() = std::move(event);
  const std::lock_guard lock(mutex_);
  loaded_.reset();
  return reply;
}

uint32_t Plans::abandon() {
  const uint32_t count = faults_in_place();
  (void)close();
  return count;
}

uint32_t Plans::faults_in_place() const {
  const std::shared_ptr<Loaded> plan = loaded();
  return plan ? plan->executor->in_place() : 0;
}

}  // namespace cutset::agent
