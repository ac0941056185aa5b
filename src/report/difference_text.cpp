#include "report/difference_text.h"

#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "report/analysis_words.h"
#include "report/escape.h"
#include "report/terminal.h"

namespace cutset::report {

namespace {

using lineage::CallChange;
using lineage::ChangeGroup;
using lineage::ExecutionDifference;

constexpr size_t kWidth = 100;
constexpr size_t kMostConsequences = 8;
constexpr size_t kMostNamed = 3;
constexpr size_t kLongestName = 90;

class Writer {
 public:
  Writer(const std::vector<ExecutionDifference>& differences, bool color)
      : differences_(differences), color_(color) {}

  std::string write() {
    std::vector<std::string> equal;
    for (const ExecutionDifference& difference : differences_) {
      if (is_equal(difference)) equal.push_back(difference.bad_run);
    }
    const bool equal_together = equal.size() > 1;
    std::vector<Alike> all;
    std::map<std::string, size_t> known;  // by what is printed
    for (const ExecutionDifference& difference : differences_) {
      if (equal_together && is_equal(difference)) continue;
      const std::string details = details_of(difference);
      const std::string key =
          fmt::format("{}\n{}{}\n{}", difference.name, difference.bad_failed ? 'f' : 'a',
                      difference.bad_incomplete ? 'i' : 'c', details);
      const auto [entry, is_new] = known.emplace(key, all.size());
      if (is_new) all.push_back({&difference, {}, details});
      all[entry->second].traces.push_back(difference.bad_run);
    }
    for (const Alike& alike : all) request(alike);
    if (equal_together) equal_requests(equal);
    if (differences_.empty()) out_ += "The bad traces have no request in them.\n";
    return std::move(out_);
  }

 private:
  /// Requests that differ in the same way are shown once.
  struct Alike {
    const ExecutionDifference* first;
    std::vector<std::string> traces;
    std::string details;
  };

  std::string colored(Style style, std::string_view text) const {
    return styled(color_, style, text);
  }
  void paragraph(std::string_view first, std::string_view text) {
    out_ += wrapped(clean_text(text), kWidth, first,
                    std::string(count_characters(first), ' '));
  }
  static bool is_equal(const ExecutionDifference& difference) {
    return difference.good_runs > 0 && difference.groups.empty() &&
           difference.notes.empty();
  }
  static std::string named(std::vector<std::string> traces, std::string_view other);
  std::string details_of(const ExecutionDifference& difference);
  void request(const Alike& alike);
  /// Those without a difference, together: they are not what one looks for.
  void equal_requests(const std::vector<std::string>& traces);
  void group(const ChangeGroup& group, size_t number);

  const std::vector<ExecutionDifference>& differences_;
  bool color_;
  std::string out_;
};

std::string change_words(const CallChange& change) {
  std::string call = shorten(change.words, kLongestName);
  switch (change.kind) {
    case CallChange::Kind::kMissing:
      return fmt::format("{} was not made; the good runs saw {}", call,
                         change.good.empty() ? "an answer" : change.good);
    case CallChange::Kind::kFailed:
      return fmt::format("{} failed with {}; the good runs saw {}", call,
                         change.bad.empty() ? "an error" : change.bad,
                         change.good.empty() ? "an answer" : change.good);
    case CallChange::Kind::kOtherAnswer:
      return fmt::format("{} was answered with {}; the good runs saw {}", call,
                         change.bad, change.good);
    case CallChange::Kind::kAdditional:
      return fmt::format("{} was made ({}); no good run makes it", call,
                         change.bad.empty() ? "an answer" : change.bad);
  }
  return call;
}

Style style_of(CallChange::Kind kind) {
  switch (kind) {
    case CallChange::Kind::kMissing:
    case CallChange::Kind::kFailed:
      return Style::kRed;
    case CallChange::Kind::kOtherAnswer:
    case CallChange::Kind::kAdditional:
      return Style::kYellow;
  }
  return Style::kPlain;
}

void Writer::group(const ChangeGroup& group, size_t number) {
  const std::string start = fmt::format("{:>4}. ", number);
  const std::string name(lineage::change_name(group.frontier.kind));
  out_ += start + colored(style_of(group.frontier.kind), name) + "\n";
  paragraph("      ", change_words(group.frontier));
  if (group.consequences.empty()) return;
  out_ += colored(Style::kDim, "      and then:") + "\n";
  const size_t listed = std::min(group.consequences.size(), kMostConsequences);
  for (size_t i = 0; i < listed; ++i)
    paragraph("      - ", change_words(group.consequences[i]));
  if (listed < group.consequences.size()) {
    const auto more = static_cast<int64_t>(group.consequences.size() - listed);
    out_ += fmt::format("        ... and {} (--json has them all)\n",
                        counted_grouped(more, "more change"));
  }
}

/// What is said of it below the line with its trace.
std::string Writer::details_of(const ExecutionDifference& difference) {
  std::string before = std::exchange(out_, "");
  if (difference.good_runs == 0) {
    paragraph("  ", "There is no good run of this kind of request to compare it with.");
  } else {
    paragraph("  ", fmt::format("compared with {}{}",
                                counted_grouped(difference.good_runs, "good run"),
                                difference.good_example.empty()
                                    ? ""
                                    : ", one is trace " + difference.good_example));
    if (difference.groups.empty()) {
      paragraph("  ",
                "No difference: it made the calls that the good runs make, with answers "
                "that they saw.");
    } else {
      out_ += "\n  Where it began to differ, and what followed:\n";
      for (size_t i = 0; i < difference.groups.size(); ++i)
        group(difference.groups[i], i + 1);
    }
  }
  for (const std::string& note : difference.notes) paragraph("  Note: ", note);
  return std::exchange(out_, std::move(before));
}

/// The first few of the traces.
std::string Writer::named(std::vector<std::string> traces, std::string_view other) {
  if (traces.size() > kMostNamed) {
    const auto more = static_cast<int64_t>(traces.size() - kMostNamed);
    traces.resize(kMostNamed);
    traces.push_back(counted_grouped(more, other));
  }
  return enumeration(traces);
}

void Writer::request(const Alike& alike) {
  if (!out_.empty()) out_ += '\n';
  const ExecutionDifference& first = *alike.first;
  out_ += colored(Style::kBold, clean_text(shorten(first.name, kLongestName))) + "\n";
  const bool alone = alike.traces.size() == 1;
  paragraph("  ",
            fmt::format(
                "{} {}: {} {}{}", alone ? "trace" : "traces",
                named(alike.traces, "other"), alone ? "the request" : "each request",
                first.bad_failed ? "failed" : "was answered",
                first.bad_incomplete ? "; spans are missing, so calls may be too" : ""));
  out_ += alike.details;
}

void Writer::equal_requests(const std::vector<std::string>& traces) {
  if (!out_.empty()) out_ += '\n';
  paragraph("",
            fmt::format("{} without a difference: they made the calls that good runs "
                        "make, with answers that those saw ({}).",
                        counted_grouped(static_cast<int64_t>(traces.size()), "request"),
                        named(traces, "other trace")));
}

}  // namespace

std::string difference_text(const std::vector<ExecutionDifference>& differences,
                            bool color) {
  return Writer(differences, color).write();
}

}  // namespace cutset::report
