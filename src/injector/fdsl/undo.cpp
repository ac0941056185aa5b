#include "injector/fdsl/undo.h"

#include <algorithm>

#include <fmt/format.h>

namespace cutset::injector::fdsl {

namespace {

std::string at_text(Milliseconds time) {
  return "at " + seconds_text(time) + " s";
}

/// Of cpu and the pressures.
Milliseconds duration_of(const Fault& fault) {
  return std::visit(
      [](const auto& value) {
        if constexpr (requires { Milliseconds(value.duration); }) {
          return value.duration;
        } else {
          return Milliseconds(0);
        }
      },
      fault);
}

}  // namespace

Undoing::Undoing(const Schedule& schedule,
                 const std::vector<std::optional<Milliseconds>>& times)
    : schedule_(schedule) {
  for (size_t i = 0; i < schedule.moments.size(); ++i) {
    const auto add = [&](Ends& ends) {
      if (times[i]) {
        ends.times.push_back(*times[i]);
      } else {
        ends.by_trigger = true;
      }
    };
    for (const ServiceEvent& event : schedule.moments[i].events) {
      if (const auto* heal = std::get_if<Heal>(&event.action)) add(heals_[heal->label]);
      if (const auto* resume = std::get_if<Resume>(&event.action)) {
        for (const int slot : resume->slots) add(resumes_[{event.service, slot}]);
      }
      if (const auto* restart = std::get_if<Restart>(&event.action)) {
        for (const int slot : restart->slots) add(restarts_[{event.service, slot}]);
      }
    }
  }
  const auto sort_times = [](auto& all) {
    for (auto& [key, ends] : all) std::sort(ends.times.begin(), ends.times.end());
  };
  sort_times(heals_);
  sort_times(resumes_);
  sort_times(restarts_);
}

/// The first of the times that is not before `now`.
Undoing::Time Undoing::first_after(const Ends& ends, Time now) {
  if (!now) return std::nullopt;
  const auto found = std::lower_bound(ends.times.begin(), ends.times.end(), *now);
  return found != ends.times.end() ? Time(*found) : std::nullopt;
}

Undo Undoing::of(const Action& action, const std::string& service, int slot,
                 Time now) const {
  if (const auto* inject = std::get_if<Inject>(&action)) {
    return of_fault(inject->fault, {service, slot}, now);
  }
  if (std::holds_alternative<Start>(action) || std::holds_alternative<Restart>(action)) {
    return at_end("stopped");
  }
  if (std::holds_alternative<Stop>(action)) return down({service, slot}, now);
  return {"nothing to undo", std::nullopt};
}

Undo Undoing::of_fault(const Fault& fault, const Slot& slot, Time now) const {
  if (const Lasting* lasting = lasting_of(fault)) {
    return lasts(*lasting, std::holds_alternative<Pause>(fault), slot, now);
  }
  if (const auto* crash = std::get_if<Crash>(&fault)) return crashed(*crash, slot, now);
  if (kills(fault)) return down(slot, now);
  if (std::holds_alternative<DiskWipe>(fault)) {
    return {"cannot be undone: what is removed is lost", std::nullopt};
  }
  if (std::holds_alternative<Request>(fault)) return at_end("disarmed");
  if (std::holds_alternative<Signal>(fault)) {
    return {"nothing to undo: what the program does with it is its own", std::nullopt};
  }
  if (std::holds_alternative<Custom>(fault)) {
    return at_end("the script is ended, if it still runs,");
  }
  return after(duration_of(fault), now);
}

Undo Undoing::at_end(const std::string& how) const {
  return {fmt::format("{} at the end, {} s", how, schedule_.end_seconds),
          Milliseconds(schedule_.end_seconds * 1000)};
}

Undo Undoing::after(Milliseconds duration, Time now) const {
  if (!now) {
    return {
        fmt::format("ends {} s after it began, or at the end", seconds_text(duration)),
        std::nullopt};
  }
  const Milliseconds time = *now + duration;
  if (time.count() >= schedule_.end_seconds * 1000) return at_end("ended");
  return {fmt::format("ends {}, after {} s", at_text(time), seconds_text(duration)),
          time};
}

Undo Undoing::down(const Slot& slot, Time now) const {
  const auto found = restarts_.find(slot);
  Undo undo{"not undone: the instance stays down", std::nullopt};
  if (found == restarts_.end()) return undo;
  undo.at = first_after(found->second, now);
  if (undo.at) {
    undo.how = "restarted " + at_text(*undo.at);
  } else if (!now || found->second.by_trigger) {
    undo.how = "restarted by a later restart, if that is reached";
  }
  return undo;
}

Undo Undoing::crashed(const Crash& crash, const Slot& slot, Time now) const {
  if (!crash.restart_after) return down(slot, now);
  if (now && !crash.at) {
    const Milliseconds back = *now + *crash.restart_after;
    if (back.count() < schedule_.end_seconds * 1000) {
      return {"restarted " + at_text(back), back};
    }
    return {"not undone: the end comes before its restart", std::nullopt};
  }
  return {fmt::format("restarted {} s after it", seconds_text(*crash.restart_after)),
          std::nullopt};
}

Undo Undoing::lasts(const Lasting& lasting, bool pause, const Slot& slot,
                    Time now) const {
  Time healed;
  bool perhaps = false;
  const auto consider = [&](const auto& all, const auto& key) {
    const auto found = all.find(key);
    if (found == all.end()) return;
    const Ends& ends = found->second;
    const Time first = first_after(ends, now);
    if (first && (!healed || *first < *healed)) healed = first;
    perhaps = perhaps || ends.by_trigger || (!now && !ends.times.empty());
  };
  if (!lasting.label.empty()) consider(heals_, lasting.label);
  if (pause) consider(resumes_, slot);
  Undo undo;
  const bool heal_first =
      healed && (!lasting.duration || *healed <= *now + *lasting.duration);
  if (heal_first) {
    undo = {fmt::format("{} {}", pause ? "resumed" : "healed", at_text(*healed)), healed};
  } else if (lasting.duration) {
    undo = after(*lasting.duration, now);
  } else {
    undo = at_end(pause ? "resumed" : "healed");
  }
  if (perhaps) undo.how += ", or sooner by a heal, if that is reached";
  return undo;
}

}  // namespace cutset::injector::fdsl
