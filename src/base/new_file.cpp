#include "base/new_file.h"

#include <cerrno>
#include <cstdio>
#include <cstring>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

namespace cutset {

namespace {

/// Neither absent nor a regular file. Links count: what they lead to keeps its place.
bool is_special(const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 && !S_ISREG(status.st_mode);
}

bool is_folder(const std::string& path) {
  struct stat status {};
  return ::stat(path.c_str(), &status) == 0 && S_ISDIR(status.st_mode);
}

Error cannot_write(const std::string& path) {
  return Error::unavailable(fmt::format(
      "{}: cannot write: {}; is there such a folder, and may you write in it?", path,
      std::strerror(errno)));
}

}  // namespace

Result<NewFile> NewFile::open(const std::string& path) {
  if (is_folder(path)) {
    return Error::unavailable(fmt::format(
        "{}: cannot write: it is a folder; expected the name of a file", path));
  }
  NewFile file;
  file.path_ = path;
  std::string target = path;
  if (!is_special(path)) {
    file.temporary_ = fmt::format("{}.{}.tmp", path, ::getpid());
    target = file.temporary_;
  }
  file.file_.reset(
      ::open(target.c_str(), O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644));
  if (!file.file_.valid()) {
    file.temporary_.clear();
    return cannot_write(path);
  }
  return Result<NewFile>(std::move(file));
}

Status NewFile::check(const std::string& path) {
  // To open a pipe and close it again would be noticed at its other end.
  if (is_special(path) && !is_folder(path)) return {};
  const Result<NewFile> file = open(path);
  if (!file.ok()) return file.error();
  return {};
}

NewFile::~NewFile() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

Status NewFile::commit() {
  file_.reset();
  if (temporary_.empty()) return {};
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) return cannot_write(path_);
  temporary_.clear();
  return {};
}

}  // namespace cutset
