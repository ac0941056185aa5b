#include "driver/recorder.h"

#include <cerrno>
#include <ctime>

#include "history/event_writer.h"
#include <unistd.h>

namespace cutset::driver {

namespace {

int64_t now_ns(clockid_t clock) {
  timespec now{};
  ::clock_gettime(clock, &now);
  return now.tv_sec * 1'000'000'000 + now.tv_nsec;
}

history::Event event_of(const Request& request) {
  history::Event event;
  event.process = request.process;
  event.f = request.f;
  event.key = request.key;
  event.phase = request.phase;
  return event;
}

}  // namespace

Recorder::Recorder(Fd file, uint64_t seed)
    : file_(std::move(file)), origin_ns_(now_ns(CLOCK_MONOTONIC)) {
  history::Header header;
  header.seed = seed;
  header.started_unix_ns = now_ns(CLOCK_REALTIME);
  header.started_monotonic_ns = origin_ns_;
  state_ = write_bytes(history::line_of(header));
}

Recorder::Recorder(Fd file, const history::EventLog& before)
    : file_(std::move(file)),
      origin_ns_(before.header.started_monotonic_ns.value_or(now_ns(CLOCK_MONOTONIC))) {
  for (const history::Event& event : before.events) {
    if (event.type == history::EventType::kInvoke) note_key(event.f, event.key);
  }
}

void Recorder::note_key(const std::string& f, const std::optional<history::Value>& key) {
  if (!key || f == "read" || f == "dequeue") return;
  if (known_keys_.insert(key->json()).second) keys_.push_back(*key);
}

std::vector<history::Value> Recorder::keys() const {
  const std::lock_guard lock(mutex_);
  return keys_;
}

Status Recorder::invoke(const Request& request) {
  history::Event event = event_of(request);
  event.value = request.value;
  if (!request.token.empty()) event.token = request.token;
  return write(std::move(event));
}

Status Recorder::complete(const Request& request, const Reply& reply) {
  history::Event event = event_of(request);
  event.type = reply.type;
  event.value = reply.value;
  event.endpoint = reply.endpoint.substr(0, 256);
  event.error = reply.error;
  return write(std::move(event));
}

Status Recorder::remark(const std::string& author, const std::string& f,
                        const std::string& error) {
  history::Event event;
  event.remark_of = author;
  event.type = history::EventType::kInfo;
  event.f = f;
  event.error = error;
  return write(std::move(event));
}

Recorder::Counts Recorder::counts() const {
  const std::lock_guard lock(mutex_);
  return counts_;
}

Status Recorder::write(history::Event event) {
  const std::lock_guard lock(mutex_);
  if (!state_.ok()) return state_;
  event.time_ns = now_ns(CLOCK_MONOTONIC) - origin_ns_;
  if (event.type == history::EventType::kInvoke) note_key(event.f, event.key);
  if (event.process) {
    counts_.ok += event.type == history::EventType::kOk;
    counts_.fail += event.type == history::EventType::kFail;
    counts_.info += event.type == history::EventType::kInfo;
  }
  return state_ = write_bytes(history::line_of(event));
}

Status Recorder::write_bytes(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(file_.get(), bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return Error::system("the history cannot be written");
    bytes.remove_prefix(static_cast<size_t>(written));
  }
  return {};
}

}  // namespace cutset::driver
