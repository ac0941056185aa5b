// A call as its two halves tell of it, before it is compared with its siblings: names,
// what came back, whether anybody waits for it.
//
// What came back: a call failed if one of its halves says so or has an HTTP status of 500
// or more. What the caller's half says was seen counts; where it is silent, what the
// callee sent. The callee got the request if its half was seen, or if the caller's half
// did not fail. answered_ns stays 0: it would be of another clock.
//
// Thread rule: values; a Drafter has one owner.
#pragma once

#include <cstdint>
#include <string>

#include "lineage/call_attributes.h"
#include "lineage/call_halves.h"
#include "lineage/execution.h"
#include "lineage/name_table.h"
#include "lineage/trace_execution.h"
#include "lineage/trace_tree.h"

namespace cutset::lineage {

struct Draft {
  CallHalves halves;
  const StoredSpan* client = nullptr;
  const StoredSpan* server = nullptr;
  NameId callee = NameTable::kEmpty;     // of Drafter::names()
  NameId signature = NameTable::kEmpty;  // likewise
  std::string concrete;                  // of path and query
  bool callee_failed = false;            // by the word of its own half
  Call call;                             // without id, parent and repeats

  // Set by who compares siblings.
  std::string key;
  uint32_t ordinal = 1;
  int repeats = -1;  // index into the drafts
  size_t depth = 1;
  size_t id_size = 0;  // of its identity as text
  bool left_out = false;
  int place = -1;  // in Execution::calls

  /// The half whose times its caller's other calls can be compared with, if it is there.
  const StoredSpan& timed() const { return client != nullptr ? *client : *server; }
};

class Drafter {
 public:
  Drafter(const SpanTable& table, const TraceTree& tree, const ExecutionOptions& options)
      : table_(table), tree_(tree), options_(options), known_(table) {}

  Draft draft(const CallHalves& halves);
  const NameTable& names() const { return names_; }

 private:
  Half half(int at) const;
  bool awaited(const Draft& draft) const;

  const SpanTable& table_;
  const TraceTree& tree_;
  const ExecutionOptions& options_;
  const KnownAttributes known_;
  NameTable names_;
};

/// Had `failed` ended when `next` began? Two attempts that were in flight together are no
/// retry of each other. True where that cannot be compared.
bool could_know(const Draft& failed, const Draft& next);

}  // namespace cutset::lineage
