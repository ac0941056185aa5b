// How long the search for a linear order takes, by operations and by clients at once.
//
//   linearizability_benchmark [SEED]
//
// Each history is of one register that really is one: an operation takes effect at a
// random moment between invocation and completion; one in twenty is info, half of these
// take effect later. "spoilt" is the same history with one read near its end that
// returns an older value. "search": a cas that changes nothing at its beginning keeps the
// short way for writes that all differ from being taken.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <map>
#include <random>
#include <vector>

#include "history/checkers/checkers.h"
#include "history/event.h"

namespace {

using namespace cutset::history;
using Clock = std::chrono::steady_clock;

struct Pending {
  Event event;
  int effect_in = 0;  // steps until it takes effect; < 0: it has, or never will
  int end_in = 0;
};

EventLog make_history(int clients, int operations, unsigned seed) {
  std::mt19937 random(seed);
  const auto below = [&](int n) {
    return static_cast<int>(random() % static_cast<unsigned>(n));
  };
  EventLog log;
  std::map<int, Pending> pending;
  std::vector<std::pair<int, Value>> late;  // steps until, value
  Value now;
  int token = 0;
  for (int started = 0; started < operations || !pending.empty();) {
    for (auto& [wait, value] : late) {
      if (wait-- == 0) now = value;
    }
    for (int process = 0; process < clients; ++process) {
      const auto found = pending.find(process);
      if (found == pending.end()) {
        if (started == operations || below(2) == 0) continue;
        ++started;
        Pending fresh;
        fresh.event.process = process;
        fresh.event.f = below(2) == 0 ? "read" : "write";
        if (fresh.event.f == "write") {
          fresh.event.value = Value::of_text("t-" + std::to_string(++token));
        }
        fresh.effect_in = below(6);
        fresh.end_in = fresh.effect_in + below(6);
        log.events.push_back(fresh.event);
        pending.emplace(process, fresh);
        continue;
      }
      Pending& operation = found->second;
      const bool is_read = operation.event.f == "read";
      if (operation.effect_in-- == 0) {
        if (below(20) == 0) {
          operation.event.type = EventType::kInfo;
          if (!is_read && below(2) == 0)
            late.emplace_back(below(200), *operation.event.value);
        } else {
          operation.event.type = EventType::kOk;
          if (is_read) operation.event.value = now;
          if (!is_read) now = *operation.event.value;
        }
      }
      if (operation.end_in-- == 0) {
        log.events.push_back(operation.event);
        pending.erase(found);
      }
    }
  }
  return log;
}

/// One read near the end returns what was written long before.
void spoil(EventLog& log) {
  Value old;
  for (const Event& event : log.events) {
    if (event.type == EventType::kOk && event.f == "write") {
      old = *event.value;
      break;
    }
  }
  for (size_t i = log.events.size(); i-- > 0;) {
    Event& event = log.events[i];
    if (event.type != EventType::kOk || event.f != "read") continue;
    event.value = old;
    return;
  }
}

struct Measured {
  Judgement judgement;
  double milliseconds = 0;
};

/// What the search is needed for.
void add_cas(EventLog& log) {
  Event event;
  event.process = 0;
  event.f = "cas";
  event.value = Value::of_list({Value::nothing(), Value::nothing()});
  Event end = event;
  end.type = EventType::kOk;
  log.events.insert(log.events.begin(), {event, end});
}

Measured measure(const EventLog& log) {
  const History history = pair_operations(log);
  Measured measured;
  const auto start = Clock::now();
  measured.judgement = check_linearizable(history, {});
  measured.milliseconds =
      std::chrono::duration<double, std::milli>(Clock::now() - start).count();
  return measured;
}

int64_t states(const Judgement& judgement) {
  for (const auto& [name, number] : judgement.counts) {
    if (name == "states") return number;
  }
  return 0;
}

}  // namespace

int main(int argc, char** argv) {
  const unsigned seed = argc > 1 ? static_cast<unsigned>(std::atoi(argv[1])) : 1;
  std::printf("seed %u\n%-6s %7s %10s | %-12s %9s %9s | spoilt: %-12s %9s %9s\n", seed,
              "how", "clients", "operations", "verdict", "ms", "states", "verdict", "ms",
              "states");
  for (const bool searched : {false, true}) {
    for (const int clients : {2, 5, 10, 20, 40}) {
      for (const int operations : {100, 1000, 10'000}) {
        EventLog log = make_history(clients, operations, seed);
        if (searched) add_cas(log);
        const Measured good = measure(log);
        spoil(log);
        const Measured bad = measure(log);
        std::printf("%-6s %7d %10d | %-12s %9.1f %9lld | spoilt: %-12s %9.1f %9lld\n",
                    searched ? "search" : "zones", clients, operations,
                    std::string(verdict_name(good.judgement.verdict)).c_str(),
                    good.milliseconds, static_cast<long long>(states(good.judgement)),
                    std::string(verdict_name(bad.judgement.verdict)).c_str(),
                    bad.milliseconds, static_cast<long long>(states(bad.judgement)));
      }
    }
  }
  return 0;
}
