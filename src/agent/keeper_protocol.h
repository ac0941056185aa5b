// What the worker and the keeper say to each other over their socket pair: frames of a
// length and one message.
//
//   worker -> keeper   kStart (name, arguments, environment, folder,
//                      number: kHeldStart or 0)                            answered by
//   kStarted
//                      kStop (name, number: grace in ms)               answered by
//                      kStopped kEndAll                                         answered
//                      by kAllEnded
//                      kRecord (name: a record to be written)          answered by
//                      kRecorded
//                      kStrike (number: of the record)                 answered by
//                      kStruck
//   keeper -> worker   kStarted (number: pid, or text: why not), kStopped (number: exit
//   code, or text: why not),
//                      kRecorded (number: of the record, or text: why not), kStruck
//                      (text: why not), kAllEnded (number: processes ended), kExited
//                      (name, number: exit code, id: 0)
//
// An answer carries the id of its question. Between two processes of one program: no
// versions, but bounds. Thread rule: values; a MessageReader belongs to one thread.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"

namespace cutset::agent {

struct KeeperMessage {
  enum class Kind : uint8_t {
    kStart = 1,
    kStop,
    kEndAll,
    kStarted,
    kStopped,
    kAllEnded,
    kExited,
    kRecord,
    kStrike,
    kRecorded,
    kStruck
  };
  Kind kind = Kind::kEndAll;
  uint64_t id = 0;
  int64_t number = 0;
  std::string name;
  std::string folder;
  std::string text;  // an error as the user reads it; empty: it worked
  std::vector<std::string> arguments;
  std::vector<std::string> environment;  // NAME=value
  // Of kStart: folders of cgroups that the process enters before it becomes the command.
  std::vector<std::string> groups;
};

/// kStart, `number`: it is held (held_process.h), and two descriptors come with it.
inline constexpr int64_t kHeldStart = 1;

inline constexpr size_t kFrameLimit = size_t{8} << 20;

/// The frame, length included. Error: longer than kFrameLimit.
Result<std::string> encode(const KeeperMessage& message);

/// Collects bytes and cuts them into messages.
class MessageReader {
 public:
  void add(std::string_view bytes) { buffer_.append(bytes); }
  /// Nothing until a whole frame is there. Error: bytes that no peer of ours sends.
  Result<std::optional<KeeperMessage>> next();

 private:
  std::string buffer_;
};

}  // namespace cutset::agent
