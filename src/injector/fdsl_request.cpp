#include <fmt/format.h>

#include "injector/fdsl_reader.h"

namespace cutset::injector {

namespace {

constexpr size_t kMostFaults = 10'000;

}  // namespace

void FdslReader::read_request(const std::string& service, const YamlNode& node) {
  YamlSection section(reading_, node, "request");
  bool short_form = false;
  for (const std::string key :
       {"from", "operation", "nth", "count", "within", "grpc_status"}) {
    const YamlNode* value = section.take(key);
    if (value != nullptr) {
      short_form = true;
      reading_.problem(
          *value, fmt::format("\"{}\" of a request fault is FDSL 2 that this version "
                              "cannot execute; name the call by its identity: "
                              "\"call: ...\"",
                              key));
    }
  }
  std::optional<identity::CallId> call;
  const YamlNode* found = short_form ? section.take("call") : section.require("call");
  if (found != nullptr) call = read_call(service, *found);
  const std::optional<identity::FaultMode> mode = read_mode(section);
  section.finish();
  if (schedule_.faults.size() >= kMostFaults) {
    reading_.problem(node, fmt::format("more than {} faults", kMostFaults));
    return;
  }
  if (call && mode) schedule_.faults.push_back({std::move(*call), *mode});
}

std::optional<identity::CallId> FdslReader::read_call(const std::string& service,
                                                      const YamlNode& node) {
  const auto text = reading_.text(node, "request.call");
  if (!text) return std::nullopt;
  Result<identity::CallId> id = identity::parse_call_id(*text);
  if (!id) {
    reading_.problem(node, "request.call: " + id.error().message);
    return std::nullopt;
  }
  const std::string& callee = id->points.back().callee;
  if (callee != service) {
    reading_.problem(node,
                     fmt::format("request.call: this call goes to \"{}\", but the fault "
                                 "stands under the service \"{}\"",
                                 callee, service));
  }
  if (!calls_.insert(id->text()).second) {
    reading_.problem(node, "request.call: a second fault on the same call");
  }
  return std::move(*id);
}

std::optional<identity::FaultMode> FdslReader::read_mode(YamlSection& request) {
  using identity::FaultAction;
  const YamlNode* status = request.take("status");
  const YamlNode* milliseconds = request.take("milliseconds");
  const YamlNode* action = request.require("action");
  if (action == nullptr) return std::nullopt;
  const auto name = reading_.text(*action, "request.action");
  if (!name) return std::nullopt;
  const Result<FaultAction> parsed = identity::parse_action(*name);
  if (!parsed) {
    reading_.problem(*action, "request.action: " + parsed.error().message);
    return std::nullopt;
  }
  identity::FaultMode mode;
  mode.action = *parsed;
  const bool takes_status =
      *parsed == FaultAction::kError || *parsed == FaultAction::kErrorAfter;
  const auto read = [&](const YamlNode* value, bool wanted, const std::string& key,
                        int low, int high) {
    if (value == nullptr) {
      if (wanted) {
        reading_.problem(request.node(),
                         fmt::format("request: the action {} needs \"{}\"", *name, key));
      }
      return 0;
    }
    // 0 is how FDSL 2 shows "none".
    const int64_t lowest = wanted ? low : 0;
    const int64_t number =
        reading_.integer(*value, "request." + key, lowest, high).value_or(lowest);
    if (!wanted && number != 0) {
      reading_.problem(*value,
                       fmt::format("request: \"{}\" does not go with {}", key, *name));
    }
    return static_cast<int>(number);
  };
  mode.status = read(status, takes_status, "status", 100, 599);
  mode.milliseconds =
      read(milliseconds, *parsed == FaultAction::kDelay, "milliseconds", 1, 600'000);
  return mode;
}

}  // namespace cutset::injector
