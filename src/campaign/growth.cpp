#include "campaign/growth.h"

namespace cutset::campaign {

namespace {

using Clock = std::chrono::steady_clock;

class Growth {
 public:
  Growth(const MakeExperimenter& make, const GrowthOptions& options)
      : make_(make), options_(options) {
    if (options.time_limit) end_ = Clock::now() + *options.time_limit;
  }

  Result<GrowthSummary> run() {
    for (uint32_t eot = 1; eot <= options_.most_eot; ++eot) {
      for (uint32_t crashes = 0; crashes <= options_.most_crashes; ++crashes) {
        for (uint32_t eff = 0; eff < eot; ++eff) {
          if (eff == 1) continue;
          CUTSET_ASSIGN(const After after, step({eot, eff, crashes}));
          if (after == After::kEnd) return std::move(summary_);
          if (after == After::kNextEot) {  // vacuous without faults
            crashes = options_.most_crashes;
            break;
          }
        }
      }
    }
    summary_.complete = true;
    return std::move(summary_);
  }

 private:
  enum class After { kNext, kNextEot, kEnd };

  Result<After> step(const Specification& specification) {
    LineageOptions search = options_.search;
    if (end_) {
      const auto left =
          std::chrono::duration_cast<std::chrono::milliseconds>(*end_ - Clock::now());
      if (left.count() <= 0) return After::kEnd;
      search.time_limit = search.time_limit ? std::min(*search.time_limit, left) : left;
    }
    CUTSET_ASSIGN(const std::unique_ptr<LineageExperimenter> experimenter,
                  make_(specification));
    GrowthStep step;
    step.specification = specification;
    CUTSET_ASSIGN(step.summary, search_lineage(*experimenter, search));
    if (options_.step) options_.step(step);
    summary_.steps.push_back(std::move(step));
    const LineageSummary& done = summary_.steps.back().summary;
    if (done.status == LineageStatus::kStopped) return After::kEnd;
    if (!done.findings.empty() && options_.stop_at_first) return After::kEnd;
    return done.status == LineageStatus::kVacuous ? After::kNextEot : After::kNext;
  }

  const MakeExperimenter& make_;
  const GrowthOptions& options_;
  std::optional<Clock::time_point> end_;
  GrowthSummary summary_;
};

}  // namespace

Result<GrowthSummary> grow(const MakeExperimenter& make, const GrowthOptions& options) {
  return Growth(make, options).run();
}

}  // namespace cutset::campaign
