#include "campaign/blind_search.h"

#include <algorithm>
#include <cmath>

namespace cutset::campaign {

namespace {

/// Omissions of one node that are not void if it crashes at `crash` (eot: it does not).
int64_t open_omissions(const FaultSpace& space, int64_t crash) {
  const auto lossy = std::max<int64_t>(int64_t{space.eff} - 1, 0);
  const auto steps = std::min({lossy, crash - 1, int64_t{space.eot}});
  return steps * (static_cast<int64_t>(space.nodes.size()) - 1);
}

int64_t never(const FaultSpace& space) {
  return int64_t{space.eot} + 1;
}

/// By node and crashes left: the sum over what the nodes from this one on can do of
/// 2^omissions, with 2^-scale for each node.
std::vector<std::vector<double>> weights(const FaultSpace& space, int64_t scale) {
  const auto term = [&](int64_t crash) {
    return std::ldexp(1.0, static_cast<int>(open_omissions(space, crash) - scale));
  };
  const size_t nodes = space.nodes.size();
  std::vector<std::vector<double>> weight(
      nodes + 1, std::vector<double>(size_t{space.crashes} + 1, 1.0));
  for (size_t node = nodes; node-- > 0;) {
    for (size_t left = 0; left <= space.crashes; ++left) {
      double sum = term(never(space)) * weight[node + 1][left];
      for (int64_t crash = 1; left > 0 && crash < space.eot; ++crash) {
        sum += term(crash) * weight[node + 1][left - 1];
      }
      weight[node][left] = sum;
    }
  }
  return weight;
}

/// The state of the enumeration of sets of one size.
class Enumeration {
 public:
  Enumeration(const FaultSpace& space, size_t size)
      : space_(space), size_(size), crashed_(space.nodes.size(), 0) {}

  /// False: `see` wants no more.
  bool go(size_t from, const std::function<bool(const FaultNumbers&)>& see) {
    if (set_.size() == size_) return see(set_);
    const size_t missing = size_ - set_.size();
    for (size_t i = from; i + missing <= space_.faults.size(); ++i) {
      const ModelFault& fault = space_.faults[i];
      const bool is_crash = fault.kind == ModelFault::Kind::kCrash;
      // Faults are in the order of their times, omissions first: what is void is seen
      // when the later of the two is met, except omissions at the time of the crash.
      if (is_crash) {
        if (crashes_ == space_.crashes || crashed_[fault.from] != 0) continue;
        if (omits_now(fault)) continue;
        ++crashes_;
        crashed_[fault.from] = 1;
      } else if (crashed_[fault.from] != 0) {
        continue;
      }
      set_.push_back(static_cast<uint32_t>(i));
      const bool more = go(i + 1, see);
      set_.pop_back();
      if (is_crash) {
        --crashes_;
        crashed_[fault.from] = 0;
      }
      if (!more) return false;
    }
    return true;
  }

 private:
  bool omits_now(const ModelFault& crash) const {
    return std::any_of(set_.rbegin(), set_.rend(), [&](uint32_t each) {
      const ModelFault& fault = space_.faults[each];
      return fault.kind == ModelFault::Kind::kOmission && fault.from == crash.from &&
             fault.time == crash.time;
    });
  }

  const FaultSpace& space_;
  size_t size_;
  FaultNumbers set_;
  std::vector<uint8_t> crashed_;  // by node
  uint32_t crashes_ = 0;
};

bool contains_one(const std::vector<FaultNumbers>& smaller, const FaultNumbers& set) {
  return std::any_of(smaller.begin(), smaller.end(), [&set](const FaultNumbers& each) {
    return std::includes(set.begin(), set.end(), each.begin(), each.end());
  });
}

}  // namespace

double count_canonical(const FaultSpace& space) {
  return weights(space, 0).front()[space.crashes];
}

Result<BlindSummary> search_exhaustively(LineageExperimenter& experimenter,
                                         const BlindOptions& options) {
  constexpr uint64_t kProgressEvery = 1000;
  const FaultSpace& space = experimenter.space();
  BlindSummary summary;
  std::optional<Error> error;
  bool ended = false;
  for (size_t size = 0; size <= space.faults.size() && !ended; ++size) {
    bool any = false;
    const auto see = [&](const FaultNumbers& set) {
      any = true;
      if (summary.experiments == options.max_experiments ||
          (options.stop && options.stop())) {
        ended = true;
        return false;
      }
      const Result<ModelRun> run = experimenter.run(set, RunDetail::kVerdict);
      if (!run) {
        error = run.error();
        return false;
      }
      ++summary.experiments;
      if (options.progress && summary.experiments % kProgressEvery == 0) {
        options.progress(summary.experiments);
      }
      if (!run->violated) return true;
      ++summary.violated;
      if (!summary.experiments_to_first) {
        summary.experiments_to_first = summary.experiments;
      }
      if (!contains_one(summary.falsifiers, set)) summary.falsifiers.push_back(set);
      ended = options.stop_at_first;
      return !ended;
    };
    Enumeration(space, size).go(0, see);
    if (error) return *error;
    if (!any) break;
  }
  summary.complete = !ended;
  return summary;
}

CanonicalSampler::CanonicalSampler(const FaultSpace& space, uint64_t seed)
    : space_(space),
      random_(seed),
      weight_(weights(space, open_omissions(space, never(space)))) {}

double CanonicalSampler::unit() {
  return std::ldexp(static_cast<double>(random_() >> 11), -53);
}

FaultNumbers CanonicalSampler::draw() {
  const int64_t scale = open_omissions(space_, never(space_));
  std::vector<int64_t> crash(space_.nodes.size(), never(space_));
  size_t left = space_.crashes;
  for (size_t node = 0; node < crash.size() && left > 0; ++node) {
    double rest = unit() * weight_[node][left] - weight_[node + 1][left];
    for (int64_t time = 1; rest >= 0 && time < space_.eot; ++time) {
      crash[node] = time;
      rest -= std::ldexp(1.0, static_cast<int>(open_omissions(space_, time) - scale)) *
              weight_[node + 1][left - 1];
    }
    if (crash[node] != never(space_)) --left;
  }
  FaultNumbers set;
  for (uint32_t i = 0; i < space_.faults.size(); ++i) {
    const ModelFault& fault = space_.faults[i];
    const bool taken = fault.kind == ModelFault::Kind::kCrash
                           ? crash[fault.from] == fault.time
                           : fault.time < crash[fault.from] && (random_() >> 63) != 0;
    if (taken) set.push_back(i);
  }
  return set;
}

Result<BlindSummary> search_randomly(LineageExperimenter& experimenter, uint64_t seed,
                                     const BlindOptions& options) {
  CanonicalSampler sampler(experimenter.space(), seed);
  BlindSummary summary;
  while (summary.experiments < options.max_experiments &&
         !(options.stop && options.stop())) {
    const FaultNumbers set = sampler.draw();
    CUTSET_ASSIGN(const ModelRun run, experimenter.run(set, RunDetail::kVerdict));
    ++summary.experiments;
    if (!run.violated) continue;
    summary.violated = 1;
    summary.experiments_to_first = summary.experiments;
    summary.falsifiers.push_back(set);
    break;
  }
  return summary;
}

}  // namespace cutset::campaign
