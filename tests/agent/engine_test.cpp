// The engine's API: what its answers say, hostile ones included, and the requests against
// an engine made of canned answers on a unix socket.
#include <filesystem>
#include <thread>

#include <fmt/format.h>
#include <gtest/gtest.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "agent/engine/container_engine.h"
#include "agent/engine/engine_json.h"
#include "agent/engine/http_client.h"
#include "agent/groups/group.h"
#include "agent/plan/container_body.h"
#include "base/fd.h"

namespace cutset::agent {
namespace {

using std::chrono::milliseconds;

const std::string kId(64, 'a');

// Answers each connection with the next of its answers; keeps what was asked.
class FakeEngine {
 public:
  explicit FakeEngine(std::vector<std::string> answers)
      : path_(testing::TempDir() + fmt::format("engine-{}.sock", ::getpid())),
        answers_(std::move(answers)) {
    ::unlink(path_.c_str());
    listener_ = Fd(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
    sockaddr_un address{};
    address.sun_family = AF_UNIX;
    path_.copy(address.sun_path, sizeof address.sun_path - 1);
    EXPECT_EQ(::bind(listener_.get(), reinterpret_cast<const sockaddr*>(&address),
                     sizeof address),
              0);
    EXPECT_EQ(::listen(listener_.get(), 8), 0);
    thread_ = std::thread([this] { serve(); });
  }
  ~FakeEngine() {
    ::shutdown(listener_.get(), SHUT_RDWR);
    thread_.join();
    ::unlink(path_.c_str());
  }
  const std::string& path() const { return path_; }
  std::vector<std::string> asked;

 private:
  void serve() {
    for (const std::string& answer : answers_) {
      const Fd connection(::accept(listener_.get(), nullptr, nullptr));
      if (!connection.valid()) return;
      char buffer[65536];
      const ssize_t count = ::read(connection.get(), buffer, sizeof buffer);
      asked.emplace_back(buffer, static_cast<size_t>(std::max<ssize_t>(count, 0)));
      (void)!::send(connection.get(), answer.data(), answer.size(), MSG_NOSIGNAL);
      if (answer.empty()) ::usleep(500'000);  // a hanging engine
    }
  }

  std::string path_;
  std::vector<std::string> answers_;
  Fd listener_;
  std::thread thread_;
};

std::string ok(const std::string& body) {
  return fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{}", body.size(),
                     body);
}

std::string container(bool running, bool paused) {
  return fmt::format(
      "{{\"Id\":\"{}\",\"State\":{{\"Running\":{},\"Paused\":{},\"Pid\":1,\"ExitCode\":0}"
      "},"
      "\"Config\":{{\"Labels\":{{\"slot\":\"1\"}},\"StopSignal\":\"SIGQUIT\"}},"
      "\"Mounts\":[{{\"Source\":\"/x\",\"Destination\":\"/data\"}}]}}",
      kId, running, paused);
}

TEST(EngineJson, ReadsWhatItNeeds) {
  const auto state = read_container(container(true, false));
  ASSERT_TRUE(state.ok()) << state.error().text();
  EXPECT_TRUE(state->running);
  EXPECT_EQ(state->labels.at("slot"), "1");
  EXPECT_EQ(state->stop_signal, "SIGQUIT");
  EXPECT_EQ(state->mounts.at(0).destination, "/data");
}

TEST(EngineJson, TrustsNothing) {
  for (const char* text :
       {"", "{", "[]", "{\"Id\":\"../../x\",\"State\":{}}", "{\"Id\":7}", "null", "[{}]",
        "[[[[[[[[", "{\"Id\":\"\\ud800\"}"}) {
    EXPECT_FALSE(read_container(text).ok()) << text;
  }
  EXPECT_FALSE(read_container_list("[{\"Id\":\"short\"}]").ok());
  EXPECT_EQ(json_text("a\"b\\c\n"), "\"a\\\"b\\\\c\\u000a\"");
}

TEST(EngineJson, TakesFramesApart) {
  const std::string frames =
      std::string("\1\0\0\0\0\0\0\3out", 11) + std::string("\2\0\0\0\0\0\0\3err", 11);
  EXPECT_EQ(unframed_output(frames), "outerr");
  EXPECT_EQ(unframed_output(frames.substr(0, 13)), std::string("out\2\0", 5));
  EXPECT_EQ(unframed_output("plain text"), "plain text");
}

TEST(Engine, FindsByLabelsAndTellsRefusals) {
  FakeEngine engine({ok("[{\"Id\":\"" + kId + "\"}]"),
                     "HTTP/1.1 409 Conflict\r\nContent-Length: 23\r\n\r\n"
                     "{\"message\":\"no, never\"}"});
  const ContainerEngine client(engine.path());
  const auto ids = client.list({"cutset=a b"});
  ASSERT_TRUE(ids.ok()) << ids.error().text();
  EXPECT_EQ(*ids, std::vector<std::string>{kId});
  EXPECT_NE(
      engine.asked.at(0).find("filters=%7B%22label%22%3A%5B%22cutset%3Da%20b%22%5D%7D"),
      std::string::npos)
      << engine.asked.at(0);
  const Status paused = client.pause(kId);
  ASSERT_FALSE(paused.ok());
  EXPECT_NE(paused.error().text().find("no, never (409)"), std::string::npos);
}

TEST(Engine, IsBoundedInTimeAndSpace) {
  FakeEngine engine(
      {"", "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\n" + std::string(100, 'x'),
       "rubbish"});
  HttpRequest request;
  request.target = "/x";
  request.deadline = milliseconds(100);
  const auto begun = std::chrono::steady_clock::now();
  EXPECT_FALSE(send_request(engine.path(), request).ok());
  EXPECT_LT(std::chrono::steady_clock::now() - begun, milliseconds(400));
  request.deadline = milliseconds(3000);
  request.body_limit = 10;
  const auto cut = send_request(engine.path(), request);
  ASSERT_TRUE(cut.ok()) << cut.error().text();
  EXPECT_EQ(cut->body.size(), 10U);
  EXPECT_TRUE(cut->cut);
  EXPECT_FALSE(send_request(engine.path(), request).ok());
  EXPECT_FALSE(send_request("/nonexistent/engine.sock", request).ok());
}

TEST(Engine, UndoResumesOnlyAPausedContainer) {
  FakeEngine engine({ok(container(true, true)), "HTTP/1.1 204 No Content\r\n\r\n",
                     ok(container(true, false)),
                     "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n"});
  EXPECT_TRUE(undo_paused_container({engine.path(), kId}).ok());
  EXPECT_TRUE(undo_paused_container({engine.path(), kId}).ok()) << "not paused";
  EXPECT_TRUE(undo_paused_container({engine.path(), kId}).ok()) << "gone";
  ASSERT_EQ(engine.asked.size(), 4U);
  EXPECT_NE(engine.asked[1].find("/unpause"), std::string::npos);
}

const std::string kService = "v9ipnx8ixoiwz259pn1sgij5y";

std::string task(char id, const std::string& name, bool running,
                 const std::string& service = kService) {
  return fmt::format(
      R"({{"Id":"{}","State":{{"Running":{},"Pid":1}},"Config":{{"Labels":{{)"
      R"("org.cutset.mark":"x","com.docker.swarm.service.id":"{}",)"
      R"("com.docker.swarm.task.name":"{}"}}}}}})",
      std::string(64, id), running, service, name);
}

std::string service_with(int replicas) {
  return fmt::format(
      R"({{"Version":{{"Index":43}},"Spec":{{"Name":"w\"eb","Mode":{{"Replicated":)"
      R"({{"Replicas":{}}}}},"TaskTemplate":{{"ForceUpdate":0}}}}}})",
      replicas);
}

std::string listed(const std::string& ids) {
  std::string text;
  for (const char id : ids)
    text += (text.empty() ? "{\"Id\":\"" : ",{\"Id\":\"") + std::string(64, id) + "\"}";
  return ok("[" + text + "]");
}

v1::Instance task_instance(const std::string& engine, uint32_t slot) {
  v1::Instance instance;
  instance.mutable_name()->set_service("web");
  instance.mutable_container()->set_engine(engine);
  instance.mutable_container()->add_labels("org.cutset.mark=x");
  instance.mutable_container()->mutable_task()->set_service(kService);
  instance.mutable_container()->mutable_task()->set_slot(slot);
  return instance;
}

TEST(EngineJson, ChangesOnlyTheNumberOfReplicas) {
  const auto service = read_service(service_with(2), 3);
  ASSERT_TRUE(service.ok()) << service.error().text();
  EXPECT_EQ(service->version, 43);
  EXPECT_EQ(service->replicas, 2);
  EXPECT_EQ(
      service->with_replicas,
      R"({"Name":"w\"eb","Mode":{"Replicated":{"Replicas":3}},"TaskTemplate":{"ForceUpdate":0}})");
  for (const char* text :
       {"", "[]", "{}", R"({"Version":{"Index":1},"Spec":{"Mode":{"Global":{}}}})",
        R"({"Version":7,"Spec":{"Mode":{"Replicated":{"Replicas":1}}}})",
        R"({"Version":{"Index":1},"Spec":{"Mode":{"Replicated":{"Replicas":"2"}}}})"}) {
    EXPECT_FALSE(read_service(text, 3).ok()) << text;
  }
}

TEST(SwarmTask, IsTheOneOfItsServiceAndSlot) {
  FakeEngine engine({listed("abcd"), ok(task('a', "web.1.x", true)),
                     ok(task('b', "a.web.2.x", true)), ok(task('c', "web.12.x", true)),
                     ok(task('d', "web.2.y", true, "another"))});
  const v1::Instance instance = task_instance(engine.path(), 2);
  const auto found = ContainerBody(instance).look();
  ASSERT_TRUE(found.ok()) << found.error().text();
  EXPECT_EQ(found->id, std::string(64, 'b'));
}

TEST(SwarmTask, OneThatHasNeverBeenIsAReplicaMore) {
  FakeEngine engine({listed("a"), ok(task('a', "web.1.x", true)), ok(service_with(1)),
                     "HTTP/1.1 500 No\r\nContent-Length: 36\r\n\r\n"
                     "{\"message\":\"update out of sequence\"}",
                     ok(service_with(1)), ok("{}"), listed("ab"),
                     ok(task('a', "web.1.x", true)), ok(task('b', "web.2.x", true))});
  const v1::Instance instance = task_instance(engine.path(), 2);
  const auto started = ContainerBody(instance).start();
  ASSERT_TRUE(started.ok()) << started.error().text();
  EXPECT_EQ(*started, "container bbbbbbbbbbbb");
  EXPECT_NE(engine.asked.at(5).find("/services/" + kService + "/update?version=43"),
            std::string::npos)
      << engine.asked.at(5);
}

TEST(SwarmTask, OneThatHasEndedIsStartedAgainAndOneThatRunsIsLeft) {
  FakeEngine engine({listed("a"), ok(task('a', "web.1.x", false)), listed("a"),
                     ok(task('a', "web.1.x", false)), "HTTP/1.1 204 No Content\r\n\r\n",
                     listed("a"), ok(task('a', "web.1.x", true))});
  const v1::Instance instance = task_instance(engine.path(), 1);
  EXPECT_TRUE(ContainerBody(instance).start().ok());
  EXPECT_NE(engine.asked.at(4).find("/start"), std::string::npos) << engine.asked.at(4);
  EXPECT_TRUE(ContainerBody(instance).start().ok());
  EXPECT_EQ(engine.asked.size(), 7U);
}

TEST(GroupRoot, IsFoundInHybridUnifiedAndOldSettings) {
  const char* unified =
      "30 20 0:27 / /sys/fs/cgroup/uni\\040fied rw - cgroup2 cgroup2 rw\n";
  const char* freezer =
      "31 20 0:28 / /sys/fs/cgroup/freezer rw - cgroup cgroup rw,freezer\n";
  const char* own = "4:freezer:/f\n3:cpu,cpuacct:/c\n0::/system.slice/x.service\n";
  const auto yes = [](const std::string&) { return true; };
  const auto root = choose_group_root(std::string(freezer) + unified, own, yes);
  ASSERT_TRUE(root.has_value());
  EXPECT_TRUE(root->unified);
  EXPECT_EQ(root->folder, "/sys/fs/cgroup/uni fied/system.slice/x.service");
  EXPECT_EQ(root->below, "system.slice/x.service");
  const auto only_freezer = [](const std::string& folder) {
    return folder.find("freezer") != std::string::npos;
  };
  const auto old = choose_group_root(std::string(unified) + freezer, own, only_freezer);
  ASSERT_TRUE(old.has_value());
  EXPECT_FALSE(old->unified);
  EXPECT_EQ(old->folder, "/sys/fs/cgroup/freezer/f");
  EXPECT_FALSE(choose_group_root("", own, yes).has_value());
}

}  // namespace
}  // namespace cutset::agent
