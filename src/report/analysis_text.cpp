#include "report/analysis_text.h"

#include <algorithm>
#include <map>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "base/text.h"
#include "report/analysis_text_tree.h"
#include "report/analysis_tree.h"
#include "report/analysis_words.h"
#include "report/escape.h"
#include "report/terminal.h"

namespace cutset::report {

namespace {

constexpr size_t kMostInFull = 10;
constexpr size_t kMostLines = 100;  // of classes that are not shown in full
constexpr size_t kMostSinglePoints = 12;
constexpr size_t kMostRedundancies = 6;
constexpr size_t kMostCuts = 5;
constexpr size_t kMostNotes = 8;
constexpr size_t kMostSupports = 3;
constexpr size_t kLongestName = 150;
constexpr size_t kUnlimited = SIZE_MAX;
constexpr std::string_view kIndent = kTextIndent;

class Writer {
 public:
  Writer(const Analysis& analysis, const TextOptions& options)
      : analysis_(analysis), options_(options) {}

  std::string write() {
    summary();
    const size_t in_full = options_.all ? analysis_.classes.size()
                                        : std::min(kMostInFull, analysis_.classes.size());
    for (size_t i = 0; i < in_full; ++i) full_class(analysis_.classes[i], i + 1);
    other_classes(in_full);
    unused();
    next_step();
    return std::move(out_);
  }

 private:
  std::string shown(std::string_view text) const { return terminal_text(text, options_); }
  std::string name(std::string_view text) const {
    return shown(shorten_middle(text, kLongestName));
  }
  std::string colored(Style style, std::string_view text) const {
    return styled(options_.color, style, text);
  }
  size_t most(size_t usual) const { return options_.all ? kUnlimited : usual; }
  /// A paragraph; `first` in front of its first line, as many spaces before the others.
  void paragraph(std::string_view first, std::string_view text) {
    const std::string next(count_characters(first), ' ');
    out_ += wrapped(shown(text), options_.width, first, next);
  }
  /// The same with the text in a colour.
  void colored_paragraph(Style style, std::string_view first, std::string_view text) {
    const size_t indent = count_characters(first);
    std::string prefix(first);
    for (const std::string& line :
         split(wrapped(shown(text), options_.width - indent, "", ""), "\n")) {
      if (line.empty()) continue;
      out_ += prefix + colored(style, line) + "\n";
      prefix = std::string(indent, ' ');
    }
  }
  void heading(std::string_view text) {
    out_ += '\n';
    colored_paragraph(Style::kBold, kIndent, text);
  }
  void and_more(size_t count) {
    out_ += fmt::format("{}  ... and {} more (--all shows them)\n", kIndent,
                        grouped(static_cast<int64_t>(count)));
  }

  void summary();
  void full_class(const AnalysedClass& analysed, size_t number);
  void single_points(const AnalysedClass& analysed, const ClassWords& words);
  void redundancies(const AnalysedClass& analysed, const ClassWords& words);
  void combinations(const AnalysedClass& analysed, const ClassWords& words);
  void supports(const AnalysedClass& analysed, const ClassWords& words);
  void passes(const AnalysedClass& analysed);
  void notes(const AnalysedClass& analysed);
  void other_classes(size_t first);
  void unused();
  void next_step();

  const Analysis& analysis_;
  const TextOptions& options_;
  std::string out_;
};

void Writer::summary() {
  paragraph("", "Read " + input_words(analysis_) + ": " + request_words(analysis_) + ".");
  const lineage::ModelCounts& model = analysis_.model;
  std::string calls = counted_grouped(model.calls, "call") + " between services";
  if (model.errors > 0) {
    calls += fmt::format(", {} failed", grouped(model.errors));
    if (model.absorbed > 0) {
      calls +=
          fmt::format(" ({} without making their callers fail)", grouped(model.absorbed));
    }
  }
  if (model.retries > 0) {
    calls += ", " + fmt::format("{} {}", grouped(model.retries),
                                model.retries == 1 ? "retry" : "retries");
  }
  if (model.not_awaited > 0)
    calls += fmt::format(", {} not awaited", grouped(model.not_awaited));
  paragraph("", calls + ".");
}

void Writer::full_class(const AnalysedClass& analysed, size_t number) {
  const ClassWords words(analysed);
  const std::string start = fmt::format("{}. ", number);
  out_ += '\n';
  colored_paragraph(Style::kBold, start, name(analysed.name));
  paragraph(kIndent, words.counts());
  out_ += '\n';
  out_ += text_tree(analysed, words, options_);
  single_points(analysed, words);
  redundancies(analysed, words);
  combinations(analysed, words);
  if (options_.all) supports(analysed, words);
  if (options_.passes) passes(analysed);
  notes(analysed);
}

void Writer::single_points(const AnalysedClass& analysed, const ClassWords& words) {
  if (analysed.single_points.empty()) {
    if (analysed.runs > 0 && analysed.calls.size() > 1) {
      heading("No single point of failure was found:");
      paragraph(std::string(kIndent) + "  ",
                "no call that it makes is needed by itself in every way to an answer.");
    }
    return;
  }
  heading("No run shows that a request survives if only one of these fails:");
  std::map<std::string, const AnalysedCut*> cuts;
  for (const AnalysedCut& cut : analysed.cuts) {
    if (cut.ids.size() == 1) cuts.emplace(cut.ids[0], &cut);
  }
  const bool scheduled =
      std::any_of(analysed.cuts.begin(), analysed.cuts.end(),
                  [](const AnalysedCut& cut) { return !cut.schedule.empty(); });
  if (words.all_are_single_points() && !scheduled && !options_.all) {
    const auto count = static_cast<int64_t>(analysed.single_points.size());
    paragraph(std::string(kIndent) + "- ",
              count == 1 ? "the one call that it waits for"
                         : fmt::format("all {} calls that it waits for", grouped(count)));
    return;
  }
  const std::vector<uint32_t> looks =
      looks_of(analysed.calls, parents_of(analysed.calls));
  std::map<std::pair<std::string, uint32_t>, size_t> group_of;
  std::vector<std::vector<std::string>> groups;
  for (const std::string& id : analysed.single_points) {
    if (words.find(id) == nullptr || options_.all) {
      groups.push_back({id});
      continue;
    }
    // Equal calls of different callers are different things to lose.
    const std::pair key(caller_of(*words.find(id)), looks[words.index(id)]);
    const auto [group, is_new] = group_of.emplace(key, groups.size());
    if (is_new) groups.emplace_back();
    groups[group->second].push_back(id);
  }
  const size_t listed = std::min(groups.size(), most(kMostSinglePoints));
  for (size_t i = 0; i < listed; ++i) {
    const std::string& id = groups[i].front();
    const AnalysedCall* call = words.find(id);
    std::string text = words.place(id);
    if (groups[i].size() > 1) {
      text += fmt::format(", and {} more of these",
                          grouped(static_cast<int64_t>(groups[i].size() - 1)));
    }
    if (call != nullptr && call->errors > 0) {
      text += fmt::format(" (failed in {} of {}, {})", grouped(call->errors),
                          counted_grouped(call->present, "run"),
                          call->survived > 0  ? "never alone while it was answered"
                          : call->errors == 1 ? "and the request failed too"
                                              : "each time the request failed too");
    }
    if (const auto cut = cuts.find(id);
        cut != cuts.end() && !cut->second->schedule.empty())
      text += ": " + cut->second->schedule;
    paragraph(std::string(kIndent) + "- ", text);
  }
  if (listed < groups.size()) and_more(groups.size() - listed);
}

void Writer::redundancies(const AnalysedClass& analysed, const ClassWords& words) {
  if (analysed.redundancies.empty()) return;
  heading("Redundant, as these runs showed:");
  const size_t listed = std::min(analysed.redundancies.size(), most(kMostRedundancies));
  for (size_t i = 0; i < listed; ++i) {
    const AnalysedRedundancy& redundancy = analysed.redundancies[i];
    paragraph(std::string(kIndent) + "- ",
              fmt::format("{} ({})", words.redundancy(redundancy),
                          ClassWords::evidence(redundancy)));
  }
  if (listed < analysed.redundancies.size())
    and_more(analysed.redundancies.size() - listed);
}

void Writer::combinations(const AnalysedClass& analysed, const ClassWords& words) {
  std::vector<const AnalysedCut*> cuts;
  for (const AnalysedCut& cut : analysed.cuts) {
    if (cut.ids.size() > 1) cuts.push_back(&cut);
  }
  if (analysed.runs == 0 || analysed.calls.size() < 2) return;
  if (cuts.empty()) {
    // That nothing else breaks it is wrong where something else did.
    if (analysed.unexplained_failures > 0 && analysed.cuts_complete &&
        words.combinations_left_out() == 0)
      return;
    if (const std::string others = words.other_combinations(); !others.empty()) {
      out_ += '\n';
      paragraph(kIndent, others);
    }
    return;
  }
  heading("Smallest combinations that would break it, the likeliest first:");
  const size_t listed = std::min(cuts.size(), most(kMostCuts));
  for (size_t i = 0; i < listed; ++i) {
    const std::string start = fmt::format("{}{:>2}. ", kIndent, i + 1);
    const std::string below(start.size(), ' ');
    for (size_t j = 0; j < cuts[i]->ids.size(); ++j) {
      paragraph(j == 0 ? start : below,
                (j == 0 ? "" : "and ") + words.place(cuts[i]->ids[j]));
    }
    colored_paragraph(
        Style::kDim, below,
        fmt::format("{}; {}", words.likelihood(*cuts[i]), words.observed(*cuts[i])));
    if (!cuts[i]->schedule.empty()) paragraph(below, cuts[i]->schedule);
  }
  if (listed < cuts.size()) and_more(cuts.size() - listed);
  if (const std::string others = words.other_combinations(); !others.empty())
    paragraph(std::string(kIndent) + "  ", others);
}

void Writer::supports(const AnalysedClass& analysed, const ClassWords& words) {
  if (analysed.supports.empty()) return;
  heading("Calls that are enough for an answer, some of the ways:");
  const size_t listed = std::min(analysed.supports.size(), kMostSupports);
  for (size_t i = 0; i < listed; ++i) {
    std::vector<std::string> calls;
    for (const std::string& id : analysed.supports[i]) calls.push_back(words.title(id));
    std::vector<std::string> failed;
    if (i < analysed.support_conditions.size()) {
      for (const std::string& id : analysed.support_conditions[i])
        failed.push_back(words.title(id));
    }
    std::string text = calls.empty() ? "none" : enumeration(calls);
    if (!failed.empty()) text += "; once " + enumeration(failed) + " failed";
    paragraph(std::string(kIndent) + "- ", text);
  }
}

void Writer::passes(const AnalysedClass& analysed) {
  if (analysed.passes.empty()) return;
  heading("How the derivation graph was simplified:");
  size_t longest = 0;
  for (const AnalysedPass& pass : analysed.passes)
    longest = std::max(longest, count_characters(pass.name));
  out_ += fmt::format("{}  {} {:>8} {:>8} {:>8}\n", kIndent, std::string(longest, ' '),
                      "nodes", "edges", "leaves");
  for (const AnalysedPass& pass : analysed.passes) {
    const std::string padding(longest - count_characters(pass.name), ' ');
    out_ += wrapped(
        shown(pass.what), options_.width,
        fmt::format("{}  {}{} {:>8} {:>8} {:>8}  ", kIndent, shown(pass.name), padding,
                    grouped(pass.nodes), grouped(pass.edges), grouped(pass.leaves)),
        std::string(kIndent.size() + 2 + longest + 29, ' '));
  }
}

void Writer::notes(const AnalysedClass& analysed) {
  if (analysed.notes.empty()) return;
  heading("To know:");
  const size_t listed = std::min(analysed.notes.size(), most(kMostNotes));
  for (size_t i = 0; i < listed; ++i)
    paragraph(std::string(kIndent) + "- ", analysed.notes[i]);
  if (listed < analysed.notes.size()) and_more(analysed.notes.size() - listed);
}

void Writer::other_classes(size_t first) {
  const std::vector<AnalysedClass>& classes = analysis_.classes;
  if (first >= classes.size()) return;
  out_ += fmt::format(
      "\n{}\n",
      colored(Style::kBold,
              fmt::format("{} (--all shows them in full):",
                          counted_grouped(static_cast<int64_t>(classes.size() - first),
                                          "more kind"))));
  const size_t end = std::min(classes.size(), first + kMostLines);
  for (size_t i = first; i < end; ++i) {
    const AnalysedClass& analysed = classes[i];
    const size_t cuts = analysed.cuts.size();
    const size_t singles = static_cast<size_t>(
        std::count_if(analysed.cuts.begin(), analysed.cuts.end(),
                      [](const AnalysedCut& cut) { return cut.ids.size() == 1; }));
    paragraph(fmt::format("{:>4}. ", i + 1),
              fmt::format(
                  "{}: {}; {}, {}", shorten_middle(analysed.name, kLongestName),
                  ClassWords(analysed).counts(),
                  counted_grouped(static_cast<int64_t>(analysed.single_points.size()),
                                  "single point"),
                  counted_grouped(static_cast<int64_t>(cuts - singles), "combination")));
  }
  if (end < classes.size()) {
    out_ += fmt::format("      ... and {} more kinds\n",
                        grouped(static_cast<int64_t>(classes.size() - end)));
  }
}

void Writer::unused() {
  const std::vector<std::string> words = unused_words(analysis_);
  if (words.empty()) return;
  out_ += fmt::format("\n{}\n", colored(Style::kYellow, "Not used:"));
  const size_t listed = std::min(words.size(), most(kMostInFull));
  for (size_t i = 0; i < listed; ++i) paragraph("  - ", words[i]);
  if (listed < words.size()) and_more(words.size() - listed);
}

void Writer::next_step() {
  bool cut = false;
  bool written = false;
  for (const AnalysedClass& analysed : analysis_.classes) {
    for (const AnalysedCut& found : analysed.cuts) {
      cut = true;
      written = written || !found.schedule.empty();
    }
  }
  if (!cut) return;
  constexpr std::string_view kNext = "Next: ";
  const std::string lines = wrapped(
      written
          ? "nothing was injected so far. The schedules above are ready to be "
            "injected; cutset run tries such fault sets on the live system and says "
            "which of them really break it."
          : "nothing was injected so far. --schedules DIR writes a fault schedule for "
            "each line above, --html FILE draws the pictures; cutset run tries such "
            "fault sets on the live system and says which of them really break it.",
      options_.width, kNext, "      ");
  out_ += '\n' + colored(Style::kBold, kNext) + lines.substr(kNext.size());
}

}  // namespace

std::string analysis_text(const Analysis& analysis, const TextOptions& options) {
  return Writer(analysis, options).write();
}

}  // namespace cutset::report
