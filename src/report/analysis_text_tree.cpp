#include "report/analysis_text_tree.h"

#include <algorithm>
#include <vector>

#include <fmt/format.h>

#include "base/text.h"
#include "report/analysis_tree.h"
#include "report/escape.h"
#include "report/terminal.h"

namespace cutset::report {

namespace {

constexpr size_t kUnlimited = SIZE_MAX / 4;
constexpr size_t kMostRows = 40;
constexpr size_t kLeastMark = 20;
constexpr size_t kMostMark = 42;

Style style_of(CallMark::Kind kind) {
  switch (kind) {
    case CallMark::Kind::kSinglePoint:
      return Style::kRed;
    case CallMark::Kind::kRedundant:
      return Style::kGreen;
    case CallMark::Kind::kUnstable:
    case CallMark::Kind::kErrors:
      return Style::kYellow;
    case CallMark::Kind::kRetry:
    case CallMark::Kind::kNotAwaited:
      return Style::kDim;
  }
  return Style::kPlain;
}

class TreeWriter {
 public:
  explicit TreeWriter(const TextOptions& options) : options_(options) {}

  void write(const AnalysedClass& analysed, const ClassWords& words);
  std::string take() { return std::move(out_); }

 private:
  std::string shown(std::string_view text) const { return terminal_text(text, options_); }
  std::string colored(Style style, std::string_view text) const {
    return styled(options_.color, style, text);
  }
  /// `below`: what is drawn under the row, for the lines that its marks need.
  void add_line(const std::string& branches, const std::string& label, size_t column,
                const std::string& below, const std::vector<CallMark>& marks);

  const TextOptions& options_;
  std::string out_;
};

void TreeWriter::add_line(const std::string& branches, const std::string& label,
                          size_t column, const std::string& below,
                          const std::vector<CallMark>& marks) {
  const size_t drawn = count_characters(below);
  const std::string next_line =
      below + std::string(column > drawn ? column - drawn : 1, ' ');
  const size_t room =
      options_.width - std::min(count_characters(next_line), options_.width - kLeastMark);
  std::string line = branches + label;
  if (!marks.empty()) {
    const size_t used = count_characters(line);
    line += std::string(used < column ? column - used : 2, ' ');
  }
  size_t used = 0;  // of the room
  for (size_t i = 0; i < marks.size(); ++i) {
    const std::string end = i + 1 < marks.size() ? ";" : "";
    const std::string text = shown(marks[i].words) + end;
    if (i > 0 && used + 1 + count_characters(text) > room) {
      out_ += line + "\n";
      line = next_line;
      used = 0;
    } else if (i > 0) {
      line += ' ';
      ++used;
    }
    // Only a deep tree on a small terminal has no room for a whole mark.
    const std::vector<std::string> parts = split(wrapped(text, room, "", ""), "\n");
    for (size_t j = 0; j < parts.size(); ++j) {
      if (parts[j].empty()) continue;
      if (j > 0) {
        out_ += line + "\n";
        line = next_line;
        used = 0;
      }
      line += colored(style_of(marks[i].kind), parts[j]);
      used += count_characters(parts[j]);
    }
  }
  out_ += line + "\n";
}

void TreeWriter::write(const AnalysedClass& analysed, const ClassWords& words) {
  TreeLimits limits;
  limits.most_rows = options_.all ? kUnlimited : kMostRows;
  limits.most_depth = options_.all ? kUnlimited : (options_.width / 2 - 3) / 3;
  if (options_.all) limits.most_alike = kUnlimited;
  const TreeView view = tree_view(analysed.calls, limits);
  const char* const turn = options_.unicode ? "├─ " : "|- ";
  const char* const end = options_.unicode ? "└─ " : "`- ";
  const char* const pass = options_.unicode ? "│  " : "|  ";

  // Marks fit beside the names, with what ends them where another follows.
  size_t longest_mark = 22;
  for (const TreeRow& row : view.rows) {
    if (row.kind != TreeRow::Kind::kCall) continue;
    for (const CallMark& mark : words.marks(analysed.calls[row.call]))
      longest_mark = std::max(longest_mark, count_characters(mark.words));
  }
  const size_t most_label = options_.width - std::min(longest_mark + 3, kMostMark);
  std::vector<std::string> labels;
  std::vector<std::string> before;  // by row: the branches that pass below it
  size_t column = 0;
  for (const TreeRow& row : view.rows) {
    const size_t depth = static_cast<size_t>(row.depth);
    const std::string above = row.parent < 0 ? std::string(kTextIndent)
                                             : before[static_cast<size_t>(row.parent)];
    before.push_back(depth == 0 ? above : above + (row.last ? "   " : pass));
    const size_t drawn = kTextIndent.size() + 3 * depth;
    const size_t room = std::max<size_t>(most_label > drawn ? most_label - drawn : 0, 16);
    if (row.kind == TreeRow::Kind::kCall) {
      labels.push_back(
          shown(shorten_middle(call_title(analysed.calls[row.call]).text(), room)));
      column = std::max(column, drawn + count_characters(labels.back()) + 2);
    } else if (row.kind == TreeRow::Kind::kAlike) {
      labels.push_back(fmt::format("... and {} more of these", grouped(row.folded)));
      if (row.below > 0) {
        labels.back() +=
            fmt::format(", with {} below", counted_grouped(row.below, "call"));
      }
    } else {
      labels.push_back(
          fmt::format("... and {}", counted_grouped(row.folded, "more call")));
    }
  }
  for (size_t i = 0; i < view.rows.size(); ++i) {
    const TreeRow& row = view.rows[i];
    const std::string above = row.parent < 0 ? std::string(kTextIndent)
                                             : before[static_cast<size_t>(row.parent)];
    const std::string branches = row.depth == 0 ? above : above + (row.last ? end : turn);
    const bool folds = row.kind != TreeRow::Kind::kCall;
    const bool has_rows_below =
        i + 1 < view.rows.size() && view.rows[i + 1].parent == static_cast<int>(i);
    add_line(branches, folds ? colored(Style::kDim, labels[i]) : labels[i], column,
             before[i] + (has_rows_below ? pass : ""),
             folds ? std::vector<CallMark>() : words.marks(analysed.calls[row.call]));
  }
}

}  // namespace

std::string text_tree(const AnalysedClass& analysed, const ClassWords& words,
                      const TextOptions& options) {
  TreeWriter writer(options);
  writer.write(analysed, words);
  return writer.take();
}

std::string terminal_text(std::string_view text, const TextOptions& options) {
  const std::string clean = clean_text(text);
  return options.unicode ? clean : to_ascii(clean);
}

}  // namespace cutset::report
