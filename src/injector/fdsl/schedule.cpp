#include "injector/fdsl/schedule.h"

#include <algorithm>
#include <array>

#include <fmt/format.h>

#include "injector/fdsl/names.h"

namespace cutset::injector::fdsl {

void put_in_order(Schedule& schedule) {
  std::sort(schedule.services.begin(), schedule.services.end());
  for (Moment& moment : schedule.moments) {
    std::stable_sort(moment.events.begin(), moment.events.end(),
                     [](const ServiceEvent& a, const ServiceEvent& b) {
                       return a.service < b.service;
                     });
  }
  std::stable_sort(schedule.moments.begin(), schedule.moments.end(),
                   [](const Moment& a, const Moment& b) {
                     if (!a.time || !b.time) return a.time && !b.time;
                     return *a.time < *b.time;
                   });
}

std::string seconds_text(Milliseconds time) {
  const int64_t count = time.count();
  if (count % 1000 == 0) return std::to_string(count / 1000);
  std::string text = fmt::format("{}{}.{:03}", count < 0 ? "-" : "",
                                 std::abs(count) / 1000, std::abs(count) % 1000);
  while (text.back() == '0') text.pop_back();
  return text;
}

std::string_view otherwise_name(Otherwise otherwise) {
  return name_in(kOtherwises, otherwise);
}

std::string_view action_key(const Action& action) {
  static constexpr std::array<std::string_view, std::variant_size_v<Action>> keys = {
      "start", "stop", "fault", "heal", "restart", "resume"};
  return keys[action.index()];
}

std::string_view trigger_key(const Trigger& trigger) {
  static constexpr std::array<std::string_view, std::variant_size_v<Trigger>> keys = {
      "message", "call", "span", "log", "moment"};
  return keys[trigger.index()];
}

}  // namespace cutset::injector::fdsl
