#include "report/protocol_svg.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <tuple>
#include <vector>

#include <fmt/format.h>

#include "base/text.h"
#include "report/escape.h"
#include "report/svg_shapes.h"

namespace cutset::report {

namespace {

constexpr double kCharacter = 7;  // a generous width of one of the small font
constexpr double kStep = 124;
constexpr double kRow = 66;
constexpr double kTop = 46;
constexpr size_t kLongestNode = 20;
constexpr size_t kLongestLabel = 16;
constexpr size_t kFewArrows = 4;        // in one step: then all have labels
constexpr double kRestingPlace = 0.62;  // where on its way a message is lost

/// All that goes over one channel at one step.
struct Arrow {
  uint32_t from = 0;
  uint32_t to = 0;
  uint32_t time = 0;
  ProtocolMessage::Fate fate = ProtocolMessage::Fate::kArrives;
  bool missing = false;  // sent in the good run only
  bool extra = true;     // nothing of it is sent in the good run
  std::vector<std::string> relations;
  std::vector<std::string> tuples;

  std::string_view css_class() const {
    if (missing) return "missing";
    switch (fate) {
      case ProtocolMessage::Fate::kLost:
      case ProtocolMessage::Fate::kUnheard:
        return "faulted";
      case ProtocolMessage::Fate::kSilenced:
        return "silenced";
      default:
        return extra ? "extra" : "usual";
    }
  }
};

std::vector<Arrow> arrows_of(const ProtocolFinding& finding) {
  std::map<std::tuple<uint32_t, uint32_t, uint32_t, bool, ProtocolMessage::Fate>, Arrow>
      channels;
  for (const ProtocolMessage& message : finding.messages) {
    const bool missing = message.presence == Presence::kGoodOnly;
    Arrow& arrow =
        channels[{message.time, message.from, message.to, missing, message.fate}];
    arrow.from = message.from;
    arrow.to = message.to;
    arrow.time = message.time;
    arrow.fate = message.fate;
    arrow.missing = missing;
    arrow.extra = arrow.extra && message.presence == Presence::kBadOnly;
    if (std::find(arrow.relations.begin(), arrow.relations.end(), message.relation) ==
        arrow.relations.end()) {
      arrow.relations.push_back(message.relation);
    }
    arrow.tuples.push_back(message.tuple);
  }
  std::vector<Arrow> arrows;
  for (auto& [key, arrow] : channels) arrows.push_back(std::move(arrow));
  return arrows;
}

class Drawing {
 public:
  Drawing(const ProtocolCheck& check, const ProtocolFinding& finding, std::string title)
      : check_(check),
        finding_(finding),
        title_(std::move(title)),
        arrows_(arrows_of(finding)) {
    size_t longest = 4;
    for (const std::string& node : check.nodes)
      longest = std::max(longest, count_characters(shorten(node, kLongestNode)));
    left_ = static_cast<double>(longest) * kCharacter * 1.25 + 26;
    width_ = std::max(x(check.eot + 1) + 24, 460.0);
    bottom_ = kTop + kRow * static_cast<double>(check.nodes.size());
    height_ = bottom_ + 34;
  }

  std::string draw() {
    out_ = fmt::format(
        "<svg class=\"protocol\" role=\"img\" aria-label=\"{}\" viewBox=\"0 0 {:.0f} "
        "{:.0f}\" style=\"max-width:{:.0f}px;min-width:{:.0f}px\">\n",
        escape_markup(title_), width_, height_, width_, std::min(width_, 1600.0) * 0.8);
    losses();
    axis();
    for (uint32_t node = 0; node < check_.nodes.size(); ++node) row(node);
    for (const Arrow& arrow : arrows_) draw_arrow(arrow);
    labels();
    for (const ProtocolFault& fault : finding_.faults) {
      if (fault.is_crash) crash(fault);
    }
    legend();
    return out_ + "</svg>\n";
  }

 private:
  double x(uint32_t time) const { return left_ + 20 + (time - 1) * kStep; }
  double y(uint32_t node) const { return kTop + kRow * (node + 0.5); }

  /// The steps at which messages may be lost.
  void losses() {
    if (check_.eff < 2) return;
    const double end = std::min(x(check_.eff), x(check_.eot)) - kStep / 2;
    out_ +=
        svg_bar({x(1) - 12, kTop - 8}, end - x(1) + 12, bottom_ - kTop + 12, "losses");
    out_ += svg_text({x(1) - 8, bottom_ + 1}, "messages may be lost", "small", "start");
  }

  void axis() {
    for (uint32_t time = 1; time <= check_.eot; ++time) {
      out_ += svg_line({x(time), kTop - 12}, {x(time), bottom_ + 4}, "guide");
      out_ += svg_text(
          {x(time), kTop - 18},
          time == check_.eot ? fmt::format("{} (end)", time) : std::to_string(time),
          "time", "middle");
    }
    out_ += svg_text({left_ - 6, kTop - 18}, "time", "small", "end");
  }

  uint32_t crash_of(uint32_t node) const {
    for (const ProtocolFault& fault : finding_.faults) {
      if (fault.is_crash && fault.from == node) return fault.time;
    }
    return 0;
  }

  void row(uint32_t node) {
    out_ += svg_text({left_ - 6, y(node) + 4}, shorten(check_.nodes[node], kLongestNode),
                     "node", "end");
    const double end = x(check_.eot) + 24;
    const uint32_t crash = crash_of(node);
    const double alive = crash == 0 ? end : x(crash);
    out_ += svg_line({left_, y(node)}, {alive, y(node)}, "row");
    if (crash != 0) out_ += svg_line({alive, y(node)}, {end, y(node)}, "row crashed");
    out_ += "\n";
  }

  void crash(const ProtocolFault& fault) {
    const Position at{x(fault.time), y(fault.from)};
    out_ += "<g><title>" +
            escape_markup(
                fmt::format("{} crashes at {}", check_.nodes[fault.from], fault.time)) +
            "</title>" + svg_bar({at.x - 9, at.y - 9}, 18, 18, "crash-box") +
            svg_cross(at, "cross") +
            svg_text({at.x, at.y + 23}, "crash", "label faulted", "middle") + "</g>\n";
  }

  std::pair<Position, Position> ends(const Arrow& arrow) const {
    return {{x(arrow.time), y(arrow.from)}, {x(arrow.time + 1) - 2, y(arrow.to)}};
  }

  void draw_arrow(const Arrow& arrow) {
    const auto [from, to] = ends(arrow);
    const std::string kind = fmt::format("arrow {}", arrow.css_class());
    out_ += "<g>" + tooltip(arrow);
    // A wide line that is not seen: easier to point at.
    out_ += svg_line(from, to, "touch");
    const bool lost = arrow.css_class() == "faulted";
    if (lost) {
      const Position end = short_of(
          from, to, std::hypot(to.x - from.x, to.y - from.y) * (1 - kRestingPlace));
      out_ += svg_line(from, end, kind) + svg_cross(end, "cross");
    } else if (arrow.fate == ProtocolMessage::Fate::kSilenced && !arrow.missing) {
      out_ += svg_line(
          from, short_of(from, to, std::hypot(to.x - from.x, to.y - from.y) * 0.72),
          kind);
    } else {
      out_ += svg_arrow(from, to, kind);
    }
    out_ += "</g>\n";
  }

  std::string tooltip(const Arrow& arrow) const {
    std::string text = fmt::format("{} to {}, sent at {}", check_.nodes[arrow.from],
                                   check_.nodes[arrow.to], arrow.time);
    constexpr size_t kMostTuples = 12;
    for (size_t i = 0; i < std::min(arrow.tuples.size(), kMostTuples); ++i)
      text += "\n" + arrow.tuples[i];
    if (arrow.tuples.size() > kMostTuples)
      text += fmt::format("\nand {} more", arrow.tuples.size() - kMostTuples);
    if (arrow.missing) {
      text += "\nonly without faults";
    } else if (arrow.fate == ProtocolMessage::Fate::kLost) {
      text += "\nLOST";
    } else if (arrow.fate == ProtocolMessage::Fate::kSilenced) {
      text += "\nnot sent: the sender has crashed";
    } else if (arrow.fate == ProtocolMessage::Fate::kUnheard) {
      text += "\nnot heard: the receiver has crashed";
    } else if (arrow.extra) {
      text += "\nnot sent without faults";
    }
    return "<title>" + escape_markup(text, true) + "</title>";
  }

  /// Usual messages have labels where there is room, others always; what is not sent
  /// where nothing else happens on its channel. Tooltips say it all the same.
  void labels() {
    std::map<uint32_t, size_t> in_step;
    std::map<std::pair<uint32_t, uint32_t>, size_t> of_sender;
    for (const Arrow& arrow : arrows_) {
      ++in_step[arrow.time];
      ++of_sender[{arrow.time, arrow.from}];
    }
    for (const Arrow& arrow : arrows_) {
      const std::string_view kind = arrow.css_class();
      const bool few = in_step[arrow.time] <= kFewArrows;
      if (few || kind == "faulted" || kind == "extra")
        label(arrow, of_sender[{arrow.time, arrow.from}] > 1);
    }
  }

  /// Beside the arrow: near its receiver if its sender has others at this step, else near
  /// the sender, where those of other senders are far.
  void label(const Arrow& arrow, bool near_receiver) {
    const auto [from, to] = ends(arrow);
    const bool silenced = arrow.css_class() == "silenced";
    const double part = arrow.css_class() == "faulted" ? 0.7
                        : silenced                     ? 0.5
                        : near_receiver                ? 0.66
                                                       : 0.3;
    const bool down = to.y > from.y;
    out_ += svg_text({from.x + (to.x - from.x) * part + 6,
                      from.y + (to.y - from.y) * part + (down ? -1 : 10)},
                     shorten(join(arrow.relations, ", "), kLongestLabel),
                     fmt::format("label {}", arrow.css_class()), "start");
    out_ += "\n";
  }

  void legend() {
    struct Entry {
      const char* css_class;
      const char* text;
    };
    double at = left_;
    const double line = bottom_ + 22;
    for (const Entry& entry :
         {Entry{"usual", "as without faults"}, Entry{"faulted", "lost"},
          Entry{"silenced", "sender crashed"}, Entry{"missing", "only without faults"},
          Entry{"extra", "only in this run"}}) {
      const auto used = [&](const Arrow& arrow) {
        return arrow.css_class() == entry.css_class;
      };
      if (std::none_of(arrows_.begin(), arrows_.end(), used)) continue;
      out_ += svg_line({at, line - 4}, {at + 22, line - 4},
                       fmt::format("arrow {}", entry.css_class));
      out_ += svg_text({at + 27, line}, entry.text, "small", "start");
      at += 27 + static_cast<double>(std::string_view(entry.text).size()) * 6 + 20;
    }
  }

  const ProtocolCheck& check_;
  const ProtocolFinding& finding_;
  std::string title_;
  std::vector<Arrow> arrows_;
  double left_ = 0;
  double width_ = 0;
  double height_ = 0;
  double bottom_ = 0;
  std::string out_;
};

}  // namespace

std::string protocol_svg(const ProtocolCheck& check, const ProtocolFinding& finding,
                         const std::string& title) {
  return Drawing(check, finding, title).draw();
}

std::string_view protocol_svg_css() {
  return R"(.protocol{display:block;width:100%;height:auto;font:11.5px system-ui,sans-serif}
.protocol text{fill:var(--ink)}
.protocol .node{font-size:14px;font-weight:600}
.protocol .time{font-size:12px}
.protocol text.small{fill:var(--soft);font-size:11px}
.protocol .row{stroke:var(--soft);stroke-width:1.2}
.protocol .row.crashed{stroke:var(--bad);stroke-dasharray:2 5}
.protocol .guide{stroke:var(--rule);stroke-width:.8;stroke-dasharray:1 4}
.protocol .losses{fill:var(--panel);stroke:none}
.protocol .arrow{stroke:currentColor;stroke-width:1.3;fill:none}
.protocol .head{fill:currentColor;stroke:none}
.protocol .touch{stroke:transparent;stroke-width:12}
.protocol .usual{color:var(--usual)}
.protocol .extra{color:var(--extra)}
.protocol .faulted{color:var(--bad)}
.protocol .missing,.protocol .silenced{color:var(--missing)}
.protocol .arrow.faulted{stroke-width:2.2}
.protocol .arrow.missing{stroke-dasharray:5 4}
.protocol .arrow.silenced{stroke-dasharray:1 4}
.protocol .arrow.head.missing{stroke-dasharray:none}
.protocol .cross{stroke:var(--bad);stroke-width:2.8;fill:none}
.protocol .crash-box{fill:var(--bad-paper);stroke:var(--bad);stroke-width:1}
.protocol .label{paint-order:stroke;stroke:var(--paper);stroke-width:3px;stroke-linejoin:round}
.protocol .label.usual{fill:var(--ink)}
.protocol .label.extra{fill:var(--extra)}
.protocol .label.faulted{fill:var(--bad);font-weight:600}
.protocol .label.missing,.protocol .label.silenced{fill:var(--missing)}
)";
}

}  // namespace cutset::report
