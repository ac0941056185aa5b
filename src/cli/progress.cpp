#include "cli/progress.h"

#include <algorithm>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace cutset::cli {

namespace {

size_t terminal_width() {
  winsize size{};
  if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) return 80;
  return size.ws_col;
}

void write_stderr(const std::string& text) {
  // Progress that cannot be written is lost without harm.
  [[maybe_unused]] const ssize_t written =
      ::write(STDERR_FILENO, text.data(), text.size());
}

}  // namespace

Progress::Progress(bool terminal, bool color, bool quiet, size_t budget)
    : terminal_(terminal),
      color_(color),
      quiet_(quiet),
      budget_(std::max<size_t>(budget, 1)),
      begin_(std::chrono::steady_clock::now()) {}

Progress::~Progress() {
  clear();
}

void Progress::clear() {
  if (drawn_) write_stderr("\r\x1b[K");
  drawn_ = false;
}

void Progress::line(const std::string& text) {
  if (quiet_) return;
  clear();
  write_stderr(text + "\n");
}

void Progress::step(const std::string& what) {
  if (quiet_) return;
  if (!terminal_) return line("cutset: " + what);
  status_ = what;
  redraw();
}

/// [######......]  2 of 3 faults at a time   experiment 57   2 findings   00:12
void Progress::redraw() {
  if (!terminal_ || quiet_) return;
  constexpr size_t kWidth = 12;
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(
                           std::chrono::steady_clock::now() - begin_)
                           .count();
  std::string text;
  if (experiment_ == 0) {
    text = fmt::format("{} {:02}:{:02}", status_, seconds / 60, seconds % 60);
  } else {
    const size_t done = std::min(kWidth, kWidth * std::min(size_, budget_) / budget_);
    text = fmt::format(
        "[{}{}] {} of {} faults at a time  experiment {}  findings {}  {:02}:{:02}  {}",
        std::string(done, '#'), std::string(kWidth - done, '.'), size_, budget_,
        experiment_, findings_, seconds / 60, seconds % 60, purpose_);
  }
  if (text.size() >= terminal_width()) text.resize(terminal_width() - 1);
  write_stderr("\r" + text + "\x1b[K");
  drawn_ = true;
}

void Progress::experiment_begins(int experiment, const std::string& purpose,
                                 const campaign::FaultSet& faults) {
  experiment_ = experiment;
  purpose_ = purpose;
  if (purpose == "explore" || purpose == "fault-free") size_ = faults.size();
  redraw();
}

void Progress::experiment_ends(int experiment, const campaign::FaultSet& fired,
                               campaign::Verdict verdict) {
  if (terminal_) return redraw();
  line(fmt::format("cutset: {:4} {:<15} {}", experiment, campaign::verdict_name(verdict),
                   campaign::to_text(fired)));
}

void Progress::finding(const campaign::Finding& finding) {
  if (finding.accepted) return;
  ++findings_;
  const bool confirmed = finding.status == campaign::Finding::Status::kConfirmed;
  const std::string what = confirmed ? "violated" : "flaky";
  line(fmt::format("{}{}{}: {} ({} of {})", color_ ? "\x1b[31m" : "", what,
                   color_ ? "\x1b[0m" : "", finding.words, finding.reproduced,
                   finding.repetitions));
}

void Progress::wrong_prediction(const campaign::WrongPrediction& wrong) {
  line(fmt::format("cutset: note: {} did not behave as predicted; {}", wrong.handler,
                   wrong.remedy));
}

}  // namespace cutset::cli
