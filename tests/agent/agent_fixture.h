// The real cutset-agent in a folder of its own, a client of it, and a look at which
// processes are left.
#pragma once

#include <chrono>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "cutset/agent/v1/agent.grpc.pb.h"
#include <grpcpp/grpcpp.h>
#include <gtest/gtest.h>

namespace cutset::agent::test {

/// Waits until `condition` holds; false after `patience`.
bool eventually(const std::function<bool()>& condition,
                std::chrono::milliseconds patience = std::chrono::milliseconds(5000));

/// Living processes whose command line holds `word`.
std::vector<pid_t> processes_with(const std::string& word);
/// The same, or with TEST_WORD=word in their environment.
std::vector<pid_t> traces_of(const std::string& word);
/// Stops a process with all its threads; false if that does not come about.
bool pause_process(pid_t pid);
/// Living children of a process.
std::vector<pid_t> children_of(pid_t pid);

/// A controller: Hello, a Keep stream that beats, and the other calls with its token.
class Controller {
 public:
  explicit Controller(const std::string& socket_path);
  ~Controller();

  grpc::Status hello(const std::string& name = "test");
  void keep(std::chrono::milliseconds interval);
  /// Ends the stream in good order and returns its status.
  grpc::Status close();
  /// Stops beating but leaves the stream open.
  void fall_silent();

  grpc::Status start(const std::string& name, const std::vector<std::string>& arguments,
                     const std::map<std::string, std::string>& environment = {},
                     const std::string& folder = "");
  grpc::Status stop(const std::string& name, uint32_t grace_ms, int* exit_code = nullptr);
  std::string log(const std::string& name, int64_t offset = -1, uint32_t max_bytes = 0);
  grpc::Status arm(const std::string& run, int faults);
  grpc::Status collect(const std::string& run, uint32_t limit_ms,
                       v1::CollectRunReply* reply,
                       std::optional<std::chrono::milliseconds> deadline = std::nullopt);
  v1::GetStatusReply status();

  v1::Agent::Stub& stub() { return *stub_; }
  std::string token;
  int64_t last_pid = 0;

 private:
  std::unique_ptr<v1::Agent::Stub> stub_;
  std::unique_ptr<grpc::ClientContext> keep_context_;
  std::unique_ptr<grpc::ClientReaderWriter<v1::Beat, v1::BeatReply>> keep_stream_;
  std::thread beating_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stop_beating_ = false;
};

class AgentFixture : public testing::Test {
 protected:
  AgentFixture();
  ~AgentFixture() override;

  /// Starts `cutset-agent serve`; returns when the socket is served. The keeper is the
  /// child.
  void start_agent(const std::vector<std::string>& options = {});
  /// Runs a command of the agent's binary to its end: exit code and everything it
  /// printed.
  std::pair<int, std::string> run_agent(const std::vector<std::string>& arguments);
  /// Waits for the keeper to end. Nothing after `patience`.
  std::optional<int> wait_agent(
      std::chrono::milliseconds patience = std::chrono::milliseconds(5000));
  pid_t worker() const;

  /// A shell command whose process can be recognised by word().
  std::vector<std::string> shell(const std::string& script) const;
  const std::string& word() const { return word_; }
  /// Fails unless, within 5 s, no process of this test and no socket is left.
  void expect_nothing_left();

  std::string folder_;
  std::string socket_;
  std::string state_;
  pid_t keeper_ = 0;

 private:
  std::string word_;
};

}  // namespace cutset::agent::test
