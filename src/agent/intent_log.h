// The intent log: what this agent is about to do and has done to the machine, so that
// whoever comes after a crash can undo it. A text file in the state folder, one fact a
// line, written before the act (and flushed to the disk if what it describes outlives a
// boot; what does not is gone with the machine, and a flush takes milliseconds):
//
//   cutset-intent 1 <keeper pid> <keeper start> <mark> <world>
//   socket <path>                      the socket file that is served
//   own-folder                         its folder goes with it
//   worker <pid> <start>
//   start <service>                    a process is about to be forked
//   running <service> <pid> <start>    it exists, but waits until this line is written
//   ended <service> <pid>
//   undo <number> <record>             what it describes is about to be made
//                                      (agent/faults/record.h)
//   undone <number>
//   closed                             everything above is undone
//
// Beside it, the file `alive` holds the time (clock ticks since boot) when the keeper was
// last seen alive: until then a recorded pid, and the process session of that number,
// belonged to the service and to nobody else.
//
// `mark` is a random word in the environment of everything that was started
// (kMarkVariable); `world` is the boot and pid namespace in which the pids mean something
// (agent/proc.h).
//
// Reading trusts nothing: a line that is not understood is skipped, a torn last line is
// ignored. A line that could not be written whole (a full disk) is cut off again.
// Thread rule: one owner at a time.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "agent/faults/record.h"
#include "agent/proc.h"
#include "base/fd.h"
#include "base/result.h"

namespace cutset::agent {

/// Environment variable of every process that is started: "<mark>.<service>".
inline constexpr const char* kMarkVariable = "CUTSET_AGENT_MARK";

struct RunningService {
  std::string name;
  ProcessId id;
};

/// What a log says is still to be undone.
struct Intent {
  ProcessId keeper;
  std::optional<ProcessId> worker;
  std::string mark;
  std::string world;
  std::string socket;
  bool own_folder = false;
  std::vector<RunningService> running;  // begun and not ended, in the order begun
  std::vector<OpenRecord> open;         // not undone, in the order written
  bool closed = false;
  uint64_t alive_until = 0;  // 0: unknown
};

/// Nothing if there is no usable first line; then nothing was started either.
std::optional<Intent> parse_intent(std::string_view text);
/// Nothing if the folder has no log.
Result<std::optional<Intent>> read_intent(const std::string& state_folder);

class IntentLog {
 public:
  /// Begins a new log in place of the old one, which must have been undone but for the
  /// records `left`, which go on in the new one. Draws the mark.
  static Result<IntentLog> begin(const std::string& state_folder,
                                 const std::vector<OpenRecord>& left);
  /// Says that these records in the log of a keeper that died are undone, and, with
  /// `closed`, that everything in it is.
  static Status close_after_crash(const std::string& state_folder,
                                  const std::vector<uint64_t>& undone, bool closed);

  const std::string& mark() const { return mark_; }

  Status socket(const std::string& path, bool own_folder);
  Status worker(const ProcessId& id);
  Status start(const std::string& service);
  Status running(const std::string& service, const ProcessId& id);
  Status ended(const std::string& service, pid_t pid);
  Status undo(uint64_t number, const UndoRecord& record, bool outlives_boot);
  Status undone(uint64_t number);
  Status closed();
  /// The keeper is alive now.
  Status alive();

 private:
  IntentLog(Fd file, Fd alive_file, std::string mark)
      : file_(std::move(file)),
        alive_file_(std::move(alive_file)),
        mark_(std::move(mark)) {}
  Status append(const std::string& line, bool flush);
  Status write(std::string_view text, bool flush);

  Fd file_;
  Fd alive_file_;
  std::string mark_;
};

}  // namespace cutset::agent
