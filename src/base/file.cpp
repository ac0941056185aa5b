#include "base/file.h"

#include <cerrno>

#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/new_file.h"

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
  CUTSET_ASSIGN(NewFile file, NewFile::open(path));
  while (!content.empty()) {
    const ssize_t count = ::write(file.descriptor(), content.data(), content.size());
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return Error::system("cannot write " + path);
    content.remove_prefix(static_cast<size_t>(count));
  }
  return file.commit();
}

}  // namespace cutset
