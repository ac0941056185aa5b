// Text with `${VAR}`, `${VAR:-default}` and placeholders (`${services.stock.address}`).
//
// Variables of the environment are replaced while the file is read; placeholders stay
// until the system is up and its addresses are known. A name with a '.' is a placeholder,
// others are variables. `$${` is a literal `${`. What a variable contains is text: it is
// not looked at again.
//
// Thread rule: values; parse() reads through the function it is given.
#pragma once

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace cutset::injector {

class TemplateText {
 public:
  using Lookup = std::function<std::optional<std::string>(const std::string& name)>;

  TemplateText() = default;
  /// Error: bad_input without a place: an unknown variable without a default, "${"
  /// without "}".
  static Result<TemplateText> parse(std::string_view text, const Lookup& variables);
  static TemplateText literal(std::string text);

  bool has_placeholders() const;
  /// The names of the placeholders in order, e.g. "services.stock.address".
  std::vector<std::string> placeholders() const;
  /// Error: a placeholder that `values` does not know.
  Result<std::string> expand(const Lookup& values) const;
  /// Requires: !has_placeholders().
  std::string text() const;

  friend bool operator==(const TemplateText&, const TemplateText&) = default;

 private:
  struct Part {
    std::string text;
    bool is_placeholder = false;
    friend bool operator==(const Part&, const Part&) = default;
  };
  void add_literal(std::string_view text);
  std::vector<Part> parts_;
};

/// A variable of this process's environment.
std::optional<std::string> environment_variable(const std::string& name);

}  // namespace cutset::injector
