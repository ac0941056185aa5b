// Finds the workload's tokens in a stream: a prefix that the workload chose, followed by
// letters and digits. A token may lie across any number of segments.
//
// A token ends in front of the first other byte, at a message's end (end()), or at
// kLongestToken bytes. Cost: one memchr per candidate of the prefix's first byte; at most
// kLongestToken bytes are kept.
//
// Thread rule: one owner.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace cutset::agent::capture {

constexpr size_t kLongestToken = 64;

struct FoundToken {
  std::string text;
  uint64_t begin = 0;  // offset in the stream
  uint64_t end = 0;
  friend bool operator==(const FoundToken&, const FoundToken&) = default;
};

class TokenSearch {
 public:
  /// Requires: no prefix is empty or longer than kLongestToken / 2. The prefixes outlive
  /// this.
  explicit TokenSearch(const std::vector<std::string>& prefixes) : prefixes_(prefixes) {}

  void feed(std::string_view bytes, std::vector<FoundToken>& found);
  /// What came until now is complete.
  void end(std::vector<FoundToken>& found);
  /// So many bytes are missing: what was begun is forgotten.
  void skip(uint64_t count);
  /// What came last may be the beginning of a token.
  bool pending() const { return !carry_.empty(); }

 private:
  void search(std::string_view bytes, uint64_t offset, bool complete,
              std::vector<FoundToken>& found);

  const std::vector<std::string>& prefixes_;
  std::string carry_;  // the stream's last bytes: the beginning of a token, perhaps
  uint64_t offset_ = 0;
};

}  // namespace cutset::agent::capture
