#include "base/log.h"

#include <cstdlib>
#include <string>

#include <unistd.h>

namespace cutset {

namespace {

std::string& log_name() {
  static std::string name = "cutset";
  return name;
}

LogLevel level_from_environment() {
  const char* text = std::getenv("CUTSET_LOG");
  const std::string_view level = text == nullptr ? "" : text;
  if (level == "error") return LogLevel::kError;
  if (level == "warning") return LogLevel::kWarning;
  if (level == "debug") return LogLevel::kDebug;
  return LogLevel::kInfo;
}

}  // namespace

bool log_enabled(LogLevel level) {
  static const LogLevel threshold = level_from_environment();
  return level <= threshold;
}

void log_line(LogLevel level, std::string_view message) {
  if (!log_enabled(level)) return;
  std::string line = log_name() + ": ";
  if (level == LogLevel::kError) line += "error: ";
  if (level == LogLevel::kWarning) line += "warning: ";
  line += message;
  line += '\n';
  // A log line that cannot be written has nowhere to be reported.
  [[maybe_unused]] const ssize_t written =
      ::write(STDERR_FILENO, line.data(), line.size());
}

void set_log_name(std::string_view name) {
  log_name() = name;
}

}  // namespace cutset
