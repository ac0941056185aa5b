#include "cli/trace_loading.h"

#include <algorithm>
#include <chrono>
#include <utility>

#include <fmt/format.h>
#include <sys/ioctl.h>
#include <unistd.h>

#include "base/log.h"
#include "cli/signals.h"
#include "ingest/jaeger_query.h"
#include "injector/duration.h"
#include "lineage/trace_files.h"

namespace cutset::cli {

namespace {

using Clock = std::chrono::steady_clock;

/// A line that is rewritten on a terminal, now and then a line elsewhere; nothing for
/// work that ends at once.
class ReadingProgress {
 public:
  explicit ReadingProgress(bool shown)
      : shown_(shown), terminal_(::isatty(STDERR_FILENO) == 1) {}
  ~ReadingProgress() { clear(); }
  ReadingProgress(const ReadingProgress&) = delete;
  ReadingProgress& operator=(const ReadingProgress&) = delete;

  void show(const lineage::TraceProgress& progress) {
    constexpr std::chrono::milliseconds kOnTerminal{100};
    constexpr std::chrono::seconds kElsewhere{10};
    const Clock::time_point now = Clock::now();
    const Clock::duration pause = terminal_ ? Clock::duration(kOnTerminal) : kElsewhere;
    if (!shown_ || now - last_ < pause) return;
    last_ = now;
    const std::string text = text_of(progress);
    if (terminal_) {
      fmt::print(stderr, "\r{}\x1b[K", text.substr(0, width()));
      drawn_ = true;
    } else {
      fmt::print(stderr, "cutset: {}\n", text);
    }
  }

 private:
  static std::string text_of(const lineage::TraceProgress& progress) {
    constexpr uint64_t kCells = 20;
    const uint64_t whole = progress.bytes == 0 ? 1 : progress.bytes;
    const uint64_t done = std::min(progress.bytes_done, whole);
    const uint64_t cells = done * kCells / whole;
    return fmt::format("[{}{}] {:3} %  file {} of {}  {} spans", std::string(cells, '#'),
                       std::string(kCells - cells, '.'), done * 100 / whole,
                       std::min(progress.files_done + 1, progress.files), progress.files,
                       progress.spans);
  }
  static size_t width() {
    winsize size{};
    const bool known = ::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) == 0 && size.ws_col > 0;
    return known ? size.ws_col - 1U : 79U;
  }
  void clear() {
    if (drawn_) fmt::print(stderr, "\r\x1b[K");
    drawn_ = false;
  }

  bool shown_;
  bool terminal_;
  bool drawn_ = false;
  Clock::time_point last_ = Clock::now();
};

report::AnalysedFile analysed(const lineage::TraceFile& file) {
  report::AnalysedFile result;
  result.path = file.path;
  result.format = file.format;
  result.packing = file.packing;
  result.bytes = file.bytes;
  result.spans = file.spans;
  result.rejected = file.rejected;
  result.first_reason = file.first_reason;
  if (file.refused) result.refused = file.refused->text();
  return result;
}

Result<report::AnalysedFile> ask_jaeger(const JaegerOptions& options,
                                        lineage::SpanCollection& spans) {
  const Result<std::chrono::milliseconds> since = injector::parse_duration(options.since);
  if (!since.ok()) {
    return Error::usage(
        fmt::format("--since \"{}\": {}", options.since, since.error().message));
  }
  ingest::JaegerQuery query;
  query.address = options.address;
  query.service = options.service;
  query.operation = options.operation;
  query.most_traces = options.most_traces;
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  query.end_ns = std::chrono::duration_cast<std::chrono::nanoseconds>(now).count();
  query.start_ns = query.end_ns - std::chrono::nanoseconds(*since).count();
  const uint64_t spans_before = spans.spans();
  const int64_t rejected_before = spans.rejected();
  CUTSET_TRY(ingest::query_jaeger(query, spans));
  report::AnalysedFile result;
  result.path = "jaeger://" + options.address + "/" + options.service;
  result.format = "jaeger-grpc";
  result.packing = "plain";
  result.spans = static_cast<int64_t>(spans.spans() - spans_before);
  result.rejected = spans.rejected() - rejected_before;
  if (result.rejected > 0) result.first_reason = spans.first_reason();
  return result;
}

}  // namespace

Result<LoadedTraces> load_traces(const std::vector<std::string>& paths,
                                 const JaegerOptions& jaeger, bool progress,
                                 lineage::SpanCollection& spans) {
  LoadedTraces loaded;
  ReadingProgress shown(progress);
  lineage::TraceFilesOptions options;
  options.progress = [&shown](const lineage::TraceProgress& now) { shown.show(now); };
  options.stopped = stop_was_requested;
  if (!paths.empty()) {
    CUTSET_ASSIGN(const std::vector<lineage::TraceFile> files,
                  lineage::read_trace_files(paths, spans, options));
    for (const lineage::TraceFile& file : files) {
      loaded.files.push_back(analysed(file));
      if (file.refused && file.named) loaded.named_file_refused = true;
      loaded.cut_off.insert(loaded.cut_off.end(), file.cut_off.begin(),
                            file.cut_off.end());
    }
    std::sort(loaded.cut_off.begin(), loaded.cut_off.end());
  }
  if (!jaeger.address.empty()) {
    CUTSET_ASSIGN(report::AnalysedFile asked, ask_jaeger(jaeger, spans));
    loaded.files.push_back(std::move(asked));
  }
  return loaded;
}

}  // namespace cutset::cli
