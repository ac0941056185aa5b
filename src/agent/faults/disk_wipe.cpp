#include "agent/faults/disk_wipe.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <filesystem>

#include <dirent.h>
#include <fcntl.h>
#include <fmt/format.h>
#include <linux/openat2.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "agent/plan/body.h"
#include "agent/plan/instances.h"
#include "base/fd.h"

namespace cutset::agent {

namespace {

constexpr int kDeepest = 256;

// Whoever names one of these has made a mistake.
constexpr std::array kNever = {
    "/",      "/bin", "/boot", "/dev",  "/etc",     "/home",    "/lib",
    "/lib64", "/opt", "/proc", "/root", "/run",     "/sbin",    "/srv",
    "/sys",   "/tmp", "/usr",  "/var",  "/var/lib", "/usr/lib", "/usr/bin"};

// No link on the way, the last part included, leads out of the instance's root.
Result<Fd> open_below(const Fd& root, const std::string& path) {
  open_how how{};
  how.flags = O_RDONLY | O_DIRECTORY | O_CLOEXEC;
  how.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS;
  Fd folder(static_cast<int>(
      ::syscall(SYS_openat2, root.get(), path.c_str(), &how, sizeof how)));
  if (!folder.valid()) return Error::system("cannot open the folder " + path);
  return folder;
}

class Wiper {
 public:
  explicit Wiper(dev_t device) : device_(device) {}

  void empty(Fd folder, int depth) {
    const int number = folder.release();
    DIR* entries = ::fdopendir(number);
    if (entries == nullptr) {
      ::close(number);
      return fail("a folder");
    }
    while (const dirent* entry = ::readdir(entries)) {
      const std::string name = entry->d_name;
      if (name != "." && name != "..") remove(::dirfd(entries), name, depth);
    }
    ::closedir(entries);
  }

  int removed() const { return removed_; }
  const std::string& problem() const { return problem_; }

 private:
  void remove(int parent, const std::string& name, int depth) {
    struct stat info {};
    if (::fstatat(parent, name.c_str(), &info, AT_SYMLINK_NOFOLLOW) != 0) return;
    const bool is_folder = S_ISDIR(info.st_mode);
    if (is_folder && (info.st_dev != device_ || depth >= kDeepest))
      return fail(name + " (another file system, or too deep)");
    if (is_folder) {
      Fd below(::openat(parent, name.c_str(),
                        O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
      if (!below.valid()) return fail(name);
      empty(std::move(below), depth + 1);
    }
    if (::unlinkat(parent, name.c_str(), is_folder ? AT_REMOVEDIR : 0) != 0) {
      if (errno != ENOENT) fail(name);
      return;
    }
    ++removed_;
  }

  void fail(const std::string& what) {
    if (problem_.empty())
      problem_ = fmt::format("{} is left: {}", what, std::strerror(errno));
  }

  const dev_t device_;
  int removed_ = 0;
  std::string problem_;
};

class DiskWipe final : public Fault {
 public:
  DiskWipe(const v1::Step& step, const FaultHost& host) : step_(step), host_(host) {}

  Result<std::vector<UndoRecord>> prepare() override {
    CUTSET_ASSIGN(body_, host_.instances->body(step_.target()));
    return std::vector<UndoRecord>();
  }

  Result<std::string> apply() override {
    CUTSET_ASSIGN(const Fd root, body_->root());
    CUTSET_ASSIGN(folder_, open_below(root, path()));
    struct stat info {};
    if (::fstat(folder_.get(), &info) != 0) return Error::system("cannot see " + path());
    CUTSET_TRY(check_state_folder(info));
    Wiper wiper(info.st_dev);
    CUTSET_ASSIGN(Fd again, open_again());
    wiper.empty(std::move(again), 0);
    problem_ = wiper.problem();
    return fmt::format("{}: {} files and folders removed", path(), wiper.removed());
  }

  Result<std::string> verify() override {
    if (!problem_.empty()) return Error::unavailable(problem_);
    return "nothing is left in " + path();
  }

 private:
  const std::string& path() const { return step_.disk_wipe().path(); }

  Result<Fd> open_again() const {
    Fd again(::openat(folder_.get(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    if (!again.valid()) return Error::system("cannot open the folder " + path());
    return again;
  }

  // The agent's own state is the last that may go.
  Status check_state_folder(const struct stat& wiped) const {
    std::filesystem::path folder = host_.state_folder;
    while (folder.has_relative_path()) {
      struct stat info {};
      if (::stat(folder.c_str(), &info) == 0 && info.st_dev == wiped.st_dev &&
          info.st_ino == wiped.st_ino) {
        return Error::bad_input(fmt::format(
            "{} holds the state of the agent itself and is not wiped", path()));
      }
      folder = folder.parent_path();
    }
    return {};
  }

  const v1::Step& step_;
  const FaultHost& host_;
  Body* body_ = nullptr;
  Fd folder_;
  std::string problem_;
};

}  // namespace

Result<std::string> check_disk_wipe(const v1::Step& step, const FaultHost& host) {
  CUTSET_TRY(host.instances->body(step.target()));
  const std::string& path = step.disk_wipe().path();
  std::string normal = std::filesystem::path(path).lexically_normal();
  if (normal.size() > 1 && normal.back() == '/') normal.pop_back();
  if (path.empty() || path.front() != '/' || path.find('\0') != std::string::npos) {
    return Error::bad_input(
        "the path of the folder to wipe must be absolute: /var/lib/x/data");
  }
  if (std::find(kNever.begin(), kNever.end(), normal) != kNever.end())
    return Error::bad_input(
        fmt::format("{} is not wiped: name the folder of data", normal));
  return fmt::format("{}: what is wiped is not brought back", step.id());
}

std::unique_ptr<Fault> make_disk_wipe(const v1::Step& step, const FaultHost& host) {
  return std::make_unique<DiskWipe>(step, host);
}

}  // namespace cutset::agent
