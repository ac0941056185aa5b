#include "base/result.h"

#include <cerrno>
#include <cstring>

#include <fmt/format.h>

namespace cutset {

std::string Error::text() const {
  if (file.empty()) return message;
  if (line == 0) return fmt::format("{}: {}", file, message);
  if (column == 0) return fmt::format("{}:{}: {}", file, line, message);
  return fmt::format("{}:{}:{}: {}", file, line, column, message);
}

Error Error::usage(std::string message) {
  return {ErrorKind::kUsage, std::move(message), "", 0, 0};
}
Error Error::bad_input(std::string message, std::string file, int line, int column) {
  return {ErrorKind::kBadInput, std::move(message), std::move(file), line, column};
}
Error Error::unavailable(std::string message) {
  return {ErrorKind::kUnavailable, std::move(message), "", 0, 0};
}
Error Error::interrupted(std::string message) {
  return {ErrorKind::kInterrupted, std::move(message), "", 0, 0};
}
Error Error::internal(std::string message) {
  return {ErrorKind::kInternal, std::move(message), "", 0, 0};
}
Error Error::system(const std::string& what) {
  const int number = errno;
  return {ErrorKind::kInternal, what + ": " + std::strerror(number), "", 0, 0};
}

}  // namespace cutset
