// Requests of one kind, found among all executions: classes by (entry, shape).
//
// - A run without failed calls belongs to the class of its shape. A run with failed calls
//   joins the fault-free class of its entry that is most similar (ties: more runs, then
//   the smaller digest); where there is none, such runs make classes of their own.
// - Each root of an execution is a request of its own.
// - An execution with problems is counted and kept apart: it is evidence for nothing.
//
// Guarantees: the result does not depend on the order of add(). Counts are over all
// requests, identities and rules over a sample: those with the smallest hash of their
// run, in each shape at most kMostRuns without failures, as many with failures, and
// kMostFailed that failed. Memory: when the samples pass kMostCalls calls, each shape
// keeps half as many; when one a shape is too many, the shapes with the largest hashes
// are left out (left_out(); only then can the order of add() matter).
//
// Thread rule: one owner.
#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <string>
#include <tuple>
#include <vector>

#include "lineage/execution.h"
#include "lineage/request.h"
#include "lineage/request_identities.h"

namespace cutset::lineage {

struct RequestClass {
  std::string name;   // short and unique: "frontend GET /dispatch"
  std::string entry;  // "frontend:GET /dispatch#1"
  uint64_t shape = 0;
  int64_t runs = 0;              // complete, the entry answered without error
  int64_t failed = 0;            // complete, the entry failed
  int64_t incomplete = 0;        // kept apart
  std::string example;           // run of the sample with the smallest hash
  RequestIdentities identities;  // of the sample
};

struct IncompleteReason {
  int64_t count = 0;    // requests
  std::string example;  // the smallest run
};
/// By why, without numbers, so that kinds are few: "a parent span is missing".
using IncompleteReasons = std::map<std::string, IncompleteReason>;

class RequestClasses {
 public:
  static constexpr size_t kMostReasons = 20;  // the rest become one: "other reasons"
  static constexpr size_t kMostRuns = 1000;
  static constexpr size_t kMostFailed = 200;
  static constexpr size_t kMostCalls = 500'000;

  struct Limits {
    size_t most_runs = kMostRuns;
    size_t most_failed = kMostFailed;
    size_t most_calls = kMostCalls;
  };

  RequestClasses() = default;
  explicit RequestClasses(Limits limits) : limits_(limits) {}

  void add(const Execution& execution);

  /// Most runs first, then by entry and shape. `most`: more classes than that are not
  /// worked out, only counted in left_out.
  struct Found {
    std::vector<RequestClass> classes;
    int64_t incomplete = 0;     // requests that belong to none of them
    IncompleteReasons reasons;  // of these; each is counted once
    int64_t left_out = 0;       // requests of kinds that were too many
    int64_t left_out_kinds = 0;
  };
  Found classes(size_t most = 1000) const;

  int64_t requests() const { return requests_; }
  int64_t executions() const { return executions_; }
  int64_t incomplete() const { return incomplete_; }  // executions

 private:
  enum class Sort : uint8_t { kClean, kAbsorbed, kFailed, kIncomplete };
  struct GroupKey {
    uint64_t hash = 0;  // of the rest: spreads groups evenly
    std::string entry;
    uint64_t shape = 0;
    Sort sort = Sort::kClean;
    friend auto operator<=>(const GroupKey&, const GroupKey&) = default;
  };
  using SampleKey = std::tuple<uint64_t, std::string, uint32_t>;  // hash, run, root
  struct Group {
    int64_t count = 0;
    size_t largest = 0;  // calls of the largest request
    Shape shape;
    std::map<SampleKey, Request> samples;
    IncompleteReasons reasons;  // of incomplete requests
  };
  using GroupMap = std::map<GroupKey, Group>;
  struct Draft;

  void add_request(Request request, const std::string& reason);
  size_t most_samples(Sort sort) const;
  size_t cost(const GroupKey& key, const Group& group) const;
  void shrink();
  std::vector<Draft> drafts() const;
  static RequestClass finished(const Draft& draft, const Limits& limits);

  Limits limits_;
  GroupMap groups_;
  size_t halvings_ = 0;
  size_t cost_ = 0;
  bool full_ = false;
  uint64_t threshold_ = 0;  // full_: groups from this hash on are left out
  int64_t requests_ = 0;
  int64_t executions_ = 0;
  int64_t incomplete_ = 0;
  int64_t left_out_ = 0;
};

}  // namespace cutset::lineage
