// Waits for lines in the output of instances: files of the agent's own log folder, which
// only grow. Told by inotify, so that a line is seen within about a millisecond.
//
// Thread rule: watch() from any thread; `reached` is called on the watch's own thread.
// The destructor returns when no call is under way.
#pragma once

#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

#include "base/fd.h"
#include "base/result.h"

namespace cutset::agent {

/// A line longer than this is looked at in pieces.
inline constexpr size_t kLongestLine = 64 * 1024;

/// Error: not a POSIX extended regular expression (says why).
Status check_pattern(const std::string& pattern);

class LogWatch {
 public:
  /// Called once, with the line.
  using Reached = std::function<void(const std::string& line)>;

  /// Of files in this folder.
  static Result<std::unique_ptr<LogWatch>> start(const std::string& folder);
  ~LogWatch();
  LogWatch(const LogWatch&) = delete;
  LogWatch& operator=(const LogWatch&) = delete;

  /// Counts lines that are written from now on; the file need not exist yet.
  Status watch(const std::string& file_name, const std::string& pattern, uint64_t nth,
               Reached reached);

 private:
  struct Watched;
  LogWatch(std::string folder, Fd inotify, Fd stop);
  void loop();
  void read_on(Watched& watched);
  static void take_line(Watched& watched, std::string line);

  const std::string folder_;
  const Fd inotify_;
  const Fd stop_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Watched>> watched_;  // guarded by mutex_
  std::thread thread_;
};

}  // namespace cutset::agent
