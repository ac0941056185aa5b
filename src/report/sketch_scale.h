// The time scale that runs beside each other share: equal heights are equal times in all
// of them. It is stretched where something happens (a write, its copies and its
// acknowledgement are a millisecond, which would be one line) and pressed together where
// nothing does.
//
// Invariant: y() grows with the time.
//
// Thread rule: values.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace cutset::report {

/// Something that happens in a run, with the height of the text beside it.
struct ScaleEvent {
  int64_t time_ns = 0;
  size_t run = 0;
  double height = 0;  // 0: no text
};

class SketchScale {
 public:
  /// Texts of one run do not overlap. Requires: at least one event.
  SketchScale(std::vector<ScaleEvent> events, double top);

  double y(int64_t time_ns) const;
  int64_t time_at(double y) const;
  /// Below every text.
  double bottom() const { return bottom_; }
  /// Round times, far enough from each other for labels of this height.
  std::vector<int64_t> ticks(double height) const;

 private:
  struct Knot {
    int64_t time_ns = 0;
    double y = 0;
  };
  std::vector<Knot> knots_;  // by time
  double bottom_ = 0;
};

}  // namespace cutset::report
