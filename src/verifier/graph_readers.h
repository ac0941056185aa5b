// The readers behind parse_graph(), one a format. `name` is the input's name for the
// user. Thread rule: pure functions.
#pragma once

#include <string>
#include <string_view>

#include "verifier/graph.h"

#include "base/result.h"

namespace cutset::verifier {

Result<Graph> read_dag_text(std::string_view input, const std::string& name);
Result<Graph> read_dag_json(std::string_view input, const std::string& name);
Result<Graph> read_fault_tree(std::string_view input, const std::string& name);

/// The JSON object behind the first comment of the text form: its format must be
/// cutset-dag/1. Otherwise a message.
Status check_dag_header(std::string_view json);

/// What a child or root that is not there should have been.
std::string expected_node(const GraphBuilder& graph);

}  // namespace cutset::verifier
