// Progress and diagnostics to stderr, one line each: "cutset: message". Results never go
// here. Level from CUTSET_LOG (error, warning, info, debug; default info).
//
// Thread rule: safe from any thread; a line is written with one write().
#pragma once

#include <string_view>

#include <fmt/core.h>

namespace cutset {

enum class LogLevel { kError, kWarning, kInfo, kDebug };

bool log_enabled(LogLevel level);
void log_line(LogLevel level, std::string_view message);
/// The name in front of each line; "cutset" unless set. Call before any thread starts.
void set_log_name(std::string_view name);

template <typename... Arguments>
void log_error(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  log_line(LogLevel::kError, fmt::format(format, std::forward<Arguments>(arguments)...));
}
template <typename... Arguments>
void log_warning(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  log_line(LogLevel::kWarning,
           fmt::format(format, std::forward<Arguments>(arguments)...));
}
template <typename... Arguments>
void log_info(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  log_line(LogLevel::kInfo, fmt::format(format, std::forward<Arguments>(arguments)...));
}
template <typename... Arguments>
void log_debug(fmt::format_string<Arguments...> format, Arguments&&... arguments) {
  if (!log_enabled(LogLevel::kDebug)) return;
  log_line(LogLevel::kDebug, fmt::format(format, std::forward<Arguments>(arguments)...));
}

}  // namespace cutset
