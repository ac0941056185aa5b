#include "agent_fixture.h"

#include <atomic>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <sstream>

#include <fcntl.h>
#include <fmt/format.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/intent_log.h"
#include "agent/proc.h"
#include "agent/unix_socket.h"
#include "base/file.h"
#include "base/subprocess.h"

namespace cutset::agent::test {

using std::chrono::milliseconds;

namespace {

std::string command_line_of(pid_t pid) {
  std::ifstream file(fmt::format("/proc/{}/cmdline", pid), std::ios::binary);
  std::stringstream content;
  content << file.rdbuf();
  return content.str();
}

}  // namespace

bool eventually(const std::function<bool()>& condition, milliseconds patience) {
  const auto deadline = std::chrono::steady_clock::now() + patience;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > deadline) return false;
    std::this_thread::sleep_for(milliseconds(5));
  }
  return true;
}

std::vector<pid_t> processes_with(const std::string& word) {
  std::vector<pid_t> found;
  for (const ProcessInfo& info : all_processes()) {
    if (!info.dead() && command_line_of(info.id.pid).find(word) != std::string::npos)
      found.push_back(info.id.pid);
  }
  return found;
}

std::vector<pid_t> traces_of(const std::string& word) {
  std::vector<pid_t> found;
  for (const ProcessInfo& info : all_processes()) {
    if (!info.dead() && (command_line_of(info.id.pid).find(word) != std::string::npos ||
                         environment_holds(info.id.pid, "TEST_WORD=" + word, false))) {
      found.push_back(info.id.pid);
    }
  }
  return found;
}

bool pause_process(pid_t pid) {
  ::kill(pid, SIGSTOP);
  // The threads stop one after another.
  return eventually([pid] {
    for (const auto& thread :
         std::filesystem::directory_iterator(fmt::format("/proc/{}/task", pid))) {
      const Result<std::string> stat = read_file(thread.path().string() + "/stat", 4096);
      const auto info = stat.ok() ? parse_stat(*stat) : std::nullopt;
      if (!info || info->state != 'T') return false;
    }
    return true;
  });
}

std::vector<pid_t> children_of(pid_t pid) {
  std::vector<pid_t> found;
  for (const ProcessInfo& info : all_processes()) {
    if (info.parent == pid && !info.dead()) found.push_back(info.id.pid);
  }
  return found;
}

Controller::Controller(const std::string& socket_path)
    : stub_(v1::Agent::NewStub(grpc::CreateChannel(
          "unix:" + socket_path, grpc::InsecureChannelCredentials()))) {}

Controller::~Controller() {
  fall_silent();
  if (keep_context_) keep_context_->TryCancel();
  if (keep_stream_) keep_stream_->Finish();
}

grpc::Status Controller::hello(const std::string& name) {
  v1::HelloRequest request;
  request.set_protocol_version(1);
  request.set_controller(name);
  v1::HelloReply reply;
  grpc::ClientContext context;
  const grpc::Status status = stub_->Hello(&context, request, &reply);
  token = reply.lease();
  return status;
}

void Controller::keep(milliseconds interval) {
  keep_context_ = std::make_unique<grpc::ClientContext>();
  keep_stream_ = stub_->Keep(keep_context_.get());
  v1::Beat beat;
  beat.set_lease(token);
  v1::BeatReply reply;
  ASSERT_TRUE(keep_stream_->Write(beat) && keep_stream_->Read(&reply));
  beating_ = std::thread([this, beat, interval] {
    v1::BeatReply answer;
    std::unique_lock lock(mutex_);
    while (!changed_.wait_for(lock, interval, [this] { return stop_beating_; })) {
      if (!keep_stream_->Write(beat) || !keep_stream_->Read(&answer)) return;
    }
  });
}

void Controller::fall_silent() {
  if (!beating_.joinable()) return;
  {
    const std::lock_guard lock(mutex_);
    stop_beating_ = true;
    changed_.notify_all();
  }
  beating_.join();
}

grpc::Status Controller::close() {
  fall_silent();
  keep_stream_->WritesDone();
  const grpc::Status status = keep_stream_->Finish();
  keep_stream_.reset();
  return status;
}

grpc::Status Controller::start(const std::string& name,
                               const std::vector<std::string>& arguments,
                               const std::map<std::string, std::string>& environment,
                               const std::string& folder) {
  v1::StartServiceRequest request;
  request.set_lease(token);
  request.set_name(name);
  request.set_folder(folder);
  for (const std::string& argument : arguments) request.add_arguments(argument);
  for (const auto& [variable, value] : environment) {
    auto* added = request.add_environment();
    added->set_name(variable);
    added->set_value(value);
  }
  v1::StartServiceReply reply;
  grpc::ClientContext context;
  const grpc::Status status = stub_->StartService(&context, request, &reply);
  last_pid = reply.pid();
  return status;
}

grpc::Status Controller::stop(const std::string& name, uint32_t grace_ms,
                              int* exit_code) {
  v1::StopServiceRequest request;
  request.set_lease(token);
  request.set_name(name);
  request.set_grace_ms(grace_ms);
  v1::StopServiceReply reply;
  grpc::ClientContext context;
  const grpc::Status status = stub_->StopService(&context, request, &reply);
  if (exit_code != nullptr) *exit_code = reply.exit_code();
  return status;
}

std::string Controller::log(const std::string& name, int64_t offset, uint32_t max_bytes) {
  v1::ReadLogRequest request;
  request.set_lease(token);
  request.set_name(name);
  request.set_offset(offset);
  request.set_max_bytes(max_bytes);
  v1::ReadLogReply reply;
  grpc::ClientContext context;
  const grpc::Status status = stub_->ReadLog(&context, request, &reply);
  return status.ok() ? reply.content() : "error: " + status.error_message();
}

grpc::Status Controller::arm(const std::string& run, int faults) {
  v1::ArmRunRequest request;
  request.set_lease(token);
  request.set_run(run);
  for (int i = 0; i < faults; ++i)
    request.add_faults()->set_id(static_cast<uint32_t>(i + 1));
  v1::ArmRunReply reply;
  grpc::ClientContext context;
  return stub_->ArmRun(&context, request, &reply);
}

grpc::Status Controller::collect(const std::string& run, uint32_t limit_ms,
                                 v1::CollectRunReply* reply,
                                 std::optional<milliseconds> deadline) {
  v1::CollectRunRequest request;
  request.set_lease(token);
  request.set_run(run);
  request.set_limit_ms(limit_ms);
  grpc::ClientContext context;
  if (deadline) context.set_deadline(std::chrono::system_clock::now() + *deadline);
  return stub_->CollectRun(&context, request, reply);
}

v1::GetStatusReply Controller::status() {
  v1::GetStatusReply reply;
  grpc::ClientContext context;
  const grpc::Status status = stub_->GetStatus(&context, v1::GetStatusRequest(), &reply);
  EXPECT_TRUE(status.ok()) << status.error_message();
  return reply;
}

AgentFixture::AgentFixture() {
  static std::atomic<int> counter{0};
  char name[] = "/tmp/cutset-agent-test-XXXXXX";
  folder_ = ::mkdtemp(name);
  socket_ = folder_ + "/agent.sock";
  state_ = folder_ + "/state";
  word_ = fmt::format("cutset-test-word-{}-{}", ::getpid(), ++counter);
}

AgentFixture::~AgentFixture() {
  if (keeper_ > 0) {
    ::kill(keeper_, SIGTERM);
    if (!wait_agent(milliseconds(8000))) ::kill(keeper_, SIGKILL);
  }
  for (const pid_t pid : traces_of(word_)) ::kill(pid, SIGKILL);
  std::error_code ignored;
  std::filesystem::remove_all(folder_, ignored);
}

void AgentFixture::start_agent(const std::vector<std::string>& options) {
  std::vector<std::string> arguments = {CUTSET_AGENT_BINARY, "serve", "--socket", socket_,
                                        "--state",           state_};
  arguments.insert(arguments.end(), options.begin(), options.end());
  std::vector<char*> pointers;
  for (std::string& argument : arguments) pointers.push_back(argument.data());
  pointers.push_back(nullptr);
  keeper_ = ::fork();
  if (keeper_ == 0) {
    const int output =
        ::open((folder_ + "/agent.log").c_str(), O_WRONLY | O_CREAT | O_APPEND, 0600);
    ::dup2(output, STDERR_FILENO);
    ::execv(pointers[0], pointers.data());
    ::_exit(127);
  }
  // Not only a socket that answers: an agent before this one may still hold it.
  ASSERT_TRUE(eventually(
      [this] {
        const auto intent = read_intent(state_);
        return intent.ok() && *intent && (*intent)->keeper.pid == keeper_ &&
               (*intent)->worker && is_served(socket_);
      },
      milliseconds(10000)))
      << read_file(folder_ + "/agent.log", 1 << 20).value();
}

std::pair<int, std::string> AgentFixture::run_agent(
    const std::vector<std::string>& arguments) {
  CommandSpec spec;
  spec.arguments = {CUTSET_AGENT_BINARY};
  spec.arguments.insert(spec.arguments.end(), arguments.begin(), arguments.end());
  spec.deadline = milliseconds(20000);
  const Result<CommandOutcome> outcome = run_command(spec);
  if (!outcome.ok()) return {-1, outcome.error().text()};
  return {outcome->timed_out ? -2 : outcome->exit_code,
          outcome->output + outcome->error_output};
}

std::optional<int> AgentFixture::wait_agent(milliseconds patience) {
  int status = 0;
  if (!eventually([&] { return ::waitpid(keeper_, &status, WNOHANG) == keeper_; },
                  patience))
    return std::nullopt;
  keeper_ = 0;
  return WIFEXITED(status) ? WEXITSTATUS(status) : 128 + WTERMSIG(status);
}

pid_t AgentFixture::worker() const {
  for (const pid_t child : children_of(keeper_)) {
    if (command_line_of(child).find(socket_) != std::string::npos) return child;
  }
  return 0;
}

std::vector<std::string> AgentFixture::shell(const std::string& script) const {
  return {"sh", "-c", script, word_};
}

void AgentFixture::expect_nothing_left() {
  EXPECT_TRUE(eventually([this] { return processes_with(word_).empty(); }))
      << processes_with(word_).size() << " processes are left";
  EXPECT_TRUE(eventually([this] { return processes_with(socket_).empty(); }))
      << "the agent is left";
  EXPECT_TRUE(eventually([this] { return !std::filesystem::exists(socket_); }))
      << "the socket is left";
}

}  // namespace cutset::agent::test
