#include "injector/fdsl/resolve.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <set>
#include <tuple>

#include <fmt/format.h>

#include "base/text.h"
#include "injector/fdsl/random.h"
#include "injector/fdsl/reading.h"

namespace cutset::injector::fdsl {

namespace {

constexpr size_t kMostHits = 100'000;
constexpr size_t kMostNotices = 1000;

enum class State { kAlive, kDead, kMaybe };

constexpr Milliseconds kNever{-1};

struct Service {
  std::vector<State> slots;
  std::vector<Milliseconds> back;  // when a crashed instance returns, or kNever
  bool by_trigger = false;         // a moment with `when` starts or ends instances of it
  bool grows_later = false;        // a moment with `when` starts instances of it
};

bool changes_who_lives(const Action& action) {
  if (const auto* inject = std::get_if<Inject>(&action)) {
    return kills(inject->fault) || std::holds_alternative<Crash>(inject->fault);
  }
  return std::holds_alternative<Start>(action) || std::holds_alternative<Stop>(action) ||
         std::holds_alternative<Restart>(action);
}

class Resolver {
 public:
  explicit Resolver(const Schedule& schedule)
      : schedule_(schedule), random_(schedule.seed) {
    for (const auto& [name, count] : schedule.services) {
      services_[name].slots.assign(static_cast<size_t>(std::max(count, 0)),
                                   State::kAlive);
      services_[name].back.assign(static_cast<size_t>(std::max(count, 0)), kNever);
      instances_ += static_cast<size_t>(std::max(count, 0));
    }
    for (const Moment& moment : schedule.moments) {
      if (moment.time) continue;
      for (const ServiceEvent& event : moment.events) {
        Service& service = services_[event.service];
        service.by_trigger = service.by_trigger || changes_who_lives(event.action);
        service.grows_later =
            service.grows_later || std::holds_alternative<Start>(event.action);
      }
    }
  }

  Resolution run() {
    if (instances_ > kMostHits) {
      result_.problems.push_back(
          {Place{1, 1}, fmt::format("beginning: more than {} instances", kMostHits)});
      return std::move(result_);
    }
    for (const Moment& moment : schedule_.moments) {
      moment_ = &moment;
      if (moment.time) bring_back(*moment.time);
      auto& events = result_.slots.emplace_back();
      for (const ServiceEvent& event : moment.events) {
        event_ = &event;
        events.push_back(resolve_event(event));
        count_hits(events.back().size());
      }
    }
    for (const Later& later : later_) {
      const auto size = services_.at(later.service).slots.size();
      if (static_cast<size_t>(later.slot) >= size) {
        no_such_slot(later.place, later.service, later.slot, size);
      }
    }
    for (const auto& [name, count] : schedule_.services) {
      result_.instances.push_back(static_cast<int>(services_.at(name).slots.size()));
    }
    return std::move(result_);
  }

 private:
  struct Later {  // a slot that only a moment with `when` can have made
    Place place;
    std::string service;
    int slot;
  };
  /// Of an instance that crashed.
  using Return = std::tuple<Milliseconds, std::string, int>;

  void problem(std::string message) {
    if (result_.problems.size() >= kMostNotices) return;
    result_.problems.push_back({event_->place, std::move(message)});
  }
  void warn(std::string message) {
    if (result_.warnings.size() >= kMostNotices) return;
    result_.warnings.push_back({event_->place, std::move(message)});
  }
  void no_such_slot(Place place, const std::string& service, int slot, size_t size) {
    const std::string there = size == 0   ? "it has none"
                              : size == 1 ? "there is only 0"
                                          : fmt::format("there are 0 to {}", size - 1);
    if (result_.problems.size() >= kMostNotices) return;
    result_.problems.push_back(
        {place, fmt::format("{}: instance {} does not exist; {} (they count from 0)",
                            service, slot, there)});
  }
  void count_hits(size_t more) {
    if (hits_ <= kMostHits && hits_ + more > kMostHits) {
      problem(fmt::format("more than {} instances are hit in this schedule", kMostHits));
    }
    hits_ += more;
  }
  bool timed() const { return moment_->time.has_value(); }

  void bring_back(Milliseconds now) {
    while (!returns_.empty() && std::get<0>(*returns_.begin()) <= now) {
      const auto& [time, name, slot] = *returns_.begin();
      Service& service = services_.at(name);
      service.slots[static_cast<size_t>(slot)] = State::kAlive;
      service.back[static_cast<size_t>(slot)] = kNever;
      returns_.erase(returns_.begin());
    }
  }

  std::vector<int> resolve_event(const ServiceEvent& event) {
    Service& service = services_[event.service];
    const Action& action = event.action;
    if (const auto* start = std::get_if<Start>(&action)) return grow(service, *start);
    if (const auto* stop = std::get_if<Stop>(&action)) {
      std::vector<int> slots = hit(service, stop->target, "stop");
      set_all(service, slots, State::kDead);
      return slots;
    }
    if (const auto* restart = std::get_if<Restart>(&action)) {
      for (const int slot : restart->slots) check_exists(service, slot);
      set_all(service, restart->slots, State::kAlive);
      return restart->slots;
    }
    if (const auto* resume = std::get_if<Resume>(&action)) {
      return hit(service, Target::specific(resume->slots), "resume");
    }
    const auto* inject = std::get_if<Inject>(&action);
    if (inject == nullptr) return {};
    std::vector<int> slots = hit(service, inject->target, "target");
    note_deaths(service, inject->fault, slots);
    return slots;
  }

  void note_deaths(Service& service, const Fault& fault, const std::vector<int>& slots) {
    const auto* crash = std::get_if<Crash>(&fault);
    if (kills(fault)) set_all(service, slots, State::kDead);
    if (crash == nullptr) return;
    if (crash->at) set_all(service, slots, State::kMaybe);
    if (crash->at || !crash->restart_after || !timed()) return;
    for (const int slot : slots) {
      if (static_cast<size_t>(slot) >= service.slots.size()) continue;
      Milliseconds& back = service.back[static_cast<size_t>(slot)];
      back = *moment_->time + *crash->restart_after;
      returns_.emplace(back, event_->service, slot);
    }
  }

  void set_all(Service& service, const std::vector<int>& slots, State state) {
    for (const int slot : slots) {
      const auto index = static_cast<size_t>(slot);
      if (index >= service.slots.size()) continue;
      // What a moment with `when` does may or may not have happened.
      service.slots[index] = timed() ? state : State::kMaybe;
      if (service.back[index] == kNever) continue;
      returns_.erase({service.back[index], event_->service, slot});
      service.back[index] = kNever;
    }
  }

  std::vector<int> grow(Service& service, const Start& start) {
    int64_t count = start.count.number;
    if (start.count.kind == Target::Kind::kPercentage) {
      const std::optional<int64_t> alive = count_alive(service, "start.percentage");
      if (!alive) return {};
      count = share(start.count.number, *alive, "start");
    }
    std::vector<int> slots;
    const auto more = static_cast<size_t>(count);
    if (service.slots.size() + more > kMostInstances || instances_ + more > kMostHits) {
      problem(
          fmt::format("start: {} would have more than {} instances, or all services "
                      "more than {}",
                      event_->service, kMostInstances, kMostHits));
      return {};
    }
    instances_ += more;
    for (int64_t i = 0; i < count; ++i) {
      slots.push_back(static_cast<int>(service.slots.size()));
      service.slots.push_back(timed() ? State::kAlive : State::kMaybe);
      service.back.push_back(kNever);
    }
    return slots;
  }

  /// Who is alive, if the schedule knows.
  std::optional<int64_t> count_alive(const Service& service, const std::string& what) {
    const bool unsure = !timed() || service.by_trigger ||
                        std::find(service.slots.begin(), service.slots.end(),
                                  State::kMaybe) != service.slots.end();
    if (unsure) {
      problem(
          fmt::format("{}: it depends on who is alive, and moments with \"when\" (or a "
                      "crash at a point) make that unknown for {}; name the slots: "
                      "specific",
                      what, event_->service));
      return std::nullopt;
    }
    return std::count(service.slots.begin(), service.slots.end(), State::kAlive);
  }

  int64_t share(int64_t percentage, int64_t alive, const std::string& what) {
    const int64_t exact = share_of(percentage, alive);
    const int64_t theirs = faultsee_share_of(percentage, alive);
    if (exact != theirs) {
      warn(
          fmt::format("{}.percentage: {} % of {} is {}; FaultSee's local controllers "
                      "make it {}, its master {}",
                      what, percentage, alive, exact, theirs, exact));
    }
    return exact;
  }

  void check_exists(Service& service, int slot) {
    const size_t size = service.slots.size();
    if (static_cast<size_t>(slot) < size) return;
    if (service.grows_later) {
      later_.push_back({event_->place, event_->service, slot});
    } else {
      no_such_slot(event_->place, event_->service, slot, size);
    }
  }

  void check_alive(Service& service, int slot) {
    const auto index = static_cast<size_t>(slot);
    if (index >= service.slots.size()) return;
    if (service.slots[index] != State::kDead || service.by_trigger || !timed()) return;
    problem(
        fmt::format("{}: instance {} is not alive at {} s: it was stopped or killed "
                    "before{}",
                    event_->service, slot, seconds_text(*moment_->time),
                    schedule_.version == 1 ? "" : "; restart it first"));
  }

  std::vector<int> hit(Service& service, const Target& target, const std::string& what) {
    if (target.kind == Target::Kind::kSpecific) {
      for (const int slot : target.slots) {
        check_exists(service, slot);
        check_alive(service, slot);
      }
      return target.slots;
    }
    const bool amount = target.kind == Target::Kind::kAmount;
    const std::string key = what + (amount ? ".amount" : ".percentage");
    const std::optional<int64_t> alive = count_alive(service, key);
    if (!alive) return {};
    const int64_t wanted = amount ? target.number : share(target.number, *alive, what);
    if (wanted > *alive) {
      problem(fmt::format("{}: {} of the {} that are alive in {}", key, wanted, *alive,
                          event_->service));
      return {};
    }
    return draw(service, wanted, *alive, key);
  }

  /// One permutation of all who are alive, as in FaultSee; the first ones are hit.
  std::vector<int> draw(const Service& service, int64_t wanted, int64_t alive,
                        const std::string& key) {
    std::vector<int> pool;
    for (size_t slot = 0; slot < service.slots.size(); ++slot) {
      if (service.slots[slot] == State::kAlive) pool.push_back(static_cast<int>(slot));
    }
    for (size_t i = pool.size(); i > 1; --i) {
      std::swap(pool[i - 1], pool[random_.below(i)]);
    }
    pool.resize(static_cast<size_t>(wanted));
    if (wanted < alive) {
      constexpr size_t kShown = 10;
      std::vector<std::string> shown;
      for (const int slot : pool) {
        if (shown.size() < kShown) shown.push_back(std::to_string(slot));
      }
      if (pool.size() > kShown) shown.emplace_back("...");
      warn(
          fmt::format("{}: drawn at random with seed {}, here [{}] of {}; FaultSee draws "
                      "with another generator; \"specific\" means the same everywhere",
                      key, schedule_.seed, join(shown, ", "), event_->service));
    }
    return pool;
  }

  const Schedule& schedule_;
  Random random_;
  std::map<std::string, Service> services_;
  std::set<Return> returns_;
  std::vector<Later> later_;
  Resolution result_;
  const Moment* moment_ = nullptr;
  const ServiceEvent* event_ = nullptr;
  size_t hits_ = 0;
  size_t instances_ = 0;
};

}  // namespace

int64_t share_of(int64_t percentage, int64_t alive) {
  return (percentage * alive + 99) / 100;
}

int64_t faultsee_share_of(int64_t percentage, int64_t alive) {
  const double part = static_cast<double>(percentage) / 100.0;
  return static_cast<int64_t>(std::ceil(part * static_cast<double>(alive)));
}

Resolution resolve(const Schedule& schedule) {
  return Resolver(schedule).run();
}

}  // namespace cutset::injector::fdsl
