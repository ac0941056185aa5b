#include "agent/faults/helper_process.h"

#include <atomic>
#include <chrono>
#include <csignal>
#include <thread>

#include <fmt/format.h>
#include <unistd.h>

#include "agent/state_folder.h"
#include "agent/supervisor.h"

namespace cutset::agent {

namespace {

constexpr int64_t kLongestSeconds = 24 * 3600;

// Loading the program takes its time on a busy machine.
constexpr std::chrono::milliseconds kStopPatience{5000};

bool has_stopped(const ProcessId& id) {
  const auto deadline = std::chrono::steady_clock::now() + kStopPatience;
  while (std::chrono::steady_clock::now() < deadline) {
    const auto info = read_process(id.pid);
    if (!info || info->id != id || info->dead()) return false;
    if (info->state == 'T') return true;
    std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }
  return false;
}

std::string next_name() {
  static std::atomic<uint64_t> last{0};
  return fmt::format("~pressure-{}", ++last);
}

}  // namespace

Result<std::unique_ptr<HelperProcess>> HelperProcess::start(
    const FaultHost& host, Body& body, std::vector<std::string> arguments) {
  StartRequest request;
  request.name = next_name();
  // The keeper is this program; its file may have been replaced meanwhile.
  request.arguments = {fmt::format("/proc/{}/exe", ::getppid())};
  request.arguments.insert(request.arguments.end(), arguments.begin(), arguments.end());
  CUTSET_ASSIGN(request.groups, body.groups());
  const std::string name = request.name;
  CUTSET_ASSIGN(const int64_t pid, host.supervisor->start(std::move(request)));
  const auto info = read_process(static_cast<pid_t>(pid));
  std::unique_ptr<HelperProcess> helper(
      new HelperProcess(*host.supervisor, name, log_file(host.state_folder, name),
                        info ? info->id : ProcessId{static_cast<pid_t>(pid), 0}));
  if (!has_stopped(helper->id()))
    return Error::unavailable("the process that presses does not get ready");
  return helper;
}

Status HelperProcess::begin() const {
  return signal_process(id_, SIGCONT);
}

HelperProcess::HelperProcess(Supervisor& supervisor, std::string name, std::string log,
                             ProcessId id)
    : supervisor_(supervisor), name_(std::move(name)), log_(std::move(log)), id_(id) {}

HelperProcess::~HelperProcess() {
  if (!supervisor_.wait(name_, std::chrono::milliseconds(0)))
    (void)supervisor_.stop(name_, std::chrono::milliseconds(0));
  ::unlink(log_.c_str());
}

int64_t helper_seconds(int64_t duration_ns) {
  return duration_ns > 0 ? duration_ns / 1'000'000'000 + 5 : kLongestSeconds;
}

}  // namespace cutset::agent
