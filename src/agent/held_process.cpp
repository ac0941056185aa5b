#include "agent/held_process.h"

#include <fcntl.h>
#include <sched.h>
#include <unistd.h>

#include "agent/service_process.h"

namespace cutset::agent {

Result<std::unique_ptr<HeldProcess>> HeldProcess::start(Supervisor& supervisor,
                                                        StartRequest request) {
  int go[2];
  int report[2];
  if (::pipe2(go, O_CLOEXEC) != 0) return Error::system("cannot make a pipe");
  const Fd waits_at(go[0]);
  Fd ours(go[1]);
  if (::pipe2(report, O_CLOEXEC) != 0) return Error::system("cannot make a pipe");
  Fd said(report[0]);
  const Fd says(report[1]);
  const std::string name = request.name;
  const std::string program = request.arguments.empty() ? "" : request.arguments[0];
  std::unique_ptr<HeldProcess> held(
      new HeldProcess(supervisor, name, program, std::move(ours), std::move(said)));
  CUTSET_ASSIGN(held->pid_, supervisor.start_held(std::move(request), waits_at, says));
  return held;
}

HeldProcess::~HeldProcess() {
  if (pid_ == 0 || !go_.valid()) return;
  go_.reset();
  (void)supervisor_.stop(name_, std::chrono::milliseconds(0));
}

Status HeldProcess::go() {
  CHECK(go_.valid());
  const Fd go = std::move(go_);
  CUTSET_TRY(supervisor_.let_go(name_, pid_));
  [[maybe_unused]] const ssize_t written = ::write(go.get(), "g", 1);
  Status executed = await_execution(name_, program_, report_);
  // As all that the agent starts: of this process only the execution was urgent.
  sched_param usual{};
  ::sched_getparam(::getpid(), &usual);
  ::sched_setscheduler(static_cast<pid_t>(pid_), ::sched_getscheduler(::getpid()),
                       &usual);
  return executed;
}

}  // namespace cutset::agent
