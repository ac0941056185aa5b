#include "injector/play/host_watch.h"

#include <algorithm>
#include <utility>

namespace cutset::injector::play {

namespace {

namespace v1 = agent::v1;

constexpr uint32_t kLogPiece = 1 << 20;
constexpr int kMostPieces = 16;     // at one time: others wait
constexpr int kFailuresOfLost = 2;  // one may be a hiccup

}  // namespace

HostWatch::HostWatch(Options options, PlanAgent& agent, RecordFolder& folder,
                     std::function<void(const Error& why)> on_lost)
    : options_(std::move(options)),
      agent_(agent),
      folder_(folder),
      on_lost_(std::move(on_lost)) {
  for (const std::string& instance : options_.instances) {
    std::string service = instance;
    std::replace(service.begin(), service.end(), '/', '.');
    logs_.push_back({instance, std::move(service), 0, 0, now_utc_ns()});
  }
  find_log_ends();
  thread_ = std::thread([this] { run(); });
}

HostWatch::~HostWatch() {
  {
    const std::lock_guard lock(mutex_);
    ending_ = true;
  }
  changed_.notify_all();
  thread_.join();
}

/// Output of earlier runs is none of this one.
void HostWatch::find_log_ends() {
  if (options_.log_every.count() == 0) return;
  for (Log& log : logs_) {
    v1::ReadLogRequest request;
    request.set_name(log.service);
    request.set_offset(-1);
    request.set_max_bytes(1);
    // An instance that was never started has no log yet.
    if (const auto reply = agent_.read_log(std::move(request)); reply) {
      log.file = reply->file();
      log.offset = reply->end_offset();
    }
  }
}

void HostWatch::run() {
  using Clock = std::chrono::steady_clock;
  const bool reads = options_.log_every.count() > 0 && !logs_.empty();
  const auto pause =
      reads ? std::min(options_.log_every, options_.ask_every) : options_.ask_every;
  auto ask_at = Clock::now() + options_.ask_every;
  int failures = 0;
  std::unique_lock lock(mutex_);
  while (!changed_.wait_for(lock, pause, [this] { return ending_; })) {
    lock.unlock();
    if (reads) read_logs();
    if (Clock::now() >= ask_at) {
      ask_at = Clock::now() + options_.ask_every;
      const auto reply = agent_.exchange_clock();
      failures = reply ? 0 : failures + 1;
      if (failures >= kFailuresOfLost) {
        on_lost_(reply.error());
        return;
      }
    }
    lock.lock();
  }
  lock.unlock();
  if (reads) read_logs();
}

void HostWatch::read_logs() {
  for (Log& log : logs_) read_log(log);
}

void HostWatch::read_log(Log& log) {
  for (int piece = 0; piece < kMostPieces; ++piece) {
    v1::ReadLogRequest request;
    request.set_name(log.service);
    request.set_offset(log.offset);
    request.set_max_bytes(kLogPiece);
    const auto reply = agent_.read_log(std::move(request));
    if (reply && reply->file() != log.file) {
      log.file = reply->file();
      if (std::exchange(log.offset, 0) > 0) continue;  // read that one from its beginning
    }
    const int64_t now = now_utc_ns();
    const int64_t since = now - std::exchange(log.read_at, now);
    if (!reply || reply->content().empty()) return;
    log.offset = reply->end_offset();
    // Written at some time since it was read last: in the middle, give or take half.
    folder_.add_output(options_.host, log.instance, reply->content(), now - since / 2,
                       since / 2);
  }
}

}  // namespace cutset::injector::play
