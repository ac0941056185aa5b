// Typed reading of a YAML tree that collects every problem instead of stopping at the
// first.
//
// A function that finds something wrong records it with its place and returns nothing;
// the caller goes on with a default. Whoever uses the result must look at problems()
// first.
//
// Thread rule: one owner.
#pragma once

#include <chrono>
#include <optional>
#include <set>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/result.h"
#include "injector/json_path.h"
#include "injector/pattern.h"
#include "injector/template_text.h"
#include "injector/yaml_tree.h"

namespace cutset::injector {

class YamlReading {
 public:
  enum class Variables { kReplaced, kNone };  // kNone: "${" is text

  YamlReading(std::string file, TemplateText::Lookup variables,
              Variables mode = Variables::kReplaced)
      : file_(std::move(file)), variables_(std::move(variables)), mode_(mode) {}

  void problem(const YamlNode& node, std::string message) {
    problem_at(node.line, node.column, std::move(message));
  }
  void problem_at(int line, int column, std::string message);
  void problem(Error error) { problems_.push_back(std::move(error)); }
  /// In the order of the file.
  std::vector<Error> problems() const;
  size_t problem_count() const { return problems_.size(); }

  /// `what` names the value in errors: "budget.faults".
  std::optional<std::string> text(const YamlNode& node, std::string_view what);
  std::optional<TemplateText> template_text(const YamlNode& node, std::string_view what);
  std::optional<int64_t> integer(const YamlNode& node, std::string_view what, int64_t low,
                                 int64_t high);
  std::optional<double> number(const YamlNode& node, std::string_view what);
  std::optional<bool> boolean(const YamlNode& node, std::string_view what);
  std::optional<std::chrono::milliseconds> duration(const YamlNode& node,
                                                    std::string_view what);
  std::optional<Pattern> pattern(const YamlNode& node, std::string_view what);
  std::optional<JsonPath> json_path(const YamlNode& node, std::string_view what);
  /// The node as JSON text: plain scalars are numbers, true, false, null or text.
  std::optional<std::string> json_text(const YamlNode& node, std::string_view what);
  /// The items of a list (a problem if it is something else).
  const std::vector<YamlNode>& list(const YamlNode& node, std::string_view what);
  const std::vector<YamlEntry>& map(const YamlNode& node, std::string_view what);
  std::vector<std::string> texts(const YamlNode& node, std::string_view what);

 private:
  friend class YamlSection;
  bool append_json(const YamlNode& node, std::string_view what, std::string& out);
  bool append_json_scalar(const YamlNode& node, std::string_view what, std::string& out);
  /// A scalar's text after variables; `from_variable` tells whether one was in it.
  std::optional<std::string> raw(const YamlNode& node, std::string_view what,
                                 std::string_view expected, bool* from_variable);

  std::string file_;
  TemplateText::Lookup variables_;
  Variables mode_;
  std::vector<Error> problems_;
};

/// A map with known keys. take() what is known, then finish() reports the rest.
class YamlSection {
 public:
  YamlSection(YamlReading& reading, const YamlNode& node, std::string what);

  /// The value of `key`, or nullptr where it is absent.
  const YamlNode* take(const std::string& key);
  /// The same; finish() reports its absence.
  const YamlNode* require(const std::string& key);
  /// finish() reports it if none of `keys` is there.
  void require_any(std::vector<std::string> keys);
  /// The one key of `keys` that is given; several are a problem; finish() reports none.
  std::optional<std::string> one_of(const std::vector<std::string>& keys);
  /// Reports unknown keys with a suggestion, and keys that are missing.
  void finish();

  std::string path(const std::string& key) const;
  const YamlNode& node() const { return node_; }

 private:
  YamlReading& reading_;
  const YamlNode& node_;
  std::string what_;
  std::vector<std::string> known_;
  std::vector<std::vector<std::string>> missing_;  // each: one of these keys
};

}  // namespace cutset::injector
