// The journal of a campaign: one JSON object a line, on disk before cutset acts on it
// (docs/formats.md). Resuming a campaign is running it again over its journal: as long as
// the journal has the record that the campaign wants to write, nothing is written, and
// recorded results stand in for experiments. So a resumed campaign goes on exactly where
// it was and repeats nothing.
//
// Invariants:
// 1. A record is written when append() returns: it survives a crash of cutset; findings
// are synced and
//    survive one of the machine.
// 2. A line that a crash cut off is dropped on resume.
//
// Thread rule: one owner.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include <nlohmann/json_fwd.hpp>

#include "base/result.h"

namespace cutset::campaign {

class Journal {
 public:
  /// A new journal; an old file at `path` is kept as `path`.old. Empty path: nothing is
  /// written.
  static Result<std::unique_ptr<Journal>> create(const std::string& path);
  /// Continues the journal at `path`. Its last `end` record, if any, is dropped.
  static Result<std::unique_ptr<Journal>> resume(const std::string& path);
  /// As resume(), to look at it only: nothing is written.
  static Result<std::unique_ptr<Journal>> replay(const std::string& path);
  ~Journal();
  Journal(const Journal&) = delete;
  Journal& operator=(const Journal&) = delete;

  /// Error: cannot be written; or, on resume, the campaign wants something else than what
  /// was recorded (another configuration or version).
  Status append(const nlohmann::ordered_json& record);
  /// The recorded result of this run, if the journal goes on with it.
  std::optional<nlohmann::ordered_json> recorded_result(const std::string& run) const;
  /// Are there recorded lines that the campaign has not come to yet?
  bool replaying() const;

 private:
  class Impl;
  static Result<size_t> read(const std::string& path, Impl* impl);
  explicit Journal(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

}  // namespace cutset::campaign
