#include "agent/supervisor.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fmt/format.h>
#include <sys/socket.h>
#include <unistd.h>

#include "agent/ending.h"

namespace cutset::agent {

namespace {

// The keeper may be ending processes for kEndLimit before it comes to a question.
constexpr std::chrono::milliseconds kPatience =
    kEndLimit + std::chrono::milliseconds(4000);
constexpr size_t kEndedLimit = 10000;

// The descriptors go with the first byte.
bool write_all(int file, std::string_view bytes, const int (*descriptors)[2]) {
  alignas(cmsghdr) char control[CMSG_SPACE(sizeof *descriptors)] = {};
  while (!bytes.empty()) {
    iovec part{const_cast<char*>(bytes.data()), bytes.size()};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    if (descriptors != nullptr) {
      message.msg_control = control;
      message.msg_controllen = sizeof control;
      cmsghdr* header = CMSG_FIRSTHDR(&message);
      header->cmsg_level = SOL_SOCKET;
      header->cmsg_type = SCM_RIGHTS;
      header->cmsg_len = CMSG_LEN(sizeof *descriptors);
      std::memcpy(CMSG_DATA(header), descriptors, sizeof *descriptors);
    }
    const ssize_t count = ::sendmsg(file, &message, MSG_NOSIGNAL);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) return false;
    descriptors = nullptr;
    bytes.remove_prefix(static_cast<size_t>(count));
  }
  return true;
}

Error keeper_gone() {
  return Error::internal("the keeper of this agent is gone; the agent is ending");
}

}  // namespace

Supervisor::Supervisor(Fd link, std::function<void()> on_lost)
    : link_(std::move(link)),
      on_lost_(std::move(on_lost)),
      reader_([this] { read_loop(); }) {}

Supervisor::~Supervisor() {
  {
    const std::lock_guard lock(mutex_);
    closing_ = true;
  }
  ::shutdown(link_.get(), SHUT_RDWR);
  reader_.join();
}

Result<int64_t> Supervisor::start(StartRequest request) {
  return start(std::move(request), nullptr);
}

Result<int64_t> Supervisor::start_held(StartRequest request, const Fd& go,
                                       const Fd& report) {
  const std::string name = request.name;
  {
    const std::lock_guard lock(mutex_);
    held_.insert(name);
  }
  const Given given{{go.get(), report.get()}};
  Result<int64_t> started = start(std::move(request), &given);
  if (started.ok()) return started;
  const std::lock_guard lock(mutex_);
  held_.erase(name);
  return started;
}

Status Supervisor::let_go(const std::string& name, int64_t pid) {
  const std::lock_guard watching(watching_);
  {
    const std::lock_guard lock(mutex_);
    if (held_.erase(name) == 0)
      return Error::unavailable(fmt::format("process {}, which waited, has ended", pid));
    running_[name] = pid;
    exit_codes_.erase(name);
  }
  if (watcher_) watcher_({name, true, pid});
  return {};
}

Result<int64_t> Supervisor::start(StartRequest request, const Given* given) {
  const std::string name = request.name;
  KeeperMessage question;
  question.kind = KeeperMessage::Kind::kStart;
  question.name = std::move(request.name);
  question.arguments = std::move(request.arguments);
  question.environment = std::move(request.environment);
  question.folder = std::move(request.folder);
  question.groups = std::move(request.groups);
  question.number = given == nullptr ? 0 : kHeldStart;
  {
    // An end of its life before is no news any more.
    const std::lock_guard lock(mutex_);
    std::erase_if(ended_, [&](const EndedService& ended) { return ended.name == name; });
  }
  CUTSET_ASSIGN(const KeeperMessage answer, ask(std::move(question), kPatience, given));
  if (!answer.text.empty()) return Error::unavailable(answer.text);
  return answer.number;
}

Result<int> Supervisor::stop(const std::string& name, std::chrono::milliseconds grace) {
  KeeperMessage question;
  question.kind = KeeperMessage::Kind::kStop;
  question.name = name;
  question.number = grace.count();
  CUTSET_ASSIGN(const KeeperMessage answer, ask(std::move(question), grace + kPatience));
  if (!answer.text.empty()) return Error::unavailable(answer.text);
  return static_cast<int>(answer.number);
}

Result<int> Supervisor::end_all() {
  KeeperMessage question;
  question.kind = KeeperMessage::Kind::kEndAll;
  CUTSET_ASSIGN(const KeeperMessage answer, ask(std::move(question), kPatience));
  return static_cast<int>(answer.number);
}

Result<uint64_t> Supervisor::write(const UndoRecord& record) {
  KeeperMessage question;
  question.kind = KeeperMessage::Kind::kRecord;
  CUTSET_ASSIGN(question.name, encode_record(record));
  CUTSET_ASSIGN(const KeeperMessage answer, ask(std::move(question), kPatience));
  if (!answer.text.empty()) return Error::internal(answer.text);
  return static_cast<uint64_t>(answer.number);
}

Status Supervisor::strike(uint64_t number) {
  KeeperMessage question;
  question.kind = KeeperMessage::Kind::kStrike;
  question.number = static_cast<int64_t>(number);
  CUTSET_ASSIGN(const KeeperMessage answer, ask(std::move(question), kPatience));
  if (!answer.text.empty()) return Error::internal(answer.text);
  return {};
}

std::vector<EndedService> Supervisor::take_ended() {
  const std::lock_guard lock(mutex_);
  return std::exchange(ended_, {});
}

std::map<std::string, int64_t> Supervisor::running() const {
  const std::lock_guard lock(mutex_);
  return running_;
}

Result<KeeperMessage> Supervisor::ask(KeeperMessage question,
                                      std::chrono::milliseconds patience,
                                      const Given* given) {
  uint64_t id = 0;
  {
    const std::lock_guard lock(mutex_);
    if (lost_) return keeper_gone();
    id = ++last_id_;
    questions_[id];
    if (question.kind == KeeperMessage::Kind::kStart) starting_[id] = question.name;
  }
  question.id = id;
  const Result<std::string> frame = encode(question);
  bool sent = false;
  if (frame.ok()) {
    const std::lock_guard lock(writing_);
    sent =
        write_all(link_.get(), *frame, given == nullptr ? nullptr : &given->descriptors);
  }
  std::unique_lock lock(mutex_);
  if (sent) {
    answered_.wait_for(lock, patience,
                       [&] { return lost_ || questions_[id].has_value(); });
  }
  const std::optional<KeeperMessage> answer = std::move(questions_[id]);
  questions_.erase(id);
  if (answer) return *answer;
  if (!frame.ok()) return frame.error();
  if (lost_ || !sent) return keeper_gone();
  return Error::internal("the keeper of this agent does not answer");
}

void Supervisor::read_loop() {
  MessageReader reader;
  while (read_some(reader)) {
  }
  lose();
}

bool Supervisor::read_some(MessageReader& reader) {
  char buffer[65536];
  const ssize_t count = ::read(link_.get(), buffer, sizeof buffer);
  if (count < 0 && errno == EINTR) return true;
  if (count <= 0) return false;
  reader.add(std::string_view(buffer, static_cast<size_t>(count)));
  while (true) {
    const auto message = reader.next();
    if (!message.ok()) return false;
    if (!message->has_value()) return true;
    accept(**message);
  }
}

void Supervisor::accept(const KeeperMessage& message) {
  // Who has seen that nothing runs any more, and then ends the watching, still gets this.
  const std::lock_guard watching(watching_);
  std::optional<Change> change;
  {
    const std::lock_guard lock(mutex_);
    change = note(message);
    const auto question = questions_.find(message.id);
    // Otherwise who asked has lost patience.
    if (question != questions_.end()) question->second = message;
    answered_.notify_all();
  }
  if (change && watcher_) watcher_(*change);
}

// What the message changes about what runs. Requires: mutex_ is held.
std::optional<Supervisor::Change> Supervisor::note(const KeeperMessage& message) {
  using Kind = KeeperMessage::Kind;
  if (message.kind == Kind::kStarted) {
    const auto starting = starting_.find(message.id);
    if (starting == starting_.end()) return std::nullopt;
    const std::string name = starting->second;
    starting_.erase(starting);
    if (!message.text.empty() || held_.contains(name)) return std::nullopt;
    running_[name] = message.number;
    exit_codes_.erase(name);
    return Change{name, true, message.number};
  }
  const bool exited = message.kind == Kind::kExited;
  const bool stopped = message.kind == Kind::kStopped && message.text.empty();
  if (!exited && !stopped) return std::nullopt;
  // The end of the life before comes first, if it has not come yet.
  if (!running_.contains(message.name) && held_.erase(message.name) > 0)
    return std::nullopt;
  const int exit_code = static_cast<int>(message.number);
  if (exited && ended_.size() < kEndedLimit) ended_.push_back({message.name, exit_code});
  // Asked to stop it twice, the keeper answers twice.
  if (running_.erase(message.name) == 0) return std::nullopt;
  if (exit_codes_.size() > kEndedLimit) exit_codes_.erase(exit_codes_.begin());
  exit_codes_[message.name] = exit_code;
  return Change{message.name, false, exit_code};
}

std::optional<int> Supervisor::wait(const std::string& name,
                                    std::chrono::milliseconds patience) {
  std::unique_lock lock(mutex_);
  const bool over = answered_.wait_for(lock, patience,
                                       [&] { return lost_ || !running_.contains(name); });
  if (!over || running_.contains(name)) return std::nullopt;
  const auto found = exit_codes_.find(name);
  return found == exit_codes_.end() ? 0 : found->second;
}

void Supervisor::watch(std::function<void(const Change&)> watcher) {
  const std::lock_guard lock(watching_);
  watcher_ = std::move(watcher);
}

void Supervisor::lose() {
  {
    const std::lock_guard lock(mutex_);
    lost_ = true;
    answered_.notify_all();
    if (closing_) return;
  }
  on_lost_();
}

}  // namespace cutset::agent
