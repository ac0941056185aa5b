#include "verifier/input.h"

#include <algorithm>
#include <cerrno>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"

namespace cutset::verifier {

Result<std::string> read_input(const std::string& path, size_t most) {
  const bool is_standard = path == "-";
  Fd opened;
  if (!is_standard) {
    opened = Fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
    if (!opened.valid()) {
      return Error::bad_input(std::string("cannot be opened: ") + std::strerror(errno),
                              path);
    }
  }
  const int descriptor = is_standard ? STDIN_FILENO : opened.get();
  std::string content;
  struct stat status {};
  constexpr size_t kChunk = size_t{1} << 18;
  if (::fstat(descriptor, &status) == 0 && S_ISREG(status.st_mode)) {
    content.reserve(std::min(static_cast<size_t>(status.st_size), most) + kChunk);
  }
  while (true) {
    const size_t before = content.size();
    content.resize(before + kChunk);
    const ssize_t count = ::read(descriptor, content.data() + before, kChunk);
    content.resize(before + static_cast<size_t>(std::max<ssize_t>(count, 0)));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) {
      return Error::bad_input(std::string("cannot be read: ") + std::strerror(errno),
                              path);
    }
    if (count == 0) return content;
    if (content.size() > most) {
      return Error::bad_input(fmt::format("more than {} bytes", most), path);
    }
  }
}

Error error_at(std::string_view input, const std::string& name, size_t offset,
               std::string message) {
  const std::string_view before = input.substr(0, std::min(offset, input.size()));
  const size_t newline = before.rfind('\n');
  const size_t start = newline == std::string_view::npos ? 0 : newline + 1;
  return Error::bad_input(
      std::move(message), name,
      static_cast<int>(std::count(before.begin(), before.end(), '\n')) + 1,
      static_cast<int>(before.size() - start) + 1);
}

}  // namespace cutset::verifier
