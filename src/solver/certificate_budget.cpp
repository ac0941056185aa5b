#include <algorithm>

#include <fmt/format.h>

#include "solver/certificate_formula.h"

namespace cutset::solver {

Result<CertificateBudget> certificate_budget(const Budget& budget,
                                             const std::vector<std::string>& kinds) {
  CertificateBudget result;
  result.total = budget.total;
  for (const auto& [name, most] : budget.kinds) {
    const auto kind = std::find(kinds.begin(), kinds.end(), name) - kinds.begin();
    if (kind == static_cast<ptrdiff_t>(kinds.size())) {
      return Error::usage(
          fmt::format("certificate: \"{}\" is no kind of fault of the graph", name));
    }
    const auto known =
        std::find_if(result.limits.begin(), result.limits.end(),
                     [kind = kind](const auto& limit) { return limit.kind == kind; });
    if (known != result.limits.end()) {
      known->most = std::min(known->most, most);
    } else {
      result.limits.push_back({static_cast<uint8_t>(kind), most});
    }
  }
  std::erase_if(result.limits, [](const auto& limit) {
    return limit.most == kUnlimited;  // no limit at all
  });
  return result;
}

}  // namespace cutset::solver
