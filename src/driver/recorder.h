// Writes the history as it happens: each line with its time, in the order of the times.
//
// An invocation is written before it is sent and a completion after it has come, both
// with the time of the writing: the interval that the history shows holds the real one.
//
// Thread rule: safe from several threads.
#pragma once

#include <cstdint>
#include <mutex>
#include <set>
#include <string>
#include <vector>

#include "driver/client.h"
#include "history/event.h"

#include "base/fd.h"
#include "base/result.h"

namespace cutset::driver {

class Recorder {
 public:
  /// A history that begins now, in `file`.
  Recorder(Fd file, uint64_t seed);
  /// One that goes on: `file` stands at the end of `before`.
  Recorder(Fd file, const history::EventLog& before);

  /// Error: the file cannot be written any more (also of all later calls).
  Status invoke(const Request& request);
  Status complete(const Request& request, const Reply& reply);
  Status remark(const std::string& author, const std::string& f,
                const std::string& error);

  /// Lines of each kind so far.
  struct Counts {
    int64_t ok = 0;
    int64_t fail = 0;
    int64_t info = 0;
  };
  Counts counts() const;
  /// Keys of operations that may have changed something, in the order of the first ones.
  std::vector<history::Value> keys() const;

 private:
  Status write(history::Event event);
  void note_key(const std::string& f, const std::optional<history::Value>& key);
  Status write_bytes(std::string_view bytes);

  mutable std::mutex mutex_;
  Fd file_;
  int64_t origin_ns_ = 0;  // CLOCK_MONOTONIC
  Counts counts_;
  std::vector<history::Value> keys_;
  std::set<std::string> known_keys_;
  Status state_;
};

}  // namespace cutset::driver
