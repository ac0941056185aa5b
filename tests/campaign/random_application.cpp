#include "random_application.h"

#include <fmt/format.h>

namespace cutset::testing {

namespace {

using identity::FaultAction;
using identity::FaultMode;

/// splitmix64: small, and the same everywhere.
class Random {
 public:
  explicit Random(uint64_t seed) : state_(seed) {}
  uint64_t next() {
    uint64_t z = (state_ += 0x9e3779b97f4a7c15ULL);
    z = (z ^ (z >> 30U)) * 0xbf58476d1ce4e5b9ULL;
    z = (z ^ (z >> 27U)) * 0x94d049bb133111ebULL;
    return z ^ (z >> 31U);
  }
  int below(int bound) { return static_cast<int>(next() % static_cast<uint64_t>(bound)); }
  bool chance(int percent) { return below(100) < percent; }

 private:
  uint64_t state_;
};

Reaction random_reaction(Random& random, bool time_outs, int later) {
  switch (random.below(time_outs ? 9 : 8)) {
    case 0:
      return Reaction::kAbort;
    case 1:
      return Reaction::kPassOn;
    case 2:
      return Reaction::kIgnore;
    case 3:
      return Reaction::kDefault;
    case 4:
      return Reaction::kRetry;
    case 5:
      return later >= 2 ? Reaction::kFallback : Reaction::kAbort;
    case 6:
      return later >= 2 ? Reaction::kFailOverOn500 : Reaction::kPassOn;
    case 7:
      return later >= 3 ? Reaction::kCheckThenUse : Reaction::kIgnore;
    default:
      return Reaction::kRetryOnError;
  }
}

/// Callees are later handlers, each used by few callers, so that the whole is mostly a
/// tree.
void add_steps(Application& application, Random& random, bool time_outs) {
  const int count = static_cast<int>(application.handlers.size());
  int next_free = 1;
  for (int i = 0; i < count && next_free < count; ++i) {
    Handler& handler = application.handlers[static_cast<size_t>(i)];
    const int wanted = i == 0 ? 1 + random.below(3) : random.below(3);
    int failures_used = 0;
    for (int s = 0; s < wanted && next_free < count; ++s) {
      Step step;
      step.reaction = random_reaction(random, time_outs, count - next_free);
      step.callee = next_free++;
      if (step.reaction == Reaction::kFallback ||
          step.reaction == Reaction::kFailOverOn500) {
        step.other = next_free++;
      }
      if (step.reaction == Reaction::kCheckThenUse) {
        step.other = next_free++;
        step.third = next_free++;
      }
      failures_used +=
          step.reaction == Reaction::kIgnore || step.reaction == Reaction::kDefault;
      handler.steps.push_back(step);
    }
    if (failures_used >= 2 && random.chance(50)) handler.degrade_after = 2;
  }
}

/// How many calls are below a handler: time-outs grow with it, so that most callers wait
/// long enough.
int height(const Application& application, int handler) {
  int result = 0;
  for (const Step& step : application.handlers[static_cast<size_t>(handler)].steps) {
    for (const int callee : {step.callee, step.other, step.third}) {
      if (callee > handler) result = std::max(result, 1 + height(application, callee));
    }
  }
  return result;
}

void add_patience(Application& application, Random& random) {
  for (Handler& handler : application.handlers) {
    for (Step& step : handler.steps) {
      int patience = 200;
      for (int i = height(application, step.callee); i > 0; --i) patience *= 5;
      // Some callers wait less than their callee may need.
      if (random.chance(25)) patience = 200;
      step.patience_ms = patience;
    }
  }
}

void add_outcome(Application& application, Random& random, bool effects) {
  std::vector<int> effectful;
  for (size_t i = 0; i < application.handlers.size(); ++i) {
    if (application.handlers[i].effectful) effectful.push_back(static_cast<int>(i));
  }
  if (!effects || effectful.empty()) {
    application.holds = [](int status, const std::vector<int>&) { return status == 200; };
    application.holds_text = "status 200";
    return;
  }
  const auto a = static_cast<size_t>(
      effectful[static_cast<size_t>(random.below(static_cast<int>(effectful.size())))]);
  const auto b = static_cast<size_t>(
      effectful[static_cast<size_t>(random.below(static_cast<int>(effectful.size())))]);
  switch (random.below(4)) {
    case 0:
      application.holds = [a](int status, const std::vector<int>& executed) {
        return status != 200 || executed[a] <= 1;
      };
      application.holds_text = fmt::format("an answer 200 only with at most one {}", a);
      break;
    case 1:
      application.holds = [a](int, const std::vector<int>& executed) {
        return executed[a] <= 1;
      };
      application.holds_text = fmt::format("at most one {}", a);
      break;
    case 2:
      application.holds = [a, b](int status, const std::vector<int>& executed) {
        return status == 200 || (executed[a] > 0) == (executed[b] > 0);
      };
      application.holds_text = fmt::format("status 200, or {} and {} or neither", a, b);
      break;
    default:
      application.holds = [a](int status, const std::vector<int>& executed) {
        return status == 200 || executed[a] == 0;
      };
      application.holds_text = fmt::format("status 200, or {} not executed", a);
      break;
  }
}

}  // namespace

Application random_application(uint64_t seed, const RandomOptions& options) {
  Random random(seed * 7919 + 17);
  Application application;
  application.name = fmt::format("random {}", seed);
  const int count = 3 + random.below(5);
  for (int i = 0; i < count; ++i) {
    Handler handler;
    handler.service = std::string(1, static_cast<char>('a' + i));
    handler.effectful = options.effects && i > 0 && random.chance(40);
    application.handlers.push_back(handler);
  }
  add_steps(application, random, options.time_outs);
  if (options.time_outs) add_patience(application, random);
  application.modes = {{FaultAction::kError, 500, 0}, {FaultAction::kError, 503, 0}};
  if (options.effects) application.modes.push_back({FaultAction::kErrorAfter, 503, 0});
  if (options.time_outs) application.modes.push_back({FaultAction::kTimeout, 0, 0});
  application.budget = 2 + static_cast<size_t>(random.below(2));
  add_outcome(application, random, options.effects);
  return application;
}

}  // namespace cutset::testing
