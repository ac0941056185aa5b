#include "agent/service_log.h"

#include <algorithm>
#include <cerrno>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/state_folder.h"
#include "agent/validate.h"
#include "base/fd.h"

namespace cutset::agent {

namespace {
constexpr uint32_t kDefaultPiece = 64 * 1024;
}

Result<v1::ReadLogReply> read_service_log(const std::string& state_folder,
                                          const v1::ReadLogRequest& request) {
  const std::string path = log_file(state_folder, request.name());
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  if (!file.valid() && errno == ENOENT) {
    return Error::unavailable(fmt::format(
        "service {} has no log: it was not started by this agent", request.name()));
  }
  struct stat info {};
  if (!file.valid() || ::fstat(file.get(), &info) != 0 || !S_ISREG(info.st_mode)) {
    return Error::system("cannot read " + path);
  }
  const uint32_t wanted = std::min(
      request.max_bytes() == 0 ? kDefaultPiece : request.max_bytes(), kLongestLogPiece);
  const int64_t size = info.st_size;
  const int64_t offset = request.offset() < 0 ? std::max<int64_t>(0, size - wanted)
                                              : std::min(request.offset(), size);
  std::string content(static_cast<size_t>(std::min<int64_t>(wanted, size - offset)),
                      '\0');
  size_t filled = 0;
  while (filled < content.size()) {
    const ssize_t count =
        ::pread(file.get(), content.data() + filled, content.size() - filled,
                offset + static_cast<int64_t>(filled));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return Error::system("cannot read " + path);
    if (count == 0) break;
    filled += static_cast<size_t>(count);
  }
  content.resize(filled);
  v1::ReadLogReply reply;
  reply.set_end_offset(offset + static_cast<int64_t>(filled));
  reply.set_content(std::move(content));
  reply.set_file(info.st_ino);
  return reply;
}

}  // namespace cutset::agent
