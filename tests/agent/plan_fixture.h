// A controller that loads, starts and closes plans of a real cutset-agent, and looks at
// their events.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "agent_fixture.h"

namespace cutset::agent::test {

using std::chrono::milliseconds;

/// cgroups of any agent whose mark begins with `mark` that exist now.
std::vector<std::string> groups_of(const std::string& mark);

class PlanFixture : public AgentFixture {
 protected:
  void begin(const std::vector<std::string>& options = {});
  void TearDown() override { controller_.reset(); }

  /// An instance "service/0" that runs a shell script, known by word().
  v1::Instance* add_process(const std::string& service, const std::string& script);
  /// Instances of this host are those added so far.
  v1::Step* add_step(const std::string& id, const std::string& service, int at_ms);
  v1::Step* add_triggered(const std::string& id, const std::string& service,
                          int timeout_ms);
  v1::Step* add_start(const std::string& service, int at_ms = 0);

  grpc::Status load(v1::LoadPlanReply* reply = nullptr);
  /// The barrier is `ahead` from now.
  grpc::Status start(milliseconds ahead = milliseconds(300));
  grpc::Status fire(const std::string& step);
  v1::ClosePlanReply close();
  /// All events up to the first of that kind and step; fails after `patience`.
  std::vector<v1::StepEvent> events_until(v1::StepEvent::Kind kind,
                                          const std::string& step,
                                          milliseconds patience = milliseconds(10000));
  /// Loads and starts the plan.
  void run_plan();

  /// The events of a step as "FIRED pid 12; VERIFIED ..." with numbers as "N".
  static std::string story(const std::vector<v1::StepEvent>& events,
                           const std::string& step);
  static const v1::StepEvent* find(const std::vector<v1::StepEvent>& events,
                                   v1::StepEvent::Kind kind, const std::string& step);
  std::string log_of(const std::string& service) const;
  /// Fails unless no process of an instance, no helper and no cgroup is left.
  void expect_nothing_left_but_agent();
  /// The random word of the running agent.
  std::string mark() const;
  /// True where pausing is possible (root, or a delegated cgroup).
  static bool can_freeze();

  std::unique_ptr<Controller> controller_;
  v1::LoadPlanRequest plan_;
};

}  // namespace cutset::agent::test
