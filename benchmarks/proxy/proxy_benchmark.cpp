// What the proxy adds to a call: direct, through it unmarked, and through it marked in an
// armed run, in alternating rounds of one process; medians over the rounds.
//
//   cutset_proxy_benchmark [rounds [requests a round]]
//
// Exit code 1: a goal is missed (added p50 under 0.2 ms unmarked, under 0.5 ms marked, at
// 4 connections; arming and collecting an empty run under 0.5 ms).
#include <algorithm>
#include <chrono>
#include <cstdlib>
#include <functional>
#include <string>
#include <vector>

#include "load.h"
#include <fmt/core.h>

#include "agent/proxy/proxy_engine.h"

namespace {

using cutset::agent::ProxyEngine;
using cutset::benchmark::FixedCallee;
using cutset::benchmark::Latencies;
namespace v1 = cutset::agent::v1;

constexpr int kConnections = 4;
constexpr double kUnmarkedGoalUs = 200;
constexpr double kMarkedGoalUs = 500;
constexpr double kRunGoalUs = 500;

struct Case {
  const char* name;
  std::function<Latencies()> round;
  std::vector<Latencies> rounds;
};

double median(const std::vector<Latencies>& rounds, double Latencies::*figure) {
  std::vector<double> values;
  for (const Latencies& round : rounds) values.push_back(round.*figure);
  std::sort(values.begin(), values.end());
  return values[values.size() / 2];
}

std::string request_with(const std::string& fields) {
  return "GET /items/7?full=1 HTTP/1.1\r\nHost: stock\r\nAccept: application/json\r\n"
         "User-Agent: benchmark\r\n" +
         fields + "\r\n";
}

void arm(ProxyEngine& engine) {
  v1::ArmRunRequest plan;
  plan.set_run("bench");
  v1::FaultPlan& fault = *plan.add_faults();
  fault.set_id(1);
  fault.set_call("stock:GET /never#1");
  fault.set_action("refuse");
  if (!engine.arm(plan).ok()) std::abort();
}

v1::CollectRunReply collect(ProxyEngine& engine) {
  v1::CollectRunRequest request;
  request.set_run("bench");
  request.set_limit_ms(10'000);
  auto reply = engine.collect(request);
  if (!reply.ok() || !reply->quiet()) std::abort();
  return *reply;
}

double microseconds_a_run(ProxyEngine& engine) {
  constexpr int kRuns = 500;
  const auto begin = std::chrono::steady_clock::now();
  for (int i = 0; i < kRuns; ++i) {
    arm(engine);
    collect(engine);
  }
  const std::chrono::duration<double, std::micro> took =
      std::chrono::steady_clock::now() - begin;
  return took.count() / kRuns;
}

int number(int argc, char** argv, int index, int otherwise) {
  const int value = argc > index ? std::atoi(argv[index]) : otherwise;
  return std::clamp(value, 1, 1'000'000);
}

}  // namespace

int main(int argc, char** argv) {
  const int rounds = number(argc, argv, 1, 9);
  // A run records at most 200 000 calls.
  const int requests = std::min(number(argc, argv, 2, 5000), 150'000);
  auto engine = ProxyEngine::start();
  if (!engine.ok()) return 70;
  v1::ServicePlan plan;
  plan.set_name("stock");
  const auto opened = (*engine)->open(plan);
  if (!opened.ok()) return 70;
  const FixedCallee callee(opened->listen());

  const std::string traceparent =
      "traceparent: 00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01\r\n";
  const std::string plain = request_with(traceparent);
  const std::string marked =
      request_with(traceparent + "tracestate: cutset=bench.00000000000000ff\r\n");
  std::vector<Case> cases;
  cases.push_back({"direct",
                   [&] {
                     return cutset::benchmark::load(opened->listen(), plain, kConnections,
                                                    requests);
                   },
                   {}});
  cases.push_back({"proxy, unmarked",
                   [&] {
                     return cutset::benchmark::load(opened->proxy(), plain, kConnections,
                                                    requests);
                   },
                   {}});
  cases.push_back({"proxy, marked",
                   [&] {
                     arm(**engine);
                     const Latencies result = cutset::benchmark::load(
                         opened->proxy(), marked, kConnections, requests);
                     if (collect(**engine).calls_size() != requests) std::abort();
                     return result;
                   },
                   {}});
  for (int round = -1; round < rounds;
       ++round) {  // the first warms up and does not count
    for (Case& one : cases) {
      const Latencies result = one.round();
      if (round >= 0) one.rounds.push_back(result);
    }
  }

  const double direct = median(cases[0].rounds, &Latencies::p50_us);
  fmt::print("{} connections, {} rounds of {} requests each, medians\n", kConnections,
             rounds, requests);
  fmt::print("{:<16} {:>9} {:>9} {:>11} {:>10} {:>7}\n", "", "p50 us", "p99 us",
             "requests/s", "added p50", "ratio");
  std::vector<double> added;
  for (const Case& one : cases) {
    const double p50 = median(one.rounds, &Latencies::p50_us);
    added.push_back(p50 - direct);
    fmt::print("{:<16} {:>9.1f} {:>9.1f} {:>11.0f} {:>10.1f} {:>7.2f}\n", one.name, p50,
               median(one.rounds, &Latencies::p99_us),
               median(one.rounds, &Latencies::requests_a_second), p50 - direct,
               p50 / direct);
  }
  const double run = microseconds_a_run(**engine);
  fmt::print("arm and collect an empty run: {:.1f} us\n", run);
  const bool reached =
      added[1] < kUnmarkedGoalUs && added[2] < kMarkedGoalUs && run < kRunGoalUs;
  fmt::print("goals (added p50 < {} us unmarked, < {} us marked; run < {} us): {}\n",
             kUnmarkedGoalUs, kMarkedGoalUs, kRunGoalUs, reached ? "reached" : "MISSED");
  return reached ? 0 : 1;
}
