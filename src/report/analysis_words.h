// Calls, marks and conclusions of an analysis as words, for the terminal and for the
// page. What comes from the system is not cleaned here: the writer of each format does
// that (report/escape.h).
//
// Thread rule: pure functions.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "report/analysis.h"

namespace cutset::report {

/// The text of the last point of an identity.
std::string_view last_point(std::string_view id);

/// What a call is: "redis", "GetDriver {T731070C} #2".
struct CallTitle {
  std::string callee;
  std::string operation;

  std::string text() const { return callee + " " + operation; }
};
/// Of `words` where `id` is no identity.
CallTitle call_title(const AnalysedCall& call);
/// "driver"; "" for an entry.
std::string caller_of(const AnalysedCall& call);

struct CallMark {
  enum class Kind : uint8_t {
    kSinglePoint,
    kRedundant,
    kRetry,
    kNotAwaited,
    kUnstable,
    kErrors,
  };
  Kind kind = Kind::kSinglePoint;
  std::string words;  // "unstable (in 12 of 50 runs)"
};

/// A class with what the words need to look up.
class ClassWords {
 public:
  /// `analysed` outlives it.
  explicit ClassWords(const AnalysedClass& analysed);

  /// nullptr: no call of the class.
  const AnalysedCall* find(const std::string& id) const;
  /// Requires: find(id). Index into AnalysedClass::calls.
  size_t index(const std::string& id) const { return index_.at(id); }
  /// "redis GetDriver {T731070C} #2"; the id itself if the class has no such call.
  /// Clean, and shortened if very long.
  std::string title(const std::string& id) const;
  /// "redis GetDriver {T731070C} #2, called by driver"
  std::string place(const std::string& id) const;

  std::vector<CallMark> marks(const AnalysedCall& call) const;
  /// "12 requests: 10 answered, 2 failed; 1 more incomplete, not used. Example: trace 7."
  std::string counts() const;
  /// "The answer came although redis GetDriver {7} failed: it was tried again."
  std::string redundancy(const AnalysedRedundancy& redundancy) const;
  /// "2 runs, one is trace 383acc79"
  static std::string evidence(const AnalysedRedundancy& redundancy);
  /// "possible, about 1 in 30"; or that it is seen too rarely to say.
  std::string likelihood(const AnalysedCut& cut) const;
  /// "failed in 1 of 50 and in 0 of 50 runs"
  std::string observed(const AnalysedCut& cut) const;
  /// Combinations of several calls that were found and are not listed.
  int64_t combinations_left_out() const;
  /// What is to be said below the listed cut sets, about those that are not; "" where
  /// nothing needs be.
  std::string other_combinations() const;
  /// Is every call that the entry waits for a single point of failure?
  bool all_are_single_points() const;

 private:
  bool tried_again(const AnalysedRedundancy& redundancy) const;

  const AnalysedClass& analysed_;
  std::map<std::string, size_t, std::less<>> index_;
  std::map<std::string, int64_t, std::less<>> held_without_;  // runs, by id
};

/// Clean text of at most `most` characters: of a longer one the end, which tells methods
/// of one package apart, and most of the beginning (report/escape.h's shorten() keeps the
/// beginning only).
std::string shorten_middle(std::string_view text, size_t most);

/// "1,234,567"
std::string grouped(int64_t number);
/// "1 run", "1,200 runs"
std::string counted_grouped(int64_t count, std::string_view noun);
/// "a", "a and b", "a, b and c"
std::string enumeration(const std::vector<std::string>& parts);
/// What was read: "2 files, 57 spans in 3 traces, 7 services".
std::string input_words(const Analysis& analysis);
/// What became of it: "3 requests of 2 kinds".
std::string request_words(const Analysis& analysis);
/// Why anything of the input is not in the analysis, a line each; "" are not among them.
std::vector<std::string> unused_words(const Analysis& analysis);

}  // namespace cutset::report
