#include "injector/live_system.h"

#include <algorithm>
#include <filesystem>
#include <optional>
#include <thread>

#include <fmt/format.h>

#include "base/log.h"
#include "base/text.h"
#include "injector/readiness.h"

namespace cutset::injector {

namespace {

namespace v1 = agent::v1;

constexpr uint32_t kLogPiece = 1 << 20;
constexpr size_t kMostLog = size_t{16} << 20;
constexpr size_t kShownLines = 20;
constexpr uint32_t kShownBytes = 8192;
constexpr uint32_t kStopGraceMs = 500;

}  // namespace

LiveSystem::LiveSystem(const Config& config, AgentClient& agent, std::string otlp_address,
                       const StopSignal& stop)
    : config_(config), agent_(agent), stop_(stop) {
  addresses_.otlp = std::move(otlp_address);
}

Status LiveSystem::open_proxies() {
  v1::OpenProxiesRequest request;
  for (const ServiceConfig& service : config_.services) {
    v1::ServicePlan& plan = *request.add_services();
    plan.set_name(service.name);
    plan.set_listen(service.listen);
  }
  CUTSET_ASSIGN(const v1::OpenProxiesReply reply,
                agent_.open_proxies(std::move(request)));
  for (const v1::OpenedProxy& opened : reply.services()) {
    addresses_.services[opened.name()] = {opened.listen(), opened.proxy(),
                                          opened.entry()};
  }
  for (const ServiceConfig& service : config_.services) {
    if (!addresses_.services.contains(service.name)) {
      return Error::unavailable("the agent opened no proxy for " + service.name);
    }
  }
  return {};
}

Status LiveSystem::start(const ServiceConfig& service) {
  CUTSET_TRY(stop_.check());
  v1::StartServiceRequest request;
  request.set_name(service.name);
  request.set_folder(
      std::filesystem::absolute(service.folder).lexically_normal().string());
  CUTSET_ASSIGN(const auto arguments, addresses_.expand(service.command, service.name));
  for (const std::string& argument : arguments) request.add_arguments(argument);
  for (const auto& [name, value] : service.environment) {
    v1::Variable& variable = *request.add_environment();
    variable.set_name(name);
    CUTSET_ASSIGN(*variable.mutable_value(), addresses_.expand(value, service.name));
  }
  CUTSET_ASSIGN(log_at_start_[service.name], log_end(service.name));
  const Result<v1::StartServiceReply> started = agent_.start_service(std::move(request));
  if (started) return {};
  Error error = started.error();
  error.message =
      fmt::format("service {}: cannot be started: {}", service.name, error.message);
  return error;
}

Status LiveSystem::await(const std::vector<const ServiceConfig*>& services) {
  std::vector<std::optional<Error>> failures(services.size());
  std::vector<std::thread> threads;
  for (size_t i = 0; i < services.size(); ++i) {
    threads.emplace_back([this, service = services[i], &failure = failures[i]] {
      ReadinessSource source;
      source.listen = addresses_.of(service->name).listen;
      source.is_running = [&] {
        const auto names = running();
        return names.ok() && names->contains(service->name);
      };
      source.log = [&] {
        return read_log(service->name, log_at_start_.at(service->name));
      };
      if (Status status = await_ready(service->ready, source, stop_); !status.ok()) {
        failure = status.error();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (size_t i = 0; i < services.size(); ++i) {
    if (!failures[i]) continue;
    if (failures[i]->kind == ErrorKind::kInterrupted) return *failures[i];
    const std::string& name = services[i]->name;
    return Error::unavailable(
        fmt::format("service {}: {}{}", name, failures[i]->message, last_lines(name)));
  }
  return {};
}

Status LiveSystem::bring_up() {
  CUTSET_TRY(open_proxies());
  std::vector<const ServiceConfig*> all;
  for (const ServiceConfig& service : config_.services) {
    CUTSET_TRY(start(service));
    all.push_back(&service);
  }
  return await(all);
}

Status LiveSystem::ensure_up(std::vector<std::string>& notes) {
  CUTSET_ASSIGN(const std::set<std::string> up, running());
  std::vector<const ServiceConfig*> down;
  for (const ServiceConfig& service : config_.services) {
    if (!up.contains(service.name)) down.push_back(&service);
  }
  if (down.empty()) return {};
  for (const ServiceConfig* service : down) {
    notes.push_back(fmt::format("service {} had ended; started again", service->name));
    CUTSET_TRY(start(*service));
  }
  return await(down);
}

Status LiveSystem::stop() {
  CUTSET_ASSIGN(const std::set<std::string> up, running());
  for (const std::string& name : up) {
    v1::StopServiceRequest request;
    request.set_name(name);
    request.set_grace_ms(kStopGraceMs);
    // It may have ended in between, which is what was wanted.
    if (const auto stopped = agent_.stop_service(std::move(request)); !stopped) {
      log_debug("service {}: {}", name, stopped.error().message);
    }
  }
  return {};
}

Result<std::set<std::string>> LiveSystem::running() {
  CUTSET_ASSIGN(const v1::GetStatusReply reply, agent_.get_status());
  std::set<std::string> names;
  for (const v1::ServiceStatus& service : reply.services()) {
    if (service.pid() > 0) names.insert(service.name());
  }
  return names;
}

Result<int64_t> LiveSystem::log_end(const std::string& service) {
  v1::ReadLogRequest request;
  request.set_name(service);
  request.set_offset(-1);
  request.set_max_bytes(1);
  const Result<v1::ReadLogReply> reply = agent_.read_log(std::move(request));
  // A service that was never started has no log yet.
  if (!reply) return int64_t{0};
  return reply->end_offset();
}

Result<std::string> LiveSystem::read_log(const std::string& service, int64_t offset) {
  std::string log;
  while (log.size() < kMostLog) {
    v1::ReadLogRequest request;
    request.set_name(service);
    request.set_offset(offset);
    request.set_max_bytes(kLogPiece);
    CUTSET_ASSIGN(const v1::ReadLogReply reply, agent_.read_log(std::move(request)));
    if (reply.content().empty()) break;
    log += reply.content();
    offset = reply.end_offset();
  }
  return log;
}

std::string LiveSystem::last_lines(const std::string& service) {
  v1::ReadLogRequest request;
  request.set_name(service);
  request.set_offset(-1);
  request.set_max_bytes(kShownBytes);
  const Result<v1::ReadLogReply> reply = agent_.read_log(std::move(request));
  if (!reply) return "";
  std::vector<std::string> lines = split(trim(reply->content()), "\n");
  if (lines.size() > kShownLines) lines.erase(lines.begin(), lines.end() - kShownLines);
  if (lines.size() == 1 && lines[0].empty()) return "; it wrote nothing";
  return "; the end of its log:\n  " + join(lines, "\n  ");
}

Status LiveSystem::mark_logs(const std::set<std::string>& services) {
  for (const std::string& service : services) {
    CUTSET_ASSIGN(log_marks_[service], log_end(service));
  }
  return {};
}

Result<std::string> LiveSystem::log_since_mark(const std::string& service) {
  const auto mark = log_marks_.find(service);
  CHECK(mark != log_marks_.end());
  return read_log(service, mark->second);
}

}  // namespace cutset::injector
