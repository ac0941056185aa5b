// The parameters under which a protocol is checked, and their place in a model file: so
// that `cutset check models/2pc.ded` is enough.
//
// A comment line that starts with "cutset:" holds one row of parameters, in any order,
// each at most once:
//
//   // cutset: eot=6 eff=3 crashes=1 nodes=a,b,c crash-model=send expect=violated
//
//   eot=N          times 1..N                          required; 1 to 1000
//   eff=N          messages are lost at times < N      0 if left out; at most eot
//   crashes=N      at most N nodes crash               0 if left out; at most the nodes
//   nodes=a,b,..   the nodes, in order                 required; 1 to 64, distinct
//   crash-model=   send: a crashed node sends nothing to others (section 9 of the
//                  dialect; if left out); stop: it receives and computes nothing either
//   expect=        holds, violated or vacuous: what a check of this row must answer
//
// Several lines are several rows, checked in order (3PC: 8/0/1 holds, 9/7/1 violated). A
// row may leave out `nodes`, and `crash-model`: then those of the row before it count.
// Only the first file named on the command line is read for rows. A line is a row when
// `//` is the first thing on it and `cutset:` follows, before the first clause of the
// file or behind it; nothing else in a comment means anything.
//
// Thread rule: pure functions.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "dedalus/crash_model.h"

namespace cutset::dedalus {

enum class Expectation : uint8_t { kHolds, kViolated, kVacuous };

struct Parameters {
  int64_t eot = 0;  // end of time: times 1..eot
  int64_t eff = 0;  // end of finite failures: messages are lost at times < eff
  int64_t crashes = 0;
  std::vector<std::string> nodes;  // at least one, distinct
  CrashModel crash_model = CrashModel::kSend;
  std::optional<Expectation> expect;
  int line = 0;  // of its comment; 0: not from a file

  friend bool operator==(const Parameters&, const Parameters&) = default;
};

inline constexpr int64_t kMaxEot = 1000;
inline constexpr size_t kMaxNodes = 64;
inline constexpr size_t kMaxParameterRows = 1000;

/// "send", "stop".
std::string_view crash_model_name(CrashModel model);
std::optional<CrashModel> crash_model_of(std::string_view name);
/// "holds", "violated", "vacuous".
std::string_view expectation_name(Expectation expectation);

/// "eot=6 eff=3 crashes=1 nodes=a,b,c", then crash-model if it is not send, then expect:
/// parsed by parse_parameters to an equal value (but for `line`).
std::string to_text(const Parameters& parameters);

/// "a,b,c": 1 to kMaxNodes distinct names of letters, digits, `_`, `.` and `-`.
Result<std::vector<std::string>> parse_nodes(std::string_view text);

/// What each number may be, and what they may be together; the message names the
/// parameter. For command lines that change a row.
Status check_parameters(const Parameters& parameters);

/// All rows of a model's text, in order; none is no error. `file` is for messages. Error:
/// the first wrong row, with its line and column.
Result<std::vector<Parameters>> parse_parameters(std::string_view text,
                                                 const std::string& file);

/// The rows of the file `path` (bounded as base/file.h says).
Result<std::vector<Parameters>> read_parameters(const std::string& path);

}  // namespace cutset::dedalus
