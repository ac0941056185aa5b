#include "cli/graph_files.h"

#include <filesystem>

#include <fmt/format.h>

#include "base/file.h"
#include "cli/schedule_files.h"
#include "lineage/class_export.h"

namespace cutset::cli {

namespace {

namespace fs = std::filesystem;

/// The single points of a class as indices of its calls, which analysis and class share.
std::vector<uint32_t> single_points(const report::AnalysedClass& request_class) {
  std::vector<uint32_t> indices;
  for (uint32_t call = 0; call < request_class.calls.size(); ++call) {
    if (request_class.calls[call].single_point) indices.push_back(call);
  }
  return indices;
}

Status write_class(const fs::path& place, const report::AnalysedClass& analysed,
                   const lineage::RequestClass& one, const lineage::ClassGraph& graph) {
  std::error_code error;
  fs::create_directories(place, error);
  if (error) {
    return Error::unavailable(
        fmt::format("{}: cannot be made: {}", place.string(), error.message()));
  }
  const lineage::Dag dag = lineage::dag_of(one, graph);
  CUTSET_TRY(write_file(place / "graph.dag", lineage::dag_to_text(dag)));
  CUTSET_TRY(write_file(place / "graph.json", lineage::dag_to_json(dag)));
  CUTSET_TRY(write_file(place / "graph.dot",
                        lineage::dot_of(one, graph, single_points(analysed))));
  CUTSET_TRY(write_file(place / "graph.prov.json", lineage::prov_json_of(one, graph)));
  return write_file(place / "class.json", lineage::graph_json_of(one, graph));
}

}  // namespace

Status write_graphs(const std::string& folder, const report::Analysis& analysis,
                    const report::BuiltAnalysis& built) {
  for (size_t index = 0; index < built.graphs.size(); ++index) {
    CUTSET_TRY(write_class(fs::path(folder) / class_folder(analysis, index),
                           analysis.classes[index], built.requests[index],
                           built.graphs[index]));
  }
  return {};
}

}  // namespace cutset::cli
