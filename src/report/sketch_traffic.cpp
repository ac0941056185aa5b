#include "report/sketch_traffic.h"

#include <algorithm>
#include <array>
#include <map>
#include <vector>

#include "report/svg_shapes.h"

namespace cutset::report {

namespace {

using namespace lineage::messages;  // NOLINT(google-build-using-namespace)

constexpr double kBetweenRows = 46;
constexpr double kBetweenLines = 4;  // of links in one row
constexpr size_t kLinesInRow = 9;
constexpr double kSide = 4;  // a line ends so far before a lane

struct Seen {
  bool sent = false;
  bool arrived = false;
};

/// Both ways of a link.
struct LinkTraffic {
  int a = kOutside;
  int b = kOutside;
  const SketchTraffic* there = nullptr;  // from a to b
  const SketchTraffic* back = nullptr;
};

std::vector<LinkTraffic> links_of(const RunSketch& sketch) {
  std::map<std::pair<int, int>, LinkTraffic> links;
  for (const SketchTraffic& traffic : sketch.traffic) {
    const auto [a, b] = std::minmax(traffic.from, traffic.to);
    LinkTraffic& link = links[{a, b}];
    link.a = a;
    link.b = b;
    (traffic.from == a ? link.there : link.back) = &traffic;
  }
  std::vector<LinkTraffic> result;
  for (const auto& [ends, link] : links) result.push_back(link);
  return result;
}

Seen seen_in(const SketchTraffic* traffic, size_t first, size_t last) {
  Seen seen;
  for (size_t i = first; traffic != nullptr && i <= last; ++i) {
    seen.sent |= traffic->sent[i] > 0;
    seen.arrived |= traffic->arrived[i] > 0;
  }
  return seen;
}

std::string line(double at, double a, double b, const Seen& there, const Seen& back) {
  const bool arrived = there.arrived || back.arrived;
  if (!(arrived ? there.arrived : there.sent)) std::swap(a, b);
  const double side = a < b ? kSide : -kSide;
  const Position from{a + side, at};
  const Position to{b - side, at};
  if (!arrived) {
    const Position half{(from.x + to.x) / 2, at};
    return svg_line(from, half, "other none") + svg_cross(half, "cross none");
  }
  return there.arrived && back.arrived ? svg_line(from, to, "other")
                                       : svg_arrow(from, to, "other");
}

}  // namespace

std::string traffic_svg(const RunSketch& sketch, const SketchScale& scale,
                        const std::function<double(int)>& x) {
  const std::vector<LinkTraffic> links = links_of(sketch);
  const double below = scale.y(sketch.end_ns);
  const auto stretch_at = [&](double y) {
    const int64_t time = std::max<int64_t>(0, scale.time_at(y) - sketch.begin_ns);
    return std::min(static_cast<size_t>(time / sketch.stretch_ns()),
                    kSketchedStretches - 1);
  };
  std::string out;
  size_t next = 0;  // stretches before it are drawn
  for (double top = scale.y(sketch.begin_ns); top < below; top += kBetweenRows) {
    const size_t last = stretch_at(std::min(below, top + kBetweenRows));
    if (last < next) continue;  // a stretch that is wider than a row
    for (size_t i = 0; i < links.size(); ++i) {
      const Seen there = seen_in(links[i].there, next, last);
      const Seen back = seen_in(links[i].back, next, last);
      const double at = top + 3 + kBetweenLines * static_cast<double>(i % kLinesInRow);
      const bool any = there.sent || there.arrived || back.sent || back.arrived;
      if (any && at < below) out += line(at, x(links[i].a), x(links[i].b), there, back);
    }
    next = last + 1;
  }
  return out + "\n";
}

}  // namespace cutset::report
