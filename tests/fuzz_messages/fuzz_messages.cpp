// A file of messages: what is read satisfies the invariants, is the same when it is
// written and read again, and everything can be concluded from it.
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "lineage/messages/happens_before.h"
#include "lineage/messages/messages_json.h"
#include "lineage/messages/run_classes.h"
#include "lineage/messages/run_sketch.h"
#include "lineage/messages/run_sketch_json.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace cutset::lineage::messages;  // NOLINT(google-build-using-namespace)
  const auto read = from_json({reinterpret_cast<const char*>(data), size}, "file");
  if (!read.ok()) return 0;
  CHECK(read->check_invariants().ok());
  const auto again = from_json(to_json(*read), "again");
  CHECK(again.ok());
  const Roles roles = find_roles(*read);
  const auto lineages = find_copies(*read);
  run_class(*read, roles, find_identities(*read, roles), lineages,
            find_reactions(*read, roles, lineages, read->begin_ns));
  const HappensBefore order(*read);
  if (!read->messages.empty()) order.causes(read->messages.size() - 1);
  if (read->nodes.size() > kMostSketchedNodes) return 0;
  SketchWish wish;
  wish.origin_ns = origin_of(*read);
  const RunSketch sketch = sketch_of(*read, lineages, wish);
  // Of names that are not UTF-8 it keeps only that.
  const auto sketched = sketch_from_json(to_json(sketch), "sketch");
  if (sketched.ok()) CHECK(to_json(*sketched) == to_json(sketch));
  return 0;
}
