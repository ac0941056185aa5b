// One expectation against what a source said.
// Thread rule: pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "injector/config.h"

namespace cutset::injector {

/// What a source said. Which parts are there depends on the source.
struct Evidence {
  std::optional<int> status;
  std::optional<std::string_view> body;  // of an HTTP answer; output of a command
  std::optional<int> exit_code;
  std::optional<std::string_view> log;
};

struct Comparison {
  bool held = false;
  std::string found;  // part by part, in the words of Expectation::text()
};

Comparison compare(const Expectation& expect, const Evidence& evidence);

}  // namespace cutset::injector
