// cutset-driver: carries out a workload and writes its history. A program of its own and
// small, because it runs inside the nodes of the system under test, beside the agent.
#include <atomic>
#include <csignal>
#include <cstdio>
#include <cstring>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "driver/plan_json.h"
#include "driver/remarks.h"
#include "driver/serve.h"
#include "driver/workload.h"
#include "history/event_reader.h"
#include <curl/curl.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "base/text.h"

namespace cutset::driver {
namespace {

enum ExitCode {
  kDone = 0,
  kNotSettled = 2,
  kStopped = 3,
  kUsage = 64,
  kBadInput = 65,
  kInternal = 70,
};

constexpr const char* kHelp =
    "cutset-driver PLAN [OPTION]...\n"
    "\n"
    "Carries out the workload of a plan (cutset-driver-plan/1, docs/workloads.md) and "
    "writes its\n"
    "operation history (cutset-history/1). PLAN is a file, or the plan itself, which "
    "begins with {.\n"
    "\n"
    "  --history FILE   Where the history is written (default: standard output). A file "
    "that is\n"
    "                   there already is gone on with\n"
    "  --phases LIST    Of load,settle,final (default: all)\n"
    "  --remarks        Each line on standard input (\"start\", \"heal\") becomes a "
    "remark of the\n"
    "                   history; settling waits for \"heal\" or the end of the input\n"
    "  --healed         Begin with the remark \"heal\"\n"
    "  --serve          Be a client instead: an operation a line in, an answer a line "
    "out\n"
    "  --seed N         Instead of the plan's\n"
    "\n"
    "Exit codes: 0 done; 2 the system did not settle in time; 3 stopped by a signal; 64 "
    "usage;\n"
    "65 the plan or the history is wrong; 70 internal error.\n"
    "Example: cutset-driver plan.json --history history.jsonl\n";

std::atomic<bool> stop{false};

void request_stop(int) {
  stop = true;
}

struct Options {
  std::string plan;
  std::string history;
  std::vector<std::string> phases = {"load", "settle", "final"};
  std::optional<uint64_t> seed;
  bool remarks = false;
  bool healed = false;
  bool serve = false;
};

Result<Options> parse_options(const std::vector<std::string>& words) {
  Options options;
  for (size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    const auto value = [&]() -> Result<std::string> {
      if (i + 1 == words.size()) return Error::usage(word + " needs a value");
      return words[++i];
    };
    if (word == "--history") {
      CUTSET_ASSIGN(options.history, value());
    } else if (word == "--phases") {
      CUTSET_ASSIGN(const std::string list, value());
      options.phases = split(list, ",");
      for (const std::string& phase : options.phases) {
        if (phase != "load" && phase != "settle" && phase != "final") {
          return Error::usage(
              fmt::format("--phases: expected load, settle or final, found "
                          "\"{}\"",
                          phase));
        }
      }
    } else if (word == "--seed") {
      CUTSET_ASSIGN(const std::string number, value());
      const bool good = !number.empty() && number.size() < 19 &&
                        number.find_first_not_of("0123456789") == std::string::npos;
      if (!good)
        return Error::usage("--seed: expected a number, found \"" + number + "\"");
      options.seed = std::stoull(number);
    } else if (word == "--remarks") {
      options.remarks = true;
    } else if (word == "--healed") {
      options.healed = true;
    } else if (word == "--serve") {
      options.serve = true;
    } else if (word.starts_with("-")) {
      return Error::usage(
          fmt::format("unknown option {}{}", word,
                      suggestion(word, {"--history", "--phases", "--seed", "--remarks",
                                        "--healed", "--serve"})));
    } else if (options.plan.empty()) {
      options.plan = word;
    } else {
      return Error::usage("one plan, found also \"" + word + "\"");
    }
  }
  if (options.plan.empty())
    return Error::usage("expected a plan; see cutset-driver --help");
  return options;
}

bool has_phase(const Options& options, std::string_view phase) {
  for (const std::string& given : options.phases) {
    if (given == phase) return true;
  }
  return false;
}

Result<std::unique_ptr<Recorder>> open_history(const Options& options, const Plan& plan) {
  if (options.history.empty() || options.history == "-") {
    return std::make_unique<Recorder>(Fd(::dup(STDOUT_FILENO)), plan.operations.seed);
  }
  const bool goes_on = ::access(options.history.c_str(), F_OK) == 0;
  history::EventLog before;
  if (goes_on) {
    CUTSET_ASSIGN(before, history::read_history(options.history));
  }
  Fd file(
      ::open(options.history.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666));
  if (!file.valid()) {
    return Error::bad_input(fmt::format("cannot be written: {}", std::strerror(errno)),
                            options.history);
  }
  if (goes_on && !before.events.empty()) {
    return std::make_unique<Recorder>(std::move(file), before);
  }
  return std::make_unique<Recorder>(std::move(file), plan.operations.seed);
}

Result<int> run(const Options& options) {
  const bool given = options.plan.front() == '{';
  std::string text = options.plan;
  if (!given) {
    CUTSET_ASSIGN(text, read_file(options.plan));
  }
  CUTSET_ASSIGN(Plan plan, plan_from_json(text, given ? "PLAN" : options.plan));
  if (options.seed) plan.operations.seed = *options.seed;
  if (options.serve) {
    CUTSET_TRY(serve(plan.target, stop));
    return stop ? kStopped : kDone;
  }
  CUTSET_ASSIGN(const std::unique_ptr<Recorder> recorder, open_history(options, plan));
  std::unique_ptr<Remarks> remarks;
  if (options.remarks) remarks = std::make_unique<Remarks>(*recorder);
  if (options.healed) CUTSET_TRY(recorder->remark("faults", "heal", ""));
  int code = kDone;
  if (has_phase(options, "load")) {
    log_info("seed {}, {} clients", plan.operations.seed, plan.operations.clients);
    CUTSET_TRY(run_load(plan, *recorder, stop));
  }
  if (remarks != nullptr &&
      (has_phase(options, "settle") || has_phase(options, "final"))) {
    remarks->await_heal(stop);
  }
  if (has_phase(options, "settle") && !plan.settle.empty()) {
    CUTSET_ASSIGN(const bool settled, run_settle(plan, *recorder, stop));
    if (!settled) code = kNotSettled;
  }
  if (has_phase(options, "final")) CUTSET_TRY(run_final(plan, *recorder, stop));
  const Recorder::Counts counts = recorder->counts();
  log_info("{} ok, {} fail, {} info{}", counts.ok, counts.fail, counts.info,
           code == kNotSettled ? "; not settled in time" : "");
  return stop ? kStopped : code;
}

int exit_code_of(const Error& error) {
  switch (error.kind) {
    case ErrorKind::kUsage:
      return kUsage;
    case ErrorKind::kBadInput:
    case ErrorKind::kUnavailable:
      return kBadInput;
    case ErrorKind::kInterrupted:
      return kStopped;
    case ErrorKind::kInternal:
      return kInternal;
  }
  return kInternal;
}

}  // namespace
}  // namespace cutset::driver

int main(int argc, char** argv) {
  using namespace cutset::driver;
  cutset::set_log_name("cutset-driver");
  const std::vector<std::string> words(argv + 1, argv + argc);
  for (const std::string& word : words) {
    const bool is_version = word == "--version";
    if (!is_version && word != "--help" && word != "-h") continue;
    std::fputs(is_version ? "cutset-driver " CUTSET_VERSION "\n" : kHelp, stdout);
    return kDone;
  }
  std::signal(SIGPIPE, SIG_IGN);
  std::signal(SIGINT, request_stop);
  std::signal(SIGTERM, request_stop);
  const auto options = parse_options(words);
  const auto code =
      options.ok() && ::curl_global_init(CURL_GLOBAL_DEFAULT) == 0
          ? run(*options)
          : cutset::Result<int>(options.ok() ? cutset::Error::internal("libcurl")
                                             : options.error());
  if (code.ok()) return *code;
  cutset::log_error("{}", code.error().text());
  return exit_code_of(code.error());
}
