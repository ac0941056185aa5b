#include "report/spacetime_svg.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <vector>

#include <fmt/format.h>

#include "report/escape.h"
#include "report/spacetime_columns.h"
#include "report/svg_shapes.h"
#include "report/words.h"

namespace cutset::report {

namespace {

constexpr double kCharacter = 5.9;  // a generous width of one character of the small font
constexpr double kRowHeight = 40;
constexpr double kLaneHeight = 13;
constexpr double kBarHeight = 8;
constexpr double kSlant = 4.5;  // how far an arrow leans to each side of its column
constexpr double kColumn = 26;
constexpr double kMissingColumn = 21;
constexpr double kCrossBefore = 15;  // a cross stands so far before the callee's row
constexpr double kTurn = -48;        // degrees of the labels on top
constexpr double kFirstRowBelowLabels = 30;
constexpr double kServiceFont = 1.3;  // the names of rows are larger and bold
constexpr size_t kLongestLabel = 34;
constexpr size_t kLongestService = 28;
constexpr double kBetweenTicks = 22;

double width_of(std::string_view text) {
  return kCharacter * static_cast<double>(count_characters(text));
}

std::string label_of(const DiagramCall& call) {
  const identity::Point& point = call.call->id.points.back();
  std::string text = point.signature;
  if (!point.key.empty()) text += "{" + point.key + "}";
  if (point.ordinal != 1) text = operation_words(call.call->id.text());
  return shorten(text, kLongestLabel);
}

/// The callee does not get a request that is refused or answered in its place.
bool stops_at_cross(const DiagramCall& call) {
  return call.call->fault && !call.call->executed;
}

class Drawing {
 public:
  Drawing(const Diagram& diagram, const SvgOptions& options)
      : diagram_(diagram), options_(options) {}
  /// The columns that it needs by itself.
  ColumnNeeds needs() const;
  std::string draw(const ColumnPlaces& places);

 private:
  void place_rows();
  std::string css_class(const DiagramCall& call) const;
  std::string fault_text(const DiagramCall& call, bool is_end) const;
  double x(int column) const { return columns_[static_cast<size_t>(column)]; }
  double y_of_row(int row) const { return rows_[static_cast<size_t>(row)]; }
  double y(const DiagramCall& call) const {
    return y_of_row(call.row) + call.lane * kLaneHeight;
  }
  double y_of_caller(const DiagramCall& call) const {
    return call.parent < 0 ? y_of_row(0)
                           : y(diagram_.calls[static_cast<size_t>(call.parent)]);
  }
  double end_x(const DiagramCall& call) const {
    return call.end_column < 0 ? right_ : x(call.end_column);
  }
  void frame();
  void time_axis();
  void label(const DiagramCall& call);
  void bar(const DiagramCall& call);
  void request(const DiagramCall& call, int number);
  void answer(const DiagramCall& call);
  void legend();
  std::string tooltip(const DiagramCall& call) const;

  const Diagram& diagram_;
  const SvgOptions& options_;
  std::vector<double> rows_;
  std::vector<double> columns_;
  double left_ = 0;
  double right_ = 0;
  double top_ = 0;
  double bottom_ = 0;
  double width_ = 0;
  double height_ = 0;
  std::string out_;
};

std::string Drawing::fault_text(const DiagramCall& call, bool is_end) const {
  if (!call.call->fault || stops_at_cross(call) == is_end) return "";
  const bool fatal = diagram_.fatal >= 0 &&
                     &call == &diagram_.calls[static_cast<size_t>(diagram_.fatal)];
  return call.call->fault->text() + (fatal ? ", fatal" : "");
}

ColumnNeeds Drawing::needs() const {
  ColumnNeeds needs;
  double labels = 0;
  for (const DiagramRow& row : diagram_.rows) {
    labels = std::max(labels, width_of(shorten(row.service, kLongestService)));
  }
  needs.left = labels * kServiceFont + 24;
  for (const DiagramColumn& column : diagram_.columns) {
    const DiagramCall& call = diagram_.calls[static_cast<size_t>(column.call)];
    double before = (call.role == CallRole::kMissing ? kMissingColumn : kColumn) / 2;
    double after = before;
    if (column.is_end)
      before = after = std::max(before, width_of(answer_words(call.call->seen)) / 2 + 5);
    const std::string fault = fault_text(call, column.is_end);
    if (!fault.empty()) after = std::max(after, width_of(fault) + 14);
    needs.columns.push_back({call.call->id.text(), column.is_end, before, after});
  }
  return needs;
}

void Drawing::place_rows() {
  constexpr double kDegree = 3.14159265358979 / 180;
  double longest = 0;
  width_ = right_ + 14;
  for (const DiagramCall& call : diagram_.calls) {
    const double length = width_of(label_of(call)) + 8;
    longest = std::max(longest, length);
    width_ =
        std::max(width_, x(call.start_column) + length * std::cos(-kTurn * kDegree) + 12);
  }
  top_ = longest * std::sin(-kTurn * kDegree) + 10;
  double at = top_ + kFirstRowBelowLabels;
  for (const DiagramRow& row : diagram_.rows) {
    rows_.push_back(at);
    at += kRowHeight + (row.lanes - 1) * kLaneHeight;
  }
  bottom_ = at - kRowHeight / 2;
  height_ = bottom_ + 62;
}

std::string Drawing::css_class(const DiagramCall& call) const {
  if (call.role == CallRole::kMissing) return "missing";
  if (call.call->fault || (options_.mark_cut && call.in_cut)) return "faulted";
  return call.role == CallRole::kExtra ? "extra" : "usual";
}

std::string Drawing::tooltip(const DiagramCall& call) const {
  std::string text = call.call->id.text();
  if (!call.call->target.empty())
    text += "\n" + call.call->method + " " + call.call->target;
  if (call.role == CallRole::kMissing) {
    text += "\nnot called in this run; the good run got " + answer_words(call.call->seen);
  } else {
    text += call.call->unfinished ? "\nunfinished"
                                  : "\nanswer: " + answer_words(call.call->seen);
    if (call.call->fault) text += "\ninjected: " + call.call->fault->text();
    if (call.good != nullptr) text += "\ngood run: " + answer_words(call.good->seen);
  }
  return "<title>" + escape_markup(text, true) + "</title>";
}

void Drawing::frame() {
  out_ += fmt::format(
      "<svg class=\"spacetime\" role=\"img\" aria-label=\"{}\" viewBox=\"0 0 {:.0f} "
      "{:.0f}\" "
      "style=\"max-width:{:.0f}px;min-width:{:.0f}px\">\n",
      escape_markup(options_.title), width_, height_, width_,
      std::min(width_, std::max(900.0, width_ * 0.72)));
  for (size_t i = 0; i < diagram_.rows.size(); ++i) {
    const double row = rows_[i];
    out_ += svg_line({left_ - 8, row}, {right_, row}, i == 0 ? "row client" : "row");
    out_ +=
        svg_text({left_ - 14, row + 4},
                 shorten(diagram_.rows[i].service, kLongestService), "service", "end");
    out_ += "\n";
  }
}

void Drawing::time_axis() {
  const double axis = bottom_ + 10;
  out_ += svg_line({left_, axis}, {right_, axis}, "axis");
  double free_from = left_ - kBetweenTicks;
  for (size_t i = 0; i < diagram_.columns.size(); ++i) {
    const DiagramColumn& column = diagram_.columns[i];
    if (column.time_ns < 0) continue;
    const std::string time = duration_words(column.time_ns);
    if (columns_[i] - width_of(time) / 2 < free_from) continue;
    out_ += svg_line({columns_[i], axis - 3}, {columns_[i], axis + 3}, "axis");
    out_ += svg_text({columns_[i], axis + 14}, time, "time", "middle");
    free_from = columns_[i] + width_of(time) / 2 + kBetweenTicks;
  }
  out_ += svg_text({left_ - 14, axis + 14}, "time", "time", "end");
  out_ += "\n";
}

void Drawing::label(const DiagramCall& call) {
  const double at = x(call.start_column);
  out_ += svg_line({at, top_ + 3}, {at, y_of_caller(call) - 8}, "guide");
  // A reaction that was hit itself: the arrow says that, the label that it is one.
  const std::string kind = call.role == CallRole::kExtra ? "extra" : css_class(call);
  out_ += svg_turned_text({at + 3, top_}, kTurn, label_of(call), "label " + kind);
}

void Drawing::bar(const DiagramCall& call) {
  if (call.role == CallRole::kMissing || !call.call->executed) return;
  const double from = x(call.start_column) + kSlant;
  const double to = end_x(call) - (call.end_column < 0 ? 0 : kSlant);
  out_ +=
      svg_bar({from, y(call) - kBarHeight / 2}, std::max(2.0, to - from), kBarHeight,
              "bar " + css_class(call) + (call.call->unfinished ? " unfinished" : ""));
}

void Drawing::request(const DiagramCall& call, int number) {
  const std::string kind = css_class(call);
  const double at = x(call.start_column);
  const bool down = y(call) >= y_of_caller(call);
  const double edge = call.role == CallRole::kMissing ? 0 : kBarHeight / 2;
  const Position from{at - kSlant, y_of_caller(call)};
  Position to{at + kSlant, y(call) + (down ? -edge : edge)};
  if (call.row ==
      (call.parent < 0 ? 0 : diagram_.calls[static_cast<size_t>(call.parent)].row)) {
    to.x = at + 2 * kSlant;  // a service that calls itself
  }
  if (call.role == CallRole::kMissing || call.call->executed) {
    out_ += svg_arrow(from, to, "arrow " + kind);
  } else {
    const Position end = short_of(from, to, kCrossBefore);
    out_ += svg_line(from, end, "arrow " + kind);
    out_ += call.call->fault
                ? svg_cross(end, "cross")
                : svg_line({end.x - 5, end.y}, {end.x + 5, end.y}, "arrow " + kind);
    out_ += svg_text({end.x + 8, end.y + 3.5}, fault_text(call, false), "mode", "start");
  }
  out_ += svg_badge(from, number, "badge " + kind);
}

void Drawing::answer(const DiagramCall& call) {
  if (call.end_column < 0) return;
  const lineage::Call& seen = *call.call;
  const std::string kind = css_class(call);
  const double at = x(call.end_column);
  const bool up = y(call) >= y_of_caller(call);
  const Position from{at - kSlant, y(call) + (up ? -kBarHeight / 2 : kBarHeight / 2)};
  const Position to{at + kSlant, y_of_caller(call)};
  const bool arrives = seen.seen.kind == lineage::Answer::Kind::kStatus;
  Position start = from;
  if (seen.fault) {
    const Position cross = short_of(to, from, kCrossBefore);
    if (seen.executed) {
      out_ += svg_line(from, cross, "arrow " + kind);
      out_ += svg_cross(cross, "cross");
      out_ +=
          svg_text({cross.x + 8, cross.y + 3.5}, fault_text(call, true), "mode", "start");
    }
    start = cross;
  }
  if (arrives)
    out_ += svg_arrow(start, to, "arrow " + kind + (seen.fault ? " forged" : ""));
  const bool bad = !arrives || seen.seen.status >= 400;
  const bool changed =
      call.good != nullptr && !(answer_words(call.good->seen) == answer_words(seen.seen));
  // On the far side of the caller's row, where the arrow does not come from.
  const Position place{at + kSlant, up ? to.y - 8 : to.y + 15};
  out_ +=
      svg_text(place, answer_words(seen.seen),
               std::string("status") + (bad ? " bad" : "") + (changed ? " changed" : ""),
               "middle");
}

void Drawing::legend() {
  struct Entry {
    const char* kind;
    const char* text;
  };
  const auto has = [this](const char* kind) {
    return std::any_of(
        diagram_.calls.begin(), diagram_.calls.end(),
        [this, kind](const DiagramCall& call) {
          return css_class(call) == kind ||
                 (call.role == CallRole::kExtra && std::string_view(kind) == "extra");
        });
  };
  const std::array<Entry, 4> entries{
      Entry{"usual", "call and its answer"},
      Entry{"faulted",
            options_.mark_cut ? "what the fault set takes" : "fault injected here"},
      Entry{"extra", "only in this run: how the system reacted"},
      Entry{"missing", "only in the good run"}};
  const double y_text = height_ - 14;
  double at = left_;
  for (const Entry& entry : entries) {
    if (!has(entry.kind)) continue;
    out_ += svg_arrow({at, y_text - 4}, {at + 26, y_text - 4},
                      std::string("arrow ") + entry.kind);
    if (std::string_view(entry.kind) == "faulted" && !options_.mark_cut) {
      out_ += svg_cross({at + 11, y_text - 4}, "cross");
    }
    out_ += svg_text({at + 32, y_text}, entry.text, "legend", "start");
    at += 32 + width_of(entry.text) + 22;
  }
  if (diagram_.fatal >= 0) {
    constexpr std::string_view kFatal = "fatal: completes the cut";
    out_ += svg_text({at, y_text}, kFatal, "mode", "start");
    at += width_of(kFatal) + 22;
  }
  constexpr std::string_view kNote =
      "in order, evenly spaced; the axis has the real times";
  out_ += svg_text({at, y_text}, kNote, "legend", "start");
  width_ = std::max(width_, at + width_of(kNote));
}

std::string Drawing::draw(const ColumnPlaces& places) {
  left_ = places.left;
  columns_ = places.x;
  right_ = places.right;
  place_rows();
  std::string body;
  std::swap(body, out_);
  time_axis();
  for (const DiagramCall& call : diagram_.calls) label(call);
  for (const DiagramCall& call : diagram_.calls) bar(call);
  for (size_t i = 0; i < diagram_.calls.size(); ++i) {
    const DiagramCall& call = diagram_.calls[i];
    out_ += "<g>" + tooltip(call);
    request(call, static_cast<int>(i) + 1);
    answer(call);
    out_ += "</g>\n";
  }
  legend();
  std::swap(body, out_);
  // The frame comes last because the legend may be what is widest.
  frame();
  return out_ + body + "</svg>\n";
}

}  // namespace

std::string spacetime_svg(const Diagram& diagram, const SvgOptions& options) {
  Drawing drawing(diagram, options);
  return drawing.draw(place_columns(drawing.needs()));
}

SpacetimePair spacetime_pair(const Diagram& bad, const SvgOptions& bad_options,
                             const Diagram& good, const SvgOptions& good_options) {
  Drawing upper(bad, bad_options);
  Drawing lower(good, good_options);
  const auto [above, below] = align_columns(upper.needs(), lower.needs());
  return {upper.draw(above), lower.draw(below)};
}

}  // namespace cutset::report
