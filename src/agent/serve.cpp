#include "agent/serve.h"

#include <csignal>

#include <fcntl.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/keeper.h"
#include "agent/network/network_namespace.h"
#include "agent/pidfd.h"
#include "agent/server.h"
#include "agent/state_folder.h"
#include "agent/tls/tls_door.h"
#include "agent/undo.h"
#include "agent/unix_socket.h"
#include "base/log.h"

namespace cutset::agent {

namespace {

struct Link {
  Fd keeper;
  Fd worker;
};

Result<Link> make_link() {
  int ends[2];
  if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, ends) != 0)
    return Error::system("cannot make a socket pair");
  Link link{Fd(ends[0]), Fd(ends[1])};
  if (::fcntl(ends[0], F_SETFL, O_NONBLOCK) != 0)
    return Error::system("cannot set up a socket pair");
  return link;
}

Result<Fd> take_signals() {
  std::signal(SIGPIPE, SIG_IGN);
  sigset_t wanted;
  sigemptyset(&wanted);
  for (const int signal : {SIGCHLD, SIGTERM, SIGINT, SIGHUP}) sigaddset(&wanted, signal);
  if (::sigprocmask(SIG_BLOCK, &wanted, nullptr) != 0)
    return Error::system("cannot block signals");
  Fd signals(::signalfd(-1, &wanted, SFD_CLOEXEC | SFD_NONBLOCK));
  if (!signals.valid()) return Error::system("cannot make a signalfd");
  return signals;
}

Status close_if_clean(IntentLog& log, const Undone& earlier) {
  return earlier.left.empty() ? log.closed() : Status();
}

Result<Fd> open_door(const std::string& socket_path, bool own_folder, IntentLog& log) {
  CUTSET_TRY(log.socket(socket_path, own_folder));
  return listen_at(socket_path);
}

struct NetworkDoor {
  Fd listener;
  std::unique_ptr<TlsContext> tls;
};

/// Before anything else is done: an agent that cannot prove who it is does not start.
Result<NetworkDoor> open_network_door(const CommandLine& line) {
  NetworkDoor door;
  if (line.listen.empty()) return door;
  CUTSET_ASSIGN(door.tls, TlsContext::load(line.tls));
  CUTSET_ASSIGN(door.listener, listen_on_network(line.listen));
  return door;
}

Result<ProcessId> fork_worker(WorkerPlan plan, Fd& keeper_end) {
  const pid_t child = ::fork();
  if (child < 0) return Error::system("cannot fork the worker");
  if (child == 0) {
    keeper_end.reset();
    ::_exit(run_worker(std::move(plan)));
  }
  const auto info = read_process(child);
  if (info) return info->id;
  ::kill(child, SIGKILL);
  return Error::internal("cannot read the start time of the worker");
}

}  // namespace

Result<int> serve(const CommandLine& line) {
  if (!line.network_namespace.empty())
    CUTSET_TRY(enter_namespace(line.network_namespace));
  CUTSET_ASSIGN(NetworkDoor network, open_network_door(line));
  const mode_t previous_umask = ::umask(077);
  CUTSET_ASSIGN(const std::string socket_path, parse_socket_address(line.socket));
  CUTSET_ASSIGN(const std::string state_folder, open_state_folder(line.state));
  // Held by this process and, through fork, by the worker; released when both are dead.
  CUTSET_ASSIGN(const Fd state_lock, lock_state_folder(state_folder));
  CUTSET_ASSIGN(Undone earlier, undo_earlier_agent(state_folder));
  for (const std::string& problem : earlier.problems)
    log_warning("left behind by an earlier agent, tried again when this one ends: {}",
                problem);
  CUTSET_ASSIGN(Fd signals, take_signals());
  if (::prctl(PR_SET_CHILD_SUBREAPER, 1) != 0)
    return Error::system("cannot become a subreaper");
  Fd watched = line.exit_with_lease ? open_pidfd(::getppid()) : Fd();
  CUTSET_ASSIGN(Link link, make_link());
  CUTSET_ASSIGN(IntentLog log, IntentLog::begin(state_folder, earlier.left));
  Result<Fd> listener = open_door(socket_path, line.exit_with_lease, log);
  if (!listener.ok()) {
    CUTSET_TRY(close_if_clean(log, earlier));
    return listener.error();
  }
  const Result<ProcessId> worker =
      fork_worker({state_folder, socket_path, log.mark(), std::move(*listener),
                   std::move(network.listener), std::move(network.tls),
                   std::move(link.worker), line.lease, line.exit_with_lease},
                  link.keeper);
  if (!worker.ok()) {
    ::unlink(socket_path.c_str());
    CUTSET_TRY(close_if_clean(log, earlier));
    return worker.error();
  }
  const Status noted = log.worker(*worker);
  if (!noted.ok()) log_warning("{}", noted.error().text());
  Keeper keeper(
      {state_folder, socket_path, *worker, std::move(link.keeper), std::move(signals),
       std::move(watched), previous_umask, line.exit_with_lease},
      std::move(log), std::move(earlier.left));
  return keeper.run();
}

}  // namespace cutset::agent
