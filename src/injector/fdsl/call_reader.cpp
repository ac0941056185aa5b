#include <array>

#include <fmt/format.h>

#include "base/text.h"
#include "injector/fdsl/readers.h"

namespace cutset::injector::fdsl {

namespace {

const std::vector<std::string> kGrpcStatuses = {"CANCELLED",
                                                "UNKNOWN",
                                                "INVALID_ARGUMENT",
                                                "DEADLINE_EXCEEDED",
                                                "NOT_FOUND",
                                                "ALREADY_EXISTS",
                                                "PERMISSION_DENIED",
                                                "RESOURCE_EXHAUSTED",
                                                "FAILED_PRECONDITION",
                                                "ABORTED",
                                                "OUT_OF_RANGE",
                                                "UNIMPLEMENTED",
                                                "INTERNAL",
                                                "UNAVAILABLE",
                                                "DATA_LOSS",
                                                "UNAUTHENTICATED"};

std::optional<identity::CallId> read_identity(Reading& reading,
                                              const std::string& service,
                                              const YamlNode& node,
                                              const std::string& what) {
  const auto text = reading.yaml().text(node, what);
  if (!text) return std::nullopt;
  Result<identity::CallId> id = identity::parse_call_id(*text);
  if (!id) {
    reading.problem(node, what + ": " + id.error().message);
    return std::nullopt;
  }
  const std::string& callee = id->points.back().callee;
  if (!service.empty() && callee != service) {
    reading.problem(node, fmt::format("{}: this call goes to \"{}\", but it stands under "
                                      "the service \"{}\"",
                                      what, callee, service));
  }
  return std::move(*id);
}

std::string read_word(Reading& reading, YamlSection& section, const std::string& key) {
  const YamlNode* found = section.take(key);
  if (found == nullptr) return "";
  return reading.word(*found, section.path(key)).value_or("");
}

std::string read_grpc_status(Reading& reading, const YamlNode& node) {
  const auto text = reading.yaml().text(node, "request.grpc_status");
  if (!text) return "";
  if (std::find(kGrpcStatuses.begin(), kGrpcStatuses.end(), *text) !=
      kGrpcStatuses.end()) {
    return *text;
  }
  reading.problem(node, fmt::format("request.grpc_status: unknown status \"{:.100}\"{} "
                                    "(UNAVAILABLE, DEADLINE_EXCEEDED, ...)",
                                    *text, suggestion(*text, kGrpcStatuses)));
  return "";
}

class EffectReader {
 public:
  EffectReader(Reading& reading, YamlSection& request)
      : reading_(reading), request_(request) {}

  std::optional<CallEffect> read() {
    using identity::FaultAction;
    const YamlNode* status = request_.take("status");
    const YamlNode* grpc = request_.take("grpc_status");
    const YamlNode* milliseconds = request_.take("milliseconds");
    const YamlNode* action = request_.require("action");
    if (action == nullptr) return std::nullopt;
    const auto name = reading_.yaml().text(*action, "request.action");
    if (!name) return std::nullopt;
    name_ = *name;
    CallEffect effect;
    effect.corrupt = *name == "corrupt";
    if (!effect.corrupt) {
      const Result<FaultAction> parsed = identity::parse_action(*name);
      if (!parsed) {
        reading_.problem(*action, fmt::format("request.action: {}, corrupt",
                                              without_end(parsed.error().message)) +
                                      ")");
        return std::nullopt;
      }
      effect.mode.action = *parsed;
    }
    const FaultAction kind = effect.mode.action;
    const bool takes_status = !effect.corrupt && (kind == FaultAction::kError ||
                                                  kind == FaultAction::kErrorAfter);
    const bool takes_time = !effect.corrupt && kind == FaultAction::kDelay;
    if (grpc != nullptr) {
      effect.grpc_status = read_grpc_status(reading_, *grpc);
      if (!takes_status) does_not_go(*grpc, "grpc_status");
      if (status != nullptr) {
        reading_.problem(*grpc,
                         "request: \"status\" and \"grpc_status\" exclude each "
                         "other");
      }
    }
    effect.mode.status =
        number(status, takes_status && grpc == nullptr, "status", 100, 599);
    effect.mode.milliseconds =
        number(milliseconds, takes_time, "milliseconds", 1, 600'000);
    return effect;
  }

 private:
  static std::string without_end(const std::string& message) {
    return message.substr(0, message.find_last_of(')'));
  }

  void does_not_go(const YamlNode& node, const std::string& key) {
    reading_.problem(node,
                     fmt::format("request: \"{}\" does not go with {}", key, name_));
  }

  int number(const YamlNode* value, bool wanted, const std::string& key, int low,
             int high) {
    if (value == nullptr) {
      if (wanted) {
        reading_.problem(request_.node(),
                         fmt::format("request: the action {} needs \"{}\"", name_, key));
      }
      return 0;
    }
    // 0 is how FDSL 2 shows "none".
    const int64_t lowest = wanted ? low : 0;
    const int64_t found =
        reading_.whole(*value, "request." + key, lowest, high).value_or(lowest);
    if (!wanted && found != 0) does_not_go(*value, key);
    return static_cast<int>(wanted ? found : 0);
  }

  Reading& reading_;
  YamlSection& request_;
  std::string name_;
};

}  // namespace

int64_t read_nth(Reading& reading, YamlSection& section, const std::string& key) {
  const YamlNode* found = section.take(key);
  if (found == nullptr) return 1;
  return reading.whole(*found, section.path(key), 1, kLargestCount).value_or(1);
}

std::optional<CallMatch> read_call_match(Reading& reading, const std::string& service,
                                         YamlSection& section, Count count) {
  CallMatch match;
  const YamlNode* call = section.take("call");
  if (call != nullptr) {
    for (const std::string key : {"from", "operation", "within", "nth", "count"}) {
      const YamlNode* other = section.take(key);
      if (other == nullptr) continue;
      reading.problem(*other, fmt::format("{}: \"call\" is the whole identity and "
                                          "excludes \"{}\"",
                                          section.path(key), key));
    }
    match.call = read_identity(reading, service, *call, section.path("call"));
    if (!match.call) return std::nullopt;
    return match;
  }
  section.require_any({"call", "operation"});
  match.operation = read_word(reading, section, "operation");
  match.from = read_word(reading, section, "from");
  if (!match.from.empty()) {
    const YamlNode& from = *section.take("from");
    reading.check_service({from.line, from.column}, match.from);
  }
  match.within = read_word(reading, section, "within");
  match.nth = read_nth(reading, section, "nth");
  if (count == Count::kAllowed) match.count = read_nth(reading, section, "count");
  return match;
}

std::optional<Fault> read_request(Reading& reading, const std::string& service,
                                  const YamlNode& node) {
  YamlSection section(reading.yaml(), node, "request");
  const auto call = read_call_match(reading, service, section, Count::kAllowed);
  const auto effect = EffectReader(reading, section).read();
  section.finish();
  if (!call || !effect) return std::nullopt;
  return Request{*call, *effect};
}

}  // namespace cutset::injector::fdsl
