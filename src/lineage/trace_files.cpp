#include "lineage/trace_files.h"

#include <algorithm>
#include <cerrno>
#include <filesystem>
#include <set>
#include <system_error>
#include <utility>

#include <fmt/format.h>
#include <sys/stat.h>

#include "lineage/formats/trace_reader.h"

namespace cutset::lineage {

namespace {

namespace fs = std::filesystem;

constexpr std::string_view kStandardInput = "-";

struct Found {
  std::string path;
  bool named = false;
  uint64_t bytes = 0;
  std::string problem;  // of a folder that cannot be looked into, or has nothing
};

/// Which files there are, before any is read.
class Search {
 public:
  explicit Search(size_t most_files) : most_files_(most_files) {}

  Status add(const std::string& path) {
    if (path == kStandardInput) return add_file(path, true);
    struct stat state {};
    if (::stat(path.c_str(), &state) != 0) {
      return Error::usage(fmt::format(
          "{}: {}; expected trace files, folders of them, or - for standard input", path,
          std::generic_category().message(errno)));
    }
    if (!S_ISDIR(state.st_mode)) return add_file(path, true);
    const size_t before = found_.size();
    CUTSET_TRY(add_folder(path, 0));
    if (found_.size() == before)
      found_.push_back({path, true, 0, "no files in this folder: expected traces"});
    return {};
  }

  std::vector<Found> take() { return std::move(found_); }

 private:
  static constexpr size_t kDeepestFolder = 64;

  Status add_file(std::string path, bool named) {
    if (found_.size() == most_files_) {
      return Error::bad_input(
          fmt::format("more than {} files: give fewer, or a folder of the traces alone",
                      most_files_),
          path);
    }
    std::error_code error;
    const bool regular = fs::is_regular_file(path, error);
    const uint64_t bytes = regular ? fs::file_size(path, error) : 0;
    found_.push_back({std::move(path), named, error ? 0 : bytes, ""});
    return {};
  }

  Status add_folder(const std::string& path, size_t depth) {
    struct stat state {};
    if (depth == kDeepestFolder || ::stat(path.c_str(), &state) != 0) return {};
    if (!folders_.emplace(state.st_dev, state.st_ino).second) return {};
    std::error_code error;
    std::vector<fs::path> entries;
    for (fs::directory_iterator entry(path, error), end; !error && entry != end;
         entry.increment(error)) {
      entries.push_back(entry->path());
      if (entries.size() > most_files_) break;  // add_file() says so
    }
    if (error) {
      found_.push_back({path, depth == 0, 0, "cannot look into it: " + error.message()});
      return {};
    }
    std::sort(entries.begin(), entries.end());
    for (const fs::path& entry : entries) {
      const std::string name = entry.filename().string();
      if (name.empty() || name.front() == '.') continue;
      const fs::file_status status = fs::status(entry, error);
      if (fs::is_directory(status)) CUTSET_TRY(add_folder(entry.string(), depth + 1));
      // A pipe or device in a folder could wait for ever.
      if (fs::is_regular_file(status)) CUTSET_TRY(add_file(entry.string(), false));
    }
    return {};
  }

  size_t most_files_;
  std::vector<Found> found_;
  std::set<std::pair<dev_t, ino_t>> folders_;
};

/// Which traces a file has spans of, in case that it is not read to its end: 16 bytes a
/// trace.
class TracesSeen {
 public:
  void add(const TraceId& trace) {
    if (!traces_.empty() && traces_.back() == trace) return;
    traces_.push_back(trace);
    if (traces_.size() >= compact_at_) compact();
  }
  std::vector<TraceId> take() {
    compact();
    return std::move(traces_);
  }

 private:
  void compact() {
    std::sort(traces_.begin(), traces_.end());
    traces_.erase(std::unique(traces_.begin(), traces_.end()), traces_.end());
    compact_at_ = std::max(compact_at_, 2 * traces_.size());
  }

  std::vector<TraceId> traces_;
  size_t compact_at_ = size_t{1} << 20;
};

/// Passes spans on, counts them, and looks up from time to time.
class WatchedSink : public SpanSink {
 public:
  WatchedSink(SpanSink& sink, TraceFile& file, std::function<bool()> look_up)
      : sink_(sink), file_(file), look_up_(std::move(look_up)) {}

  void add(const SpanView& span) override {
    if (stopped_) return;
    sink_.add(span);
    traces_.add(span.trace);
    ++file_.spans;
    count();
  }
  void reject(std::string_view reason) override {
    if (stopped_) return;
    sink_.reject(reason);
    if (file_.rejected++ == 0) file_.first_reason = reason;
    count();
  }
  bool stopped() const { return stopped_; }
  std::vector<TraceId> traces() { return traces_.take(); }

 private:
  void count() {
    constexpr int kBetweenLooks = 4096;
    if (++since_look_ < kBetweenLooks) return;
    since_look_ = 0;
    stopped_ = !look_up_();
  }

  SpanSink& sink_;
  TraceFile& file_;
  std::function<bool()> look_up_;  // false: stop
  TracesSeen traces_;
  int since_look_ = 0;
  bool stopped_ = false;
};

class Reading {
 public:
  Reading(std::vector<Found> found, SpanSink& sink, const TraceFilesOptions& options)
      : found_(std::move(found)), sink_(sink), options_(options) {
    for (const Found& file : found_) progress_.bytes += file.bytes;
    progress_.files = found_.size();
  }

  Result<std::vector<TraceFile>> read() {
    uint64_t bytes_before = 0;
    for (const Found& found : found_) {
      TraceFile& file = files_.emplace_back();
      file.path = found.path;
      file.named = found.named;
      progress_.path = found.path;
      if (!look_up(0)) return Error::interrupted("stopped while reading traces");
      if (found.problem.empty()) {
        const Status status = read_file(file);
        if (stopped_ ||
            (!status.ok() && status.error().kind == ErrorKind::kInterrupted)) {
          return Error::interrupted("stopped while reading traces");
        }
        if (!status.ok()) file.refused = status.error();
      } else {
        file.refused = Error::bad_input(found.problem, found.path);
      }
      bytes_before += found.bytes;
      ++progress_.files_done;
      progress_.bytes_done = bytes_before;
      spans_before_ += file.spans;
    }
    look_up(0);
    return std::move(files_);
  }

 private:
  Status read_file(TraceFile& file) {
    const uint64_t before = progress_.bytes_done;
    CUTSET_ASSIGN(const std::unique_ptr<TraceInput> input,
                  TraceInput::open(file.path, options_.input));
    file.packing = input->packing();
    const auto look = [this, &file, &input, before] {
      progress_.bytes_done = before + input->packed_bytes();
      if (look_up(file.spans)) return true;
      input->stop();
      return false;
    };
    const Status status = read_input(file, *input, look);
    file.bytes = input->unpacked_bytes();
    return status;
  }

  Status read_input(TraceFile& file, TraceInput& input,
                    const std::function<bool()>& look) {
    CUTSET_ASSIGN(const TraceReader* reader, recognise_trace(input));
    file.format = reader->name();
    WatchedSink watched(sink_, file, look);
    Status status = reader->read(input, watched);
    if (!status.ok()) file.cut_off = watched.traces();
    return status;
  }

  /// False: the user wants to stop.
  bool look_up(int64_t spans_of_file) {
    progress_.spans = spans_before_ + spans_of_file;
    if (options_.progress) options_.progress(progress_);
    if (options_.stopped && options_.stopped()) stopped_ = true;
    return !stopped_;
  }

  std::vector<Found> found_;
  SpanSink& sink_;
  const TraceFilesOptions& options_;
  TraceProgress progress_;
  std::vector<TraceFile> files_;
  int64_t spans_before_ = 0;
  bool stopped_ = false;
};

}  // namespace

Result<std::vector<TraceFile>> read_trace_files(const std::vector<std::string>& paths,
                                                SpanSink& sink,
                                                const TraceFilesOptions& options) {
  Search search(options.most_files);
  for (const std::string& path : paths) CUTSET_TRY(search.add(path));
  return Reading(search.take(), sink, options).read();
}

}  // namespace cutset::lineage
