#include "agent/ending.h"

#include <algorithm>
#include <set>

#include <poll.h>
#include <signal.h>

#include "agent/pidfd.h"
#include "base/fd.h"
#include "base/log.h"

namespace cutset::agent {

namespace {

using Clock = std::chrono::steady_clock;

int milliseconds_until(Clock::time_point deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
  return static_cast<int>(std::clamp<long>(left.count(), 0, 60000));
}

// A pidfd becomes readable when its process is dead, whether or not someone has waited
// for it.
void wait_for_all(const std::vector<ProcessInfo>& targets, Clock::time_point deadline) {
  std::vector<Fd> handles;
  for (const ProcessInfo& target : targets) {
    Fd handle = open_pidfd(target.id.pid);
    const auto now = read_process(target.id.pid);
    if (handle.valid() && now && now->id == target.id)
      handles.push_back(std::move(handle));
  }
  while (!handles.empty()) {
    std::vector<pollfd> polled;
    polled.reserve(handles.size());
    for (const Fd& handle : handles) polled.push_back({handle.get(), POLLIN, 0});
    const int timeout = milliseconds_until(deadline);
    ::poll(polled.data(), polled.size(), timeout);
    size_t kept = 0;
    for (size_t i = 0; i < handles.size(); ++i) {
      if (polled[i].revents == 0) handles[kept++] = std::move(handles[i]);
    }
    handles.resize(kept);
    if (timeout == 0) return;
  }
}

void signal_all(const std::vector<ProcessInfo>& targets, int signal,
                std::set<ProcessId>& seen) {
  for (const ProcessInfo& target : targets) {
    const Status sent = signal_process(target.id, signal);
    if (!sent.ok() && !seen.contains(target.id)) log_warning("{}", sent.error().text());
    seen.insert(target.id);
  }
}

}  // namespace

Ending end_processes(const std::function<std::vector<ProcessInfo>()>& living,
                     std::chrono::milliseconds grace, std::chrono::milliseconds limit) {
  const auto begun = Clock::now();
  std::set<ProcessId> seen;
  // The list of processes is not read in one moment: a process that forks and dies during
  // the look can be missed together with its child. One empty look therefore proves
  // nothing.
  const auto look = [&] {
    std::vector<ProcessInfo> found = living();
    return found.empty() ? living() : found;
  };
  Ending ending;
  ending.left = look();
  if (grace.count() > 0 && !ending.left.empty()) {
    signal_all(ending.left, SIGTERM, seen);
    wait_for_all(ending.left, begun + grace);
    ending.left = look();
  }
  while (!ending.left.empty() && Clock::now() < begun + limit) {
    signal_all(ending.left, SIGKILL, seen);
    // Short rounds: a target that forks while it is being killed leaves a child for the
    // next round.
    wait_for_all(ending.left,
                 std::min(begun + limit, Clock::now() + std::chrono::milliseconds(50)));
    ending.left = look();
  }
  ending.ended = static_cast<int>(seen.size());
  for (const ProcessInfo& info : ending.left) {
    if (seen.contains(info.id)) --ending.ended;
  }
  return ending;
}

}  // namespace cutset::agent
