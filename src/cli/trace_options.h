// What `cutset analyze` and `cutset diff` share: where traces come from and how their
// spans become calls.
//
// Thread rule: one thread.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "base/result.h"
#include "lineage/trace_execution.h"

namespace CLI {
class App;
}

namespace cutset::cli {

struct TraceOptions {
  std::vector<std::string> addresses;  // ADDRESS=SERVICE, as given
  std::vector<std::string> key_attributes;
  std::string memory = "512MiB";  // for spans, before they go to disk
  bool quiet = false;
};

void add_trace_options(CLI::App& command, TraceOptions& options);

/// Error: usage, naming the option and what was expected.
Result<lineage::ExecutionOptions> execution_options(const TraceOptions& options);
/// "512MiB", "2GB", "65536" in bytes. Error: usage.
Result<uint64_t> parse_bytes(const std::string& text, const std::string& option);

}  // namespace cutset::cli
