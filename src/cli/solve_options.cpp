#include "cli/solve_options.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <map>

#include <fmt/format.h>

#include "cli/signals.h"

namespace cutset::cli {

namespace {

Result<solver::Budget> parse_budget(const std::vector<std::string>& parts) {
  solver::Budget budget;
  for (const std::string& part : parts) {
    const size_t equals = part.find('=');
    const std::string kind =
        equals == std::string::npos ? "total" : part.substr(0, equals);
    const std::string number =
        equals == std::string::npos ? part : part.substr(equals + 1);
    uint32_t most = 0;
    const char* end = number.data() + number.size();
    const auto [stopped, error] = std::from_chars(number.data(), end, most);
    if (number.empty() || error != std::errc() || stopped != end || kind.empty()) {
      return Error::usage(
          fmt::format("--budget {}: expected a number of faults, or KIND=NUMBER", part));
    }
    const auto is_this = [&kind](const auto& bound) { return bound.first == kind; };
    const bool is_second =
        kind == "total" ? budget.total != solver::kUnlimited
                        : std::any_of(budget.kinds.begin(), budget.kinds.end(), is_this);
    if (is_second) {
      return Error::usage(fmt::format("--budget {}: a second bound of {}; expected one",
                                      part, kind == "total" ? "all faults" : kind));
    }
    if (kind == "total") {
      budget.total = most;
    } else {
      budget.kinds.emplace_back(kind, most);
    }
  }
  return budget;
}

}  // namespace

Result<solver::SearchOptions> search_options(const SolveOptions& options) {
  solver::SearchOptions search;
  CUTSET_ASSIGN(search.budget, parse_budget(options.budget));
  const std::map<std::string, solver::Method> methods = {
      {"auto", solver::Method::kAuto},
      {"plain", solver::Method::kPlain},
      {"sat", solver::Method::kSat},
      {"diagrams", solver::Method::kDiagrams},
      {"brute-force", solver::Method::kBruteForce}};
  search.method = methods.at(options.method);
  search.backend = options.backend == "minisat" ? solver::Backend::kMinisat
                                                : solver::Backend::kCadical;
  search.seed = options.seed;
  constexpr double kLongest = 1e9;  // thirty years
  if (!(options.time_limit >= 0 && options.time_limit <= kLongest)) {
    return Error::usage(fmt::format("--time-limit {}: expected 0 to {} seconds",
                                    options.time_limit, kLongest));
  }
  search.time_limit = std::chrono::milliseconds(
      static_cast<int64_t>(std::ceil(options.time_limit * 1000)));
  search.wanted = options.lists_all() ? 0 : options.first;
  search.stop = stop_was_requested;
  return search;
}

}  // namespace cutset::cli
