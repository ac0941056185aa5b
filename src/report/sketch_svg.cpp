#include "report/sketch_svg.h"

#include <algorithm>
#include <array>
#include <map>
#include <optional>

#include <fmt/format.h>

#include "base/check.h"
#include "report/escape.h"
#include "report/sketch_scale.h"
#include "report/sketch_traffic.h"
#include "report/svg_shapes.h"
#include "report/words.h"

namespace cutset::report {

namespace {

using namespace lineage::messages;  // NOLINT(google-build-using-namespace)

constexpr double kLane = 74;
constexpr double kAxis = 54;       // with the labels of the time
constexpr double kTime = 52;       // of a note
constexpr double kNote = 212;      // its text
constexpr size_t kNoteWidth = 36;  // characters
constexpr double kLine = 12.5;
constexpr double kBetweenNotes = 5;
constexpr double kBetweenRuns = 26;
constexpr double kTop = 62;
constexpr double kFoot = 66;
constexpr size_t kLongestPlace = 11;
constexpr double kCharacter = 5.7;
constexpr double kTitleCharacter = 7.4;

std::vector<std::string> wrapped(const std::string& text) {
  std::vector<std::string> lines(1);
  std::string word;
  const auto take = [&] {
    if (!lines.back().empty() &&
        count_characters(lines.back()) + 1 + count_characters(word) > kNoteWidth)
      lines.emplace_back();
    lines.back() += (lines.back().empty() ? "" : " ") + shorten(word, kNoteWidth);
    word.clear();
  };
  for (const char c : clean_text(text)) {
    if (c == ' ')
      take();
    else
      word += c;
  }
  take();
  constexpr size_t kMostLines = 3;
  if (lines.size() > kMostLines) {
    lines.resize(kMostLines);
    lines.back() = shorten(lines.back() + " ...", kNoteWidth);
  }
  return lines;
}

std::string_view kind_class(SketchNote::Kind kind) {
  constexpr std::array<std::string_view, 8> kNames = {
      "write", "fault", "heal", "reaction", "death", "fatal", "lost", "read"};
  return kNames[static_cast<size_t>(kind)];
}

struct Noted {
  SketchNote note;
  std::vector<std::string> lines;
};

/// One run: its lanes from left to right, its notes beside them.
class RunDrawing {
 public:
  RunDrawing(const SketchedRun& run, size_t number)
      : run_(run), sketch_(*run.sketch), number_(number) {
    lanes_.push_back(kOutside);
    if (sketch_.leader != kOutside) lanes_.push_back(sketch_.leader);
    for (size_t i = 0; i < sketch_.nodes.size(); ++i) {
      if (static_cast<int>(i) != sketch_.leader) lanes_.push_back(static_cast<int>(i));
    }
    for (SketchNote& note : notes_of(run)) {
      std::vector<std::string> lines = wrapped(note.text);
      notes_.push_back({std::move(note), std::move(lines)});
    }
  }

  double lanes_width() const { return kLane * static_cast<double>(lanes_.size()); }
  double width() const { return lanes_width() + kTime + kNote; }
  void add_events(std::vector<ScaleEvent>& events) const;
  std::string draw(const SketchScale& scale, double left);

 private:
  double x(int lane) const {
    const auto found = std::find(lanes_.begin(), lanes_.end(), lane);
    return left_ + kLane * (0.5 + static_cast<double>(found - lanes_.begin()));
  }
  double y(int64_t time_ns) const { return scale_->y(time_ns); }
  double end_y() const { return y(sketch_.end_ns); }

  void head();
  void lanes();
  void windows();
  void copies();
  void messages();
  void notes();
  void fates();

  const SketchedRun& run_;
  const RunSketch& sketch_;
  size_t number_;
  std::vector<int> lanes_;
  std::vector<Noted> notes_;
  const SketchScale* scale_ = nullptr;
  double left_ = 0;
  std::string out_;
};

void RunDrawing::add_events(std::vector<ScaleEvent>& events) const {
  events.push_back({sketch_.begin_ns, number_, 0});
  events.push_back({sketch_.end_ns, number_, 0});
  for (const Noted& each : notes_) {
    events.push_back({each.note.time_ns, number_,
                      kLine * static_cast<double>(each.lines.size()) + kBetweenNotes});
  }
  if (run_.write == nullptr) return;
  for (const SketchMessage& message : run_.write->messages) {
    events.push_back({message.sent_ns, number_, 0});
    events.push_back({message.delivered_ns, number_, 0});
  }
}

void RunDrawing::head() {
  const auto fits = static_cast<size_t>(width() / kTitleCharacter);
  out_ += svg_text({left_, 16}, shorten(run_.title, fits),
                   run_.broken ? "run broken" : "run", "start");
  for (const int lane : lanes_) {
    out_ += svg_text({x(lane), 36}, shorten(lane_words(sketch_, lane), kLongestPlace),
                     "place", "middle");
    if (lane == kOutside) continue;
    const SketchNode& node = sketch_.nodes[static_cast<size_t>(lane)];
    if (!node.place.empty())
      out_ +=
          svg_text({x(lane), 49}, shorten(node.name, kLongestPlace), "node", "middle");
  }
  out_ += "\n";
}

void RunDrawing::lanes() {
  for (const int lane : lanes_)
    out_ += svg_line({x(lane), y(sketch_.begin_ns)}, {x(lane), end_y()},
                     lane == kOutside ? "lane clients" : "lane");
  out_ += "\n";
}

/// Those of one place stand inside each other. The bar of a link stands beside its first
/// end, for the middle may be another node's lane; a line goes to the second.
void RunDrawing::windows() {
  std::map<std::pair<int, int>, int> inside;
  for (const SketchWindow& window : sketch_.windows) {
    const bool link = window.other != kNoNode;
    const double from = y(window.begin_ns);
    const double to = std::max(from + 3, window.for_ever ? end_y() : y(window.end_ns));
    const char* kind = window.kind == SketchWindow::Kind::kLinks    ? "window links"
                       : window.kind == SketchWindow::Kind::kPaused ? "window paused"
                                                                    : "window down";
    out_ += "<g><title>" + escape_markup(window.text) + "</title>";
    double middle = x(window.at);
    if (link) {
      const double side = x(window.other) < x(window.at) ? -1 : 1;
      middle += side * kLane / 2;
      for (const double end : {from, to})
        out_ += svg_line({x(window.at), end}, {x(window.other), end}, kind);
    }
    const int depth = inside[{window.at, window.other}]++;
    const double wide = std::max(8.0, (link ? 18.0 : 40.0) - 8 * depth);
    out_ += svg_bar({middle - wide / 2, from}, wide, to - from, kind) + "</g>\n";
  }
}

void RunDrawing::copies() {
  if (run_.write == nullptr) return;
  for (size_t i = 0; i < run_.write->copies.size(); ++i) {
    const SketchCopy& copy = run_.write->copies[i];
    const bool last = run_.write->last_copy == i;
    const double from = y(copy.begin_ns);
    const double to = std::max(from + 1.5, y(copy.end_ns));
    out_ += svg_line({x(copy.node), from}, {x(copy.node), to}, "holds");
    if (copy.fate != Copy::Fate::kAlive)
      out_ += svg_cross({x(copy.node), to}, last ? "cross last" : "cross");
  }
  out_ += "\n";
}

void RunDrawing::messages() {
  if (run_.write == nullptr) return;
  const SketchWrite& write = *run_.write;
  std::optional<size_t> fatal;
  if (write.last_copy) fatal = write.copies[*write.last_copy].message;
  const SketchMessage* asked = nullptr;
  for (size_t i = 0; i < write.messages.size(); ++i) {
    const SketchMessage& message = write.messages[i];
    if (asked == nullptr && message.from == kOutside && message.arrived) asked = &message;
    const std::string kind = fatal == i               ? "fatal"
                             : message.replaces       ? "copied"
                             : message.to == kOutside ? "answer"
                                                      : "carries";
    const double side = x(message.from) < x(message.to) ? 4 : -4;
    const Position from{x(message.from) + side, y(message.sent_ns)};
    const Position to{x(message.to) - side, y(message.delivered_ns)};
    out_ += "<g><title>" +
            escape_markup(fmt::format(
                "{} from {} to {}{}", message.label.empty() ? "message" : message.label,
                lane_words(sketch_, message.from), lane_words(sketch_, message.to),
                message.arrived ? "" : ": did not arrive")) +
            "</title>";
    if (message.arrived) {
      out_ += svg_arrow(from, to, kind);
    } else {
      const Position end = short_of(from, {to.x, from.y + 6}, kLane / 3);
      out_ += svg_line(from, end, kind) + svg_cross(end, "cross");
    }
    out_ += "</g>\n";
  }
  if (write.acknowledged_ns && asked != nullptr) {
    const double side = x(asked->to) < x(kOutside) ? -4 : 4;
    out_ += svg_arrow(
        {x(asked->to) - side, y(std::min(asked->delivered_ns, *write.acknowledged_ns))},
        {x(kOutside) + side, y(*write.acknowledged_ns)}, "answer");
  }
}

void RunDrawing::notes() {
  const double at = left_ + lanes_width();
  double free_from = 0;
  for (const Noted& each : notes_) {
    const std::string_view kind = kind_class(each.note.kind);
    const double event = y(each.note.time_ns);
    double line = std::max(event, free_from);
    const double lane = x(each.note.lane);
    out_ += "<g>" + svg_line({lane + 4, event}, {at - 4, event}, "lead");
    if (line > event) out_ += svg_line({at - 4, event}, {at - 1, line}, "lead");
    out_ +=
        fmt::format("<circle class=\"spot {}\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"2.8\"/>",
                    kind, lane, event);
    out_ +=
        svg_text({at + kTime - 8, line + 3.5},
                 fmt::format("{:+.3f} s", static_cast<double>(each.note.time_ns) / 1e9),
                 "at", "end");
    for (const std::string& text : each.lines) {
      out_ +=
          svg_text({at + kTime, line + 3.5}, text, fmt::format("note {}", kind), "start");
      line += kLine;
    }
    free_from = line + kBetweenNotes;
    out_ += "</g>\n";
  }
}

/// What the node has of the write at the end.
void RunDrawing::fates() {
  if (run_.write == nullptr) return;
  for (const int lane : lanes_) {
    if (lane == kOutside) continue;
    const SketchCopy* last = nullptr;
    for (const SketchCopy& copy : run_.write->copies)
      if (copy.node == lane) last = &copy;
    const char* words = last == nullptr                           ? "never had it"
                        : last->fate == Copy::Fate::kAlive        ? "has it"
                        : last->fate == Copy::Fate::kReplaced     ? "replaced"
                        : last->fate == Copy::Fate::kLostWithNode ? "lost with it"
                                                                  : "not found";
    out_ += svg_text({x(lane), end_y() + 14}, words, "fate", "middle");
  }
  out_ += "\n";
}

std::string RunDrawing::draw(const SketchScale& scale, double left) {
  scale_ = &scale;
  left_ = left;
  head();
  lanes();
  windows();
  out_ += traffic_svg(sketch_, scale, [this](int lane) { return x(lane); });
  copies();
  messages();
  notes();
  fates();
  return std::move(out_);
}

/// In one line, or in two.
std::string legend(double left, double at, double width) {
  struct Entry {
    const char* kind;
    const char* text;
  };
  constexpr std::array<Entry, 8> kEntries = {
      Entry{"holds", "holds the write"},
      Entry{"carries", "carries the write"},
      Entry{"answer", "answer to the clients"},
      Entry{"copied", "replaces the receiver's state"},
      Entry{"fatal", "takes the last copy"},
      Entry{"window", "fault"},
      Entry{"other", "other messages, thinned"},
      Entry{"other none", "sent, and none arrived"},
  };
  std::string out;
  double x = left;
  for (const Entry& entry : kEntries) {
    const std::string_view kind = entry.kind;
    const double wide =
        30 + kCharacter * static_cast<double>(std::string_view(entry.text).size()) + 18;
    if (x + wide > width) {
      x = left;
      at += kLine + 4;
    }
    if (kind == "window")
      out += svg_bar({x + 4, at - 9}, 16, 11, kind);
    else if (kind == "holds" || kind.starts_with("other"))
      out += svg_line({x, at - 4}, {x + 24, at - 4}, kind);
    else
      out += svg_arrow({x, at - 4}, {x + 24, at - 4}, kind);
    out += svg_text({x + 30, at}, entry.text, "legend", "start");
    x += wide;
  }
  return out + "\n";
}

}  // namespace

std::string sketch_svg(const std::vector<SketchedRun>& runs, const std::string& title) {
  CHECK(!runs.empty());
  std::vector<RunDrawing> drawings;
  std::vector<ScaleEvent> events;
  double width = kAxis;
  for (const SketchedRun& run : runs) {
    drawings.emplace_back(run, drawings.size());
    drawings.back().add_events(events);
    width += drawings.back().width() + (drawings.size() > 1 ? kBetweenRuns : 0);
  }
  for (size_t i = 0; i < runs.size(); ++i) events.push_back({0, i, 0});
  const SketchScale scale(std::move(events), kTop);
  width = std::max(width, 860.0);
  const double height = scale.bottom() + kFoot;
  std::string out = fmt::format(
      "<svg class=\"sketch\" role=\"img\" aria-label=\"{}\" viewBox=\"0 0 {:.0f} "
      "{:.0f}\" "
      "style=\"max-width:{:.0f}px;min-width:{:.0f}px\">\n",
      escape_markup(title), width, height, width,
      std::min(width, std::max(900.0, width * 0.8)));
  const std::vector<int64_t> ticks = scale.ticks(kLine);
  for (const int64_t tick : ticks) {
    out +=
        svg_text({kAxis - 10, scale.y(tick) + 3.5},
                 fmt::format("{:g} s", static_cast<double>(tick) / 1e9), "tick", "end");
  }
  out += "\n";
  double left = kAxis;
  for (RunDrawing& drawing : drawings) {
    for (const int64_t tick : ticks)
      out +=
          svg_line({left, scale.y(tick)}, {left + drawing.lanes_width(), scale.y(tick)},
                   tick == 0 ? "grid origin" : "grid");
    out += "\n" + drawing.draw(scale, left);
    left += drawing.width() + kBetweenRuns;
  }
  return out + legend(kAxis, height - 24, width) + "</svg>\n";
}

}  // namespace cutset::report
