// A summary from a journal: the campaign is run again over it, with a system that cannot
// be run. What is not in the journal is not in the summary.
#include <algorithm>
#include <fstream>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "campaign/nodes/node_campaign.h"
#include "campaign/nodes/node_json.h"

namespace cutset::campaign::nodes {

namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kLargestJournal = size_t{2} << 30;
constexpr size_t kLongestStart = size_t{1} << 16;

class NoSystem : public NodeExperimenter {
 public:
  NodeRoles known;

  NodeRoles roles() const override { return known; }
  Result<NodeRun> run(const NodeSchedule&, const std::string&) override {
    return Error::interrupted("the journal ends here");
  }
};

/// The first record of each type that says what the campaign was.
struct Records {
  Json start;
  Json roles;
  Json end;
};

Records find_records(const std::string& content) {
  Records records;
  for (size_t at = 0; at < content.size();) {
    const size_t end = std::min(content.find('\n', at), content.size());
    const Json record =
        Json::parse(content.begin() + static_cast<long>(at),
                    content.begin() + static_cast<long>(end), nullptr, false);
    at = end + 1;
    if (!record.is_object() || !record.contains("type")) continue;
    if (record["type"] == "start" && records.start.is_null()) records.start = record;
    if (record["type"] == "roles" && records.roles.is_null()) records.roles = record;
    if (record["type"] == "end") records.end = record;
  }
  return records;
}

Strategy strategy_of(const std::string& name) {
  for (const Strategy each : {Strategy::kRandom, Strategy::kExhaustive}) {
    if (strategy_name(each) == name) return each;
  }
  return Strategy::kSupports;
}

Result<NodeCampaignOptions> options_of(const Json& start) {
  NodeCampaignOptions options;
  CUTSET_ASSIGN(options.model, model_from_json(start.value("model", Json::object())));
  try {
    options.name = start.at("name").get<std::string>();
    options.config = start.at("config").get<std::string>();
    options.strategy = strategy_of(start.at("strategy").get<std::string>());
    options.seed = start.at("seed").get<uint64_t>();
    options.fault_free_runs = start.at("fault_free_runs").get<int>();
    options.repeat = start.at("repeat").get<int>();
    options.repeat_variant = start.at("repeat_variant").get<int>();
    options.repeat_held = start.at("repeat_held").get<int>();
    options.distinguish_all = start.at("distinguish_all").get<bool>();
    options.enough_groups = start.at("enough_groups").get<size_t>();
    const int most = start.at("max_experiments").get<int>();
    if (most > 0) options.max_experiments = most;
  } catch (const Json::exception& exception) {
    return Error::bad_input(
        fmt::format("the start record is not as cutset writes it: {}", exception.what()));
  }
  return options;
}

}  // namespace

Result<NodeSummary> read_node_summary(const std::string& path) {
  CUTSET_ASSIGN(const std::string content, read_file(path, kLargestJournal));
  const Records records = find_records(content);
  if (!records.start.is_object() ||
      records.start.value("world", std::string()) != "nodes") {
    return Error::bad_input("no journal of a campaign on nodes", path, 1, 1);
  }
  CUTSET_ASSIGN(const NodeCampaignOptions options, options_of(records.start));
  NoSystem system;
  if (records.roles.is_object()) {
    CUTSET_ASSIGN(system.known,
                  roles_from_json(records.roles.value("roles", Json::object())));
  }
  CUTSET_ASSIGN(const std::unique_ptr<Journal> journal, Journal::replay(path));
  CUTSET_ASSIGN(NodeSummary summary, run_node_campaign(system, *journal, options));
  if (records.end.is_object() && summary.status == CampaignStatus::kStopped) {
    summary.why = records.end.value("why", summary.why);
    summary.statement = records.end.value("statement", summary.statement);
    if (records.end.value("status", std::string()) == "failed")
      summary.status = CampaignStatus::kFailed;
  }
  return summary;
}

bool is_node_journal(const std::string& path) {
  std::ifstream file(path);
  std::string first(kLongestStart, '\0');
  file.read(first.data(), static_cast<std::streamsize>(first.size()));
  first.resize(static_cast<size_t>(file.gcount()));
  const Json record = Json::parse(first.substr(0, first.find('\n')), nullptr, false);
  return record.is_object() && record.contains("world") && record["world"] == "nodes";
}

}  // namespace cutset::campaign::nodes
