#include "agent/faults/disk_fill.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <sys/statvfs.h>
#include <unistd.h>

#include "agent/plan/body.h"
#include "agent/plan/instances.h"
#include "agent/random_word.h"
#include "base/fd.h"

namespace cutset::agent {

namespace {

constexpr std::string_view kNameBegin = "cutset-fill-";

Result<uint64_t> available_bytes(const std::string& folder) {
  struct statvfs info {};
  if (::statvfs(folder.c_str(), &info) != 0)
    return Error::system("cannot see how much room there is in " + folder);
  return static_cast<uint64_t>(info.f_bavail) * info.f_frsize;
}

// "cutset-fill-<32 hex digits>": nobody but an agent has chosen that name.
bool is_our_name(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (path.empty() || path.front() != '/') return false;
  const std::string_view name = std::string_view(path).substr(slash + 1);
  return name.starts_with(kNameBegin) && name.size() == kNameBegin.size() + 32 &&
         name.find_first_not_of("0123456789abcdef", kNameBegin.size()) ==
             std::string_view::npos;
}

Status fill(int file, uint64_t bytes) {
  if (::fallocate(file, 0, 0, static_cast<off_t>(bytes)) == 0) return {};
  if (errno != EOPNOTSUPP && errno != ENOSYS)
    return Error::system("cannot fill the disk");
  const std::string zeros(size_t{1} << 20, '\0');
  for (uint64_t written = 0; written < bytes;) {
    const ssize_t count =
        ::write(file, zeros.data(), std::min<uint64_t>(zeros.size(), bytes - written));
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return Error::system("cannot fill the disk");
    written += static_cast<uint64_t>(count);
  }
  return {};
}

class DiskFill final : public Fault {
 public:
  DiskFill(const v1::Step& step, const Instances& instances)
      : step_(step), action_(step.disk_fill()), instances_(instances) {}

  Result<std::vector<UndoRecord>> prepare() override {
    CUTSET_ASSIGN(folder_, find_folder());
    CUTSET_ASSIGN(const uint64_t available, available_bytes(folder_));
    if (available < kDiskReserve || available - kDiskReserve < action_.bytes()) {
      return Error::unavailable(fmt::format(
          "{} has {} bytes left; filling it with {} would leave less than the reserve of "
          "{}: fill less",
          action_.path(), available, action_.bytes(), kDiskReserve));
    }
    CUTSET_ASSIGN(const std::string word, random_word());
    path_ = fmt::format("{}/{}{}", folder_, kNameBegin, word);
    return std::vector<UndoRecord>{{kDiskFillRecord, {path_}}};
  }

  Result<std::string> apply() override {
    const Fd file(::open(path_.c_str(),
                         O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC, 0600));
    if (!file.valid()) return Error::system("cannot make " + path_);
    CUTSET_TRY(fill(file.get(), action_.bytes()));
    return path_;
  }

  Result<std::string> verify() override {
    struct stat info {};
    if (::lstat(path_.c_str(), &info) != 0) return Error::system("cannot see " + path_);
    const uint64_t taken = static_cast<uint64_t>(info.st_blocks) * 512;
    if (taken < action_.bytes()) {
      return Error::unavailable(
          fmt::format("{} takes {} bytes of the disk, not {}: the file system does not "
                      "keep zeros (is it compressed?)",
                      path_, taken, action_.bytes()));
    }
    CUTSET_ASSIGN(const uint64_t available, available_bytes(folder_));
    return fmt::format("the file takes {} bytes, {} are left", taken, available);
  }

 private:
  Result<std::string> find_folder() const {
    std::string path = action_.path();
    const v1::Instance* instance = instances_.find(step_.target());
    if (instance != nullptr && instance->has_container()) {
      CUTSET_ASSIGN(Body * body, instances_.body(step_.target()));
      CUTSET_ASSIGN(path, body->folder_on_host(path));
    }
    std::error_code error;
    const std::string folder = std::filesystem::canonical(path, error);
    if (!error) return folder;
    return Error::unavailable(
        fmt::format("cannot find the folder {}: {}", action_.path(), error.message()));
  }

  const v1::Step& step_;
  const v1::DiskFillAction& action_;
  const Instances& instances_;
  std::string folder_;
  std::string path_;
};

}  // namespace

Result<std::string> check_disk_fill(const v1::Step& step, const FaultHost&) {
  const v1::DiskFillAction& action = step.disk_fill();
  if (action.path().empty() || action.path().front() != '/') {
    return Error::bad_input(fmt::format(
        "the path of the folder to fill is \"{}\", an absolute one is expected",
        action.path()));
  }
  if (action.bytes() == 0) return Error::bad_input("0 bytes fill nothing");
  return std::string();
}

std::unique_ptr<Fault> make_disk_fill(const v1::Step& step, const FaultHost& host) {
  return std::make_unique<DiskFill>(step, *host.instances);
}

Status undo_disk_fill(const std::vector<std::string>& words) {
  if (words.size() != 1 || !is_our_name(words[0]))
    return Error::internal("a damaged record of a file that fills a disk");
  struct stat info {};
  if (::lstat(words[0].c_str(), &info) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return {};
    return Error::system("cannot look at " + words[0]);
  }
  if (!S_ISREG(info.st_mode)) return {};  // not what we made
  if (::unlink(words[0].c_str()) != 0 && errno != ENOENT)
    return Error::system("cannot remove " + words[0]);
  return {};
}

}  // namespace cutset::agent
