// The recordings of redis in traces/messages, and sketches of them.
#pragma once

#include <string>

#include <gtest/gtest.h>

#include "base/file.h"
#include "lineage/messages/messages_json.h"
#include "lineage/messages/run_sketch.h"

namespace cutset::testing {

inline lineage::messages::MessageExecution recording(const std::string& name) {
  const std::string path =
      std::string(CUTSET_SOURCE_DIR) + "/traces/messages/" + name + ".json";
  const auto text = read_file(path);
  EXPECT_TRUE(text.ok());
  auto execution = lineage::messages::from_json(*text, path);
  EXPECT_TRUE(execution.ok());
  return std::move(*execution);
}

inline lineage::messages::RunSketch sketch_of_recording(
    const lineage::messages::MessageExecution& execution) {
  lineage::messages::SketchWish wish;
  wish.origin_ns = lineage::messages::origin_of(execution);
  return lineage::messages::sketch_of(execution,
                                      lineage::messages::find_copies(execution), wish);
}

inline lineage::messages::RunSketch sketch_recording(const std::string& name) {
  return sketch_of_recording(recording(name));
}

}  // namespace cutset::testing
