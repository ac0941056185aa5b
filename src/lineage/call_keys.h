// The key that tells equal siblings apart: calls of one caller, with one callee and one
// signature, that differ in what was asked for (calls.md section 1). A retry has the key
// of the call that it repeats.
//
// Rule, the first that gives two different values among the siblings:
// 1. an attribute that the user named, in the order of ExecutionOptions::key_attributes
//    (the caller's half's value, else the callee's half's);
// 2. what the signature's placeholders and the query hid;
// 3. an attribute that all of the siblings have, on the same half, and whose name is not
//    one of a result, a place, a size or a time (call_noise.h). Values that look
//    generated and differ in every sibling count only if the name says that they are part
//    of the request: else they are ids of requests, and a retry would have another one.
//    Of several: the one by which most failed siblings have a later one of equal value;
//    then names that say "request"; then most different values; then the caller's half;
//    then the smaller name.
// Where nothing differs there is no key.
//
// Thread rule: one owner.
#pragma once

#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "lineage/call_noise.h"
#include "lineage/span_table.h"

namespace cutset::lineage {

/// A call as far as its key depends on it.
struct Sibling {
  const StoredSpan* client = nullptr;  // nullptr: not seen
  const StoredSpan* server = nullptr;
  std::string_view concrete;  // of its path and query
  bool failed = false;
};

class KeyFinder {
 public:
  KeyFinder(const SpanTable& table, const std::vector<std::string>& named)
      : table_(table), named_(named) {}

  /// A key for each of `siblings`, which stand in their order; empty: there is none.
  /// Views into the table and into `siblings`. Cost: n log n in their attributes.
  std::vector<std::string_view> keys(const std::vector<Sibling>& siblings);

 private:
  struct Value;
  struct Candidate;
  std::vector<Value> values_of(const std::vector<Sibling>& siblings);
  std::vector<std::string_view> best(const std::vector<Sibling>& siblings);
  AttributeUse use(NameId name);

  const SpanTable& table_;
  const std::vector<std::string>& named_;
  std::map<NameId, AttributeUse> uses_;
};

constexpr size_t kLongestKey = 96;

}  // namespace cutset::lineage
