// Who may speak to the agent, and what becomes of the others: a refusal and one clear
// line.
#include <filesystem>

#include "agent_fixture.h"
#include <arpa/inet.h>
#include <fmt/format.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/file.h"
#include "base/subprocess.h"
#include "base/text.h"

namespace cutset::agent::test {
namespace {

using std::chrono::milliseconds;

std::string pem(const std::string& file) {
  return *read_file(file, 1 << 20);
}

class AgentSecurity : public AgentFixture {
 protected:
  void SetUp() override {
    CommandSpec version;
    version.arguments = {"openssl", "version"};
    if (!run_command(version).ok())
      GTEST_SKIP() << "not run: there is no program openssl";
    certificates_ = folder_ + "/certificates";
    const auto [code, output] =
        run_agent({"certificates", "--folder", certificates_, "n1=127.0.0.1", "n2"});
    ASSERT_EQ(code, 0) << output;
  }

  std::vector<std::string> network_options(const std::string& allowed = "controller") {
    return {"--listen",      "127.0.0.1:0",
            "--certificate", certificates_ + "/n1.pem",
            "--key",         certificates_ + "/n1.key",
            "--authority",   certificates_ + "/authority.pem",
            "--allow",       allowed};
  }

  void listen(const std::string& allowed = "controller") {
    start_agent(network_options(allowed));
    ASSERT_TRUE(eventually([&] {
      return log().find(" by mutual TLS") != std::string::npos;
    })) << log();
    const std::string text = log();
    const size_t at = text.find("serving at 127");
    ASSERT_NE(at, std::string::npos) << text;
    const size_t begin = at + std::string("serving at ").size();
    address_ = text.substr(begin, text.find(' ', begin) - begin);
  }

  std::string log() { return *read_file(folder_ + "/agent.log", 1 << 20); }
  bool says(const std::string& words) {
    return eventually([&] { return log().find(words) != std::string::npos; });
  }

  /// Status of a question with these certificates; "" for none.
  grpc::Status ask(const std::string& own, const std::string& folder) {
    grpc::SslCredentialsOptions options;
    options.pem_root_certs = pem(certificates_ + "/authority.pem");
    if (!own.empty()) {
      options.pem_cert_chain = pem(folder + "/" + own + ".pem");
      options.pem_private_key = pem(folder + "/" + own + ".key");
    }
    grpc::ChannelArguments arguments;
    arguments.SetInt(GRPC_ARG_USE_LOCAL_SUBCHANNEL_POOL, 1);
    const auto stub = v1::Agent::NewStub(
        grpc::CreateCustomChannel(address_, grpc::SslCredentials(options), arguments));
    grpc::ClientContext context;
    context.set_deadline(std::chrono::system_clock::now() + milliseconds(10000));
    v1::GetStatusReply reply;
    return stub->GetStatus(&context, v1::GetStatusRequest(), &reply);
  }

  /// What s_client of openssl makes of it, with these options.
  void knock(std::vector<std::string> options) {
    CommandSpec spec;
    spec.arguments = {"openssl", "s_client", "-connect", address_, "-verify_quiet"};
    spec.arguments.insert(spec.arguments.end(), options.begin(), options.end());
    spec.deadline = milliseconds(10000);
    ASSERT_TRUE(run_command(spec).ok());
  }

  std::string certificates_;
  std::string address_;
};

TEST_F(AgentSecurity, WhoHasTheCertificateComesIn) {
  listen();
  const grpc::Status status = ask("controller", certificates_);
  EXPECT_TRUE(status.ok()) << status.error_message();
}

TEST_F(AgentSecurity, AFingerprintNamesACertificateToo) {
  CommandSpec spec;
  spec.arguments = {
      "openssl", "x509",         "-in",    certificates_ + "/controller.pem",
      "-noout",  "-fingerprint", "-sha256"};
  const auto printed = run_command(spec);
  ASSERT_TRUE(printed.ok());
  const std::string text(trim(printed->output));
  listen("sha256:" + text.substr(text.find('=') + 1));
  EXPECT_TRUE(ask("controller", certificates_).ok());
}

TEST_F(AgentSecurity, NoCertificateIsRefused) {
  listen();
  EXPECT_FALSE(ask("", certificates_).ok());
  EXPECT_TRUE(says("was refused: it shows no certificate")) << log();
}

TEST_F(AgentSecurity, ACertificateOfAnotherAuthorityIsRefused) {
  listen();
  const std::string other = folder_ + "/other";
  ASSERT_EQ(run_agent({"certificates", "--folder", other, "n1"}).first, 0);
  EXPECT_FALSE(ask("controller", other).ok());
  EXPECT_TRUE(says("was refused: its certificate is not good: ")) << log();
}

TEST_F(AgentSecurity, TheCertificateOfAnAgentIsNoControllers) {
  listen("n2");
  EXPECT_FALSE(ask("n2", certificates_).ok());
  EXPECT_TRUE(says("was refused: its certificate is not good: ")) << log();
}

TEST_F(AgentSecurity, WhoIsNotAllowedIsRefusedByName) {
  listen("somebody-else");
  EXPECT_FALSE(ask("controller", certificates_).ok());
  EXPECT_TRUE(
      says("was refused: its certificate /CN=controller is not one of those that "
           "--allow names"))
      << log();
}

TEST_F(AgentSecurity, NothingOlderThanTls13) {
  listen();
  knock({"-tls1_2", "-cert", certificates_ + "/controller.pem", "-key",
         certificates_ + "/controller.key"});
  EXPECT_TRUE(says("was refused: it does not speak TLS 1.3")) << log();
}

TEST_F(AgentSecurity, PlainTextIsRefused) {
  listen();
  sockaddr_in where{};
  where.sin_family = AF_INET;
  where.sin_port =
      htons(static_cast<uint16_t>(std::stoi(address_.substr(address_.find(':') + 1))));
  ::inet_pton(AF_INET, "127.0.0.1", &where.sin_addr);
  const Fd caller(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0));
  ASSERT_EQ(
      ::connect(caller.get(), reinterpret_cast<const sockaddr*>(&where), sizeof where),
      0);
  const std::string bytes = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";
  ASSERT_EQ(::write(caller.get(), bytes.data(), bytes.size()),
            static_cast<ssize_t>(bytes.size()));
  EXPECT_TRUE(says("was refused: it does not speak TLS")) << log();
}

TEST_F(AgentSecurity, TheNetworkNeedsEverythingOfMutualTls) {
  const std::vector<std::string> all = network_options();
  for (const std::string missing : {"--certificate", "--key", "--authority", "--allow"}) {
    std::vector<std::string> arguments = {"serve", "--socket", socket_, "--state",
                                          state_};
    for (size_t i = 0; i < all.size(); i += 2) {
      if (all[i] == missing) continue;
      arguments.insert(arguments.end(), {all[i], all[i + 1]});
    }
    const auto [code, output] = run_agent(arguments);
    EXPECT_EQ(code, 64);
    EXPECT_NE(output.find(missing), std::string::npos) << output;
    EXPECT_NE(output.find("is missing (--listen needs mutual TLS)"), std::string::npos);
  }
  ::chmod((certificates_ + "/n1.key").c_str(), 0644);
  std::vector<std::string> arguments = {"serve", "--socket", socket_, "--state", state_};
  arguments.insert(arguments.end(), all.begin(), all.end());
  const auto [code, output] = run_agent(arguments);
  EXPECT_EQ(code, 64);
  EXPECT_NE(output.find("others may read it"), std::string::npos) << output;
}

TEST_F(AgentSecurity, OversizedMessagesAreRefusedAndTheAgentGoesOn) {
  start_agent();
  Controller controller(socket_);
  ASSERT_TRUE(controller.hello().ok());
  controller.keep(milliseconds(200));
  const grpc::Status status =
      controller.start("big", {"true", std::string(size_t{17} << 20, 'x')});
  EXPECT_EQ(status.error_code(), grpc::StatusCode::RESOURCE_EXHAUSTED);
  EXPECT_EQ(status.error_message().find('\n'), std::string::npos);
  EXPECT_TRUE(controller.start("small", {"true"}).ok());
}

TEST_F(AgentSecurity, MalformedBytesEndTheirConnectionAlone) {
  start_agent();
  sockaddr_un where{};
  where.sun_family = AF_UNIX;
  socket_.copy(where.sun_path, sizeof where.sun_path - 1);
  const Fd caller(::socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0));
  ASSERT_EQ(
      ::connect(caller.get(), reinterpret_cast<const sockaddr*>(&where), sizeof where),
      0);
  const std::string bytes(4096, '\xff');
  ASSERT_GT(::send(caller.get(), bytes.data(), bytes.size(), MSG_NOSIGNAL), 0);
  char answer[256];
  while (::read(caller.get(), answer, sizeof answer) > 0) {
  }
  Controller controller(socket_);
  EXPECT_TRUE(controller.hello().ok());
}

TEST_F(AgentSecurity, AnotherUserIsTurnedAwayAtTheUnixSocket) {
  if (::geteuid() != 0) GTEST_SKIP() << "not run: root can become another user";
  start_agent();
  // As if somebody had opened folder and file to all: the kernel's word still counts.
  ::chmod(folder_.c_str(), 0755);
  ::chmod(socket_.c_str(), 0666);
  const pid_t child = ::fork();
  if (child == 0) {
    if (::setuid(65534) != 0) ::_exit(1);
    sockaddr_un where{};
    where.sun_family = AF_UNIX;
    socket_.copy(where.sun_path, sizeof where.sun_path - 1);
    const int caller = ::socket(AF_UNIX, SOCK_STREAM, 0);
    if (::connect(caller, reinterpret_cast<const sockaddr*>(&where), sizeof where) != 0)
      ::_exit(2);
    char byte = 0;
    ::_exit(::read(caller, &byte, 1) == 0 ? 0 : 3);  // closed without a word
  }
  int status = -1;
  ASSERT_EQ(::waitpid(child, &status, 0), child);
  EXPECT_EQ(status, 0);
  EXPECT_TRUE(says("a connection of another user was refused")) << log();
}

}  // namespace
}  // namespace cutset::agent::test
