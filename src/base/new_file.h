// A file that is written completely or not at all: its bytes go beside its path, and
// commit() renames. A path that names something else than a regular file (/dev/stdout, a
// pipe, a link) is written to as it is: renaming would put a file in its place.
//
// Thread rule: one owner.
#pragma once

#include <string>
#include <utility>

#include "base/fd.h"
#include "base/result.h"

namespace cutset {

class NewFile {
 public:
  /// Error, kUnavailable: no such folder, no right to write there, or a folder itself.
  static Result<NewFile> open(const std::string& path);
  /// Whether open() would work, for those who have long work before they need it.
  static Status check(const std::string& path);

  NewFile(NewFile&& other) noexcept
      : path_(std::move(other.path_)),
        temporary_(std::exchange(other.temporary_, "")),
        file_(std::move(other.file_)) {}
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  NewFile& operator=(NewFile&&) = delete;
  /// Without commit() nothing is left behind.
  ~NewFile();

  int descriptor() const { return file_.get(); }
  /// What was written is at the path. Once, and nothing is written after it.
  Status commit();

 private:
  NewFile() = default;

  std::string path_;
  std::string temporary_;  // empty: written straight to the path
  Fd file_;
};

}  // namespace cutset
