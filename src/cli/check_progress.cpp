#include "cli/check_progress.h"

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

namespace cutset::cli {

namespace {

constexpr std::chrono::milliseconds kRedraw{100};
constexpr std::chrono::seconds kLine{5};

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

CheckProgress::CheckProgress(bool quiet, const GlobalOptions& global)
    : quiet_(quiet),
      terminal_(::isatty(STDERR_FILENO) == 1 && global.color_on(STDERR_FILENO)) {}

void CheckProgress::begin(std::string parameters) {
  parameters_ = std::move(parameters);
  begin_ = std::chrono::steady_clock::now();
  next_ = begin_ + (terminal_ ? std::chrono::milliseconds(kRedraw)
                              : std::chrono::milliseconds(kLine));
}

void CheckProgress::show(const modelcheck::CheckProgress& now) {
  const auto time = std::chrono::steady_clock::now();
  if (quiet_ || time < next_) return;
  next_ = time + (terminal_ ? std::chrono::milliseconds(kRedraw)
                            : std::chrono::milliseconds(kLine));
  const auto seconds =
      std::chrono::duration_cast<std::chrono::seconds>(time - begin_).count();
  std::string text =
      fmt::format("cutset: {}: execution {}, {} fault{} at a time, {} found, {:02}:{:02}",
                  parameters_, now.executions, now.size, now.size == 1 ? "" : "s",
                  now.findings, seconds / 60, seconds % 60);
  if (!terminal_) return write_stderr(text + "\n");
  if (text.size() >= terminal_width()) text.resize(terminal_width() - 1);
  write_stderr("\r" + text + "\x1b[K");
  drawn_ = true;
}

void CheckProgress::finish() {
  if (drawn_) write_stderr("\r\x1b[K");
  drawn_ = false;
}

}  // namespace cutset::cli
