// A random application of deterministic handlers: what it does under any set of failing
// calls. The truth that classes, rules and graphs are compared with.
#pragma once

#include <cstdint>
#include <random>
#include <set>
#include <string>
#include <vector>

#include "lineage/execution.h"

namespace cutset::lineage {

class MadeApplication {
 public:
  explicit MadeApplication(std::mt19937_64& random);

  /// `failing`: texts of identities; such a call fails without reaching its callee.
  Execution run(const std::string& name, const std::set<std::string>& failing) const;

 private:
  enum class Policy { kRequire, kIgnore, kRetry, kFallback, kFallbackThatIsEnough };
  struct Step {
    Policy policy = Policy::kRequire;
    size_t callee = 0;
    size_t other = 0;  // the fallback
  };
  using Handler = std::vector<Step>;

  bool handle(Execution& execution, int caller, size_t handler,
              const std::set<std::string>& failing) const;
  bool call(Execution& execution, int caller, size_t callee, uint32_t ordinal,
            int repeats, const std::set<std::string>& failing) const;

  std::vector<Handler> handlers_;  // a handler calls later ones only
};

}  // namespace cutset::lineage
