#include "report/sketch_scale.h"

#include <algorithm>
#include <map>

#include "base/check.h"

namespace cutset::report {

namespace {

constexpr double kSecond = 80;    // of the first second of a stretch in which nothing is
constexpr double kLater = 36;     // of each further one
constexpr double kLongest = 300;  // of such a stretch
constexpr double kShortest = 5;   // between two events, that their order can be seen
constexpr int64_t kTick = 500'000'000;
constexpr int64_t kMostTicks = 2000;  // that are looked at

double natural(int64_t duration_ns) {
  const double seconds = static_cast<double>(duration_ns) / 1e9;
  const double height =
      kSecond * std::min(seconds, 1.0) + kLater * std::max(0.0, seconds - 1);
  return std::clamp(height, kShortest, kLongest);
}

}  // namespace

SketchScale::SketchScale(std::vector<ScaleEvent> events, double top) {
  CHECK(!events.empty());
  std::stable_sort(
      events.begin(), events.end(),
      [](const ScaleEvent& a, const ScaleEvent& b) { return a.time_ns < b.time_ns; });
  std::map<size_t, double> free_from;  // by run: below its last text
  for (size_t i = 0; i < events.size();) {
    size_t end = i;
    while (end < events.size() && events[end].time_ns == events[i].time_ns) ++end;
    double at = knots_.empty() ? top
                               : knots_.back().y +
                                     natural(events[i].time_ns - knots_.back().time_ns);
    for (size_t k = i; k < end; ++k)
      if (events[k].height > 0) at = std::max(at, free_from[events[k].run]);
    knots_.push_back({events[i].time_ns, at});
    for (size_t k = i; k < end; ++k) {
      if (events[k].height <= 0) continue;
      double& below = free_from[events[k].run];
      below = std::max(below, at) + events[k].height;
    }
    i = end;
  }
  bottom_ = knots_.back().y;
  for (const auto& [run, below] : free_from) bottom_ = std::max(bottom_, below);
}

double SketchScale::y(int64_t time_ns) const {
  const auto after = std::upper_bound(
      knots_.begin(), knots_.end(), time_ns,
      [](int64_t time, const Knot& knot) { return time < knot.time_ns; });
  if (after == knots_.begin()) return knots_.front().y;
  if (after == knots_.end()) return knots_.back().y;
  const Knot& before = *(after - 1);
  const double part = static_cast<double>(time_ns - before.time_ns) /
                      static_cast<double>(after->time_ns - before.time_ns);
  return before.y + part * (after->y - before.y);
}

int64_t SketchScale::time_at(double y) const {
  const auto after =
      std::upper_bound(knots_.begin(), knots_.end(), y,
                       [](double place, const Knot& knot) { return place < knot.y; });
  if (after == knots_.begin()) return knots_.front().time_ns;
  if (after == knots_.end()) return knots_.back().time_ns;
  const Knot& before = *(after - 1);
  const double part = (y - before.y) / (after->y - before.y);
  return before.time_ns +
         static_cast<int64_t>(part *
                              static_cast<double>(after->time_ns - before.time_ns));
}

std::vector<int64_t> SketchScale::ticks(double height) const {
  std::vector<int64_t> chosen;
  const int64_t first = knots_.front().time_ns / kTick - 1;
  const int64_t last = std::min(knots_.back().time_ns / kTick, first + kMostTicks);
  const auto add = [&](int64_t time_ns) {
    if (time_ns < knots_.front().time_ns) return;
    for (const int64_t other : chosen) {
      const double between = y(time_ns) - y(other);
      if (between < height && between > -height) return;
    }
    chosen.push_back(time_ns);
  };
  if (knots_.front().time_ns <= 0 && knots_.back().time_ns >= 0) add(0);
  for (int64_t i = first; i <= last; ++i)
    if (i % 2 == 0) add(i * kTick);
  for (int64_t i = first; i <= last; ++i)
    if (i % 2 != 0) add(i * kTick);
  std::sort(chosen.begin(), chosen.end());
  return chosen;
}

}  // namespace cutset::report
