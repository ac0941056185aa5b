#include "agent/command_line.h"

#include <algorithm>
#include <charconv>
#include <map>

#include <fmt/format.h>

#include "base/text.h"

namespace cutset::agent {

const char* const kHelpText =
    R"(cutset-agent: starts the services of a system under test, proxies their calls, applies faults, undoes everything

usage:
  cutset-agent serve --socket PATH --state FOLDER [--lease-ms 3000] [--exit-with-lease] [--network-namespace PATH]
        [--listen ADDRESS:PORT --certificate FILE --key FILE --authority FILE --allow NAME...]
  cutset-agent status --socket PATH [--json]
  cutset-agent undo-all --state FOLDER [--socket PATH]
  cutset-agent certificates --folder FOLDER NAME[=IP-ADDRESS]...
  cutset-agent --help | --version

  serve      runs until SIGTERM, SIGINT or SIGHUP, then ends every process it started
  status     shows who holds the agent and what runs
  certificates
             makes an authority and certificates of the controller and of agents, for --listen; needs the program openssl
  undo-all   lifts every fault and ends every process of the agent with this state folder, alive or dead

  --socket PATH       unix socket (PATH or unix:PATH) in a folder that is closed to others (0700; made if absent)
  --state FOLDER      intent log, lock and the output of the services; one agent a folder
  --lease-ms N        a controller that shows no sign of life for so long has lost the agent (100 to 600000)
  --exit-with-lease   end with the first controller, and with the process that started the agent
  --network-namespace PATH
                      go to this network namespace first (/run/netns/NAME, /proc/PID/ns/net); the files stay as they are
  --listen ADDRESS:PORT
                      let controllers in from the network too, by mutual TLS 1.3; an IPv4 address
  --certificate, --key, --authority FILE
                      of this agent, and who signs the certificates of controllers (PEM)
  --allow NAME        whose certificate may come in: its name, or sha256:FINGERPRINT; may be repeated
  --json              status as JSON

exit codes: 0 done, 64 wrong use, 65 bad input, 70 anything else (the message says what)

examples:
  cutset-agent serve --socket /run/cutset/agent.sock --state /var/lib/cutset
  cutset-agent status --socket /run/cutset/agent.sock
  cutset-agent certificates --folder certificates n1=10.0.0.1 n2=10.0.0.2
  cutset-agent serve --socket /run/cutset/agent.sock --state /var/lib/cutset --listen 10.0.0.1:7443 --certificate n1.pem
        --key n1.key --authority authority.pem --allow controller
)";

namespace {

using Command = CommandLine::Command;

const std::map<std::string, Command> kCommands = {
    {"serve", Command::kServe},      {"status", Command::kStatus},
    {"undo-all", Command::kUndoAll}, {"certificates", Command::kCertificates},
    {"help", Command::kHelp},        {"--help", Command::kHelp},
    {"-h", Command::kHelp},          {"version", Command::kVersion},
    {"--version", Command::kVersion}};

std::vector<std::string> options_of(Command command) {
  switch (command) {
    case Command::kServe:
      return {"--socket",
              "--state",
              "--lease-ms",
              "--exit-with-lease",
              "--network-namespace",
              "--listen",
              "--certificate",
              "--key",
              "--authority",
              "--allow",
              "--help"};
    case Command::kStatus:
      return {"--socket", "--json", "--help"};
    case Command::kCertificates:
      return {"--folder", "--help"};
    case Command::kUndoAll:
      return {"--socket", "--state", "--help"};
    default:
      return {};
  }
}

Result<std::chrono::milliseconds> parse_lease(const std::string& text) {
  int number = 0;
  const auto [end, code] =
      std::from_chars(text.data(), text.data() + text.size(), number);
  if (code != std::errc() || end != text.data() + text.size() || number < 100 ||
      number > 600000) {
    return Error::usage(fmt::format(
        "--lease-ms {}: a number of milliseconds from 100 to 600000 is expected", text));
  }
  return std::chrono::milliseconds(number);
}

Status set_option(const std::string& option, const std::string& value,
                  CommandLine& line) {
  if (value.empty()) return Error::usage(option + " needs a value");
  if (option == "--socket") {
    line.socket = value;
  } else if (option == "--state") {
    line.state = value;
  } else if (option == "--network-namespace") {
    line.network_namespace = value;
  } else if (option == "--listen") {
    line.listen = value;
  } else if (option == "--certificate") {
    line.tls.certificate = value;
  } else if (option == "--key") {
    line.tls.key = value;
  } else if (option == "--authority") {
    line.tls.authority = value;
  } else if (option == "--allow") {
    line.tls.allowed.push_back(value);
  } else if (option == "--folder") {
    line.folder = value;
  } else {
    CUTSET_ASSIGN(line.lease, parse_lease(value));
  }
  return {};
}

Status require(const std::string& value, const char* option) {
  if (!value.empty()) return {};
  return Error::usage(fmt::format("{} is missing", option));
}

/// The network is opened with everything that mutual TLS needs, or not at all.
Status check_tls(const CommandLine& line) {
  const bool some = !line.tls.certificate.empty() || !line.tls.key.empty() ||
                    !line.tls.authority.empty() || !line.tls.allowed.empty();
  if (line.listen.empty()) {
    if (some) return Error::usage("--listen ADDRESS:PORT is missing");
    return {};
  }
  const char* why = " (--listen needs mutual TLS)";
  if (line.tls.certificate.empty())
    return Error::usage(fmt::format("--certificate FILE is missing{}", why));
  if (line.tls.key.empty())
    return Error::usage(fmt::format("--key FILE is missing{}", why));
  if (line.tls.authority.empty())
    return Error::usage(fmt::format("--authority FILE is missing{}", why));
  if (line.tls.allowed.empty())
    return Error::usage(fmt::format("--allow NAME is missing{}", why));
  return {};
}

Status check_complete(const CommandLine& line) {
  if (line.command == Command::kCertificates) {
    if (line.names.empty())
      return Error::usage("the names of the hosts with agents are missing");
    return require(line.folder, "--folder FOLDER");
  }
  CUTSET_TRY(check_tls(line));
  if (line.command != Command::kStatus) CUTSET_TRY(require(line.state, "--state FOLDER"));
  if (line.command != Command::kUndoAll)
    CUTSET_TRY(require(line.socket, "--socket PATH"));
  return {};
}

}  // namespace

Result<CommandLine> parse_command_line(const std::vector<std::string>& arguments) {
  if (arguments.empty())
    return Error::usage("a command is missing: serve, status or undo-all");
  const auto command = kCommands.find(arguments[0]);
  if (command == kCommands.end()) {
    return Error::usage(
        fmt::format("unknown command \"{}\"{}", arguments[0],
                    suggestion(arguments[0], {"serve", "status", "undo-all",
                                              "certificates", "--help", "--version"})));
  }
  CommandLine line;
  line.command = command->second;
  if (line.command == Command::kHelp || line.command == Command::kVersion) return line;
  const std::vector<std::string> known = options_of(line.command);
  for (size_t i = 1; i < arguments.size(); ++i) {
    if (line.command == Command::kCertificates && !arguments[i].starts_with("--")) {
      line.names.push_back(arguments[i]);
      continue;
    }
    const size_t equals = arguments[i].find('=');
    const std::string option = arguments[i].substr(0, equals);
    if (std::find(known.begin(), known.end(), option) == known.end()) {
      return Error::usage(fmt::format("{}: unknown option \"{}\"{}", arguments[0], option,
                                      suggestion(option, known)));
    }
    if (option == "--help") return CommandLine{};
    if (option == "--exit-with-lease" || option == "--json") {
      if (equals != std::string::npos) return Error::usage(option + " takes no value");
      (option == "--json" ? line.json : line.exit_with_lease) = true;
      continue;
    }
    if (equals == std::string::npos && i + 1 == arguments.size())
      return Error::usage(option + " needs a value");
    CUTSET_TRY(set_option(
        option,
        equals == std::string::npos ? arguments[++i] : arguments[i].substr(equals + 1),
        line));
  }
  CUTSET_TRY(check_complete(line));
  return line;
}

}  // namespace cutset::agent
