#include "plan_fixture.h"

#include <fstream>
#include <regex>
#include <sstream>

#include "agent/groups/group.h"
#include "agent/intent_log.h"
#include "agent/plan/event_log.h"

namespace cutset::agent::test {

std::vector<std::string> groups_of(const std::string& mark) {
  std::vector<std::string> found;
  const auto root = find_group_root();
  if (!root) return found;
  for (const auto& entry : std::filesystem::directory_iterator(root->folder)) {
    const std::string name = entry.path().filename();
    if (name.starts_with("cutset-" + mark)) found.push_back(name);
  }
  return found;
}

bool PlanFixture::can_freeze() {
  return find_group_root().has_value();
}

void PlanFixture::begin(const std::vector<std::string>& options) {
  start_agent(options);
  controller_ = std::make_unique<Controller>(socket_);
  ASSERT_TRUE(controller_->hello().ok());
  controller_->keep(milliseconds(100));
  plan_.set_run("run-1");
}

std::string PlanFixture::mark() const {
  const auto intent = read_intent(state_);
  return intent.ok() && intent->has_value() ? (*intent)->mark : "?";
}

v1::Instance* PlanFixture::add_process(const std::string& service,
                                       const std::string& script) {
  v1::Instance* instance = plan_.add_instances();
  instance->mutable_name()->set_service(service);
  for (const std::string& argument : shell(script))
    instance->mutable_process()->add_arguments(argument);
  v1::Variable* variable = instance->mutable_process()->add_environment();
  variable->set_name("TEST_WORD");
  variable->set_value(word());
  return instance;
}

v1::Step* PlanFixture::add_step(const std::string& id, const std::string& service,
                                int at_ms) {
  v1::Step* step = plan_.add_steps();
  step->set_id(id);
  if (!service.empty()) step->mutable_target()->set_service(service);
  step->set_at_ns(int64_t{at_ms} * 1'000'000);
  return step;
}

v1::Step* PlanFixture::add_triggered(const std::string& id, const std::string& service,
                                     int timeout_ms) {
  v1::Step* step = add_step(id, service, 0);
  step->mutable_when()->set_timeout_ns(int64_t{timeout_ms} * 1'000'000);
  return step;
}

v1::Step* PlanFixture::add_start(const std::string& service, int at_ms) {
  v1::Step* step = add_step("start-" + service, service, at_ms);
  step->mutable_start();
  return step;
}

grpc::Status PlanFixture::load(v1::LoadPlanReply* reply) {
  plan_.set_lease(controller_->token);
  grpc::ClientContext context;
  v1::LoadPlanReply ignored;
  return controller_->stub().LoadPlan(&context, plan_,
                                      reply == nullptr ? &ignored : reply);
}

grpc::Status PlanFixture::start(milliseconds ahead) {
  v1::StartPlanRequest request;
  request.set_lease(controller_->token);
  request.set_barrier_utc_ns(utc_now_ns() + ahead.count() * 1'000'000);
  grpc::ClientContext context;
  v1::StartPlanReply reply;
  return controller_->stub().StartPlan(&context, request, &reply);
}

grpc::Status PlanFixture::fire(const std::string& step) {
  v1::FireStepRequest request;
  request.set_lease(controller_->token);
  request.set_step(step);
  grpc::ClientContext context;
  v1::FireStepReply reply;
  return controller_->stub().FireStep(&context, request, &reply);
}

v1::ClosePlanReply PlanFixture::close() {
  v1::ClosePlanRequest request;
  request.set_lease(controller_->token);
  grpc::ClientContext context;
  v1::ClosePlanReply reply;
  const grpc::Status status = controller_->stub().ClosePlan(&context, request, &reply);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return reply;
}

std::vector<v1::StepEvent> PlanFixture::events_until(v1::StepEvent::Kind kind,
                                                     const std::string& step,
                                                     milliseconds patience) {
  v1::WatchPlanRequest request;
  request.set_lease(controller_->token);
  grpc::ClientContext context;
  context.set_deadline(std::chrono::system_clock::now() + patience);
  const auto reader = controller_->stub().WatchPlan(&context, request);
  std::vector<v1::StepEvent> events;
  v1::StepEvent event;
  while (reader->Read(&event)) {
    events.push_back(event);
    if (event.kind() == kind && event.step() == step) {
      context.TryCancel();
      break;
    }
  }
  (void)reader->Finish();
  EXPECT_NE(find(events, kind, step), nullptr)
      << v1::StepEvent::Kind_Name(kind) << " of " << step << " did not come; "
      << story(events, step);
  return events;
}

void PlanFixture::run_plan() {
  v1::LoadPlanReply reply;
  const grpc::Status loaded = load(&reply);
  ASSERT_TRUE(loaded.ok()) << loaded.error_message();
  ASSERT_EQ(reply.problems_size(), 0) << reply.ShortDebugString();
  const grpc::Status started = start();
  ASSERT_TRUE(started.ok()) << started.error_message();
}

std::string PlanFixture::story(const std::vector<v1::StepEvent>& events,
                               const std::string& step) {
  std::string text;
  for (const v1::StepEvent& event : events) {
    if (event.step() != step) continue;
    text += (text.empty() ? "" : "; ") + v1::StepEvent::Kind_Name(event.kind());
    if (!event.detail().empty()) text += " " + event.detail();
    if (!event.error().empty()) text += " (" + event.error() + ")";
  }
  return std::regex_replace(text, std::regex("[0-9]+"), "N");
}

const v1::StepEvent* PlanFixture::find(const std::vector<v1::StepEvent>& events,
                                       v1::StepEvent::Kind kind,
                                       const std::string& step) {
  for (const v1::StepEvent& event : events) {
    if (event.kind() == kind && event.step() == step) return &event;
  }
  return nullptr;
}

void PlanFixture::expect_nothing_left_but_agent() {
  EXPECT_TRUE(eventually([this] { return traces_of(word()).empty(); }))
      << traces_of(word()).size() << " processes are left";
  EXPECT_TRUE(groups_of(mark()).empty());
  for (const auto& entry : std::filesystem::directory_iterator(state_ + "/logs"))
    EXPECT_NE(entry.path().filename().string()[0], '~') << entry.path();
}

std::string PlanFixture::log_of(const std::string& service) const {
  std::ifstream file(state_ + "/logs/" + service + ".0.log");
  std::ostringstream text;
  text << file.rdbuf();
  return text.str();
}

}  // namespace cutset::agent::test
