#include <algorithm>

#include "history/checkers/checkers.h"
#include <fmt/format.h>

#include "base/subprocess.h"
#include "base/text.h"

namespace cutset::history {

namespace {

constexpr size_t kLongestLine = 1000;

std::string first_line(const std::string& text) {
  const std::string_view trimmed = trim(text);
  return one_line(trimmed.substr(0, std::min(trimmed.find('\n'), kLongestLine)));
}

}  // namespace

Result<Judgement> check_by_command(const std::vector<std::string>& command,
                                   const std::string& folder, const std::string& path,
                                   std::chrono::milliseconds deadline) {
  CommandSpec spec;
  spec.arguments = command;
  spec.arguments.push_back(path);
  spec.folder = folder;
  spec.deadline = deadline;
  CUTSET_ASSIGN(const CommandOutcome outcome, run_command(spec));
  const std::string said = first_line(outcome.output);
  if (outcome.timed_out) {
    return inconclusive(
        fmt::format("{} did not end within {} ms", command[0], deadline.count()));
  }
  Judgement judgement;
  judgement.explanation =
      said.empty() ? fmt::format("{} exits with {}", command[0], outcome.exit_code)
                   : said;
  if (outcome.exit_code == 0) return judgement;
  if (outcome.exit_code == 1) {
    judgement.verdict = Verdict::kViolated;
    judgement.add_fault({"violated", "", "", 0, judgement.explanation});
    return judgement;
  }
  if (outcome.exit_code == 2) return inconclusive(judgement.explanation);
  const std::string complaint = first_line(outcome.error_output);
  return inconclusive(fmt::format(
      "{} exits with {}{}; expected 0 held, 1 violated or 2 inconclusive", command[0],
      outcome.exit_code, complaint.empty() ? "" : " (" + complaint + ")"));
}

}  // namespace cutset::history
