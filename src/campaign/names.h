// Names: text <-> small integers, in order of first use (so equal inputs give equal
// numbers). Thread rule: one owner.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace cutset::campaign {

class Names {
 public:
  int of(std::string_view text) {
    const auto found = numbers_.find(text);
    if (found != numbers_.end()) return found->second;
    const int number = static_cast<int>(texts_.size());
    texts_.emplace_back(text);
    numbers_.emplace(texts_.back(), number);
    return number;
  }
  /// -1 where the text has no number.
  int find(std::string_view text) const {
    const auto found = numbers_.find(text);
    return found == numbers_.end() ? -1 : found->second;
  }
  const std::string& text(int number) const {
    return texts_.at(static_cast<size_t>(number));
  }
  size_t size() const { return texts_.size(); }

 private:
  std::map<std::string, int, std::less<>> numbers_;
  std::vector<std::string> texts_;
};

}  // namespace cutset::campaign
