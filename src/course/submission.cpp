#include "course/submission.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <utility>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/fd.h"

namespace cutset::course {

namespace {

namespace fs = std::filesystem;

constexpr size_t kMostNamedFiles = 100;

/// Reads a regular file of at most `limit` bytes. O_NONBLOCK: opening a pipe must not
/// wait for its writer.
Result<std::string> read_regular(const std::string& path, const std::string& name,
                                 size_t limit) {
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK));
  struct stat about {};
  if (!file.valid()) {
    const bool link = ::lstat(path.c_str(), &about) == 0 && S_ISLNK(about.st_mode);
    if (link) return Error::bad_input("is a link; hand in the file itself", name);
    return Error::system("cannot read " + name);
  }
  if (::fstat(file.get(), &about) != 0 || !S_ISREG(about.st_mode)) {
    return Error::bad_input("is not a regular file", name);
  }
  const auto too_large = [&] {
    return Error::bad_input(
        fmt::format("is too large: all files of a submission may have "
                    "{} KiB (limits.kilobytes of the task)",
                    limit >> 10U),
        name);
  };
  if (static_cast<uint64_t>(about.st_size) > limit) return too_large();
  std::string text;
  char buffer[65536];
  for (;;) {
    const ssize_t count = ::read(file.get(), buffer, sizeof buffer);
    if (count < 0) return Error::system("cannot read " + name);
    if (count == 0) return text;
    text.append(buffer, static_cast<size_t>(count));
    if (text.size() > limit) return too_large();
  }
}

/// The .ded files of a folder, by name.
Result<std::vector<std::string>> files_of(const fs::path& folder) {
  std::vector<std::string> names;
  std::error_code failure;
  for (fs::directory_iterator entry(folder, failure), end; !failure && entry != end;
       entry.increment(failure)) {
    if (entry->path().extension() == ".ded") {
      names.push_back(entry->path().filename().string());
    }
    if (names.size() > kMostNamedFiles) {
      return Error::bad_input(fmt::format(
          "has more than {} .ded files; includes may stand in folders below it",
          kMostNamedFiles));
    }
  }
  if (failure) return Error::bad_input("cannot be listed: " + failure.message());
  if (names.empty()) return Error::bad_input("has no .ded file");
  std::sort(names.begin(), names.end());
  return names;
}

class Opener {
 public:
  Opener(fs::path folder, bool is_folder, const TaskLimits& limits)
      : folder_(std::move(folder)),
        is_folder_(is_folder),
        left_(static_cast<size_t>(limits.kilobytes) << 10U),
        limit_(left_) {}

  OpenedSubmission open(const std::vector<std::string>& names) {
    auto submission = std::make_unique<Submission>();
    dedalus::Problems problems;
    std::set<std::string> named(names.begin(), names.end());
    submission->reading = dedalus::read_program(
        names,
        [&](const std::string& path) -> Result<std::string> {
          const bool include = named.erase(path) == 0;
          Result<std::string> text = read(path, include);
          // A file that is not there is a mistake like others.
          if (!text && text.error().kind == ErrorKind::kBadInput && !refused_) {
            refused_ = text.error().message;
          }
          return text;
        },
        problems);
    for (const dedalus::Problem& problem : problems.take_sorted()) {
      if (problem.severity != dedalus::Severity::kError) continue;
      if (!refused_) return Refusal{Outcome::kDoesNotParse, problem.error()};
      if (problem.message.find(*refused_) != std::string::npos) {
        return Refusal{Outcome::kRefused, problem.error()};
      }
    }
    return submission;
  }

 private:
  Result<std::string> read(const std::string& path, bool include) {
    if (include && !is_folder_) {
      return Error::bad_input(
          "a submission of one file includes nothing: hand in a folder with all its "
          "files");
    }
    // Named and included paths are relative to the folder. Links are resolved, so that
    // none leads out of it.
    std::error_code failure;
    const fs::path real = fs::weakly_canonical(folder_ / path, failure);
    const auto inside =
        std::mismatch(root_.begin(), root_.end(), real.begin(), real.end());
    if (failure || inside.first != root_.end()) {
      return Error::bad_input("the submission reaches out of its folder: " + path);
    }
    Result<std::string> text =
        read_regular((folder_ / path).string(), path, std::min(left_, limit_));
    if (text) left_ -= text->size();
    return text;
  }

  fs::path folder_;
  bool is_folder_;
  size_t left_;
  size_t limit_;
  fs::path root_ = fs::weakly_canonical(folder_);
  std::optional<std::string> refused_;  // why a file was not read
};

}  // namespace

OpenedSubmission open_submission(const std::string& path, const TaskLimits& limits) {
  struct stat about {};
  if (::lstat(path.c_str(), &about) != 0) {
    return Refusal{Outcome::kRefused, Error::system("cannot read the submission")};
  }
  fs::path given(path);
  if (!given.has_filename()) given = given.parent_path();  // "folder/"
  if (!S_ISDIR(about.st_mode)) {
    if (given.extension() != ".ded") {
      return Refusal{Outcome::kRefused,
                     Error::bad_input("is neither a .ded file nor a folder",
                                      given.filename().string())};
    }
    Opener opener(given.parent_path().empty() ? fs::path(".") : given.parent_path(),
                  false, limits);
    return opener.open({given.filename().string()});
  }
  const Result<std::vector<std::string>> names = files_of(given);
  if (!names) {
    return Refusal{Outcome::kRefused,
                   Error::bad_input("the folder " + names.error().message)};
  }
  Opener opener(given, true, limits);
  return opener.open(*names);
}

}  // namespace cutset::course
