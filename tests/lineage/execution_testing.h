// Traces and executions as text: the spans of a case one a line, its calls as a tree.
//
//   address HOST:PORT SERVICE             (ExecutionOptions::addresses)
//   key ATTRIBUTE                         (ExecutionOptions::key_attributes)
//   ID PARENT KIND SERVICE OPERATION START-END [error] [follows] [shared] [peer=NAME]
//     [ATTRIBUTE=VALUE ...]
//
// ID and PARENT are hex, PARENT "-" for a root; KIND "-" for none, SERVICE "-" for an
// unknown one. What has blanks stands in double quotes. "#" begins a comment.
//
// Thread rule: values.
#pragma once

#include <string>
#include <string_view>

#include "trace_tree_testing.h"

#include "lineage/execution.h"
#include "lineage/trace_execution.h"

namespace cutset::lineage {

struct TextTrace {
  std::vector<OwnedSpan> spans;
  ExecutionOptions options;
  std::string problem;  // of the text; "": none
};

TextTrace parse_trace(std::string_view text);

/// A line a call, indented by depth, then the problems. `halves` tells which were seen.
std::string show(const Execution& execution);

std::string show(const ModelCounts& counts);

}  // namespace cutset::lineage
