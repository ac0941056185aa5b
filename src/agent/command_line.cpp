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
  cutset-agent serve --socket PATH --state FOLDER [--lease-ms 3000] [--exit-with-lease]
  cutset-agent status --socket PATH [--json]
  cutset-agent undo-all --state FOLDER [--socket PATH]
  cutset-agent --help | --version

  serve      runs until SIGTERM, SIGINT or SIGHUP, then ends every process it started
  status     shows who holds the agent and what runs
  undo-all   lifts every fault and ends every process of the agent with this state folder, alive or dead

  --socket PATH       unix socket (PATH or unix:PATH) in a folder that is closed to others (0700; made if absent)
  --state FOLDER      intent log, lock and the output of the services; one agent a folder
  --lease-ms N        a controller that shows no sign of life for so long has lost the agent (100 to 600000)
  --exit-with-lease   end with the first controller, and with the process that started the agent
  --json              status as JSON

exit codes: 0 done, 64 wrong use, 65 bad input, 70 anything else (the message says what)

examples:
  cutset-agent serve --socket /run/cutset/agent.sock --state /var/lib/cutset
  cutset-agent status --socket /run/cutset/agent.sock
)";

namespace {

using Command = CommandLine::Command;

const std::map<std::string, Command> kCommands = {
    {"serve", Command::kServe},      {"status", Command::kStatus},
    {"undo-all", Command::kUndoAll}, {"help", Command::kHelp},
    {"--help", Command::kHelp},      {"-h", Command::kHelp},
    {"version", Command::kVersion},  {"--version", Command::kVersion}};

std::vector<std::string> options_of(Command command) {
  switch (command) {
    case Command::kServe:
      return {"--socket", "--state", "--lease-ms", "--exit-with-lease", "--help"};
    case Command::kStatus:
      return {"--socket", "--json", "--help"};
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
  } else {
    CUTSET_ASSIGN(line.lease, parse_lease(value));
  }
  return {};
}

Status require(const std::string& value, const char* option) {
  if (!value.empty()) return {};
  return Error::usage(fmt::format("{} is missing", option));
}

Status check_complete(const CommandLine& line) {
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
                    suggestion(arguments[0],
                               {"serve", "status", "undo-all", "--help", "--version"})));
  }
  CommandLine line;
  line.command = command->second;
  if (line.command == Command::kHelp || line.command == Command::kVersion) return line;
  const std::vector<std::string> known = options_of(line.command);
  for (size_t i = 1; i < arguments.size(); ++i) {
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
