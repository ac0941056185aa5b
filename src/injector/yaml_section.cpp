#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "injector/yaml_reading.h"

namespace cutset::injector {

YamlSection::YamlSection(YamlReading& reading, const YamlNode& node, std::string what)
    : reading_(reading), node_(node), what_(std::move(what)) {
  if (node.is_map()) return;
  reading_.problem(node,
                   fmt::format("{}: expected a map, found {}",
                               what_.empty() ? "the file" : what_, node.described()));
}

std::string YamlSection::path(const std::string& key) const {
  return what_.empty() ? key : what_ + "." + key;
}

const YamlNode* YamlSection::take(const std::string& key) {
  if (std::find(known_.begin(), known_.end(), key) == known_.end()) known_.push_back(key);
  return node_.find(key);
}

const YamlNode* YamlSection::require(const std::string& key) {
  const YamlNode* found = take(key);
  if (found == nullptr && node_.is_map()) missing_.push_back({key});
  return found;
}

void YamlSection::require_any(std::vector<std::string> keys) {
  bool found = !node_.is_map();
  for (const std::string& key : keys) found = take(key) != nullptr || found;
  if (!found) missing_.push_back(std::move(keys));
}

std::optional<std::string> YamlSection::one_of(const std::vector<std::string>& keys) {
  std::optional<std::string> given;
  for (const std::string& key : keys) {
    if (take(key) == nullptr) continue;
    if (given) {
      reading_.problem(*take(key), fmt::format("{}: \"{}\" and \"{}\" exclude each other",
                                               what_, *given, key));
      return std::nullopt;
    }
    given = key;
  }
  if (!given && node_.is_map()) {
    reading_.problem(node_,
                     fmt::format("{}: expected one of {}", what_, join(keys, ", ")));
  }
  return given;
}

void YamlSection::finish() {
  std::set<std::string> meant;
  for (const YamlEntry& entry : node_.entries) {
    if (std::find(known_.begin(), known_.end(), entry.key) != known_.end()) continue;
    meant.insert(nearest(entry.key, known_));
    reading_.problem_at(entry.line, entry.column,
                        fmt::format("unknown key \"{}\"{}{} (known: {})", entry.key,
                                    what_.empty() ? "" : " in " + what_,
                                    suggestion(entry.key, known_), join(known_, ", ")));
  }
  for (const std::vector<std::string>& keys : missing_) {
    // A misspelt key has been reported with what it should be.
    const bool misspelt =
        std::any_of(keys.begin(), keys.end(),
                    [&](const std::string& key) { return meant.contains(key); });
    if (misspelt) continue;
    const std::string where = what_.empty() ? "" : what_ + ": ";
    reading_.problem(node_,
                     keys.size() == 1
                         ? fmt::format("{}the key \"{}\" is missing", where, keys[0])
                         : fmt::format("{}expected one of {}", where, join(keys, ", ")));
  }
}

}  // namespace cutset::injector
