#include "cli/command.h"

#include <cstdio>
#include <cstdlib>
#include <string_view>

#include <nlohmann/json.hpp>
#include <unistd.h>

#include "base/log.h"

namespace cutset::cli {

int exit_code_of(const Error& error) {
  switch (error.kind) {
    case ErrorKind::kUsage:
      return kExitUsage;
    case ErrorKind::kBadInput:
      return kExitBadInput;
    case ErrorKind::kUnavailable:
      return kExitInconclusive;
    case ErrorKind::kInterrupted:
      return kExitStopped;
    case ErrorKind::kInternal:
      return kExitInternal;
  }
  return kExitInternal;
}

bool GlobalOptions::color_on(int file) const {
  if (color == "always") return true;
  if (color == "never") return false;
  const char* no_color = std::getenv("NO_COLOR");
  if (no_color != nullptr && no_color[0] != '\0') return false;
  const char* terminal = std::getenv("TERM");
  if (terminal != nullptr && std::string_view(terminal) == "dumb") return false;
  return ::isatty(file) == 1;
}

int fail(const Error& error, const GlobalOptions& global) {
  log_error("{}", error.text());
  const int code = exit_code_of(error);
  if (global.json) {
    nlohmann::ordered_json json;
    json["schema_version"] = 1;
    json["exit_code"] = code;
    json["error"] = {{"message", error.message},
                     {"file", error.file},
                     {"line", error.line},
                     {"column", error.column}};
    const std::string text =
        json.dump(2, ' ', false, nlohmann::ordered_json::error_handler_t::replace);
    std::printf("%s\n", text.c_str());
  }
  return code;
}

}  // namespace cutset::cli
