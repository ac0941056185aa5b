#include "agent/proxy/proxy_engine.h"

#include <future>
#include <map>
#include <thread>

#include <fmt/format.h>

#include "agent/proxy/client.h"
#include "agent/proxy/listener.h"
#include "agent/proxy/loop.h"
#include "agent/proxy/service.h"
#include "agent/proxy/settling.h"
#include "agent/proxy/socket.h"
#include "base/check.h"

namespace cutset::agent {

namespace {

constexpr const char* kAnyPort = "127.0.0.1:0";

std::string or_any_port(const std::string& address) {
  return address.empty() ? kAnyPort : address;
}

}  // namespace

class ProxyEngine::Impl {
 public:
  explicit Impl(std::unique_ptr<proxy::Loop> loop)
      : loop_(std::move(loop)), context_(*loop_), thread_([this] { loop_->run(); }) {}

  ~Impl() {
    on_loop([this] {
      lift();
      while (!context_.clients.empty()) context_.clients.begin()->first->drop();
      proxies_.clear();
      loop_->stop();
    });
    thread_.join();
  }

  Result<v1::OpenedProxy> open(const v1::ServicePlan& plan);
  Result<v1::ArmRunReply> arm(const v1::ArmRunRequest& request);
  Result<v1::CollectRunReply> collect(const v1::CollectRunRequest& request);

  uint32_t lift_all() {
    uint32_t lifted = 0;
    on_loop([&] { lifted = lift(); });
    return lifted;
  }

  uint32_t armed_faults() {
    uint32_t count = 0;
    on_loop([&] { count = context_.run == nullptr ? 0 : context_.run->armed_faults(); });
    return count;
  }

  std::string armed_run() {
    std::string run;
    on_loop([&] { run = context_.run == nullptr ? "" : context_.run->name(); });
    return run;
  }

  uint64_t watch_call(const CallFilter& filter, CallGate::Reached reached) {
    uint64_t watch = 0;
    on_loop([&] { watch = context_.watches.add(filter, std::move(reached)); });
    return watch;
  }

  void unwatch_call(uint64_t watch) {
    on_loop([&] { context_.watches.remove(watch); });
  }

  uint64_t fail_calls(const CallPattern& pattern, CallGate::Fired fired,
                      std::shared_ptr<CallGate::Counts> counts) {
    uint64_t id = 0;
    on_loop([&] {
      id = context_.patterns.add(pattern, std::move(fired), std::move(counts));
    });
    return id;
  }

  void lift_calls(uint64_t pattern) {
    on_loop([&] { context_.patterns.remove(pattern); });
  }

 private:
  /// Listeners and service of one name. The listeners go first: they use the service.
  struct Proxy {
    std::shared_ptr<proxy::Service> service;
    std::unique_ptr<proxy::Listener> listener;
    std::unique_ptr<proxy::Listener> entry;
  };
  using Collected = std::promise<Result<v1::CollectRunReply>>;

  /// Runs `function` on the loop's thread and waits for its end.
  void on_loop(const std::function<void()>& function) {
    CHECK(std::this_thread::get_id() != thread_.get_id());
    std::promise<void> done;
    loop_->post([&] {
      function();
      done.set_value();
    });
    done.get_future().wait();
  }

  uint32_t lift();
  void begin_collect(const v1::CollectRunRequest& request, Collected& collected);
  void tell(bool quiet, Collected& collected);
  void close_run(bool quiet, Collected& collected);

  std::unique_ptr<proxy::Loop> loop_;
  proxy::ProxyContext context_;
  std::map<std::string, Proxy> proxies_;
  std::unique_ptr<proxy::Settling> settling_;
  std::thread thread_;
};

Result<v1::OpenedProxy> ProxyEngine::Impl::open(const v1::ServicePlan& plan) {
  const auto setting = [&plan](const char* what) {
    return fmt::format("{} of service \"{}\"", what, plan.name());
  };
  if (plan.name().empty() || plan.name().size() > 256) {
    return Error::bad_input("a service's name must have 1 to 256 characters");
  }
  CUTSET_ASSIGN(proxy::Endpoint callee,
                proxy::parse_endpoint(or_any_port(plan.listen()), setting("listen")));
  CUTSET_ASSIGN(proxy::Endpoint address,
                proxy::parse_endpoint(or_any_port(plan.proxy()), setting("proxy")));
  proxy::Endpoint entry_address = address;
  entry_address.set_port(0);

  // A service that is opened again gets new listeners; the old ones must leave their
  // ports first.
  on_loop([&] { proxies_.erase(plan.name()); });
  CUTSET_ASSIGN(Fd listener_fd, proxy::listen_on(address));
  CUTSET_ASSIGN(Fd entry_fd, proxy::listen_on(entry_address));
  if (callee.port() == 0) {
    CUTSET_ASSIGN(const uint16_t port, proxy::find_free_port(callee));
    callee.set_port(port);
  }

  bool watched = false;
  on_loop([&] {
    Proxy opened;
    opened.service =
        std::make_shared<proxy::Service>(*loop_, plan.name(), callee.reachable());
    opened.listener = std::make_unique<proxy::Listener>(context_, opened.service,
                                                        std::move(listener_fd), false);
    opened.entry = std::make_unique<proxy::Listener>(context_, opened.service,
                                                     std::move(entry_fd), true);
    watched = opened.listener->start() && opened.entry->start();
    if (watched) proxies_[plan.name()] = std::move(opened);
  });
  if (!watched) {
    return Error::internal(fmt::format(
        "the system does not watch the listeners of service \"{}\"", plan.name()));
  }
  v1::OpenedProxy reply;
  reply.set_name(plan.name());
  reply.set_listen(callee.text());
  reply.set_proxy(address.text());
  reply.set_entry(entry_address.text());
  return reply;
}

Result<v1::ArmRunReply> ProxyEngine::Impl::arm(const v1::ArmRunRequest& request) {
  CUTSET_ASSIGN(const std::shared_ptr<proxy::Run> run,
                proxy::Run::plan(request, context_.clock));
  std::string armed_already;
  on_loop([&] {
    if (context_.run != nullptr) {
      armed_already = context_.run->name();
      return;
    }
    context_.run = run;
    run->arm();
  });
  if (!armed_already.empty()) {
    return Error::unavailable(
        fmt::format("run {} cannot be armed: run {} is; collect it first", request.run(),
                    armed_already));
  }
  v1::ArmRunReply reply;
  reply.set_tracestate(run->tracestate());
  return reply;
}

Result<v1::CollectRunReply> ProxyEngine::Impl::collect(
    const v1::CollectRunRequest& request) {
  Collected collected;
  auto result = collected.get_future();
  loop_->post([&] { begin_collect(request, collected); });
  return result.get();
}

void ProxyEngine::Impl::begin_collect(const v1::CollectRunRequest& request,
                                      Collected& collected) {
  if (context_.run == nullptr || context_.run->name() != request.run()) {
    collected.set_value(Error::unavailable(fmt::format(
        "run \"{}\" cannot be collected: {}", request.run().substr(0, 100),
        context_.run == nullptr ? std::string("no run is armed")
                                : fmt::format("run {} is armed", context_.run->name()))));
    return;
  }
  if (settling_ != nullptr) {
    collected.set_value(Error::unavailable(
        fmt::format("run {} is being collected already", request.run())));
    return;
  }
  proxy::Settling::Times times;
  times.quiet = request.quiet_ms() * proxy::kMillisecond;
  times.quiet_abandoned = request.quiet_abandoned_ms() * proxy::kMillisecond;
  times.limit = request.limit_ms() * proxy::kMillisecond;
  settling_ = std::make_unique<proxy::Settling>(
      *loop_, context_.run, times, [this, &collected, look = request.look()](bool quiet) {
        if (look) {
          tell(quiet, collected);
        } else {
          close_run(quiet, collected);
        }
      });
  settling_->start();
}

/// The run goes on.
void ProxyEngine::Impl::tell(bool quiet, Collected& collected) {
  v1::CollectRunReply reply;
  reply.set_quiet(quiet);
  reply.set_begun(context_.run->begun());
  reply.set_abandoned(context_.run->abandoned());
  settling_.reset();
  collected.set_value(std::move(reply));
}

void ProxyEngine::Impl::close_run(bool quiet, Collected& collected) {
  const std::shared_ptr<proxy::Run> run = std::exchange(context_.run, nullptr);
  v1::CollectRunReply reply;
  reply.set_quiet(quiet && !run->overflowed());
  run->close(&reply);
  settling_.reset();
  collected.set_value(std::move(reply));
}

uint32_t ProxyEngine::Impl::lift() {
  if (context_.run == nullptr) return 0;
  const uint32_t faults = context_.run->armed_faults();
  if (settling_ != nullptr) {
    settling_->stop();
    return faults;
  }
  std::exchange(context_.run, nullptr)->close(nullptr);
  return faults;
}

ProxyEngine::ProxyEngine(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
ProxyEngine::~ProxyEngine() = default;

Result<std::unique_ptr<ProxyEngine>> ProxyEngine::start() {
  CUTSET_ASSIGN(auto loop, proxy::Loop::create());
  return std::unique_ptr<ProxyEngine>(
      new ProxyEngine(std::make_unique<Impl>(std::move(loop))));
}

Result<v1::OpenedProxy> ProxyEngine::open(const v1::ServicePlan& plan) {
  return impl_->open(plan);
}

Result<v1::ArmRunReply> ProxyEngine::arm(const v1::ArmRunRequest& request) {
  return impl_->arm(request);
}

Result<v1::CollectRunReply> ProxyEngine::collect(const v1::CollectRunRequest& request) {
  return impl_->collect(request);
}

uint32_t ProxyEngine::lift_all() {
  return impl_->lift_all();
}

uint32_t ProxyEngine::armed_faults() const {
  return impl_->armed_faults();
}

std::string ProxyEngine::armed_run() const {
  return impl_->armed_run();
}

uint64_t ProxyEngine::watch_call(const CallFilter& filter, CallGate::Reached reached) {
  return impl_->watch_call(filter, std::move(reached));
}

void ProxyEngine::unwatch_call(uint64_t watch) {
  impl_->unwatch_call(watch);
}

uint64_t ProxyEngine::fail_calls(const CallPattern& pattern, CallGate::Fired fired,
                                 std::shared_ptr<CallGate::Counts> counts) {
  return impl_->fail_calls(pattern, std::move(fired), std::move(counts));
}

void ProxyEngine::lift_calls(uint64_t pattern) {
  impl_->lift_calls(pattern);
}

}  // namespace cutset::agent
