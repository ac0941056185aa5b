#include "injector/live_system.h"

#include <algorithm>
#include <optional>
#include <thread>

#include <fmt/format.h>

#include "base/log.h"
#include "base/text.h"
#include "injector/hosts/instance_messages.h"
#include "injector/readiness.h"

namespace cutset::injector {

namespace {

constexpr size_t kShownLines = 20;
constexpr int64_t kShownBytes = 8192;

}  // namespace

LiveSystem::LiveSystem(const Config& config, HostSet& hosts, const StopSignal& stop)
    : config_(config), hosts_(hosts), stop_(stop) {}

Status LiveSystem::place() {
  const std::vector<fdsl::Instance> instances = hosts_.configured_instances();
  CUTSET_TRY(hosts_.place(instances));
  runner_ = hosts_.runner();
  addresses_.instances = hosts_.book();
  addresses_.otlp = addresses_.instances.otlp;
  for (const fdsl::Instance& instance : instances) {
    instances_.emplace_back(instance.service, instance.slot);
    if (instance.slot > 0) continue;
    const InstancePlace& place = addresses_.instances.of({instance.service, 0});
    addresses_.services[instance.service] = {
        place.listen, place.proxy.empty() ? place.listen : place.proxy,
        place.entry.empty() ? place.listen : place.entry};
  }
  return {};
}

std::string LiveSystem::name_of(const InstanceKey& instance) const {
  return proxy_name(*config_.service(instance.first), instance.second);
}

Status LiveSystem::start(const InstanceKey& instance) {
  CUTSET_TRY(stop_.check());
  CUTSET_ASSIGN(log_at_start_[instance], runner_->log_end(instance));
  const Status started = runner_->start(instance);
  if (started.ok()) return {};
  Error error = started.error();
  error.message =
      fmt::format("service {}: cannot be started: {}", name_of(instance), error.message);
  return error;
}

Status LiveSystem::await(const std::vector<InstanceKey>& instances) {
  std::vector<std::optional<Error>> failures(instances.size());
  std::vector<std::thread> threads;
  for (size_t i = 0; i < instances.size(); ++i) {
    threads.emplace_back([this, &instance = instances[i], &failure = failures[i]] {
      ReadinessSource source;
      source.listen = addresses_.instances.of(instance).listen;
      source.is_running = [&] {
        const auto up = runner_->running();
        return up.ok() && up->contains(instance);
      };
      source.log = [&] {
        return runner_->read_log(instance, log_at_start_.at(instance));
      };
      const Readiness& ready = config_.service(instance.first)->ready;
      if (Status status = await_ready(ready, source, stop_); !status.ok()) {
        failure = status.error();
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  for (size_t i = 0; i < instances.size(); ++i) {
    if (!failures[i]) continue;
    if (failures[i]->kind == ErrorKind::kInterrupted) return *failures[i];
    return Error::unavailable(fmt::format("service {}: {}{}", name_of(instances[i]),
                                          failures[i]->message,
                                          last_lines(instances[i])));
  }
  return {};
}

Status LiveSystem::bring_up() {
  CUTSET_TRY(place());
  for (const InstanceKey& instance : instances_) CUTSET_TRY(start(instance));
  return await(instances_);
}

Status LiveSystem::ensure_up(std::vector<std::string>& notes) {
  CUTSET_ASSIGN(const std::set<InstanceKey> up, runner_->running());
  std::vector<InstanceKey> down;
  for (const InstanceKey& instance : instances_) {
    if (!up.contains(instance)) down.push_back(instance);
  }
  if (down.empty()) return {};
  for (const InstanceKey& instance : down) {
    notes.push_back(
        fmt::format("service {} had ended; started again", name_of(instance)));
    CUTSET_TRY(start(instance));
  }
  return await(down);
}

Status LiveSystem::stop() {
  CUTSET_ASSIGN(const std::set<InstanceKey> up, runner_->running());
  for (const InstanceKey& instance : instances_) {
    if (!up.contains(instance)) continue;
    // It may have ended in between, which is what was wanted.
    if (const Status stopped = runner_->stop(instance); !stopped.ok())
      log_debug("service {}: {}", name_of(instance), stopped.error().message);
  }
  return {};
}

std::string LiveSystem::last_lines(const InstanceKey& instance) {
  const Result<int64_t> end = runner_->log_end(instance);
  if (!end) return "";
  const Result<std::string> log =
      runner_->read_log(instance, std::max<int64_t>(0, *end - kShownBytes));
  if (!log) return "";
  std::vector<std::string> lines = split(trim(*log), "\n");
  if (lines.size() > kShownLines) lines.erase(lines.begin(), lines.end() - kShownLines);
  if (lines.size() == 1 && lines[0].empty()) return "; it wrote nothing";
  return "; the end of its log:\n  " + join(lines, "\n  ");
}

Status LiveSystem::mark_logs(const std::set<std::string>& services) {
  for (const std::string& service : services) {
    CUTSET_ASSIGN(log_marks_[service], runner_->log_end({service, 0}));
  }
  return {};
}

Result<std::string> LiveSystem::log_since_mark(const std::string& service) {
  const auto mark = log_marks_.find(service);
  CHECK(mark != log_marks_.end());
  return runner_->read_log({service, 0}, mark->second);
}

}  // namespace cutset::injector
