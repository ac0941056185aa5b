// Any bytes as a sketch of a run end in a picture, or in an error with its file.
#include <cstdint>
#include <string_view>

#include "base/check.h"
#include "lineage/messages/run_sketch_json.h"
#include "report/sketch_svg.h"

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  using namespace cutset;  // NOLINT(google-build-using-namespace)
  const auto sketch = lineage::messages::sketch_from_json(
      {reinterpret_cast<const char*>(data), size}, "file");
  if (!sketch.ok()) {
    CHECK(sketch.error().file == "file");
    return 0;
  }
  const auto again =
      lineage::messages::sketch_from_json(lineage::messages::to_json(*sketch), "again");
  CHECK(again.ok());
  const auto* write = sketch->writes.empty() ? nullptr : &sketch->writes.front();
  const std::string svg = report::sketch_svg(
      {{&*sketch, nullptr, "one", false}, {&*again, write, "other", true}}, "two");
  CHECK(svg.find("nan") == std::string::npos && svg.find("inf") == std::string::npos);
  return 0;
}
