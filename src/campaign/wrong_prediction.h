// Thread rule: a value.
#pragma once

#include <string>
#include <vector>

namespace cutset::campaign {

/// A handler did not behave as its rules said (calls.md 5.2: reported, never silently).
struct WrongPrediction {
  std::string handler;
  std::vector<std::string> after;  // what its callees had answered
  std::string expected;
  std::string found;
  std::string remedy;
};

}  // namespace cutset::campaign
