#include "report/analysis_words.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "identity/call_id.h"
#include "report/escape.h"

namespace cutset::report {

namespace {

constexpr std::string_view kBetweenPoints = " > ";
/// Below so many runs a rate of errors says more about our assumption than about the
/// system.
constexpr int64_t kEnoughRuns = 10;
constexpr size_t kLongestName = 150;
constexpr size_t kLongestCaller = 80;
constexpr size_t kMostNamed = 4;  // calls in one sentence

std::string_view points_above(std::string_view id) {
  const size_t at = id.rfind(kBetweenPoints);
  return at == std::string_view::npos ? std::string_view() : id.substr(0, at);
}

std::string operation_of(const identity::Point& point) {
  std::string text = point.signature;
  if (!point.key.empty()) text += " {" + point.key + "}";
  if (point.ordinal > 1) text += fmt::format(" #{}", point.ordinal);
  return text;
}

/// Parts of a sentence; of many, the first few.
std::string few(const std::vector<std::string>& parts) {
  if (parts.size() <= kMostNamed) return enumeration(parts);
  std::vector<std::string> named(parts.begin(), parts.begin() + kMostNamed - 1);
  named.push_back(
      counted_grouped(static_cast<int64_t>(parts.size() - named.size()), "other call"));
  return enumeration(named);
}

/// "about 1 in 30": two digits are all that the numbers are worth.
std::string one_in(double likelihood) {
  if (!(likelihood > 1e-12)) return "less than 1 in a trillion";
  const double runs = 1 / likelihood;
  if (runs < 1.5) return "nearly always";
  const double scale = runs < 100 ? 1 : std::pow(10, std::floor(std::log10(runs)) - 1);
  return "about 1 in " + grouped(std::llround(runs / scale) * std::llround(scale));
}

std::string_view likelihood_word(double likelihood) {
  if (likelihood >= 0.25) return "likely";
  if (likelihood >= 0.01) return "possible";
  if (likelihood >= 0.0001) return "unlikely";
  return "very unlikely";
}

}  // namespace

std::string grouped(int64_t number) {
  std::string digits = fmt::format("{}", number);
  const size_t sign = number < 0 ? 1 : 0;
  for (size_t at = digits.size(); at > sign + 3;) {
    at -= 3;
    digits.insert(at, ",");
  }
  return digits;
}

std::string shorten_middle(std::string_view text, size_t most) {
  constexpr std::string_view kEllipsis = "…";
  const std::string clean = clean_text(text);
  const size_t characters = count_characters(clean);
  if (characters <= most) return clean;
  const size_t tail = most * 2 / 5;
  size_t end = clean.size();
  for (size_t left = tail; left > 0;) {
    --end;
    if ((static_cast<unsigned char>(clean[end]) & 0xC0U) != 0x80U) --left;
  }
  // shorten() ends with the ellipsis that is wanted in the middle.
  return most <= tail ? std::string(kEllipsis)
                      : shorten(clean, most - tail) + clean.substr(end);
}

std::string counted_grouped(int64_t count, std::string_view noun) {
  return fmt::format("{} {}{}", grouped(count), noun, count == 1 ? "" : "s");
}

std::string enumeration(const std::vector<std::string>& parts) {
  std::string text;
  for (size_t i = 0; i < parts.size(); ++i) {
    if (i > 0) text += i + 1 == parts.size() ? " and " : ", ";
    text += parts[i];
  }
  return text;
}

std::string_view last_point(std::string_view id) {
  const size_t at = id.rfind(kBetweenPoints);
  return at == std::string_view::npos ? id : id.substr(at + kBetweenPoints.size());
}

CallTitle call_title(const AnalysedCall& call) {
  const auto point = identity::parse_point(last_point(call.id));
  if (point.ok()) return {point->callee, operation_of(*point)};
  const size_t arrow = call.words.rfind(" -> ");
  const std::string words =
      arrow == std::string::npos ? call.words : call.words.substr(arrow + 4);
  const size_t space = words.find(' ');
  if (space == std::string::npos) return {words, ""};
  return {words.substr(0, space), words.substr(space + 1)};
}

std::string caller_of(const AnalysedCall& call) {
  const std::string_view above = points_above(call.id);
  if (above.empty()) return "";
  const auto point = identity::parse_point(last_point(above));
  return point.ok() ? point->callee : std::string(last_point(above));
}

ClassWords::ClassWords(const AnalysedClass& analysed) : analysed_(analysed) {
  for (size_t i = 0; i < analysed.calls.size(); ++i)
    index_.emplace(analysed.calls[i].id, i);
  for (const AnalysedRedundancy& redundancy : analysed.redundancies) {
    for (const std::string& id : redundancy.failed) held_without_[id] += redundancy.runs;
  }
}

const AnalysedCall* ClassWords::find(const std::string& id) const {
  const auto found = index_.find(id);
  return found == index_.end() ? nullptr : &analysed_.calls[found->second];
}

std::string ClassWords::place(const std::string& id) const {
  const AnalysedCall* call = find(id);
  if (call == nullptr) return shorten_middle(id, kLongestName);
  const std::string caller = caller_of(*call);
  const std::string text = title(id);
  return caller.empty() ? text
                        : fmt::format("{}, called by {}", text,
                                      shorten_middle(caller, kLongestCaller));
}

std::string ClassWords::title(const std::string& id) const {
  const AnalysedCall* call = find(id);
  return shorten_middle(call == nullptr ? id : call_title(*call).text(), kLongestName);
}

std::vector<CallMark> ClassWords::marks(const AnalysedCall& call) const {
  std::vector<CallMark> marks;
  if (call.single_point)
    marks.push_back({CallMark::Kind::kSinglePoint, "single point of failure"});
  if (call.redundant) {
    const auto held = held_without_.find(call.id);
    marks.push_back({CallMark::Kind::kRedundant,
                     held == held_without_.end()
                         ? "redundant"
                         : fmt::format("redundant: {} held without it",
                                       counted_grouped(held->second, "run"))});
  }
  if (call.retry) marks.push_back({CallMark::Kind::kRetry, "retry"});
  if (!call.awaited) marks.push_back({CallMark::Kind::kNotAwaited, "not awaited"});
  if (call.unordered) {
    marks.push_back(
        {CallMark::Kind::kUnstable, "not told apart from equal ones at the same time"});
  } else if (!call.stable) {
    marks.push_back({CallMark::Kind::kUnstable,
                     fmt::format("unstable (in {} of {})", grouped(call.present),
                                 counted_grouped(analysed_.sampled, "run"))});
  }
  if (call.errors > 0) {
    marks.push_back(
        {CallMark::Kind::kErrors, fmt::format("failed in {} of {}", grouped(call.errors),
                                              counted_grouped(call.present, "run"))});
  }
  return marks;
}

std::string ClassWords::counts() const {
  const int64_t complete = analysed_.runs + analysed_.failed;
  std::string text = counted_grouped(complete, "request");
  if (analysed_.failed == 0) {
    text += complete == 1 ? ", answered" : ", all answered";
  } else if (analysed_.runs == 0) {
    text += complete == 1 ? ", failed" : ", all failed";
  } else {
    text += fmt::format(": {} answered, {} failed", grouped(analysed_.runs),
                        grouped(analysed_.failed));
  }
  if (analysed_.incomplete > 0)
    text += fmt::format("; {} more incomplete, not used", grouped(analysed_.incomplete));
  if (!analysed_.example.empty())
    text += fmt::format(". Example: trace {}", analysed_.example);
  return text;
}

bool ClassWords::tried_again(const AnalysedRedundancy& redundancy) const {
  if (redundancy.instead.empty()) return false;
  for (const std::string& id : redundancy.instead) {
    const auto again = identity::parse_point(last_point(id));
    if (!again.ok()) return false;
    bool repeats = false;
    for (const std::string& failed : redundancy.failed) {
      const auto first = identity::parse_point(last_point(failed));
      repeats =
          repeats || (first.ok() && points_above(failed) == points_above(id) &&
                      first->text_without_ordinal() == again->text_without_ordinal());
    }
    if (!repeats) return false;
  }
  return true;
}

std::string ClassWords::redundancy(const AnalysedRedundancy& redundancy) const {
  std::vector<std::string> failed;
  for (const std::string& id : redundancy.failed) failed.push_back(title(id));
  const std::string start =
      fmt::format("The answer came although {} failed", few(failed));
  if (redundancy.instead.empty()) return start + ".";
  if (tried_again(redundancy)) {
    return start + (redundancy.failed.size() == 1 ? ": it was tried again."
                                                  : ": they were tried again.");
  }
  std::vector<std::string> instead;
  for (const std::string& id : redundancy.instead) instead.push_back(title(id));
  return fmt::format("{}: {} {} called instead.", start, few(instead),
                     instead.size() == 1 ? "was" : "were");
}

std::string ClassWords::evidence(const AnalysedRedundancy& redundancy) {
  const std::string runs = counted_grouped(redundancy.runs, "run");
  if (redundancy.example.empty()) return runs;
  return fmt::format("{}, {}trace {}", runs, redundancy.runs == 1 ? "" : "one is ",
                     redundancy.example);
}

std::string ClassWords::likelihood(const AnalysedCut& cut) const {
  for (const std::string& id : cut.ids) {
    const AnalysedCall* call = find(id);
    if (call == nullptr || call->present < kEnoughRuns)
      return "seen too rarely to say how likely";
  }
  return fmt::format("{}, {}", likelihood_word(cut.likelihood), one_in(cut.likelihood));
}

std::string ClassWords::observed(const AnalysedCut& cut) const {
  bool never = true;
  bool equal = true;
  int64_t runs = -1;
  std::vector<std::string> parts;
  for (const std::string& id : cut.ids) {
    const AnalysedCall* call = find(id);
    const int64_t errors = call == nullptr ? 0 : call->errors;
    const int64_t present = call == nullptr ? 0 : call->present;
    never = never && errors == 0;
    equal = equal && (runs < 0 || runs == present);
    runs = present;
    parts.push_back(fmt::format("{} of {}", grouped(errors), grouped(present)));
  }
  if (never && equal) {
    return fmt::format("never failed in {}",
                       counted_grouped(std::max<int64_t>(runs, 0), "run"));
  }
  return fmt::format("failed in {} runs", enumeration(parts));
}

int64_t ClassWords::combinations_left_out() const {
  const auto listed =
      std::count_if(analysed_.cuts.begin(), analysed_.cuts.end(),
                    [](const AnalysedCut& cut) { return cut.ids.size() == 1; });
  const int64_t singles = static_cast<int64_t>(analysed_.single_points.size()) - listed;
  return std::max<int64_t>(analysed_.cuts_left_out - std::max<int64_t>(singles, 0), 0);
}

std::string ClassWords::other_combinations() const {
  const bool listed =
      std::any_of(analysed_.cuts.begin(), analysed_.cuts.end(),
                  [](const AnalysedCut& cut) { return cut.ids.size() > 1; });
  if (combinations_left_out() > 0) {
    return fmt::format("{} found beyond the first; --first N lists more.",
                       combinations_left_out() == 1
                           ? "1 combination was"
                           : grouped(combinations_left_out()) + " combinations were");
  }
  if (analysed_.largest_cut < 2) return "";
  if (!analysed_.cuts_complete)
    return "The search for combinations of several calls was not finished.";
  // A failed run that the graph does not explain says that there may be others.
  if (listed || analysed_.unexplained_failures > 0) return "";
  return fmt::format(
      "No combination of {} other calls would break it.",
      analysed_.largest_cut == 2 ? "2" : fmt::format("2 to {}", analysed_.largest_cut));
}

bool ClassWords::all_are_single_points() const {
  bool first = true;
  for (const AnalysedCall& call : analysed_.calls) {
    const bool counts = !first && call.awaited && call.stable;
    if (counts && !call.single_point) return false;
    first = false;
  }
  return analysed_.calls.size() > 1;
}

std::string input_words(const Analysis& analysis) {
  int64_t read = 0;
  int64_t in_part = 0;
  for (const AnalysedFile& file : analysis.files) {
    read += file.refused.empty() ? 1 : 0;
    in_part += !file.refused.empty() && file.spans > 0 ? 1 : 0;
  }
  const std::string part =
      in_part == 0 ? "" : fmt::format(" and {} in part", grouped(in_part));
  return fmt::format("{}{}, {} in {}, {}", counted_grouped(read, "file"), part,
                     counted_grouped(analysis.raw.spans, "span"),
                     counted_grouped(analysis.raw.traces, "trace"),
                     counted_grouped(analysis.raw.services, "service"));
}

std::string request_words(const Analysis& analysis) {
  int64_t requests = 0;
  for (const AnalysedClass& analysed : analysis.classes)
    requests += analysed.runs + analysed.failed + analysed.incomplete;
  return fmt::format(
      "{} of {}", counted_grouped(requests, "request"),
      counted_grouped(static_cast<int64_t>(analysis.classes.size()), "kind"));
}

std::vector<std::string> unused_words(const Analysis& analysis) {
  std::vector<std::string> words;
  for (const AnalysedFile& file : analysis.files) {
    if (!file.refused.empty()) {
      // The reason of a reader begins with the place, which has the name.
      words.push_back(file.refused.find(file.path) == std::string::npos
                          ? file.path + ": " + file.refused
                          : file.refused);
    }
    if (file.rejected > 0) {
      words.push_back(fmt::format("{}: {} left out, the first because: {}", file.path,
                                  counted_grouped(file.rejected, "span"),
                                  file.first_reason));
    }
  }
  words.insert(words.end(), analysis.unused.begin(), analysis.unused.end());
  return words;
}

}  // namespace cutset::report
