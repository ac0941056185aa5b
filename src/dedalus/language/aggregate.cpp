#include "dedalus/language/aggregate.h"

namespace cutset::dedalus {

const std::vector<std::string>& aggregate_names() {
  static const std::vector<std::string> names = {"avg", "count", "max", "min", "sum"};
  return names;
}

std::optional<Aggregate> aggregate_of(std::string_view name) {
  if (name == "avg") return Aggregate::kAvg;
  if (name == "count") return Aggregate::kCount;
  if (name == "max") return Aggregate::kMax;
  if (name == "min") return Aggregate::kMin;
  if (name == "sum") return Aggregate::kSum;
  return std::nullopt;
}

}  // namespace cutset::dedalus
