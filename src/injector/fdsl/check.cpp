#include "injector/fdsl/check.h"

#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "base/text.h"

namespace cutset::injector::fdsl {

namespace {

class Checker {
 public:
  explicit Checker(const Schedule& schedule) : schedule_(schedule) {}

  Checked run() {
    check_names();
    check_waiting();
    check_heals();
    check_calls();
    if (!checked_.problems.empty()) return std::move(checked_);
    Resolution resolution = resolve(schedule_);
    checked_.problems = std::move(resolution.problems);
    checked_.warnings = std::move(resolution.warnings);
    check_endpoints(resolution.instances);
    return std::move(checked_);
  }

 private:
  void problem(Place place, std::string message) {
    checked_.problems.push_back({place, std::move(message)});
  }

  template <typename Function>
  void for_each_event(const Function& function) {
    for (const Moment& moment : schedule_.moments) {
      for (const ServiceEvent& event : moment.events) function(moment, event);
    }
  }

  void check_names() {
    for (const Moment& moment : schedule_.moments) {
      if (moment.name.empty()) continue;
      const auto [first, is_new] = moments_.emplace(moment.name, &moment);
      if (is_new) continue;
      problem(moment.place,
              fmt::format("moment.name: \"{}\" is the name of the moment in line {} too; "
                          "names are different",
                          moment.name, first->second->place.line));
    }
  }

  static const AfterMoment* waits_for(const Moment& moment) {
    return moment.when ? std::get_if<AfterMoment>(&moment.when->trigger) : nullptr;
  }

  void check_waiting() {
    std::vector<std::string> names;
    for (const auto& [name, moment] : moments_) names.push_back(name);
    const std::set<const Moment*> circles = in_circles();
    for (const Moment& moment : schedule_.moments) {
      const AfterMoment* after = waits_for(moment);
      if (after == nullptr) continue;
      const auto found = moments_.find(after->name);
      if (found == moments_.end()) {
        problem(moment.place, fmt::format("when.moment.name: no moment has the name "
                                          "\"{}\"{}; give it one with \"name\"",
                                          after->name, suggestion(after->name, names)));
        continue;
      }
      if (circles.contains(&moment)) {
        problem(moment.place,
                fmt::format("when.moment: the moment waits for \"{}\", which "
                            "waits for it: neither can happen",
                            after->name));
        continue;
      }
      const Moment& other = *found->second;
      if (other.time && *other.time + after->after > moment.when->timeout) {
        problem(moment.place,
                fmt::format("when.moment: it comes at {} s, after its timeout at {} s",
                            seconds_text(*other.time + after->after),
                            seconds_text(moment.when->timeout)));
      }
    }
  }

  /// Moments that wait for themselves: each waits for one other at most.
  std::set<const Moment*> in_circles() const {
    std::set<const Moment*> circles;
    std::map<const Moment*, const Moment*> reached_from;  // moment -> start of the walk
    for (const Moment& start : schedule_.moments) {
      const Moment* next = &start;
      while (next != nullptr && reached_from.emplace(next, &start).second) {
        const AfterMoment* after = waits_for(*next);
        const auto found = after != nullptr ? moments_.find(after->name) : moments_.end();
        next = found != moments_.end() ? found->second : nullptr;
      }
      if (next != nullptr && reached_from.at(next) == &start) circles.insert(next);
    }
    return circles;
  }

  void check_heals() {
    struct Healable {
      bool by_trigger = false;
      Milliseconds first{INT64_MAX};
    };
    std::map<std::string, Healable> labels;
    std::set<std::string> paused;
    for_each_event([&](const Moment& moment, const ServiceEvent& event) {
      const auto* inject = std::get_if<Inject>(&event.action);
      if (inject == nullptr) return;
      if (std::holds_alternative<Pause>(inject->fault)) paused.insert(event.service);
      const Lasting* lasting = lasting_of(inject->fault);
      if (lasting == nullptr || lasting->label.empty()) return;
      Healable& healable = labels[lasting->label];
      if (moment.time) {
        healable.first = std::min(healable.first, *moment.time);
      } else {
        healable.by_trigger = true;
      }
    });
    std::vector<std::string> names;
    for (const auto& [label, healable] : labels) names.push_back(label);
    for_each_event([&](const Moment& moment, const ServiceEvent& event) {
      if (std::holds_alternative<Resume>(event.action) &&
          !paused.contains(event.service)) {
        problem(event.place, fmt::format("resume: nothing pauses {}", event.service));
      }
      const auto* heal = std::get_if<Heal>(&event.action);
      if (heal == nullptr) return;
      const auto found = labels.find(heal->label);
      if (found == labels.end()) {
        problem(event.place, fmt::format("heal.label: no fault has the label \"{}\"{}",
                                         heal->label, suggestion(heal->label, names)));
      } else if (moment.time && !found->second.by_trigger &&
                 found->second.first > *moment.time) {
        problem(event.place,
                fmt::format("heal.label: at {} s, before the fault \"{}\" at {} s",
                            seconds_text(*moment.time), heal->label,
                            seconds_text(found->second.first)));
      }
    });
  }

  /// Two faults on one call at once: which one wins would be an accident.
  void check_calls() {
    for (const Moment& moment : schedule_.moments) {
      std::set<std::string> calls;
      for (const ServiceEvent& event : moment.events) {
        const auto* inject = std::get_if<Inject>(&event.action);
        const auto* request =
            inject != nullptr ? std::get_if<Request>(&inject->fault) : nullptr;
        if (request == nullptr || !request->call.call) continue;
        if (!calls.insert(request->call.call->text()).second) {
          problem(event.place, "request.call: a second fault on the same call");
        }
      }
    }
  }

  void check_endpoint(Place place, const Endpoint& endpoint,
                      const std::map<std::string, int>& instances) {
    const auto found = instances.find(endpoint.service);
    if (found == instances.end()) return;
    for (const int slot : endpoint.slots) {
      if (slot < found->second) continue;
      problem(place,
              fmt::format("{}: instance {} does not exist; there are {} (they count "
                          "from 0)",
                          endpoint.service, slot, found->second));
    }
  }

  template <typename Variant>
  void check_sides(Place place, const Variant& variant,
                   const std::map<std::string, int>& instances) {
    std::visit(
        [&](const auto& value) {
          if constexpr (requires { value.to.service; }) {
            check_endpoint(place, value.from, instances);
            check_endpoint(place, value.to, instances);
          } else if constexpr (requires { value.to.begin(); }) {
            for (const Endpoint& side : value.to) check_endpoint(place, side, instances);
          } else if constexpr (requires { value.on.service; }) {
            check_endpoint(place, value.on, instances);
          }
        },
        variant);
  }

  void check_endpoints(const std::vector<int>& counts) {
    std::map<std::string, int> instances;
    for (size_t i = 0; i < counts.size(); ++i) {
      instances[schedule_.services[i].first] = counts[i];
    }
    for (const Moment& moment : schedule_.moments) {
      if (moment.when) check_sides(moment.place, moment.when->trigger, instances);
    }
    for_each_event([&](const Moment&, const ServiceEvent& event) {
      const auto* inject = std::get_if<Inject>(&event.action);
      if (inject == nullptr) return;
      check_sides(event.place, inject->fault, instances);
      const auto* crash = std::get_if<Crash>(&inject->fault);
      if (crash != nullptr && crash->at) {
        check_sides(event.place, *crash->at, instances);
      }
    });
  }

  const Schedule& schedule_;
  std::map<std::string, const Moment*> moments_;
  Checked checked_;
};

}  // namespace

Checked check_schedule(const Schedule& schedule) {
  return Checker(schedule).run();
}

}  // namespace cutset::injector::fdsl
