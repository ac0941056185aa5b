#include "agent/network/network_namespace.h"

#include <cerrno>
#include <optional>
#include <thread>

#include <fcntl.h>
#include <fmt/format.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"

namespace cutset::agent {

namespace {

constexpr const char* kFolder = "/run/netns";

/// Runs on a thread of its own, which is in the new namespace and ends.
Status make_in_this_thread(const std::string& path) {
  if (::unshare(CLONE_NEWNET) != 0) {
    if (errno == EPERM)
      return Error::unavailable(
          "a network namespace can be made by root only (CAP_SYS_ADMIN)");
    return Error::system("cannot make a network namespace");
  }
  const std::string own = fmt::format("/proc/self/task/{}/ns/net", ::gettid());
  if (::mount(own.c_str(), path.c_str(), "none", MS_BIND, nullptr) != 0)
    return Error::system("cannot give a name to the network namespace " + path);
  return {};
}

}  // namespace

std::string namespace_path(const std::string& name) {
  return std::string(kFolder) + "/" + name;
}

Status make_namespace(const std::string& name) {
  if (::mkdir(kFolder, 0755) != 0 && errno != EEXIST)
    return Error::system(std::string("cannot make ") + kFolder);
  const std::string path = namespace_path(name);
  const Fd file(::open(path.c_str(), O_RDONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0));
  if (!file.valid()) return Error::system("cannot make " + path);
  Status made;
  std::thread([&] { made = make_in_this_thread(path); }).join();
  if (!made.ok()) ::unlink(path.c_str());
  return made;
}

Status remove_namespace(const std::string& name) {
  const std::string path = namespace_path(name);
  if (::umount2(path.c_str(), MNT_DETACH) != 0 && errno != EINVAL && errno != ENOENT)
    return Error::system("cannot unmount the network namespace " + path);
  if (::unlink(path.c_str()) != 0 && errno != ENOENT)
    return Error::system("cannot remove " + path);
  return {};
}

Status enter_namespace(const std::string& path) {
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return Error::system("cannot open the network namespace " + path);
  if (::setns(file.get(), CLONE_NEWNET) != 0)
    return Error::system("cannot enter the network namespace " + path);
  return {};
}

}  // namespace cutset::agent
