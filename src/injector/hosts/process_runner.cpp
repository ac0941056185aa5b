#include <fmt/format.h>

#include "injector/hosts/instance_messages.h"
#include "injector/hosts/instance_runners.h"

namespace cutset::injector {

namespace {

namespace v1 = agent::v1;

constexpr uint32_t kLogPiece = 1 << 20;
constexpr size_t kMostLog = size_t{16} << 20;
constexpr uint32_t kStopGraceMs = 500;

class ProcessRunner final : public InstanceRunner {
 public:
  ProcessRunner(const Config& config, HostSet& hosts) : config_(config), hosts_(hosts) {}

  Status start(const InstanceKey& instance) override {
    const ServiceConfig& service = *config_.service(instance.first);
    CUTSET_ASSIGN(const v1::ProcessInstance process,
                  process_instance(service, instance, hosts_.book()));
    v1::StartServiceRequest request;
    request.set_name(name_of(instance));
    request.set_folder(process.folder());
    *request.mutable_arguments() = process.arguments();
    *request.mutable_environment() = process.environment();
    const auto started = hosts_.agent_of(instance).start_service(std::move(request));
    if (!started) return started.error();
    return {};
  }

  Status stop(const InstanceKey& instance) override {
    v1::StopServiceRequest request;
    request.set_name(name_of(instance));
    request.set_grace_ms(kStopGraceMs);
    const auto stopped = hosts_.agent_of(instance).stop_service(std::move(request));
    if (!stopped) return stopped.error();
    return {};
  }

  Result<std::set<InstanceKey>> running() override {
    std::set<std::string> names;
    for (const std::string& host : hosts_.names()) {
      CUTSET_ASSIGN(const v1::GetStatusReply reply, hosts_.agent(host).get_status());
      for (const v1::ServiceStatus& service : reply.services()) {
        if (service.pid() > 0) names.insert(service.name());
      }
    }
    std::set<InstanceKey> instances;
    for (const auto& [instance, place] : hosts_.book().places) {
      if (names.contains(name_of(instance))) instances.insert(instance);
    }
    return instances;
  }

  Result<int64_t> log_end(const InstanceKey& instance) override {
    const Result<v1::ReadLogReply> reply = read(instance, -1, 1);
    // What was never started has no log yet.
    if (!reply) return int64_t{0};
    return reply->end_offset();
  }

  Result<std::string> read_log(const InstanceKey& instance, int64_t offset) override {
    std::string log;
    while (log.size() < kMostLog) {
      CUTSET_ASSIGN(const v1::ReadLogReply reply, read(instance, offset, kLogPiece));
      if (reply.content().empty()) break;
      log += reply.content();
      offset = reply.end_offset();
    }
    return log;
  }

 private:
  std::string name_of(const InstanceKey& instance) const {
    return proxy_name(*config_.service(instance.first), instance.second);
  }

  Result<v1::ReadLogReply> read(const InstanceKey& instance, int64_t offset,
                                uint32_t bytes) {
    v1::ReadLogRequest request;
    request.set_name(name_of(instance));
    request.set_offset(offset);
    request.set_max_bytes(bytes);
    return hosts_.agent_of(instance).read_log(std::move(request));
  }

  const Config& config_;
  HostSet& hosts_;
};

}  // namespace

std::unique_ptr<InstanceRunner> make_process_runner(const Config& config,
                                                    HostSet& hosts) {
  return std::make_unique<ProcessRunner>(config, hosts);
}

}  // namespace cutset::injector
