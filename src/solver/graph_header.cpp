#include "solver/graph_header.h"

#include <fmt/format.h>

namespace cutset::solver {

namespace {
constexpr size_t kMostHeader = size_t{1} << 16;
}

Status read_header_member(const std::string& key, JsonCursor& json, FaultGraph& graph) {
  if (key == "format") {
    CUTSET_ASSIGN(const std::string format, json.string("\"cutset-dag/1\""));
    if (format == "cutset-dag/1") return {};
    return json.value_error(fmt::format(
        "format \"{}\": expected \"cutset-dag/1\", the only one known", format));
  }
  if (key == "family") {
    CUTSET_ASSIGN(graph.family, json.string("a string (the family)"));
    return {};
  }
  CUTSET_ASSIGN(std::string value, json.raw(kMostHeader + 1));
  if (key != "params" && key != "known") return {};
  if (value.size() > kMostHeader) {
    return json.error(fmt::format("\"{}\" of more than {} bytes", key, kMostHeader));
  }
  (key == "params" ? graph.params : graph.known) = std::move(value);
  return {};
}

}  // namespace cutset::solver
