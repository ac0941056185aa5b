#include "driver/workload.h"

#include <functional>
#include <mutex>
#include <thread>

#include "driver/generator.h"
#include "driver/settle.h"
#include "driver/tcp.h"

namespace cutset::driver {

namespace {

using history::EventType;
using history::Value;

constexpr Milliseconds kLongestSleep{50};
constexpr Milliseconds kBeforeRepetition{50};
constexpr size_t kFinalClients = 4;

/// false: stopped.
bool sleep_until(Clock::time_point until, const std::atomic<bool>& stop) {
  while (!stop) {
    const auto now = Clock::now();
    if (now >= until) return true;
    std::this_thread::sleep_for(std::min<Clock::duration>(until - now, kLongestSleep));
  }
  return false;
}

/// The first thing that went wrong in any thread.
class FirstError {
 public:
  void note(const Status& status) {
    if (status.ok()) return;
    const std::lock_guard lock(mutex_);
    if (status_.ok()) status_ = status;
    failed_ = true;
  }
  bool failed() const { return failed_; }
  Status status() const { return status_; }

 private:
  std::mutex mutex_;
  Status status_;
  std::atomic<bool> failed_{false};
};

Result<Reply> performed(Client& client, const Request& request, Recorder& recorder) {
  CUTSET_TRY(recorder.invoke(request));
  Reply reply = client.perform(request);
  CUTSET_TRY(recorder.complete(request, reply));
  return reply;
}

Status one_client(const Plan& plan, Client& client, int64_t process, Generator& generator,
                  Recorder& recorder, Clock::time_point begin,
                  const std::function<bool()>& is_over) {
  Value seen = Value::nothing();
  while (!is_over()) {
    const auto ticket = generator.next();
    if (!ticket) return {};
    const auto due = begin + ticket->due;
    while (Clock::now() < due) {
      if (is_over()) return {};
      std::this_thread::sleep_for(
          std::min<Clock::duration>(due - Clock::now(), kLongestSleep));
    }
    const bool is_late =
        plan.operations.duration && Clock::now() >= begin + *plan.operations.duration;
    if (is_late) return {};
    const Request request = generator.request(*ticket, process, seen);
    CUTSET_ASSIGN(const Reply reply, performed(client, request, recorder));
    if (reply.type != EventType::kOk) continue;
    if (request.f == "read" && reply.value) seen = *reply.value;
    if (request.f == "write" && request.value) seen = *request.value;
    if (request.f == "cas" && request.value) seen = request.value->items[1];
  }
  return {};
}

/// One key in the final phase: until it has been read, or the time is over.
Status read_key(Client& client, Request request, Recorder& recorder,
                Clock::time_point deadline, const std::atomic<bool>& stop) {
  while (!stop) {
    CUTSET_ASSIGN(const Reply reply, performed(client, request, recorder));
    const bool is_ok = reply.type == EventType::kOk;
    const bool is_queue = request.f == "dequeue";
    if (is_ok && (!is_queue || !reply.value || reply.value->is_nothing())) return {};
    if (Clock::now() >= deadline) return {};
    if (!is_ok && !sleep_until(Clock::now() + kBeforeRepetition, stop)) return {};
  }
  return {};
}

}  // namespace

Status run_load(const Plan& plan, Recorder& recorder, const std::atomic<bool>& stop) {
  std::vector<std::unique_ptr<Client>> clients;
  for (int64_t i = 0; i < plan.operations.clients; ++i) {
    CUTSET_ASSIGN(std::unique_ptr<Client> client, make_client(plan.target, i));
    clients.push_back(std::move(client));
  }
  Generator generator(plan.operations);
  FirstError error;
  const auto is_over = [&] { return stop || error.failed(); };
  const auto begin = Clock::now();
  std::vector<std::jthread> threads;
  for (size_t i = 0; i < clients.size(); ++i) {
    threads.emplace_back([&, i] {
      error.note(one_client(plan, *clients[i], static_cast<int64_t>(i), generator,
                            recorder, begin, is_over));
    });
  }
  threads.clear();
  return error.status();
}

Result<bool> run_settle(const Plan& plan, Recorder& recorder,
                        const std::atomic<bool>& stop) {
  const Settled settled = await_settled(plan.settle, plan.settle_within, stop);
  CUTSET_TRY(recorder.remark("settle", settled.is_settled ? "settled" : "not-settled",
                             settled.why));
  return settled.is_settled;
}

Status run_final(const Plan& plan, Recorder& recorder, const std::atomic<bool>& stop) {
  const std::vector<Value> keys = recorder.keys();
  if (plan.final_f.empty() || keys.empty()) return {};
  const auto deadline = Clock::now() + plan.final_within;
  std::atomic<size_t> next{0};
  FirstError error;
  std::vector<std::unique_ptr<Client>> clients;
  for (size_t i = 0; i < std::min(kFinalClients, keys.size()); ++i) {
    CUTSET_ASSIGN(std::unique_ptr<Client> client,
                  make_client(plan.target, static_cast<int64_t>(i)));
    clients.push_back(std::move(client));
  }
  std::vector<std::jthread> threads;
  for (size_t i = 0; i < clients.size(); ++i) {
    threads.emplace_back([&, i] {
      // Processes of their own: those of the load may have died with an open operation.
      const int64_t process = plan.operations.clients + static_cast<int64_t>(i);
      for (size_t at = next++; at < keys.size() && !stop && !error.failed();
           at = next++) {
        Request request;
        request.process = process;
        request.f = plan.final_f;
        request.key = keys[at];
        request.phase = "final";
        error.note(read_key(*clients[i], std::move(request), recorder, deadline, stop));
      }
    });
  }
  threads.clear();
  return error.status();
}

}  // namespace cutset::driver
