// Schedules played on agents that only pretend (fake_agent.h).
#include "injector/play/play.h"

#include <algorithm>
#include <filesystem>
#include <thread>

#include "fake_agent.h"
#include "schema_check.h"
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "base/text.h"
#include "injector/fdsl/read.h"

namespace cutset::injector::play {
namespace {

using namespace std::chrono_literals;
namespace fs = std::filesystem;

constexpr int64_t kMilli = 1'000'000;

const char* const kOnTwoHosts = R"(environment: {fdsl: 2}
events:
  - beginning: {a: 1, b: 1}
  - moment: {time_milliseconds: 50, mark: warm, services: {a: [fault: {target: {specific: [0]}, pause: {duration_milliseconds: 50}}]}}
  - moment: {time_milliseconds: 150, services: {b: [fault: {target: {specific: [0]}, partition: {to: [{service: a}]}}]}}
  - end: 1
)";

const char* const kTriggered = R"(environment: {fdsl: 2}
events:
  - beginning: {a: 1, b: 1}
  - moment:
      name: elected
      when: {log: {service: a, matches: "leader"}}
      timeout_milliseconds: 400
      services:
        a: [fault: {target: {specific: [0]}, kill: }]
        b: [fault: {target: {specific: [0]}, kill: }]
  - end: 1
)";

/// Two hosts, h0 with a/0 and h1 with b/0.
class Play : public testing::Test {
 protected:
  void load(const std::string& text) {
    const auto placement = fdsl::parse_placement("h0,h1", {"a=h0", "b=h1"});
    ASSERT_TRUE(placement);
    const fdsl::ScheduleReading reading = fdsl::read_schedule(text, "s.yml");
    for (const Error& problem : reading.problems) FAIL() << problem.text();
    const auto planned = fdsl::make_plan(reading.schedule, *placement);
    ASSERT_TRUE(planned);
    plan = compile(reading.schedule, *planned, "s.yml");
    for (const Error& problem : plan.problems) FAIL() << problem.text();
    setup.run = "r1";
    setup.schedule_file = "s.yml";
    setup.sample = 0ms;
    setup.log_every = 0ms;
  }

  PlayRecord run() {
    for (size_t i = 0; i < 2; ++i) {
      agents.push_back(std::make_unique<FakeAgent>(manners[i]));
      setup.hosts.push_back({fmt::format("h{}", i), agents.back().get(), {}});
    }
    return play(plan, setup, hooks, stop);
  }

  const ActionRecord& action(const PlayRecord& record, const std::string& id) {
    for (const ActionRecord& one : record.actions) {
      if (one.action.id == id) return one;
    }
    ADD_FAILURE() << "no action " << id;
    return record.actions.front();
  }

  static bool noted(const PlayRecord& record, const std::string& part) {
    return std::any_of(
        record.notes.begin(), record.notes.end(),
        [&](const std::string& text) { return text.find(part) != std::string::npos; });
  }

  CompiledPlan plan;
  PlaySetup setup;
  PlayHooks hooks;
  StopSignal stop;
  FakeAgent::Manners manners[2];
  std::vector<std::unique_ptr<FakeAgent>> agents;
};

TEST_F(Play, AllFires) {
  load(kOnTwoHosts);
  manners[1].clock_ahead_ns = 3'600'000'000'000;  // an hour
  double told = 0;
  hooks.on_clocks = [&](const std::vector<HostRecord>& hosts) {
    told = static_cast<double>(hosts.at(1).clock.offset_ns);
  };
  const PlayRecord record = run();
  EXPECT_EQ(record.verdict, Verdict::kFired) << record.reason;
  EXPECT_EQ(record.reason, "");
  ASSERT_EQ(record.actions.size(), 3U);
  const ActionRecord& mark = action(record, "m1/mark");
  EXPECT_EQ(mark.action.steps.size(), 2U);  // on both hosts
  // Far apart by their clocks, at one time by ours: hours would show.
  EXPECT_LT(mark.spread_ns, 100 * kMilli);
  for (const ActionRecord& one : record.actions) {
    ASSERT_TRUE(one.late_ns) << one.action.id;
    EXPECT_GE(*one.late_ns, 0);
    EXPECT_LT(*one.late_ns, 100 * kMilli) << one.action.id;
    EXPECT_EQ(one.fired_on, "pid 4711");
    EXPECT_TRUE(one.armed_ns);
    EXPECT_TRUE(one.verified_ns);
  }
  const ActionRecord& pause = action(record, "m1/a/0/pause");
  EXPECT_GE(*pause.undone_ns - *pause.fired_ns, 50 * kMilli);
  EXPECT_TRUE(action(record, "m2/b/0/partition").undone_ns);  // by the end
  EXPECT_FALSE(agents[0]->is_open());
  EXPECT_FALSE(agents[1]->is_open());
  EXPECT_NEAR(static_cast<double>(record.hosts[1].clock.offset_ns), 3.6e12, 50e6);
  EXPECT_NEAR(told, 3.6e12, 50e6);
  EXPECT_TRUE(std::is_sorted(
      record.events.begin(), record.events.end(),
      [](const auto& one, const auto& other) { return one.utc_ns < other.utc_ns; }));
}

TEST_F(Play, ProblemsOfAllHostsAndNothingStarts) {
  load(kOnTwoHosts);
  manners[0].refuses["m1/a/0/pause"] = "no freezer here; mount cgroup v2";
  manners[1].refuses["m2/b/0/partition"] = "nft is missing; install nftables";
  const PlayRecord record = run();
  EXPECT_EQ(record.verdict, Verdict::kRefused);
  ASSERT_EQ(record.problems.size(), 2U);
  EXPECT_TRUE(record.problems[0].text().starts_with("s.yml:4:"))
      << record.problems[0].text();
  EXPECT_NE(record.problems[0].text().find("h0: m1/a/0/pause: no freezer here"),
            std::string::npos);
  EXPECT_TRUE(record.problems[1].text().starts_with("s.yml:5:"))
      << record.problems[1].text();
  for (const auto& agent : agents) {
    EXPECT_FALSE(agent->is_open());
    EXPECT_TRUE(agent->barriers().empty());
  }
}

TEST_F(Play, WhoCouldIsClosedWhenAnotherCannot) {
  load(kOnTwoHosts);
  manners[1].refuses["m2/b/0/partition"] = "nft is missing; install nftables";
  const PlayRecord record = run();
  EXPECT_EQ(record.verdict, Verdict::kRefused);
  EXPECT_EQ(agents[0]->closes(), 1);
  EXPECT_EQ(agents[1]->closes(), 0);
  for (const HostRecord& host : record.hosts) EXPECT_EQ(host.lost, "");
}

TEST_F(Play, LateAgentMakesAllBeginAgainWithMoreLead) {
  load(kOnTwoHosts);
  manners[1].late = 2;
  setup.first_lead = 40ms;
  const PlayRecord record = run();
  EXPECT_EQ(record.verdict, Verdict::kFired) << record.reason;
  EXPECT_EQ(record.attempts, 3);
  EXPECT_EQ(record.lead_ns, 160 * kMilli);
  EXPECT_EQ(agents[0]->loads(), 3);
  EXPECT_EQ(agents[0]->closes(), 3);
  EXPECT_EQ(agents[0]->barriers().size(), 3U);
  EXPECT_EQ(agents[1]->barriers().size(), 1U);
  EXPECT_TRUE(noted(record, "late for the barrier"));
  // Nothing of the attempts before is left in the record.
  EXPECT_EQ(std::count_if(record.events.begin(), record.events.end(),
                          [](const PlayEvent& event) {
                            return event.event.kind() == agent::v1::StepEvent::FIRED &&
                                   event.event.step() == "beginning/a/0/start";
                          }),
            1);
}

TEST_F(Play, AfterFiveAttemptsItIsGivenUp) {
  load(kOnTwoHosts);
  manners[0].late = 100;
  setup.first_lead = 5ms;
  const PlayRecord record = run();
  EXPECT_EQ(record.verdict, Verdict::kInconclusive);
  EXPECT_EQ(record.attempts, 5);
  EXPECT_EQ(record.lead_ns, 80 * kMilli);
  EXPECT_NE(record.reason.find("5 attempts"), std::string::npos) << record.reason;
  EXPECT_EQ(record.barrier_utc_ns, 0);
  EXPECT_FALSE(agents[1]->is_open());
}

TEST_F(Play, LostAgentEndsTheRun) {
  load(std::string(kOnTwoHosts)
           .replace(std::string(kOnTwoHosts).find("end: 1"), 6, "end: 60"));
  manners[1].lost_at_ns = 100 * kMilli;
  const auto begun = std::chrono::steady_clock::now();
  const PlayRecord record = run();
  EXPECT_LT(std::chrono::steady_clock::now() - begun, 20s);
  EXPECT_EQ(record.verdict, Verdict::kInconclusive);
  EXPECT_EQ(record.reason, "lost: h1 (the agent is lost: connection reset)");
  EXPECT_FALSE(agents[0]->is_open());
  EXPECT_EQ(agents[0]->closes(), 1);
  EXPECT_EQ(action(record, "m1/a/0/pause").fate, Fate::kFired);
  EXPECT_EQ(action(record, "m2/b/0/partition").fate, Fate::kNotReached);
}

TEST_F(Play, AgentLostBeforeItBegan) {
  load(kOnTwoHosts);
  agents.push_back(std::make_unique<FakeAgent>(manners[0]));
  agents.push_back(std::make_unique<FakeAgent>(manners[1]));
  agents[0]->lose();
  setup.hosts = {{"h0", agents[0].get(), {}}, {"h1", agents[1].get(), {}}};
  const PlayRecord record = play(plan, setup, hooks, stop);
  EXPECT_EQ(record.verdict, Verdict::kInconclusive);
  EXPECT_EQ(agents[1]->loads(), 0);
}

TEST_F(Play, TriggerIsRelayedToTheOtherHost) {
  load(kTriggered);
  manners[0].triggers_at["elected/a/0/kill"] = 120 * kMilli;
  const PlayRecord record = run();
  EXPECT_EQ(record.verdict, Verdict::kFired) << record.reason;
  const ActionRecord& own = action(record, "elected/a/0/kill");
  const ActionRecord& other = action(record, "elected/b/0/kill");
  EXPECT_FALSE(own.action.relayed);
  EXPECT_TRUE(other.action.relayed);
  EXPECT_EQ(own.triggered_on, "line 7");
  EXPECT_GE(*other.fired_ns, *own.triggered_ns);
  EXPECT_LT(*other.fired_ns - *own.triggered_ns, 200 * kMilli);
  EXPECT_TRUE(noted(record, "relayed to other hosts, asynchronously"));
}

TEST_F(Play, TriggerThatIsNotSeenIsInconclusive) {
  load(kTriggered);
  const PlayRecord record = run();
  EXPECT_EQ(record.verdict, Verdict::kInconclusive);
  EXPECT_EQ(record.reason,
            "2 of 2 actions did not fire: elected/a/0/kill, elected/b/0/kill");
  EXPECT_EQ(action(record, "elected/b/0/kill").fate, Fate::kNotReached);
}

TEST_F(Play, TriggerThatMayBeSkipped) {
  std::string text = kTriggered;
  text.insert(text.find("      services"), "      otherwise: skip\n");
  load(text);
  const PlayRecord record = run();
  EXPECT_EQ(record.verdict, Verdict::kFired) << record.reason;
  EXPECT_EQ(action(record, "elected/b/0/kill").fate, Fate::kNotReached);
}

TEST_F(Play, FailedActionIsInconclusive) {
  load(kOnTwoHosts);
  manners[1].fails.insert("m2/b/0/partition");
  const PlayRecord record = run();
  EXPECT_EQ(record.verdict, Verdict::kInconclusive);
  const ActionRecord& failed = action(record, "m2/b/0/partition");
  EXPECT_EQ(failed.fate, Fate::kFailed);
  EXPECT_EQ(failed.error, "no such process");
}

TEST_F(Play, InstanceOfTheBeginningThatDoesNotStart) {
  load(kOnTwoHosts);
  manners[1].fails.insert("beginning/b/0/start");
  const PlayRecord record = run();
  EXPECT_EQ(record.verdict, Verdict::kInconclusive);
  EXPECT_EQ(record.reason, "b/0 cannot be started: no such process");
  EXPECT_FALSE(agents[0]->is_open());
}

TEST_F(Play, ReadinessIsAwaitedBeforeTheBarrier) {
  load(kOnTwoHosts);
  std::atomic<int> awaited = 0;
  hooks.await_ready = [&](const BeginningInstance& instance,
                          const std::function<bool()>& ended) -> Status {
    ++awaited;
    EXPECT_FALSE(ended());
    if (instance.service == "b") return Error::unavailable("not ready within 10 s");
    return {};
  };
  bool started = false;
  hooks.on_started = [&](int64_t) { started = true; };
  const PlayRecord record = run();
  EXPECT_EQ(awaited, 2);
  EXPECT_FALSE(started);
  EXPECT_EQ(record.verdict, Verdict::kInconclusive);
  EXPECT_EQ(record.reason, "b/0: not ready within 10 s");
}

TEST_F(Play, StopClosesEverything) {
  load(std::string(kOnTwoHosts)
           .replace(std::string(kOnTwoHosts).find("end: 1"), 6, "end: 60"));
  hooks.on_started = [&](int64_t) { stop.request(); };
  const PlayRecord record = run();
  EXPECT_EQ(record.verdict, Verdict::kStopped);
  for (const auto& agent : agents) EXPECT_FALSE(agent->is_open());
}

TEST_F(Play, EndsWithItsWorkloadWhenEverythingIsSettled) {
  load(std::string(kOnTwoHosts)
           .replace(std::string(kOnTwoHosts).find("end: 1"), 6, "end: 60"));
  int64_t barrier = 0;
  hooks.on_started = [&](int64_t utc_ns) { barrier = utc_ns; };
  hooks.workload = [&](const StopSignal&) -> Status {
    std::this_thread::sleep_for(20ms);
    return {};
  };
  hooks.end_with_workload = true;
  const PlayRecord record = run();
  EXPECT_EQ(record.verdict, Verdict::kFired) << record.reason;
  EXPECT_GE(record.ended_utc_ns - barrier, 150 * kMilli);  // the last step
  EXPECT_LT(record.ended_utc_ns - barrier, 10'000 * kMilli);
}

TEST_F(Play, WorkloadIsToldOfTheEnd) {
  load(kOnTwoHosts);
  hooks.workload = [](const StopSignal& its_stop) -> Status {
    EXPECT_TRUE(its_stop.sleep_for(30s));
    return Error::unavailable("no answer");
  };
  const PlayRecord record = run();
  EXPECT_EQ(record.verdict, Verdict::kFired);
  ASSERT_TRUE(record.workload);
  EXPECT_EQ(record.workload->message, "no answer");
}

TEST_F(Play, TimeServerThatIsNotThereIsNoted) {
  load(kOnTwoHosts);
  setup.ntp_server = "127.0.0.1:1";
  const PlayRecord record = run();
  EXPECT_EQ(record.verdict, Verdict::kFired);
  EXPECT_TRUE(noted(record, "the time server 127.0.0.1:1"));
}

TEST_F(Play, RequestFaultsAreArmedInTheProxies) {
  load(R"(environment: {fdsl: 2}
events:
  - beginning: {a: 1, b: 1}
  - moment:
      time: 0
      services:
        a:
          - fault: {target: {specific: [0]}, request: {call: "a:GET /#1", action: refuse}}
          - fault: {target: {specific: [0]}, request: {call: "a:GET /#2", action: refuse}}
  - end: 1
)");
  const PlayRecord record = run();
  EXPECT_EQ(action(record, "m1/a/0/request").fate, Fate::kFired);
  EXPECT_TRUE(action(record, "m1/a/0/request").undone_ns);
  EXPECT_EQ(action(record, "m1/a/0/request#2").fate, Fate::kNotReached);
  EXPECT_EQ(record.verdict, Verdict::kInconclusive);
}

TEST_F(Play, RequestFaultsByOperationFireWhenTheirCallComes) {
  manners[0].hits = {"m1/a/0/request"};
  load(R"(environment: {fdsl: 2}
events:
  - beginning: {a: 1, b: 1}
  - moment:
      time_milliseconds: 100
      services:
        a:
          - fault: {target: {specific: [0]}, request: {operation: "GET /", action: refuse}}
          - fault: {target: {specific: [0]}, request: {operation: "GET /x", action: refuse}}
  - end: 1
)");
  const PlayRecord record = run();
  const ActionRecord& hit = action(record, "m1/a/0/request");
  EXPECT_EQ(hit.fate, Fate::kFired);
  EXPECT_EQ(hit.fired_on, "call 1");
  EXPECT_TRUE(hit.undone_ns);
  EXPECT_FALSE(hit.late_ns) << "when its call comes is nobody's fault";
  const ActionRecord& missed = action(record, "m1/a/0/request#2");
  EXPECT_EQ(missed.fate, Fate::kNotReached);
  EXPECT_EQ(missed.error, "none came");
  EXPECT_TRUE(missed.undone_ns);
  EXPECT_EQ(record.verdict, Verdict::kInconclusive);
  EXPECT_EQ(record.reason, "1 of 2 actions did not fire: m1/a/0/request#2");
}

TEST_F(Play, TheRecordIsInItsFolder) {
  load(kOnTwoHosts);
  const std::string folder =
      testing::TempDir() + "/cutset-play-" + std::to_string(::getpid());
  fs::remove_all(folder);
  setup.folder = folder;
  setup.sample = 100ms;
  setup.log_every = 20ms;
  manners[0].output = "hello\nwor\xffld\nunfinished";
  // What was written before is none of this run, even if it was as long.
  manners[0].old_output = std::string(manners[0].output.size(), 'x');
  const PlayRecord record = run();
  EXPECT_EQ(record.hosts[0].sampling_cost_ns, 1234);
  EXPECT_FALSE(noted(record, "sent no samples"));
  const auto lines = [&](const std::string& name) {
    const auto text = read_file(folder + "/" + name);
    EXPECT_TRUE(text) << name;
    std::vector<nlohmann::json> found;
    for (const std::string& line : split(text ? *text : "", "\n")) {
      if (!line.empty()) found.push_back(nlohmann::json::parse(line));
    }
    return found;
  };
  const auto events = lines("events.jsonl");
  ASSERT_EQ(events.size(), record.events.size() + 1);
  EXPECT_EQ(events[0]["format"], "cutset-events/1");
  EXPECT_EQ(lines("journal.jsonl").size(), record.events.size());
  const auto output = lines("logs.jsonl");
  ASSERT_EQ(output.size(), 3U);
  EXPECT_EQ(output[0]["line"], "hello");
  EXPECT_EQ(output[1]["line"], "wor\xef\xbf\xbdld");
  EXPECT_EQ(output[2]["line"], "unfinished");
  EXPECT_EQ(output[0]["instance"], "a/0");
  EXPECT_EQ(lines("resources.jsonl").size(), 2U);
  const auto log = read_file(folder + "/logs/a.0.log");
  ASSERT_TRUE(log);
  EXPECT_EQ(*log, manners[0].output);
  const auto result = read_file(folder + "/result.json");
  ASSERT_TRUE(result);
  EXPECT_EQ(nlohmann::json::parse(*result)["verdict"], "fired");
  SchemaCheck schema(CUTSET_SOURCE_DIR "/schema/cutset-play.schema.json");
  EXPECT_EQ(schema.problem(folder + "/result.json"), "");

  // One record a folder.
  agents.clear();
  setup.hosts.clear();
  const PlayRecord again = run();
  EXPECT_EQ(again.verdict, Verdict::kRefused);
  ASSERT_EQ(again.problems.size(), 1U);
  fs::remove_all(folder);
}

TEST(MergeEvents, IsStable) {
  std::vector<PlayEvent> events;
  for (int i = 0; i < 6; ++i) {
    PlayEvent event;
    event.utc_ns = 10 - i / 2;
    event.host = std::to_string(i);
    events.push_back(event);
  }
  merge_events(events);
  std::string order;
  for (const PlayEvent& event : events) order += event.host;
  EXPECT_EQ(order, "452301");
}

}  // namespace
}  // namespace cutset::injector::play
