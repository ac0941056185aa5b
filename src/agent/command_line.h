// The command line of cutset-agent. Parsed by hand: what runs with privileges has few
// dependencies.
//
// Thread rule: pure function.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "agent/tls/tls_context.h"
#include "base/result.h"

namespace cutset::agent {

struct CommandLine {
  enum class Command { kHelp, kVersion, kServe, kStatus, kUndoAll, kCertificates };
  Command command = Command::kHelp;
  std::string socket;  // as given
  std::string state;
  std::string network_namespace;   // path; "": stay
  std::string listen;              // "host:port"; "": the unix socket alone
  TlsFiles tls;                    // of `listen`
  std::string folder;              // of certificates
  std::vector<std::string> names;  // likewise
  std::chrono::milliseconds lease{3000};
  bool exit_with_lease = false;
  bool json = false;
};

/// Error: kUsage, with a suggestion where something similar exists.
Result<CommandLine> parse_command_line(const std::vector<std::string>& arguments);

extern const char* const kHelpText;

}  // namespace cutset::agent
