#include "agent/capture/token_search.h"

#include <algorithm>
#include <utility>

namespace cutset::agent::capture {

namespace {

bool in_token(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

/// The longest prefix that `bytes` begins with; "": none. `partial`: bytes end within
/// one.
std::string_view prefix_of(const std::vector<std::string>& prefixes,
                           std::string_view bytes, bool& partial) {
  std::string_view longest;
  for (const std::string& prefix : prefixes) {
    if (bytes.starts_with(prefix)) {
      if (prefix.size() > longest.size()) longest = prefix;
    } else if (bytes.size() < prefix.size() &&
               std::string_view(prefix).starts_with(bytes)) {
      partial = true;
    }
  }
  return longest;
}

}  // namespace

/// Searches all of `bytes`; keeps in carry_ what more bytes might change.
void TokenSearch::search(std::string_view bytes, uint64_t offset, bool complete,
                         std::vector<FoundToken>& found) {
  carry_.clear();
  size_t at = 0;
  while (at < bytes.size()) {
    size_t next = std::string_view::npos;
    for (const std::string& prefix : prefixes_)
      next = std::min(next, bytes.find(prefix[0], at));
    if (next == std::string_view::npos) return;
    at = next;
    bool partial = false;
    const std::string_view prefix = prefix_of(prefixes_, bytes.substr(at), partial);
    if (partial && !complete) break;
    if (prefix.empty()) {
      ++at;
      continue;
    }
    size_t end = at + prefix.size();
    while (end < bytes.size() && end - at < kLongestToken && in_token(bytes[end])) ++end;
    if (end == bytes.size() && end - at < kLongestToken && !complete) break;
    if (end > at + prefix.size())
      found.push_back(
          {std::string(bytes.substr(at, end - at)), offset + at, offset + end});
    at = end;
  }
  carry_ = bytes.substr(std::min(at, bytes.size()));
}

void TokenSearch::feed(std::string_view bytes, std::vector<FoundToken>& found) {
  if (prefixes_.empty()) return;
  offset_ += bytes.size();
  // A carry is short; joined with as much as decides about it, not with all that came.
  while (!carry_.empty() && !bytes.empty()) {
    const size_t before = carry_.size();
    const std::string_view head = bytes.substr(0, kLongestToken);
    const std::string joined = carry_ + std::string(head);
    search(joined, offset_ - bytes.size() - before, false, found);
    bytes.remove_prefix(head.size());
  }
  if (!bytes.empty()) search(bytes, offset_ - bytes.size(), false, found);
}

void TokenSearch::end(std::vector<FoundToken>& found) {
  if (carry_.empty()) return;
  const std::string rest = std::exchange(carry_, {});
  search(rest, offset_ - rest.size(), true, found);
  carry_.clear();
}

void TokenSearch::skip(uint64_t count) {
  carry_.clear();
  offset_ += count;
}

}  // namespace cutset::agent::capture
