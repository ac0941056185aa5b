#include "agent/link/network_namespace.h"

#include <array>
#include <thread>

#include <dirent.h>
#include <fcntl.h>
#include <sched.h>
#include <sys/stat.h>

#include "agent/proc.h"

namespace cutset::agent::link {

namespace {

// Where iproute2 and Docker keep namespaces that need no process.
constexpr std::array kNamedFolders{"/run/netns", "/run/docker/netns"};

std::optional<ino_t> inode_of(int file) {
  struct stat info {};
  if (::fstat(file, &info) != 0) return std::nullopt;
  return info.st_ino;
}

Fd open_namespace(const std::string& path) {
  return Fd(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
}

Fd open_if(const std::string& path, ino_t inode) {
  struct stat info {};
  if (::stat(path.c_str(), &info) != 0 || info.st_ino != inode) return {};
  Fd file = open_namespace(path);
  if (file.valid() && inode_of(file.get()) != inode) return {};
  return file;
}

std::string path_of_process(pid_t pid) {
  return "/proc/" + std::to_string(pid) + "/ns/net";
}

Fd find_named(const std::string& folder, ino_t inode) {
  DIR* open = ::opendir(folder.c_str());
  if (open == nullptr) return {};
  Fd found;
  while (const dirent* entry = ::readdir(open)) {
    if (entry->d_name[0] == '.') continue;
    found = open_if(folder + "/" + entry->d_name, inode);
    if (found.valid()) break;
  }
  ::closedir(open);
  return found;
}

Fd find_file(ino_t inode, pid_t likely) {
  Fd file = open_if(path_of_process(likely), inode);
  if (file.valid()) return file;
  for (const char* folder : kNamedFolders) {
    file = find_named(folder, inode);
    if (file.valid()) return file;
  }
  for (const ProcessInfo& process : all_processes()) {
    file = open_if(path_of_process(process.id.pid), inode);
    if (file.valid()) return file;
  }
  return {};
}

}  // namespace

Result<NetworkNamespace> NetworkNamespace::own() {
  return of(open_namespace("/proc/thread-self/ns/net"));
}

Result<NetworkNamespace> NetworkNamespace::of(Fd file) {
  const Fd own_file = open_namespace("/proc/thread-self/ns/net");
  const std::optional<ino_t> inode = inode_of(file.get());
  const std::optional<ino_t> own_inode = inode_of(own_file.get());
  if (!inode || !own_inode) return Error::system("cannot open a network namespace");
  return NetworkNamespace(std::move(file), *inode, *inode == *own_inode);
}

std::optional<NetworkNamespace> NetworkNamespace::find(ino_t inode, pid_t likely) {
  Fd file = find_file(inode, likely);
  if (!file.valid()) return std::nullopt;
  Result<NetworkNamespace> result = of(std::move(file));
  if (!result) return std::nullopt;
  return std::move(*result);
}

NetworkNamespace NetworkNamespace::copy() const {
  return {Fd(::fcntl(file_.get(), F_DUPFD_CLOEXEC, 0)), inode_, own_};
}

Status NetworkNamespace::run(const std::function<Status()>& function) const {
  if (own_) return function();
  // The namespace belongs to a thread: one that ends afterwards cannot take it elsewhere.
  Status status;
  std::thread([&] {
    if (::setns(file_.get(), CLONE_NEWNET) != 0) {
      status = Error::system("cannot enter the network namespace (is the agent root?)");
      return;
    }
    status = function();
  }).join();
  return status;
}

}  // namespace cutset::agent::link
