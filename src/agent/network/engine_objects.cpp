#include "agent/network/engine_objects.h"

#include <cerrno>
#include <charconv>
#include <cstring>

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/fd.h"

namespace cutset::agent {

namespace {

using Clock = std::chrono::steady_clock;

constexpr size_t kLargestAnswer = size_t{16} << 20;
constexpr std::string_view kApi = "/v1.41";

struct Answer {
  int status = 0;
  std::string body;
};

bool wait_for(int socket, short events, Clock::time_point deadline) {
  const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
  pollfd polled{socket, events, 0};
  return left.count() > 0 && ::poll(&polled, 1, static_cast<int>(left.count())) > 0;
}

/// One request of HTTP/1.0: the answer ends with the connection.
Result<Answer> ask(const std::string& socket_path, std::string_view method,
                   const std::string& path, Clock::time_point deadline) {
  sockaddr_un address{};
  address.sun_family = AF_UNIX;
  if (socket_path.size() >= sizeof address.sun_path)
    return Error::internal("a damaged record of containers");
  socket_path.copy(address.sun_path, socket_path.size());
  const Fd file(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  if (!file.valid() || ::connect(file.get(), reinterpret_cast<const sockaddr*>(&address),
                                 sizeof address) != 0)
    return Error::system("cannot reach the engine at " + socket_path);
  const std::string request =
      fmt::format("{} {}{} HTTP/1.0\r\nHost: engine\r\n\r\n", method, kApi, path);
  if (::send(file.get(), request.data(), request.size(), MSG_NOSIGNAL) !=
      static_cast<ssize_t>(request.size()))
    return Error::system("cannot ask the engine at " + socket_path);
  std::string text;
  char buffer[65536];
  while (text.size() < kLargestAnswer) {
    if (!wait_for(file.get(), POLLIN, deadline))
      return Error::unavailable("the engine at " + socket_path + " does not answer");
    const ssize_t count = ::read(file.get(), buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count <= 0) break;
    text.append(buffer, static_cast<size_t>(count));
  }
  Answer answer;
  const size_t space = text.find(' ');
  const size_t body = text.find("\r\n\r\n");
  if (space == std::string::npos || body == std::string::npos)
    return Error::unavailable("the engine at " + socket_path + " does not speak HTTP");
  std::from_chars(text.data() + space + 1, text.data() + text.size(), answer.status);
  answer.body = text.substr(body + 4);
  return answer;
}

struct ObjectKind {
  const char* list;
  const char* key;
  const char* remove;  // before the id
  const char* how;     // behind it
};

// In this order: a network goes only when nothing is attached to it any more.
constexpr ObjectKind kKinds[] = {
    {"/services?", "ID", "/services/", ""},
    {"/containers/json?all=1&", "Id", "/containers/", "?force=1&v=1"},
    {"/networks?", "Id", "/networks/", ""},
};

/// What a container or, for some time after its service, a task still has: 400 and 403 of
/// networks.
bool is_in_use(int status) {
  return status == 400 || status == 403 || status == 409;
}

Status remove_objects(const std::string& socket_path, const std::string& mark,
                      const ObjectKind& kind, Clock::time_point deadline) {
  // {"label":["org.cutset.mark=<mark>"]}
  const std::string filter =
      fmt::format("filters=%7B%22label%22%3A%5B%22{}%3D{}%22%5D%7D", kMarkLabel, mark);
  CUTSET_ASSIGN(const Answer found,
                ask(socket_path, "GET", kind.list + filter, deadline));
  // 503: the engine is in no Swarm, so it has no services.
  if (found.status == 503 || found.status == 404 || found.status == 406) return {};
  if (found.status != 200)
    return Error::unavailable(
        fmt::format("the engine at {} answers {} to a question for what is ours",
                    socket_path, found.status));
  for (const std::string& id : object_ids(found.body, kind.key)) {
    CUTSET_ASSIGN(const Answer removed,
                  ask(socket_path, "DELETE", kind.remove + id + kind.how, deadline));
    if (removed.status >= 400 && removed.status != 404 && !is_in_use(removed.status))
      return Error::unavailable(fmt::format("the engine at {} answers {} to removing {}",
                                            socket_path, removed.status, id));
  }
  return {};
}

/// Whether something of ours is still there.
Result<bool> has_objects(const std::string& socket_path, const std::string& mark,
                         Clock::time_point deadline) {
  const std::string filter =
      fmt::format("filters=%7B%22label%22%3A%5B%22{}%3D{}%22%5D%7D", kMarkLabel, mark);
  for (const ObjectKind& kind : kKinds) {
    CUTSET_ASSIGN(const Answer found,
                  ask(socket_path, "GET", kind.list + filter, deadline));
    if (found.status == 200 && !object_ids(found.body, kind.key).empty()) return true;
  }
  return false;
}

}  // namespace

bool is_mark(std::string_view text) {
  return text.size() == 32 &&
         text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

std::vector<std::string> object_ids(std::string_view answer, std::string_view key) {
  const std::string head = fmt::format("\"{}\":\"", key);
  std::vector<std::string> ids;
  for (size_t at = answer.find(head); at != std::string_view::npos;
       at = answer.find(head, at)) {
    at += head.size();
    const size_t end = answer.find('"', at);
    if (end == std::string_view::npos) break;
    const std::string_view id = answer.substr(at, end - at);
    const bool is_id = id.size() >= 20 && id.size() <= 64 &&
                       id.find_first_not_of("abcdefghijklmnopqrstuvwxyz0123456789") ==
                           std::string_view::npos;
    if (is_id) ids.emplace_back(id);
    at = end;
  }
  return ids;
}

Status undo_engine_objects(const std::vector<std::string>& words) {
  if (words.size() != 2 || words[0].empty() || words[0][0] != '/' || !is_mark(words[1]))
    return Error::internal("a damaged record of containers");
  if (::access(words[0].c_str(), F_OK) != 0) return {};
  const auto deadline = Clock::now() + kEnginePatience;
  while (true) {
    for (const ObjectKind& kind : kKinds)
      CUTSET_TRY(remove_objects(words[0], words[1], kind, deadline));
    // Tasks of a service end some time after it; a network goes after them.
    CUTSET_ASSIGN(const bool left, has_objects(words[0], words[1], deadline));
    if (!left) return {};
    if (Clock::now() > deadline)
      return Error::unavailable("the engine at " + words[0] +
                                " does not remove what is ours");
    ::usleep(100'000);
  }
}

Status EngineClaims::claim(const std::string& engine, const std::string& mark) {
  const std::lock_guard lock(mutex_);
  const UndoRecord record{kEngineObjectsRecord, {engine, mark}};
  CUTSET_ASSIGN(const uint64_t number, intents_.write(record));
  claims_.push_back({number, record});
  return {};
}

Status EngineClaims::remove_all() {
  const std::lock_guard lock(mutex_);
  Status result;
  for (const OpenRecord& claim : claims_) {
    Status undone = undo_engine_objects(claim.record.words);
    if (undone.ok()) undone = intents_.strike(claim.number);
    if (!undone.ok() && result.ok()) result = undone;
  }
  claims_.clear();
  return result;
}

}  // namespace cutset::agent
