#include "agent/link/nft.h"

#include <algorithm>
#include <atomic>
#include <cerrno>
#include <chrono>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/subprocess.h"
#include "base/text.h"

namespace cutset::agent::link {

namespace {

constexpr std::string_view kNamePrefix = "cutset_";
constexpr size_t kMarkLength = 32;
constexpr std::chrono::milliseconds kLimit{2000};
constexpr int kLongestText = 1 << 20;

Result<pid_t> spawn_nft(int input, int errors) {
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, input, STDIN_FILENO);
  posix_spawn_file_actions_addopen(&actions, STDOUT_FILENO, "/dev/null", O_WRONLY, 0);
  posix_spawn_file_actions_adddup2(&actions, errors, STDERR_FILENO);
  posix_spawnattr_t attributes;
  posix_spawnattr_init(&attributes);
  sigset_t none;
  sigset_t defaults;
  sigemptyset(&none);
  sigfillset(&defaults);
  posix_spawnattr_setsigmask(&attributes, &none);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
  char name[] = "nft";
  char option[] = "-f";
  char standard_input[] = "-";
  char* arguments[] = {name, option, standard_input, nullptr};
  pid_t pid = -1;
  const int failed =
      ::posix_spawnp(&pid, name, &actions, &attributes, arguments, environ);
  posix_spawn_file_actions_destroy(&actions);
  posix_spawnattr_destroy(&attributes);
  if (failed != 0) {
    return Error::unavailable(fmt::format(
        "cannot start nft: {}; install the package nftables", std::strerror(failed)));
  }
  return pid;
}

// Fits into the pipe, or is refused: writing never waits.
Status write_all(const Fd& file, std::string_view text) {
  ssize_t count = -1;
  do {
    count = ::write(file.get(), text.data(), text.size());
  } while (count < 0 && errno == EINTR);
  if (count < 0) return Error::system("nft does not take its rules");
  if (static_cast<size_t>(count) < text.size())
    return Error::bad_input(
        "the rules of one step are longer than nft is handed at once");
  return {};
}

// Until the program has closed its end, at most until the deadline.
bool read_to_end(const Fd& file, std::string& text) {
  const auto deadline = std::chrono::steady_clock::now() + kLimit;
  while (true) {
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
        deadline - std::chrono::steady_clock::now());
    if (left.count() <= 0) return false;
    pollfd polled{file.get(), POLLIN, 0};
    if (::poll(&polled, 1, static_cast<int>(left.count())) <= 0) continue;
    char buffer[4096];
    const ssize_t count = ::read(file.get(), buffer, sizeof buffer);
    if (count == 0) return true;
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return false;
    if (text.size() < 4096) text.append(buffer, static_cast<size_t>(count));
  }
}

Error refusal(const std::string& said) {
  std::string first = said.substr(0, said.find('\n'));
  const bool forbidden = first.find("not permitted") != std::string::npos;
  return Error::unavailable(fmt::format("nft refuses the rules: {}{}", one_line(first),
                                        forbidden ? "; the agent must run as root" : ""));
}

}  // namespace

Result<NftTransaction> NftTransaction::prepare(const NetworkNamespace& place) {
  int input[2];
  int errors[2];
  if (::pipe2(input, O_CLOEXEC) != 0) return Error::system("cannot make a pipe for nft");
  Fd theirs(input[0]);
  Fd ours(input[1]);
  if (::fcntl(ours.get(), F_SETPIPE_SZ, kLongestText) < 0 ||
      ::fcntl(ours.get(), F_SETFL, O_NONBLOCK) != 0)
    return Error::system("cannot set up a pipe for nft");
  if (::pipe2(errors, O_CLOEXEC) != 0) return Error::system("cannot make a pipe for nft");
  Fd said(errors[0]);
  const Fd says(errors[1]);
  pid_t pid = -1;
  CUTSET_TRY(place.run([&]() -> Status {
    CUTSET_ASSIGN(pid, spawn_nft(theirs.get(), says.get()));
    return {};
  }));
  return NftTransaction(pid, std::move(ours), std::move(theirs), std::move(said));
}

NftTransaction::NftTransaction(NftTransaction&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      input_(std::move(other.input_)),
      reader_(std::move(other.reader_)),
      errors_(std::move(other.errors_)) {}

NftTransaction::~NftTransaction() {
  end();
}

void NftTransaction::end() {
  if (pid_ <= 0) return;
  ::kill(pid_, SIGKILL);
  while (::waitpid(pid_, nullptr, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
}

Status NftTransaction::commit(const std::string& text) {
  CHECK(pid_ > 0);
  CUTSET_TRY(write_all(input_, text));
  input_.reset();
  reader_.reset();
  std::string said;
  if (!read_to_end(errors_, said)) {
    end();
    return Error::unavailable("nft did not answer in time");
  }
  int wait_status = 0;
  while (::waitpid(pid_, &wait_status, 0) < 0 && errno == EINTR) {
  }
  pid_ = -1;
  if (!WIFEXITED(wait_status) || WEXITSTATUS(wait_status) != 0) return refusal(said);
  return {};
}

bool is_our_table(const std::string& table) {
  std::string_view rest = table;
  if (rest.starts_with("inet ")) {
    rest.remove_prefix(5);
  } else if (rest.starts_with("netdev ")) {
    rest.remove_prefix(7);
  } else {
    return false;
  }
  if (!rest.starts_with(kNamePrefix)) return false;
  rest.remove_prefix(kNamePrefix.size());
  if (rest.size() < kMarkLength + 2 || rest.size() > kMarkLength + 12) return false;
  const std::string_view mark = rest.substr(0, kMarkLength);
  const std::string_view number = rest.substr(kMarkLength + 1);
  return mark.find_first_not_of("0123456789abcdef") == std::string_view::npos &&
         rest[kMarkLength] == '_' &&
         number.find_first_not_of("0123456789") == std::string_view::npos;
}

std::string next_table_name(const std::string& mark) {
  static std::atomic<uint32_t> next{1};
  return fmt::format("{}{}_{}", kNamePrefix, mark, next++);
}

Status in_force(const std::string& listed) {
  if (listed.find("flags dormant") == std::string::npos) return {};
  return Error::unavailable("the rules are there and not in force");
}

Result<std::string> list_table(const NetworkNamespace& place, const std::string& table) {
  CommandOutcome outcome;
  CUTSET_TRY(place.run([&]() -> Status {
    CommandSpec spec;
    spec.arguments = {"nft", "list", "table"};
    for (const std::string& word : split(table, " ")) spec.arguments.push_back(word);
    spec.deadline = kLimit;
    CUTSET_ASSIGN(outcome, run_command(spec));
    return {};
  }));
  if (outcome.exit_code != 0) return refusal(outcome.error_output);
  return outcome.output;
}

}  // namespace cutset::agent::link
