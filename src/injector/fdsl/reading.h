// Reading FDSL: problems and warnings with their places, and the scalars that FaultSee's
// two parsers read in their own ways. Private to fdsl/.
//
// FDSL 1 files are read as the union of what the two accept: where they disagree, one
// reading is taken and a warning says so (quirk()). An FDSL 2 file has no such excuse:
// there every quirk is an error.
//
// Thread rule: one owner.
#pragma once

#include <optional>
#include <set>
#include <string>
#include <vector>

#include "injector/fdsl/schedule.h"
#include "injector/yaml_reading.h"

namespace cutset::injector::fdsl {

constexpr int64_t kLongestSeconds = 30 * 24 * 3600;
constexpr int kMostInstances = 10'000;  // of one service
constexpr size_t kMostEvents = 10'000;
constexpr size_t kLongestText = 4096;
constexpr size_t kLongestName = 255;  // of a service
constexpr int64_t kLargestCount = 1'000'000'000;

class Reading {
 public:
  Reading(const std::string& file, int version);

  YamlReading& yaml() { return yaml_; }
  int version() const { return version_; }

  void problem(const YamlNode& node, std::string message) {
    yaml_.problem(node, std::move(message));
  }
  void warn(const YamlNode& node, std::string message) {
    warn_at({node.line, node.column}, std::move(message));
  }
  void warn_at(Place place, std::string message) {
    warnings_.problem_at(place.line, place.column, std::move(message));
  }
  /// A warning for FDSL 1, an error for FDSL 2.
  void quirk(const YamlNode& node, std::string message) {
    quirk_at({node.line, node.column}, std::move(message));
  }
  void quirk_at(Place place, std::string message);
  /// An error unless the file says that it is FDSL 2.
  void extension(Place place, const std::string& what);

  /// A whole number in any of FaultSee's spellings. `quoted`: whether its master reads
  /// "3" in quotes as 3. `remedy` is added to the error for a fraction.
  enum class Quoted { kRefused, kQuirk };
  std::optional<int64_t> whole(const YamlNode& node, const std::string& what, int64_t low,
                               int64_t high, Quoted quoted = Quoted::kRefused,
                               const std::string& remedy = "");
  /// Text of at most kLongestText bytes, not empty.
  std::optional<std::string> word(const YamlNode& node, const std::string& what);
  /// `key` in seconds or `key`_milliseconds; nothing if it is absent.
  enum class Need { kOptional, kRequired };
  std::optional<Milliseconds> time(YamlSection& section, const std::string& key,
                                   Need need, int64_t lowest_ms);
  /// A word of `names`; nothing with a problem otherwise.
  template <typename NamesTable>
  auto one_of(const YamlNode& node, const std::string& what, const NamesTable& names)
      -> std::optional<decltype(names[0].first)>;

  /// The one key of an item, or nullptr with a problem.
  const YamlEntry* only_key(const YamlNode& node, const std::string& what,
                            const std::vector<std::string>& known);

  void add_service(const std::string& name) { services_.insert(name); }
  /// A problem if `name` is not in `beginning`.
  void check_service(Place place, const std::string& name);

  std::vector<Error> problems() const { return yaml_.problems(); }
  std::vector<Error> warnings() const { return warnings_.problems(); }

 private:
  void no_such_word(const YamlNode& node, const std::string& what,
                    const std::string& found, const std::vector<std::string>& known);

  YamlReading yaml_;
  YamlReading warnings_;
  int version_;
  std::set<std::string> services_;
};

template <typename NamesTable>
auto Reading::one_of(const YamlNode& node, const std::string& what,
                     const NamesTable& names) -> std::optional<decltype(names[0].first)> {
  const std::optional<std::string> found = yaml_.text(node, what);
  if (!found) return std::nullopt;
  std::vector<std::string> known;
  for (const auto& [value, name] : names) {
    if (name == *found) return value;
    known.emplace_back(name);
  }
  no_such_word(node, what, *found, known);
  return std::nullopt;
}

}  // namespace cutset::injector::fdsl
