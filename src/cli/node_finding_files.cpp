#include "cli/node_finding_files.h"

#include <filesystem>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "campaign/nodes/node_json.h"
#include "injector/finding_file.h"

namespace cutset::cli {

namespace {

namespace fs = std::filesystem;

constexpr size_t kMostBytes = size_t{1} << 20;

Result<injector::Finding> to_file(const std::string& state, const std::string& name,
                                  const campaign::nodes::MechanismGroup& group) {
  const std::string played =
      (fs::path(state) / "schedules" / (group.main.run + ".yml")).string();
  injector::Finding file;
  CUTSET_ASSIGN(const std::string text, read_file(played, kMostBytes));
  CUTSET_ASSIGN(file.schedule, injector::fdsl::parse_schedule(text, played));
  file.id = group.id();
  file.name = name;
  file.verdict =
      group.key.starts_with("did not recover") ? "did not recover" : "violated";
  file.outcomes.push_back({file.schedule.lineage ? file.schedule.lineage->goal : "",
                           file.verdict, group.main.found, "held"});
  file.words = fmt::format("{}: {}", group.main.schedule.text(), group.words);
  file.reproduced_k = group.main.reproduced;
  file.reproduced_n = group.main.repetitions;
  file.nodes = campaign::nodes::to_json(group.main.schedule).dump();
  return file;
}

}  // namespace

Status write_node_finding_files(const std::string& state,
                                const campaign::nodes::NodeSummary& summary) {
  const fs::path folder = fs::path(state) / "findings";
  std::error_code failed;
  fs::create_directories(folder, failed);
  if (failed) return Error::internal(fmt::format("cannot make {}", folder.string()));
  for (const campaign::nodes::MechanismGroup& group : summary.groups) {
    if (group.flaky) continue;
    CUTSET_ASSIGN(const injector::Finding file, to_file(state, summary.name, group));
    CUTSET_TRY(write_file((folder / fmt::format("finding-{}.yaml", file.id)).string(),
                          injector::write_finding(file)));
  }
  return {};
}

}  // namespace cutset::cli
