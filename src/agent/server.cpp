#include "agent/server.h"

#include <algorithm>
#include <condition_variable>
#include <csignal>
#include <mutex>
#include <optional>

#include <fmt/format.h>
#include <grpcpp/grpcpp.h>
#include <grpcpp/impl/service_type.h>
#include <sys/resource.h>
#include <unistd.h>

#include "agent/capture_service.h"
#include "agent/captures.h"
#include "agent/data_folders.h"
#include "agent/door.h"
#include "agent/lease.h"
#include "agent/plan/plans.h"
#include "agent/proxies.h"
#include "agent/service_impl.h"
#include "agent/supervisor.h"
#include "agent/tls/tls_door.h"
#include "agent/undo.h"
#include "base/log.h"

namespace cutset::agent {

namespace {

constexpr int kExitInternal = 70;
constexpr int kLargestRequest = 16 << 20;
constexpr int kMostThreads = 64;
constexpr std::chrono::milliseconds kHelloPatience{4000};
constexpr std::chrono::milliseconds kLastReplies{300};

class Flag {
 public:
  void raise() {
    const std::lock_guard lock(mutex_);
    raised_ = true;
    changed_.notify_all();
  }
  void wait() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return raised_; });
  }
  bool wait_for(std::chrono::milliseconds patience) {
    std::unique_lock lock(mutex_);
    return changed_.wait_for(lock, patience, [this] { return raised_; });
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  bool raised_ = false;
};

void set_up_process() {
  // Ctrl-C and a lost terminal are the keeper's business; a broken connection is a return
  // value.
  for (const int signal : {SIGINT, SIGHUP, SIGPIPE}) std::signal(signal, SIG_IGN);
  std::signal(SIGTERM, SIG_DFL);
  sigset_t none;
  sigemptyset(&none);
  ::sigprocmask(SIG_SETMASK, &none, nullptr);
  // Writing a core file would delay the end that the keeper waits for.
  const rlimit no_core{0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
}

[[noreturn]] void keeper_lost(const WorkerPlan& plan) {
  undo_for_lost_keeper(plan.state_folder, plan.socket_path, plan.exit_with_lease);
  ::_exit(kExitInternal);
}

void undo_lease(const std::string& why, const std::string& state_folder, Plans& plans,
                Proxies& proxies, Supervisor& supervisor, EngineClaims& engines,
                HostNetwork& network) {
  log_info("the lease has ended: {}", why);
  plans.abandon();
  proxies.close_all();
  const Result<int> ended = supervisor.end_all();
  if (!ended.ok()) log_error("{}", ended.error().text());
  supervisor.take_ended();
  for (const Status& removed :
       {remove_data_folders(state_folder), engines.remove_all(), network.remove()})
    if (!removed.ok()) log_warning("{}", removed.error().text());
}

std::unique_ptr<grpc::Server> build_server(const std::vector<grpc::Service*>& services) {
  grpc::ResourceQuota quota("cutset-agent");
  quota.SetMaxThreads(kMostThreads);
  grpc::ServerBuilder builder;
  builder.SetResourceQuota(quota);
  builder.SetMaxReceiveMessageSize(kLargestRequest);
  builder.SetSyncServerOption(grpc::ServerBuilder::SyncServerOption::NUM_CQS, 1);
  builder.SetSyncServerOption(grpc::ServerBuilder::SyncServerOption::MIN_POLLERS, 1);
  builder.SetSyncServerOption(grpc::ServerBuilder::SyncServerOption::MAX_POLLERS, 4);
  for (grpc::Service* service : services) builder.RegisterService(service);
  return builder.BuildAndStart();
}

}  // namespace

int run_worker(WorkerPlan plan) {
  set_up_process();
  Flag finished;
  Proxies proxies(plan.state_folder);
  Captures captures;
  Supervisor supervisor(std::move(plan.link), [&plan] { keeper_lost(plan); });
  FaultHost host;
  host.mark = plan.mark;
  host.state_folder = plan.state_folder;
  Plans plans(host, supervisor, proxies);
  EngineClaims engines(supervisor);
  HostNetwork network(supervisor, plan.state_folder);
  Lease lease(plan.lease, [&](const std::string& why) {
    undo_lease(why, plan.state_folder, plans, proxies, supervisor, engines, network);
    captures.stop_all();
    if (plan.exit_with_lease) finished.raise();
  });
  const auto capture_service = make_capture_service(lease, captures);
  const auto service = make_service(
      {plan.state_folder, lease, proxies, supervisor, plans, network, engines});
  const std::unique_ptr<grpc::Server> server =
      build_server({service.get(), capture_service.get()});
  if (!server) {
    log_error("the gRPC server does not start");
    return kExitInternal;
  }
  Door door(std::move(plan.listener), *server);
  log_info("serving at unix:{}", plan.socket_path);
  std::optional<TlsDoor> network_door;
  if (plan.network_listener.valid()) {
    log_info("serving at {} by mutual TLS",
             listening_address(plan.network_listener.get()));
    network_door.emplace(std::move(plan.network_listener), std::move(plan.tls), *server);
  }

  const bool in_time = !plan.exit_with_lease ||
                       finished.wait_for(std::max(plan.lease, kHelloPatience)) ||
                       lease.was_held();
  if (in_time) {
    finished.wait();
  } else {
    log_error("no controller came");
  }
  door.close();
  if (network_door) network_door->close();
  server->Shutdown(std::chrono::system_clock::now() + kLastReplies);
  ::_exit(0);
}

}  // namespace cutset::agent
