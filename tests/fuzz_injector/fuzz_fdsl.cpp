// Schedules and findings from anywhere; what is accepted must survive writing and
// reading.
#include <cstddef>
#include <cstdint>

#include "base/check.h"
#include "injector/fdsl.h"
#include "injector/finding_file.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace cutset::injector;
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto schedule = parse_fdsl(text, "f");
  if (schedule) {
    const auto again = parse_fdsl(write_fdsl(*schedule), "f");
    CHECK(again.ok());
    CHECK(*again == *schedule);
  }
  const auto finding = parse_finding(text, "f");
  if (finding) {
    const auto again = parse_finding(write_finding(*finding), "f");
    CHECK(again.ok());
    CHECK(*again == *finding);
  }
  return 0;
}
