#include "shapes.h"

namespace cutset::testing {

namespace {

using identity::FaultAction;
using identity::FaultMode;

const std::vector<FaultMode> kFourErrors = {{FaultAction::kError, 500, 0},
                                            {FaultAction::kError, 502, 0},
                                            {FaultAction::kError, 503, 0},
                                            {FaultAction::kError, 504, 0}};

Shape shape(const std::string& name, std::vector<Handler> handlers, uint64_t exhaustive,
            uint64_t reduced, uint64_t composed, std::vector<size_t> sizes) {
  Application application;
  application.name = name;
  application.handlers = std::move(handlers);
  application.modes = kFourErrors;
  application.budget = 6;
  application.holds = [](int status, const std::vector<int>&) { return status == 200; };
  application.holds_text = "status 200";
  return {std::move(application), exhaustive, reduced, composed, std::move(sizes)};
}

Handler leaf(const std::string& service) {
  return {service, false, 1000, false, {}};
}
Handler calling(const std::string& service, std::vector<Step> steps) {
  return {service, false, 1000, false, std::move(steps)};
}

}  // namespace

std::vector<Shape> nine_shapes() {
  const Reaction abort = Reaction::kAbort;
  return {
      shape("A calls B then C, aborts on failure",
            {calling("a", {{1, abort}, {2, abort}}), leaf("b"), leaf("c")}, 9, 9, 9,
            {1, 1}),
      shape("chain A -> B -> C",
            {calling("a", {{1, abort}}), calling("b", {{2, abort}}), leaf("c")}, 9, 8, 8,
            {1, 1}),
      shape(
          "the same, A retries B once",
          {calling("a", {{1, Reaction::kRetry}}), calling("b", {{2, abort}}), leaf("c")},
          73, 27, 12, {2, 2, 2, 2}),
      shape("chain with three ignored third-party calls",
            {calling("a", {{3, Reaction::kIgnore}, {1, abort}}),
             calling("b", {{4, Reaction::kIgnore}, {2, abort}}),
             calling("c", {{5, Reaction::kIgnore}}), leaf("t1"), leaf("t2"), leaf("t3")},
            245, 52, 20, {1, 1}),
      shape("A calls B then C, static defaults on failure",
            {calling("a", {{1, Reaction::kDefault}, {2, Reaction::kDefault}}), leaf("b"),
             leaf("c")},
            25, 25, 10, {}),
      shape("primary with a secondary, then C",
            {calling("a", {{1, Reaction::kFallback, 2}, {3, abort}}), leaf("p"),
             leaf("s"), leaf("c")},
            41, 41, 10, {1, 2}),
      shape("health check decides between primary and secondary, then C",
            {calling("a", {{1, Reaction::kCheckThenUse, 2, 3}, {4, abort}}), leaf("h"),
             leaf("p"), leaf("s"), leaf("c")},
            45, 45, 14, {1, 1, 2}),
      shape("gateway -> monolith, one retry",
            {calling("gateway", {{1, Reaction::kRetry}}), leaf("monolith")}, 21, 21, 6,
            {2}),
      shape(
          "gateway -> ML service, fallback to simple service",
          {calling("gateway", {{1, Reaction::kFallback, 2}}), leaf("ml"), leaf("simple")},
          21, 21, 6, {2}),
  };
}

}  // namespace cutset::testing
