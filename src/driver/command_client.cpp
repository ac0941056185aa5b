// A client that is a program of the user: it gets one operation a line on its standard
// input and answers each with one line (docs/workloads.md).
//
// Each client has a process of its own. One that does not answer in time is ended and
// started again, for its late answer would be taken for that of the next operation.
#include <cerrno>
#include <csignal>
#include <cstring>

#include "driver/client.h"
#include "driver/tcp.h"
#include "history/event_reader.h"
#include "history/event_writer.h"
#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"

namespace cutset::driver {

namespace {

constexpr auto kTimeToEnd = std::chrono::milliseconds(500);

class CommandClient : public Client {
 public:
  CommandClient(const CommandPlan& plan, Milliseconds timeout)
      : plan_(plan), timeout_(timeout) {}
  ~CommandClient() override { end(); }
  CommandClient(const CommandClient&) = delete;
  CommandClient& operator=(const CommandClient&) = delete;

  Status start() {
    int in[2];
    int out[2];
    if (::pipe2(in, O_CLOEXEC) != 0) return Error::system("pipe");
    Fd child_input(in[0]);
    input_.reset(in[1]);
    if (::pipe2(out, O_CLOEXEC) != 0) return Error::system("pipe");
    output_.reset(out[0]);
    Fd child_output(out[1]);
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    ::posix_spawn_file_actions_init(&actions);
    ::posix_spawnattr_init(&attributes);
    ::posix_spawn_file_actions_adddup2(&actions, child_input.get(), STDIN_FILENO);
    ::posix_spawn_file_actions_adddup2(&actions, child_output.get(), STDOUT_FILENO);
    if (!plan_.folder.empty()) {
      ::posix_spawn_file_actions_addchdir_np(&actions, plan_.folder.c_str());
    }
    ::posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETPGROUP);
    ::posix_spawnattr_setpgroup(&attributes, 0);
    std::vector<char*> arguments;
    for (const std::string& argument : plan_.arguments) {
      arguments.push_back(const_cast<char*>(argument.c_str()));
    }
    arguments.push_back(nullptr);
    const int failed = ::posix_spawnp(&process_, arguments[0], &actions, &attributes,
                                      arguments.data(), environ);
    ::posix_spawnattr_destroy(&attributes);
    ::posix_spawn_file_actions_destroy(&actions);
    if (failed != 0) {
      process_ = -1;
      return Error::unavailable(
          fmt::format("cannot start {}: {}", plan_.arguments[0], std::strerror(failed)));
    }
    rest_.clear();
    return {};
  }

  Reply perform(const Request& request) override {
    if (process_ < 0) {
      if (const Status started = start(); !started.ok()) {
        return Reply::fail(started.error().message);
      }
    }
    history::Event event;
    event.process = request.process;
    event.f = request.f;
    event.key = request.key;
    event.value = request.value;
    if (!request.token.empty()) event.token = request.token;
    event.phase = request.phase;
    const std::string line = history::line_of(event);
    Reply reply = exchange(line);
    if (reply.type == history::EventType::kInfo && is_lost_) end();
    return reply;
  }

 private:
  Reply exchange(const std::string& line) {
    is_lost_ = true;
    const ssize_t written = ::write(input_.get(), line.data(), line.size());
    if (written < 0) return Reply::info("the client's program has ended");
    if (static_cast<size_t>(written) != line.size()) {
      return Reply::info("the client's program does not read its input");
    }
    const auto deadline = Clock::now() + timeout_;
    while (rest_.find('\n') == std::string::npos) {
      const auto left = std::chrono::ceil<Milliseconds>(deadline - Clock::now());
      pollfd polled{output_.get(), POLLIN, 0};
      const int ready =
          ::poll(&polled, 1, static_cast<int>(std::max<int64_t>(left.count(), 0)));
      if (ready < 0 && errno == EINTR) continue;
      if (ready <= 0) return Reply::info("no answer in time");
      char buffer[4096];
      const ssize_t got = ::read(output_.get(), buffer, sizeof buffer);
      if (got <= 0) return Reply::info("the client's program has ended");
      rest_.append(buffer, static_cast<size_t>(got));
      if (rest_.size() > history::kLongestLine) return Reply::info("an answer too long");
    }
    const size_t end = rest_.find('\n');
    const std::string answer = rest_.substr(0, end);
    rest_.erase(0, end + 1);
    return understood(answer);
  }

  /// Anything that is not understood is info: the operation may have happened.
  Reply understood(const std::string& line) {
    auto parsed = history::parse_line(line);
    if (!parsed.ok()) {
      return Reply::info(
          fmt::format("the client's program answers what is no event, column "
                      "{}: {}",
                      parsed.error().column, parsed.error().message));
    }
    const auto* event = std::get_if<history::Event>(&*parsed);
    if (event == nullptr || event->type == history::EventType::kInvoke) {
      return Reply::info("the client's program answers without ok, fail or info");
    }
    is_lost_ = false;
    return {event->type, event->value, event->error, event->endpoint};
  }

  void end() {
    input_.reset();
    output_.reset();
    if (process_ < 0) return;
    // Its input has ended; a program that reads it ends by itself.
    const auto deadline = Clock::now() + kTimeToEnd;
    int status = 0;
    while (::waitpid(process_, &status, WNOHANG) == 0) {
      if (Clock::now() > deadline || is_lost_) {
        ::kill(-process_, SIGKILL);
        ::waitpid(process_, &status, 0);
        break;
      }
      ::usleep(1000);
    }
    process_ = -1;
  }

  const CommandPlan& plan_;
  Milliseconds timeout_;
  pid_t process_ = -1;
  Fd input_;
  Fd output_;
  std::string rest_;
  bool is_lost_ = false;  // it may still answer what nobody waits for
};

}  // namespace

Result<std::unique_ptr<Client>> make_command_client(const CommandPlan& plan,
                                                    Milliseconds timeout, int64_t) {
  auto client = std::make_unique<CommandClient>(plan, timeout);
  CUTSET_TRY(client->start());
  return std::unique_ptr<Client>(std::move(client));
}

}  // namespace cutset::driver
