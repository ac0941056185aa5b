// The small JSON paths of cutset.yaml: `$.a.b[0].c`, `$["odd key"]`, and `length()` at
// the end. Thread rule: values, pure functions.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include <nlohmann/json_fwd.hpp>

#include "base/result.h"

namespace cutset::injector {

class JsonPath {
 public:
  /// Error: bad_input naming the position of what does not fit.
  static Result<JsonPath> parse(std::string_view text);

  /// What stands there, or nothing. `length()` of an array, object or text is its size.
  std::optional<nlohmann::json> find(const nlohmann::json& document) const;
  const std::string& text() const { return text_; }

 private:
  struct Step {
    std::string key;
    std::optional<size_t> index;
  };
  std::string text_;
  std::vector<Step> steps_;
  bool length_ = false;
};

}  // namespace cutset::injector
