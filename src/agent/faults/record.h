// An undo record: one line that says what was done to the machine and how it is known to
// be ours, written to the intent log before it is done. Undoing needs the record and
// nothing else: whoever reads it (this agent, its keeper, the next start, undo-all) may
// know nothing of the plan.
//
//   <kind> <word>...       kind names the rule of agent/faults/undo_table.h
//
// Words may hold any byte but NUL; space, control characters and % are written as %XX.
//
// Thread rule: values, pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace cutset::agent {

inline constexpr size_t kRecordLimit = 8192;

struct UndoRecord {
  std::string kind;  // [a-z-]+
  std::vector<std::string> words;

  bool operator==(const UndoRecord&) const = default;
};

/// One line without its end. Error: longer than kRecordLimit.
Result<std::string> encode_record(const UndoRecord& record);
/// Nothing for a line that encode_record() does not write.
std::optional<UndoRecord> parse_record(std::string_view line);

/// A record of the intent log that is not struck out.
struct OpenRecord {
  uint64_t number = 0;  // 1, 2, ... in the order written
  UndoRecord record;
};

/// Where records are kept while what they describe is there: the keeper, who owns the
/// intent log (agent/supervisor.h).
class Intents {
 public:
  virtual ~Intents() = default;
  /// Returns when the record is on disk; only then its fault may be made. Returns its
  /// number. Error: it is not (a full disk): no fault.
  virtual Result<uint64_t> write(const UndoRecord& record) = 0;
  /// What the record describes is undone.
  virtual Status strike(uint64_t number) = 0;
};

}  // namespace cutset::agent
