// The change of a head: lines are neither lost nor invented, and a second look finds the
// mark that was set.
#include <cstdint>
#include <string>

#include "agent/proxy/mark.h"
#include "base/check.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace cutset::agent::proxy;
  const std::string raw(reinterpret_cast<const char*>(data), size);
  const RequestHead head(raw);
  std::string joined(head.first_line());
  for (const RequestHead::Field& field : head.fields()) joined += field.raw;
  joined += head.end();
  CHECK(joined == head.raw());
  CHECK(raw.ends_with(head.raw()));
  printable(head.target());
  // Only what has passed the framer is changed: it has a first line with its end, and an
  // empty line.
  const bool whole = head.first_line().ends_with("\n") && head.end().ends_with("\n");
  if (!whole) return 0;
  HeadChange change;
  change.run = "r";
  change.handle = 7;
  const RequestHead changed(changed_head(head, change));
  CHECK(find_mark(changed) == (Mark{"r", 7}));
  CHECK(changed.first_line() == head.first_line());
  return 0;
}
