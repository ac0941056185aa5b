#include "growth.h"

#include <fmt/format.h>

namespace cutset::dedalus {
namespace {

constexpr const char* kFamilies[] = {"retrying_broadcast", "redundant_broadcast"};
constexpr Time kTimes[] = {4, 6, 8, 12, 16, 24, 32, 48, 64};
constexpr uint32_t kNodes[] = {2, 3, 4, 5, 6, 8, 10, 12, 16};
constexpr uint32_t kFixedNodes = 3;
constexpr Time kFixedEot = 6;

}  // namespace

Result<std::vector<GrowthPoint>> measure_growth(int rounds, size_t sets_a_round) {
  std::vector<GrowthPoint> points;
  for (const char* family : kFamilies) {
    for (const Time eot : kTimes) {
      CUTSET_ASSIGN(const auto model, broadcast_model(family, kFixedNodes, eot));
      CUTSET_ASSIGN(const auto times, measure_executions(model, rounds, sets_a_round));
      points.push_back({family, "eot", eot, times});
    }
    for (const uint32_t nodes : kNodes) {
      CUTSET_ASSIGN(const auto model, broadcast_model(family, nodes, kFixedEot));
      CUTSET_ASSIGN(const auto times, measure_executions(model, rounds, sets_a_round));
      points.push_back({family, "nodes", nodes, times});
    }
  }
  return points;
}

std::string to_json(const std::vector<GrowthPoint>& points) {
  std::string json;
  for (const GrowthPoint& point : points) {
    json += fmt::format(
        "{}  {{\"family\": \"{}\", \"along\": \"{}\", \"value\": {}, \"judge_us\": "
        "{:.3f}, "
        "\"lineage_us\": {:.3f}, \"cold_us\": {:.3f}, \"naive_us\": {:.1f}, \"tuples\": "
        "{}}}",
        json.empty() ? "" : ",\n", point.family, point.along, point.value,
        point.times.judge, point.times.lineage, point.times.cold, point.times.naive,
        point.times.tuples);
  }
  return "[\n" + json + "\n]\n";
}

}  // namespace cutset::dedalus
