// RESP 2 and 3, the protocol of Redis, with its replication: the dump after +FULLRESYNC
// ($length or $EOF:mark, without a line end behind it) and the commands that follow it.
//
// Labels: a command's name in capitals ("SET") where commands are sent (requests, and
// what a master sends after FULLRESYNC or CONTINUE); the type of an answer ("bulk",
// "array", "FULLRESYNC"); "RDB" for the dump.
//
// Rule for joining in the middle: the first line that reads *n, followed by a line $m, or
// a short line of + or -.
#pragma once

#include "agent/framing/framer.h"

namespace cutset::agent::framing {

class RespFramer final : public Framer {
 public:
  static constexpr size_t kDeepest = 32;              // arrays in arrays
  static constexpr int64_t kMostElements = 1 << 20;   // of an array
  static constexpr int64_t kLongestBulk = 1LL << 32;  // bytes

  RespFramer(Side side, bool from_start);

  void feed(std::string_view bytes, std::vector<Event>& events) override;
  void skip(uint64_t count, std::vector<Event>& events) override;

 private:
  enum class State { kType, kLine, kBulk, kDump, kDumpToMark, kLost };

  size_t read(std::string_view bytes, std::vector<Event>& events);
  size_t read_line(std::string_view bytes, std::vector<Event>& events);
  size_t read_bulk(std::string_view bytes, std::vector<Event>& events);
  size_t read_to_mark(std::string_view bytes, std::vector<Event>& events);
  void line_complete(std::vector<Event>& events);
  void simple_line(std::vector<Event>& events);
  void begin_bulk(std::vector<Event>& events);
  void begin_array(std::vector<Event>& events);
  void element_complete(std::vector<Event>& events);
  void label_if_new(std::string_view text, std::vector<Event>& events);
  void complete(std::vector<Event>& events);
  /// `behind_line`: what comes next may begin a message.
  void lose(bool behind_line, std::vector<Event>& events);
  bool find();
  bool sends_commands() const;

  const Side side_;
  State state_ = State::kType;
  bool replication_ = false;  // commands follow, in the direction of answers
  bool dump_expected_ = false;
  char type_ = 0;
  std::string line_;  // behind the type, as much as is needed
  uint64_t line_size_ = 0;
  std::string name_;  // of the command that is being read
  bool naming_ = false;
  bool labelled_ = false;
  std::vector<int64_t> open_;  // elements that are to come, of each open array
  uint64_t left_ = 0;          // bytes of the bulk or dump that are to come
  std::string mark_;           // end of a dump of unknown length
  std::string window_;         // the last bytes: of such a dump, or while lost
  uint64_t begin_ = 0;
  uint64_t message_ = 0;
};

}  // namespace cutset::agent::framing
