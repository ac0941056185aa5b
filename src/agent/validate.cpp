#include "agent/validate.h"

#include <set>

#include <fmt/format.h>

#include "agent/intent_log.h"
#include "agent/network/engine_objects.h"
#include "agent/network/subnet.h"
#include "agent/ports.h"

namespace cutset::agent {

namespace {

constexpr uint32_t kProtocolVersion = 1;
constexpr size_t kLongestController = 256;
constexpr int kMostArguments = 4096;
constexpr size_t kLongestArgument =
    128 * 1024 - 1;  // the kernel's own bound on one string
constexpr size_t kLongestCommand = size_t{1} << 20;
constexpr size_t kLongestPath = 4095;

bool has_nul(const std::string& text) {
  return text.find('\0') != std::string::npos;
}

// Found text in a message: bounded, and nothing that moves a terminal's cursor.
std::string shown(const std::string& text) {
  std::string result = text.substr(0, 80);
  for (char& letter : result) {
    if (static_cast<unsigned char>(letter) < 32 || letter == 127) letter = '?';
  }
  return result + (text.size() > 80 ? "..." : "");
}

Status check_at_most(const char* what, uint32_t found, uint32_t limit) {
  if (found <= limit) return {};
  return Error::bad_input(
      fmt::format("{} is {}, at most {} is allowed", what, found, limit));
}

Status check_text(const std::string& where, const std::string& text, size_t limit) {
  if (has_nul(text)) return Error::bad_input(where + " holds a NUL byte");
  if (text.size() > limit)
    return Error::bad_input(fmt::format("{} has {} bytes, at most {} are allowed", where,
                                        text.size(), limit));
  return {};
}

Status check_variable(const std::string& service, const v1::Variable& variable) {
  const std::string where = fmt::format("service {}: environment variable \"{}\"",
                                        service, shown(variable.name()));
  if (variable.name().empty() || variable.name().find('=') != std::string::npos) {
    return Error::bad_input(where +
                            ": a name that is not empty and has no '=' is expected");
  }
  if (variable.name() == kMarkVariable)
    return Error::bad_input(where + " belongs to the agent; choose another name");
  CUTSET_TRY(check_text(where, variable.name(), kLongestArgument / 2));
  return check_text(where, variable.value(),
                    kLongestArgument - variable.name().size() - 1);
}

}  // namespace

Status check_name(const char* what, const std::string& name) {
  const bool letters =
      name.find_first_not_of(
          "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-") ==
      std::string::npos;
  if (letters && !name.empty() && name.size() <= 64 && name != "." && name != "..")
    return {};
  return Error::bad_input(
      fmt::format("{} \"{}\": 1 to 64 letters, digits, '.', '_' or '-' are expected",
                  what, shown(name)));
}

Status check_request(const v1::HelloRequest& request) {
  if (request.protocol_version() != kProtocolVersion) {
    return Error::bad_input(
        fmt::format("the controller speaks protocol version {}, this agent speaks {}: "
                    "use the cutset and cutset-agent of one release",
                    request.protocol_version(), kProtocolVersion));
  }
  return check_text("controller", request.controller(), kLongestController);
}

Status check_request(const v1::OpenProxiesRequest& request) {
  CUTSET_TRY(check_at_most("the number of services",
                           static_cast<uint32_t>(request.services_size()),
                           kMostServices));
  std::set<std::string> names;
  for (const v1::ServicePlan& plan : request.services()) {
    CUTSET_TRY(check_name("service", plan.name()));
    if (!names.insert(plan.name()).second)
      return Error::bad_input(fmt::format("service {} is planned twice", plan.name()));
    for (const std::string& address : {plan.listen(), plan.proxy()}) {
      const Result<HostPort> parsed = parse_host_port(address);
      if (!parsed.ok())
        return Error::bad_input(
            fmt::format("service {}: {}", plan.name(), shown(parsed.error().message)));
    }
  }
  return {};
}

Status check_request(const v1::StartServiceRequest& request) {
  CUTSET_TRY(check_name("service", request.name()));
  if (request.arguments().empty() || request.arguments(0).empty()) {
    return Error::bad_input(
        fmt::format("service {}: a command is expected, found none", request.name()));
  }
  if (request.arguments_size() > kMostArguments ||
      request.environment_size() > kMostArguments) {
    return Error::bad_input(fmt::format("service {}: more than {} arguments or variables",
                                        request.name(), kMostArguments));
  }
  size_t total = 0;
  for (const std::string& argument : request.arguments()) {
    CUTSET_TRY(check_text(fmt::format("service {}: an argument", request.name()),
                          argument, kLongestArgument));
    total += argument.size() + 1;
  }
  for (const v1::Variable& variable : request.environment()) {
    CUTSET_TRY(check_variable(request.name(), variable));
    total += variable.name().size() + variable.value().size() + 2;
  }
  if (total > kLongestCommand) {
    return Error::bad_input(fmt::format(
        "service {}: command and environment have {} bytes, at most {} are allowed",
        request.name(), total, kLongestCommand));
  }
  return check_text(fmt::format("service {}: the folder", request.name()),
                    request.folder(), kLongestPath);
}

Status check_request(const v1::StopServiceRequest& request) {
  CUTSET_TRY(check_name("service", request.name()));
  return check_at_most("grace_ms", request.grace_ms(), kLongestGraceMs);
}

Status check_request(const v1::ReadLogRequest& request) {
  CUTSET_TRY(check_name("service", request.name()));
  if (request.offset() < -1) {
    return Error::bad_input(
        fmt::format("offset is {}; 0 or more is expected, or -1 for the end of the log",
                    request.offset()));
  }
  return {};
}

Status check_request(const v1::ArmRunRequest& request) {
  return check_name("run", request.run());
}

Status check_request(const v1::MakeNetworkRequest& request) {
  if (request.hosts().empty() || request.hosts_size() > kMostHosts) {
    return Error::bad_input(fmt::format("{} hosts are asked for, 1 to {} are allowed",
                                        request.hosts_size(), kMostHosts));
  }
  std::set<std::string> names;
  for (const std::string& host : request.hosts()) {
    CUTSET_TRY(check_name("host", host));
    if (!names.insert(host).second)
      return Error::bad_input(fmt::format("host {} is asked for twice", host));
  }
  if (request.subnet().empty()) return {};
  const Result<Subnet> subnet = parse_subnet(shown(request.subnet()));
  if (!subnet.ok()) return subnet.error();
  return {};
}

Status check_request(const v1::ClaimEngineRequest& request) {
  if (!request.engine().starts_with('/'))
    return Error::bad_input(
        fmt::format("engine \"{}\": the absolute path of its socket is expected",
                    shown(request.engine())));
  CUTSET_TRY(check_text("engine", request.engine(), kLongestPath));
  if (!is_mark(request.mark()))
    return Error::bad_input(
        fmt::format("mark \"{}\": 32 hex digits are expected", shown(request.mark())));
  return {};
}

Status check_request(const v1::RemoveNetworkRequest&) {
  return {};
}

Status check_request(const v1::CollectRunRequest& request) {
  CUTSET_TRY(check_name("run", request.run()));
  CUTSET_TRY(check_at_most("quiet_ms", request.quiet_ms(), kLongestCollectMs));
  CUTSET_TRY(check_at_most("quiet_abandoned_ms", request.quiet_abandoned_ms(),
                           kLongestCollectMs));
  return check_at_most("limit_ms", request.limit_ms(), kLongestCollectMs);
}

}  // namespace cutset::agent
