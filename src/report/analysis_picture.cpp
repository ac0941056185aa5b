#include "report/analysis_picture.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "report/analysis_tree.h"
#include "report/escape.h"
#include "report/svg_shapes.h"

namespace cutset::report {

namespace {

constexpr double kMargin = 10;
constexpr double kBoxHeight = 42;
constexpr double kRowHeight = 62;     // with the room for a note below the box
constexpr double kColumnGap = 52;     // for the lines between callers and callees
constexpr double kLetterWidth = 6.7;  // about, of the operation
constexpr double kBoldWidth = 7.8;    // of the callee
constexpr size_t kMostLetters = 30;
constexpr double kLeastWidth = 90;
constexpr double kPadding = 11;
/// A picture with more rows than a screen begins with its entry.
constexpr size_t kMostCenteredRows = 12;
constexpr size_t kMostTooltip = 300;
/// Deeper pictures are no longer looked at.
constexpr size_t kMostDepth = 24;

struct Box {
  double x = 0;
  double y = 0;
  double width = 0;
  std::string title;
  std::string operation;

  double right() const { return x + width; }
  double middle() const { return y + kBoxHeight / 2; }
};

class Painter {
 public:
  Painter(const AnalysedClass& analysed, const ClassWords& words, size_t most_boxes)
      : analysed_(analysed), words_(words) {
    TreeLimits limits;
    limits.most_rows = most_boxes;
    limits.most_depth = kMostDepth;
    view_ = tree_view(analysed.calls, limits);
  }

  AnalysisPicture paint() {
    place();
    std::string lines;
    std::string boxes;
    for (size_t i = 0; i < view_.rows.size(); ++i) {
      lines += line_to(i);
      boxes += box(i);
    }
    AnalysisPicture picture;
    picture.svg = fmt::format(
        "<svg class=\"calls\" role=\"img\" aria-label=\"the calls of {}\" "
        "width=\"{:.0f}\" height=\"{:.0f}\" viewBox=\"0 0 {:.0f} "
        "{:.0f}\">\n{}{}{}</svg>\n",
        escape_markup(shorten(analysed_.name, kMostTooltip)), width_, height_, width_,
        height_, lines, boxes, retry_loops());
    picture.boxes = view_.rows.size();
    picture.folded = view_.folded;
    picture.box_of = std::move(view_.row_of);
    return picture;
  }

 private:
  const AnalysedCall& call_of(const TreeRow& row) const {
    return analysed_.calls[row.call];
  }

  void name(const TreeRow& row, Box& box) const {
    if (row.kind == TreeRow::Kind::kCall) {
      const CallTitle title = call_title(call_of(row));
      box.title = shorten_middle(title.callee, kMostLetters);
      box.operation = shorten_middle(title.operation, kMostLetters + 4);
    } else if (row.kind == TreeRow::Kind::kAlike) {
      box.title = fmt::format("+ {} more of these", grouped(row.folded));
      if (row.below > 0)
        box.operation = fmt::format("with {} below", counted_grouped(row.below, "call"));
    } else {
      box.title = fmt::format("+ {}", counted_grouped(row.folded, "more call"));
    }
  }

  /// Leaves one below the other, callers in the middle of what they call, or beside the
  /// first of it where the picture is tall; a column is as wide as its longest name.
  void place() {
    boxes_.resize(view_.rows.size());
    std::vector<double> widths;  // by depth
    for (size_t i = 0; i < boxes_.size(); ++i) {
      name(view_.rows[i], boxes_[i]);
      const size_t depth = static_cast<size_t>(view_.rows[i].depth);
      if (widths.size() <= depth) widths.resize(depth + 1, kLeastWidth);
      const auto title = static_cast<double>(count_characters(boxes_[i].title));
      const auto operation = static_cast<double>(count_characters(boxes_[i].operation));
      widths[depth] = std::max({widths[depth], title * kBoldWidth + 2 * kPadding,
                                operation * kLetterWidth + 2 * kPadding});
    }
    std::vector<double> lefts;
    double left = kMargin;
    for (const double width : widths) {
      lefts.push_back(left);
      left += width + kColumnGap;
    }
    width_ = std::max(left - kColumnGap + kMargin + kLoopRoom + kLoopWord, 200.0);
    size_t leaves = 0;
    for (size_t i = 0; i < boxes_.size(); ++i) {
      const bool has_below =
          i + 1 < boxes_.size() && view_.rows[i + 1].parent == static_cast<int>(i);
      leaves += has_below ? 0 : 1;
    }
    const bool centered = leaves <= kMostCenteredRows;
    std::vector<double> first(boxes_.size(), -1);  // of the rows below, by row
    std::vector<double> last(boxes_.size(), -1);
    double next = kMargin;
    for (size_t i = boxes_.size(); i-- > 0;) {
      // From the end: what is below a row is placed before it.
      Box& box = boxes_[i];
      const size_t depth = static_cast<size_t>(view_.rows[i].depth);
      box.x = lefts[depth];
      box.width = widths[depth];
      if (first[i] < 0) {
        box.y = next;
        next += kRowHeight;
      } else {
        box.y = centered ? (first[i] + last[i]) / 2 : first[i];
      }
      const int parent = view_.rows[i].parent;
      if (parent < 0) continue;
      const auto above = static_cast<size_t>(parent);
      if (last[above] < 0) last[above] = box.y;
      first[above] = box.y;
    }
    height_ = next + kMargin;
    for (Box& box : boxes_) box.y = height_ - kMargin - kRowHeight - (box.y - kMargin);
  }

  std::string css_class(size_t index) const {
    const TreeRow& row = view_.rows[index];
    if (row.kind != TreeRow::Kind::kCall) return "call folded";
    const AnalysedCall& call = call_of(row);
    std::string text = "call";
    if (row.parent < 0) text += " entry";
    if (call.single_point) text += " single";
    if (call.redundant) text += " redundant";
    if (!call.awaited) text += " loose";
    if (!call.stable) text += " unstable";
    return text;
  }

  std::string note(const AnalysedCall& call) const {
    std::vector<std::string> notes;
    for (const CallMark& mark : words_.marks(call)) {
      const bool colored = mark.kind == CallMark::Kind::kSinglePoint ||
                           mark.kind == CallMark::Kind::kRedundant ||
                           mark.kind == CallMark::Kind::kRetry;
      if (!colored) notes.push_back(mark.words);
    }
    return notes.empty() ? "" : notes.back();
  }

  std::string tooltip(const AnalysedCall& call) const {
    std::string text = shorten_middle(words_.place(call.id), kMostTooltip);
    for (const CallMark& mark : words_.marks(call)) text += "; " + mark.words;
    return text;
  }

  std::string box(size_t index) const {
    const TreeRow& row = view_.rows[index];
    const Box& box = boxes_[index];
    std::string out =
        fmt::format("<g class=\"{}\" data-box=\"{}\">", css_class(index), index);
    if (row.kind == TreeRow::Kind::kCall) {
      out += fmt::format("<title>{}</title>", escape_markup(tooltip(call_of(row))));
    }
    out += fmt::format(
        "<rect x=\"{:.0f}\" y=\"{:.1f}\" width=\"{:.0f}\" height=\"{:.0f}\" rx=\"7\"/>",
        box.x, box.y, box.width, kBoxHeight);
    const bool one_line = box.operation.empty();
    out += svg_text({box.x + kPadding, box.y + (one_line ? 25 : 18)}, box.title, "callee",
                    "start");
    if (!one_line) {
      out +=
          svg_text({box.x + kPadding, box.y + 33}, box.operation, "operation", "start");
    }
    if (row.kind == TreeRow::Kind::kCall) {
      if (const std::string text = note(call_of(row)); !text.empty()) {
        out +=
            svg_text({box.x + kPadding, box.y + kBoxHeight + 11}, text, "note", "start");
      }
    }
    return out + "</g>\n";
  }

  std::string line_to(size_t index) const {
    const TreeRow& row = view_.rows[index];
    if (row.parent < 0) return "";
    const Box& from = boxes_[static_cast<size_t>(row.parent)];
    const Box& to = boxes_[index];
    const bool loose = row.kind == TreeRow::Kind::kCall && !call_of(row).awaited;
    const double bend = (from.right() + to.x) / 2;
    return fmt::format(
        "<path class=\"line{}\" d=\"M{:.0f} {:.1f}C{:.0f} {:.1f} {:.0f} {:.1f} {:.0f} "
        "{:.1f}\"/>\n",
        loose ? " loose" : "", from.right(), from.middle(), bend, from.middle(), bend,
        to.middle(), to.x, to.middle());
  }

  /// From a failed attempt to the next one of the same call, around the right side.
  std::string retry_loops() const {
    std::string out;
    std::map<std::pair<int, std::string>, size_t> attempts;  // the last one's row
    for (size_t i = 0; i < view_.rows.size(); ++i) {
      const TreeRow& row = view_.rows[i];
      if (row.kind != TreeRow::Kind::kCall) continue;
      const AnalysedCall& call = call_of(row);
      const std::string_view point = last_point(call.id);
      const std::string all_attempts(point.substr(0, point.rfind('#')));
      const auto [before, is_first] =
          attempts.emplace(std::pair(row.parent, all_attempts), i);
      if (is_first) continue;
      if (call.retry) out += retry_loop(boxes_[before->second], boxes_[i]);
      before->second = i;
    }
    return out;
  }

  static std::string retry_loop(const Box& from, const Box& to) {
    const double x = from.right();
    const double bend = x + kLoopRoom * 0.9;
    return fmt::format(
               "<path class=\"loop\" d=\"M{:.0f} {:.1f}C{:.0f} {:.1f} {:.0f} {:.1f} "
               "{:.0f} {:.1f}\"/>",
               x, from.middle() + 8, bend, from.middle() + 8, bend, to.middle() - 8,
               x + 6, to.middle() - 8) +
           fmt::format("<path class=\"loop-head\" d=\"M{:.0f} {:.1f}l8 -4v8z\"/>", x,
                       to.middle() - 8) +
           svg_text({x + kLoopRoom * 0.75, (from.middle() + to.middle()) / 2 + 3},
                    "retry", "loop-word", "start") +
           "\n";
  }

  static constexpr double kLoopRoom = 44;
  static constexpr double kLoopWord = 26;

  const AnalysedClass& analysed_;
  const ClassWords& words_;
  TreeView view_;
  std::vector<Box> boxes_;  // by row
  double width_ = 0;
  double height_ = 0;
};

}  // namespace

AnalysisPicture analysis_picture(const AnalysedClass& analysed, const ClassWords& words,
                                 size_t most_boxes) {
  return Painter(analysed, words, most_boxes).paint();
}

std::string_view analysis_picture_css() {
  return R"(.calls{display:block;font:12px system-ui,-apple-system,"Segoe UI",sans-serif}
.calls .line{fill:none;stroke:var(--rule);stroke-width:1.6}
.calls .line.loose{stroke-dasharray:5 4}
.calls rect{fill:var(--panel);stroke:var(--missing);stroke-width:1.2;transition:fill .12s}
.calls .entry rect{stroke:var(--ink);stroke-width:1.8}
.calls .callee{font-weight:600;fill:var(--ink)}
.calls .operation{font-size:11px;fill:var(--soft)}
.calls .note{font-size:10px;fill:var(--warn)}
.calls .single rect{fill:var(--bad-paper);stroke:var(--bad)}
.calls .redundant rect{fill:var(--good-paper);stroke:var(--good)}
.calls .loose rect{stroke-dasharray:5 4}
.calls .unstable rect{stroke:var(--warn);stroke-dasharray:2 3}
.calls .folded rect{fill:none;stroke-dasharray:3 3}
.calls .folded .callee{font-weight:400;fill:var(--soft)}
.calls .loop{fill:none;stroke:var(--extra);stroke-width:1.6}
.calls .loop-head{fill:var(--extra)}
.calls .loop-word{font-size:10px;fill:var(--extra)}
.calls.showing .call{opacity:.45}
.calls.showing .call.failing,.calls.showing .call.instead,.calls.showing .call.lost{opacity:1}
.calls .failing rect{fill:var(--bad);stroke:var(--bad);stroke-dasharray:none}
.calls .failing text{fill:var(--paper)}
.calls .failing .note{fill:var(--bad)}
.calls .instead rect{fill:var(--good);stroke:var(--good);stroke-dasharray:none}
.calls .instead text{fill:var(--paper)}
.calls .instead .note{fill:var(--good)}
.calls .lost rect{stroke:var(--bad);stroke-width:2.6;stroke-dasharray:6 3}
.calls .cross{fill:none;stroke:var(--paper);stroke-width:2.2}
@media print{.calls{max-width:100%;height:auto}}
)";
}

}  // namespace cutset::report
