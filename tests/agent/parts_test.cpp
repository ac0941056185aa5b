// The parts of the agent one by one: no agent runs here.
#include <algorithm>
#include <atomic>
#include <filesystem>
#include <fstream>
#include <random>
#include <set>
#include <thread>

#include <gtest/gtest.h>
#include <signal.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "agent/cancel_watch.h"
#include "agent/command_line.h"
#include "agent/ending.h"
#include "agent/intent_log.h"
#include "agent/keeper_protocol.h"
#include "agent/lease.h"
#include "agent/ports.h"
#include "agent/proc.h"
#include "agent/state_folder.h"
#include "agent/unix_socket.h"
#include "agent/validate.h"

namespace cutset::agent {
namespace {

using std::chrono::milliseconds;

TEST(Proc, ParsesNamesThatHoldAnything) {
  const auto info =
      parse_stat("42 (a) R 1 (b) ) S 7 8 9 0 -1 0 0 0 0 0 1 2 3 4 20 0 1 0 777 0\n");
  ASSERT_TRUE(info.has_value());
  EXPECT_EQ(info->id, (ProcessId{42, 777}));
  EXPECT_EQ(info->state, 'S');
  EXPECT_EQ(info->parent, 7);
  EXPECT_EQ(info->group, 8);
  EXPECT_EQ(info->session, 9);
  for (const char* wrong :
       {"", "42", "42 (a", "42 (a) S",
        "x (a) S 7 8 9 0 -1 0 0 0 0 0 1 2 3 4 20 0 1 0 777 0",
        "42 (a) S 7 8 9 0 -1 0 0 0 0 0 1 2 3 4 20 0 1 0 -5 0", ") (42"}) {
    EXPECT_FALSE(parse_stat(wrong).has_value()) << wrong;
  }
}

TEST(Proc, KnowsItselfAndItsTime) {
  const auto self = read_process(::getpid());
  ASSERT_TRUE(self.has_value());
  EXPECT_EQ(self->parent, ::getppid());
  EXPECT_TRUE(alive(self->id));
  EXPECT_FALSE(alive({self->id.pid, self->id.start + 1}));
  EXPECT_LE(self->id.start, ticks_since_boot());
  EXPECT_GE(self->id.start + 100 * 3600, ticks_since_boot());
  EXPECT_FALSE(read_process(0).has_value());
  EXPECT_FALSE(read_process(-1).has_value());
}

TEST(Proc, FindsWholeEntriesOfAnEnvironment) {
  const pid_t child = ::fork();
  if (child == 0) {
    const char* environment[] = {"XMARK=a.b", "MARK=a.bc", nullptr};
    ::execle("/bin/sleep", "sleep", "60", nullptr, environment);
    ::_exit(127);
  }
  for (int i = 0; i < 1000 && !environment_holds(child, "XMARK=a.b", false); ++i)
    ::usleep(1000);
  EXPECT_TRUE(environment_holds(child, "MARK=a.", true));
  EXPECT_TRUE(environment_holds(child, "MARK=a.bc", false));
  EXPECT_FALSE(environment_holds(child, "MARK=a.b", false))
      << "neither a prefix nor a suffix of an entry";
  EXPECT_FALSE(environment_holds(child, "ARK=a.bc", true));
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
}

TEST(Ending, CatchesProcessesThatForkWhileTheyAreEnded) {
  const pid_t root = ::fork();
  if (root == 0) {
    ::setsid();
    ::signal(SIGTERM, SIG_IGN);
    // Deaf to SIGTERM, and a new child every millisecond until it is killed.
    for (int i = 0; i < 2000; ++i) {
      if (::fork() == 0) {
        ::pause();
        ::_exit(0);
      }
      ::usleep(1000);
    }
    ::_exit(0);
  }
  const auto living = [&] {
    ::waitpid(root, nullptr, WNOHANG);
    std::vector<ProcessInfo> found = all_processes();
    std::erase_if(found, [&](const ProcessInfo& info) {
      return info.dead() || info.session != root;
    });
    return found;
  };
  for (int i = 0; i < 1000 && living().size() < 5; ++i) ::usleep(1000);
  ASSERT_GE(living().size(), 5U);
  const Ending ending = end_processes(living, milliseconds(20), milliseconds(4000));
  EXPECT_TRUE(ending.left.empty());
  EXPECT_GE(ending.ended, 5);
}

TEST(IntentLog, RemembersWhatHasNotEnded) {
  const std::string mark(32, 'a');
  const auto intent = parse_intent(
      "cutset-intent 1 10 100 " + mark +
      " boot/pid:[1]\nsocket /a b/c\nown-folder\nworker 11 101\nstart x\n"
      "running x 12 102\nrunning y 13 103\nended x 12\nended y 99\nrunning torn 14 1");
  ASSERT_TRUE(intent.has_value());
  EXPECT_EQ(intent->socket, "/a b/c");
  EXPECT_TRUE(intent->own_folder);
  EXPECT_EQ(intent->worker, (ProcessId{11, 101}));
  ASSERT_EQ(intent->running.size(), 1U);
  EXPECT_EQ(intent->running[0].name, "y");
  EXPECT_EQ(intent->running[0].id, (ProcessId{13, 103}));
  EXPECT_FALSE(intent->closed);
}

TEST(IntentLog, TrustsNothing) {
  EXPECT_FALSE(parse_intent("").has_value());
  EXPECT_FALSE(parse_intent("cutset-intent 2 10 100 " + std::string(32, 'a') + " w\n")
                   .has_value());
  EXPECT_FALSE(parse_intent("cutset-intent 1 10 100 short w\n").has_value());
  EXPECT_FALSE(
      parse_intent("cutset-intent 1 10 100 " + std::string(32, 'a') + " w").has_value())
      << "torn";
  std::mt19937 random(7);
  const std::string whole = "cutset-intent 1 10 100 " + std::string(32, 'a') +
                            " w\nsocket /s\nrunning x 12 102\nended x 12\nclosed\n";
  int understood = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string text = whole;
    for (int change = 0; change < 3; ++change)
      text[random() % text.size()] = static_cast<char>(random());
    text.resize(random() % (text.size() + 1));
    const auto intent = parse_intent(text);
    if (!intent) continue;
    ++understood;
    for (const RunningService& running : intent->running)
      EXPECT_GT(running.id.pid, 1) << text;
  }
  EXPECT_GT(understood, 500);
}

TEST(KeeperProtocol, RoundTripsInPieces) {
  KeeperMessage message;
  message.kind = KeeperMessage::Kind::kStart;
  message.id = 0x0123456789abcdefULL;
  message.number = -5;
  message.name = "x";
  message.folder = std::string(1000, 'f');
  message.arguments = {"", std::string("a\0b", 3), "c"};
  message.environment = {"A=b"};
  const auto frame = encode(message);
  ASSERT_TRUE(frame.ok());
  MessageReader reader;
  const std::string twice = *frame + *frame;
  int seen = 0;
  for (const char byte : twice) {
    reader.add(std::string_view(&byte, 1));
    const auto next = reader.next();
    ASSERT_TRUE(next.ok());
    if (!next->has_value()) continue;
    ++seen;
    EXPECT_EQ((*next)->id, message.id);
    EXPECT_EQ((*next)->number, -5);
    EXPECT_EQ((*next)->arguments, message.arguments);
    EXPECT_EQ((*next)->environment, message.environment);
    EXPECT_EQ((*next)->folder, message.folder);
  }
  EXPECT_EQ(seen, 2);
}

TEST(KeeperProtocol, SurvivesGarbage) {
  KeeperMessage message;
  message.kind = KeeperMessage::Kind::kStart;
  message.arguments = {"a", "bb"};
  const std::string frame = *encode(message);
  std::mt19937 random(11);
  int refused = 0;
  for (int i = 0; i < 20000; ++i) {
    std::string bytes = frame;
    for (int change = 0; change < 2; ++change)
      bytes[random() % bytes.size()] = static_cast<char>(random());
    MessageReader reader;
    reader.add(bytes);
    if (!reader.next().ok()) ++refused;
  }
  EXPECT_GT(refused, 1000);
  message.arguments = {std::string(kFrameLimit, 'a')};
  EXPECT_FALSE(encode(message).ok());
}

TEST(Lease, OneHolderAndNothingAfterTheEnd) {
  std::atomic<int> undone{0};
  Lease lease(milliseconds(60000), [&](const std::string&) { ++undone; });
  EXPECT_FALSE(lease.was_held());
  const std::string token = *lease.acquire("first");
  const auto second = lease.acquire("second");
  ASSERT_FALSE(second.ok());
  EXPECT_NE(second.error().message.find("(first)"), std::string::npos);
  EXPECT_TRUE(lease.holds(token));
  EXPECT_FALSE(lease.holds(""));
  EXPECT_TRUE(lease.keep(token, [] {}).ok());
  EXPECT_FALSE(lease.keep(token, [] {}).ok()) << "one stream";
  EXPECT_FALSE(lease.keep("other", [] {}).ok());
  lease.release("other", "not mine");
  EXPECT_EQ(undone, 0);
  lease.release(token, "done");
  EXPECT_EQ(undone, 1);
  lease.release(token, "done again");
  EXPECT_EQ(undone, 1);
  EXPECT_FALSE(lease.beat(token));
  EXPECT_FALSE(lease.with_lease(token, [] { FAIL(); }));
  EXPECT_TRUE(lease.acquire("third").ok());
}

TEST(Lease, EndsWithoutBeatsAndCancelsTheStream) {
  std::atomic<bool> undone{false};
  std::atomic<bool> cancelled{false};
  Lease lease(milliseconds(100), [&](const std::string& why) {
    EXPECT_EQ(why, "no beat for 100 ms");
    undone = true;
  });
  const std::string token = *lease.acquire("c");
  ASSERT_TRUE(lease.keep(token, [&] { cancelled = true; }).ok());
  for (int i = 0; i < 10; ++i) {
    ::usleep(30000);
    EXPECT_TRUE(lease.beat(token));
  }
  EXPECT_FALSE(undone);
  for (int i = 0; i < 300 && !undone; ++i) ::usleep(10000);
  EXPECT_TRUE(undone);
  EXPECT_TRUE(cancelled);
}

TEST(Lease, WorkIsFinishedBeforeUndoingBegins) {
  std::atomic<bool> working{false};
  std::atomic<int> overlaps{0};
  Lease lease(milliseconds(60000), [&](const std::string&) {
    if (working) ++overlaps;
  });
  for (int round = 0; round < 50; ++round) {
    const auto token = lease.acquire("c");
    ASSERT_TRUE(token.ok());
    std::thread worker([&] {
      while (lease.with_lease(*token, [&] {
        working = true;
        ::usleep(500);
        working = false;
      })) {
      }
    });
    ::usleep(1000);
    lease.release(*token, "round over");
    worker.join();
  }
  EXPECT_EQ(overlaps, 0);
}

TEST(CancelWatch, TellsOnceAndNeverAfterwards) {
  CancelWatch watch;
  std::atomic<bool> cancelled{false};
  std::atomic<int> told{0};
  {
    const CancelWatch::Watched watched(
        watch, [&] { return cancelled.load(); }, [&] { ++told; });
    ::usleep(120000);
    EXPECT_EQ(told, 0);
    cancelled = true;
    for (int i = 0; i < 300 && told == 0; ++i) ::usleep(10000);
    ::usleep(120000);
  }
  EXPECT_EQ(told, 1);
  {
    const CancelWatch::Watched brief(
        watch, [] { return true; }, [&] { ++told; });
  }
  ::usleep(120000);
  EXPECT_LE(told, 2);
}

TEST(Ports, AddressesAreParsedStrictly) {
  EXPECT_EQ(parse_host_port("")->text(), "127.0.0.1:0");
  EXPECT_EQ(parse_host_port("127.0.0.1:")->port, 0);
  EXPECT_EQ(parse_host_port("localhost:80")->text(), "localhost:80");
  for (const char* wrong : {"example.org:80", "127.0.0.1:65536", "127.0.0.1:-1",
                            "127.0.0.1:8x", "1.2.3:80", "::1", "a b"}) {
    EXPECT_FALSE(parse_host_port(wrong).ok()) << wrong;
  }
}

TEST(Ports, NeverTwiceTheSame) {
  Ports ports;
  std::set<uint16_t> seen;
  for (int i = 0; i < 300; ++i) {
    const auto port = ports.pick("127.0.0.1");
    ASSERT_TRUE(port.ok());
    EXPECT_TRUE(seen.insert(*port).second);
  }
  EXPECT_FALSE(Ports().pick("192.0.2.1").ok()) << "not an address of this machine";
}

TEST(UnixSocket, RefusesWhatIsNotAUnixSocket) {
  for (const char* tcp : {"127.0.0.1:80", "localhost:1", "tcp://host:1", "dns:host",
                          "ipv4:1.2.3.4:5", ":80"}) {
    const auto parsed = parse_socket_address(tcp);
    ASSERT_FALSE(parsed.ok()) << tcp;
    EXPECT_NE(parsed.error().message.find("the network has --listen, with mutual TLS"),
              std::string::npos);
  }
  EXPECT_EQ(*parse_socket_address("unix:/a/../b.sock"), "/b.sock");
  EXPECT_FALSE(parse_socket_address("unix:").ok());
  EXPECT_FALSE(parse_socket_address("/a/").ok());
  EXPECT_FALSE(parse_socket_address("/a\nb").ok());
  EXPECT_FALSE(parse_socket_address("/" + std::string(200, 'a')).ok());
}

TEST(UnixSocket, AsksTheKernelWhoIsThere) {
  if (::geteuid() != 0) GTEST_SKIP() << "not run: only root can become somebody else";
  const Fd listener(::socket(AF_UNIX, SOCK_STREAM, 0));
  sockaddr_un address{};
  address.sun_family =
      AF_UNIX;  // no path: the kernel picks an abstract name, which needs no file rights
  ASSERT_EQ(
      ::bind(listener.get(), reinterpret_cast<sockaddr*>(&address), sizeof(sa_family_t)),
      0);
  socklen_t size = sizeof address;
  ASSERT_EQ(::getsockname(listener.get(), reinterpret_cast<sockaddr*>(&address), &size),
            0);
  ASSERT_EQ(::listen(listener.get(), 5), 0);
  for (const uid_t user : {uid_t{0}, uid_t{65534}}) {
    const pid_t child = ::fork();
    if (child == 0) {
      const int own = ::socket(AF_UNIX, SOCK_STREAM, 0);
      const bool came = ::setuid(user) == 0 &&
                        ::connect(own, reinterpret_cast<sockaddr*>(&address), size) == 0;
      ::_exit(came ? 0 : 1);
    }
    const Fd connection(::accept(listener.get(), nullptr, nullptr));
    int status = 1;
    ::waitpid(child, &status, 0);
    ASSERT_EQ(status, 0);
    EXPECT_EQ(peer_allowed(connection.get()), user == 0);
  }
}

class Folders : public testing::Test {
 protected:
  Folders() {
    char name[] = "/tmp/cutset-agent-test-XXXXXX";
    folder_ = ::mkdtemp(name);
  }
  ~Folders() override { std::filesystem::remove_all(folder_); }
  std::string folder_;
};

TEST_F(Folders, TheSocketNeedsAClosedFolderAndLeavesOtherFilesAlone) {
  auto listener = listen_at(folder_ + "/made/agent.sock");
  ASSERT_TRUE(listener.ok()) << listener.error().text();
  struct stat info {};
  ASSERT_EQ(::stat((folder_ + "/made/agent.sock").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777, 0600U);
  ASSERT_EQ(::stat((folder_ + "/made").c_str(), &info), 0);
  EXPECT_EQ(info.st_mode & 07777, 0700U);
  EXPECT_TRUE(is_served(folder_ + "/made/agent.sock"));
  EXPECT_FALSE(listen_at(folder_ + "/made/agent.sock").ok()) << "served";

  ::chmod((folder_ + "/made").c_str(), 0755);
  const auto open_folder = listen_at(folder_ + "/made/b.sock");
  ASSERT_FALSE(open_folder.ok());
  EXPECT_NE(open_folder.error().message.find("has mode 0755"), std::string::npos)
      << open_folder.error().message;

  std::ofstream(folder_ + "/file") << "kept";
  EXPECT_FALSE(listen_at(folder_ + "/file").ok());
  remove_stale_socket(folder_ + "/file");
  EXPECT_TRUE(std::filesystem::exists(folder_ + "/file"));
  remove_stale_socket(folder_ + "/made/agent.sock");
  EXPECT_TRUE(std::filesystem::exists(folder_ + "/made/agent.sock")) << "served";

  listener->reset();
  std::ofstream(folder_ + "/made/other") << "kept";
  remove_stale_socket(folder_ + "/made/agent.sock", true);
  EXPECT_FALSE(std::filesystem::exists(folder_ + "/made/agent.sock"));
  EXPECT_TRUE(std::filesystem::exists(folder_ + "/made/other")) << "its folder is in use";
  std::filesystem::remove(folder_ + "/made/other");
  remove_stale_socket(folder_ + "/made/agent.sock", true);
  EXPECT_FALSE(std::filesystem::exists(folder_ + "/made")) << "empty, and made for it";
}

TEST_F(Folders, TheStateFolderIsOnlyOurs) {
  ASSERT_TRUE(open_state_folder(folder_ + "/a/b/").ok());
  EXPECT_EQ(*open_state_folder(folder_ + "/a/b/"), folder_ + "/a/b");
  ::chmod((folder_ + "/a/b").c_str(), 0770);
  const auto open_folder = open_state_folder(folder_ + "/a/b");
  ASSERT_FALSE(open_folder.ok());
  EXPECT_NE(open_folder.error().message.find("others may write"), std::string::npos);
  ::symlink("a", (folder_ + "/link").c_str());
  EXPECT_FALSE(open_state_folder(folder_ + "/link").ok());
}

TEST(CommandLine, IsStrictAndSuggests) {
  const auto message = [](const std::vector<std::string>& arguments) {
    const auto parsed = parse_command_line(arguments);
    return parsed.ok() ? "ok" : parsed.error().message;
  };
  EXPECT_EQ(message({"serve", "--socket", "a", "--state=b", "--lease-ms", "100",
                     "--exit-with-lease"}),
            "ok");
  EXPECT_EQ(message({"status", "--socket", "a", "--json"}), "ok");
  EXPECT_EQ(message({"undo-all", "--state", "b"}), "ok");
  EXPECT_EQ(message({}), "a command is missing: serve, status or undo-all");
  EXPECT_EQ(message({"sevre"}), "unknown command \"sevre\", did you mean \"serve\"?");
  EXPECT_EQ(message({"serve", "--stat", "x"}),
            "serve: unknown option \"--stat\", did you mean \"--state\"?");
  EXPECT_EQ(message({"serve", "--socket"}), "--socket needs a value");
  EXPECT_EQ(message({"serve", "--socket", "a"}), "--state FOLDER is missing");
  EXPECT_EQ(message({"undo-all"}), "--state FOLDER is missing");
  EXPECT_EQ(message({"status", "--json=1", "--socket", "a"}), "--json takes no value");
  for (const char* wrong : {"", "99", "600001", "1s", "-5", "99999999999999999999"}) {
    EXPECT_NE(message({"serve", "--socket", "a", "--state", "b", "--lease-ms", wrong}),
              "ok")
        << wrong;
  }
}

TEST(Validate, ShowsFoundTextWithoutControlCharacters) {
  const Status status = check_name("service", "a\x1b[2J" + std::string(100, 'x'));
  ASSERT_FALSE(status.ok());
  EXPECT_EQ(status.error().message.find('\x1b'), std::string::npos);
  EXPECT_LT(status.error().message.size(), 200U);
}

}  // namespace
}  // namespace cutset::agent
