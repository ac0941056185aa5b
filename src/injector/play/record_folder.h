// The folder of a record while the schedule is played (docs/formats.md):
//
//   journal.jsonl    every event as it arrived, written before anything follows from it
//   resources.jsonl  the samples
//   logs.jsonl       every line of output with the time at which it was read
//   logs/S.N.log     the output itself
//   events.jsonl     the merged events, when the run has ended
//   result.json      cutset-play/1, when the run has ended
//
// A folder that cannot be written to any more (a full disk) is said once, and ends
// nothing: the events are in the record in memory too.
//
// Thread rule: all functions from any thread.
#pragma once

#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <string_view>

#include "cutset/agent/v1/agent.pb.h"

#include "base/fd.h"
#include "base/result.h"
#include "injector/play/record.h"

namespace cutset::injector::play {

/// One line that an instance wrote, and when it was read.
struct OutputLine {
  std::string host;
  std::string instance;
  std::string line;
  int64_t utc_ns = 0;
  int64_t error_ns = 0;
};

class RecordFolder {
 public:
  /// Makes the folder; one that has a record already is refused. "": nothing is kept.
  static Result<std::unique_ptr<RecordFolder>> open(const std::string& path);

  void add_event(const PlayEvent& event);
  void add_samples(const std::string& host, const ClockOffset& clock,
                   const agent::v1::ResourceSamples& samples);
  /// New output of an instance, read between `before_ns` and `utc_ns`.
  void add_output(const std::string& host, const std::string& instance,
                  std::string_view output, int64_t utc_ns, int64_t error_ns);
  /// Copies for whoever reads the record later: schedule.yml, plan.json, steps.txt.
  void add_file(const std::string& name, std::string_view content);
  /// Writes what is written at the end.
  void finish(const PlayRecord& record);

  /// Why something could not be written, "" if all was.
  std::string problem() const;

 private:
  explicit RecordFolder(std::string path) : path_(std::move(path)) {}
  Result<int> file(const std::string& name);
  void append(const std::string& name, std::string_view content);
  void note(const Status& status);

  const std::string path_;
  mutable std::mutex mutex_;
  std::map<std::string, Fd> files_;
  std::map<std::string, OutputLine> unfinished_;  // by instance: its end is not there yet
  std::string problem_;
};

/// One line of events.jsonl, with its newline.
std::string event_line(const PlayEvent& event);
/// `cutset-play/1`: what `cutset --json play` prints.
std::string play_json(const PlayRecord& record);

}  // namespace cutset::injector::play
