// cutset-agent: reads the command line, runs the command, turns errors into exit codes.
#include <cstdio>
#include <exception>

#include <fmt/format.h>

#include "agent/certificates.h"
#include "agent/client.h"
#include "agent/command_line.h"
#include "agent/pressure.h"
#include "agent/serve.h"
#include "agent/unix_socket.h"
#include "agent/version.h"
#include "base/log.h"

namespace {

using namespace cutset;
using namespace cutset::agent;

int exit_code_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::kUsage:
      return 64;
    case ErrorKind::kBadInput:
      return 65;
    default:
      return 70;
  }
}

Result<int> print(const Result<std::string>& text) {
  if (!text.ok()) return text.error();
  std::fputs(text->c_str(), stdout);
  return 0;
}

Result<int> run(const std::vector<std::string>& arguments) {
  CUTSET_ASSIGN(const CommandLine line, parse_command_line(arguments));
  std::string socket_path;
  if (!line.socket.empty()) {
    CUTSET_ASSIGN(socket_path, parse_socket_address(line.socket));
  }
  switch (line.command) {
    case CommandLine::Command::kHelp:
      return print(std::string(kHelpText));
    case CommandLine::Command::kVersion:
      return print(fmt::format("cutset-agent {}\n", version()));
    case CommandLine::Command::kServe:
      return serve(line);
    case CommandLine::Command::kStatus:
      return print(status_text(socket_path, line.json));
    case CommandLine::Command::kCertificates:
      return print(make_certificates(line.folder, line.names));
    case CommandLine::Command::kUndoAll:
      return print(undo_all(line.state, socket_path));
  }
  return 0;
}

int guarded_main(int count, char** values) {
  set_log_name("cutset-agent");
  if (const auto code =
          run_pressure(std::vector<std::string>(values + 1, values + count)))
    return *code;
  const Result<int> result = run(std::vector<std::string>(values + 1, values + count));
  if (result.ok()) return *result;
  log_error("{}", result.error().text());
  if (result.error().kind == ErrorKind::kUsage) log_info("see cutset-agent --help");
  return exit_code_of(result.error().kind);
}

}  // namespace

int main(int count, char** values) {
  try {
    return guarded_main(count, values);
  } catch (const std::exception& problem) {
    std::fprintf(stderr, "cutset-agent: error: %s\n", problem.what());
    return 70;
  }
}
