#include "base/file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"

namespace cutset {

Result<std::string> read_file(const std::string& path, size_t limit) {
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) {
    Error error = Error::system("cannot open " + path);
    error.kind = ErrorKind::kBadInput;
    return error;
  }
  std::string content;
  char buffer[65536];
  while (true) {
    const ssize_t count = ::read(file.get(), buffer, sizeof buffer);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      Error error = Error::system("cannot read " + path);
      error.kind = ErrorKind::kBadInput;
      return error;
    }
    if (count == 0) return content;
    content.append(buffer, static_cast<size_t>(count));
    if (content.size() > limit) {
      return Error::bad_input(fmt::format("larger than the limit of {} bytes", limit),
                              path);
    }
  }
}

Status write_file(const std::string& path, std::string_view content) {
  const std::string temporary = fmt::format("{}.{}.tmp", path, ::getpid());
  Fd file(::open(temporary.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (!file.valid()) {
    return Error::unavailable(fmt::format(
        "{}: cannot write: {}; is there such a folder, and may you write in it?", path,
        std::strerror(errno)));
  }
  while (!content.empty()) {
    const ssize_t count = ::write(file.get(), content.data(), content.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      Error error = Error::system("cannot write " + temporary);
      ::unlink(temporary.c_str());
      return error;
    }
    content.remove_prefix(static_cast<size_t>(count));
  }
  file.reset();
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    Error error = Error::system("cannot rename to " + path);
    ::unlink(temporary.c_str());
    return error;
  }
  return {};
}

}  // namespace cutset
