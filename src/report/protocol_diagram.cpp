#include "report/protocol_diagram.h"

#include <algorithm>
#include <map>
#include <set>
#include <vector>

#include <fmt/format.h>

#include "base/text.h"
#include "report/escape.h"
#include "report/terminal.h"

namespace cutset::report {

namespace {

constexpr size_t kTimeWidth = 7;  // "   12  "
constexpr size_t kLeastColumn = 5;
constexpr size_t kMostColumn = 12;
constexpr size_t kLeastNote = 24;
constexpr uint32_t kShort = 10;  // steps that are all drawn

/// What is drawn, and how where only ASCII can be shown.
struct Signs {
  const char* node = "│";
  const char* down = "┊";
  const char* crash = "╳";
  const char* sender = "●";
  const char* line = "─";
  const char* dots = "┄";
  const char* over = "┼";
  const char* right = "▶";
  const char* left = "◀";
  const char* hollow_right = "▷";
  const char* hollow_left = "◁";
  const char* lost = "✗";
  const char* same = "⋮";
};

constexpr Signs kAscii = {"|", ":", "#", "o", "-", ".", "+",
                          ">", "<", ")", "(", "X", ":"};

struct Cell {
  const char* sign = " ";
  Style style = Style::kPlain;
};

using Line = std::vector<Cell>;

/// What one node sends at one time, of one kind.
struct Volley {
  uint32_t from = 0;
  enum class Kind : uint8_t { kSent, kSilenced, kMissing } kind = Kind::kSent;
  struct Target {
    bool lost = false;
    bool unheard = false;
    bool extra = true;  // nothing of it is sent without faults
    std::set<std::string> relations;
  };
  std::map<uint32_t, Target> targets;
};

/// One step: its lines, without the time.
struct Block {
  std::vector<std::string> lines;
  bool usual = true;  // as in the run without faults
  size_t messages = 0;
};

class DiagramText {
 public:
  DiagramText(const ProtocolCheck& check, const ProtocolFinding& finding,
              const TextOptions& options)
      : check_(check),
        finding_(finding),
        options_(options),
        signs_(options.unicode ? Signs() : kAscii),
        crash_(check.nodes.size(), 0) {
    for (const ProtocolFault& fault : finding.faults) {
      if (fault.is_crash && fault.from < crash_.size()) crash_[fault.from] = fault.time;
    }
  }

  std::string draw();

 private:
  size_t x_of(uint32_t node) const { return node * column_ + column_ / 2; }
  bool is_down(uint32_t node, uint32_t time) const {
    return crash_[node] != 0 && crash_[node] <= time;
  }

  bool choose_width();
  Line bare(uint32_t time) const;
  std::vector<Volley> volleys(uint32_t time) const;
  void draw_volley(const Volley& volley, Line& line);
  std::string note_of(const Volley& volley) const;
  std::string crash_note(uint32_t time) const;
  Block block_of(uint32_t time);
  std::string rendered(const Line& line, const std::string& note, Style style) const;
  std::string header() const;
  std::string legend() const;
  std::string folded(uint32_t first, uint32_t last, const std::string& what) const;

  const ProtocolCheck& check_;
  const ProtocolFinding& finding_;
  const TextOptions& options_;
  Signs signs_;
  std::vector<uint32_t> crash_;  // by node; 0: never
  size_t column_ = kMostColumn;
  bool used_lost_ = false;
  bool used_crash_ = false;
  bool used_missing_ = false;
  bool used_silenced_ = false;
};

bool DiagramText::choose_width() {
  size_t longest = 4;
  for (const std::string& node : check_.nodes)
    longest = std::max(longest, count_characters(clean_text(node)) + 2);
  const size_t room = options_.width > kTimeWidth + kLeastNote
                          ? options_.width - kTimeWidth - kLeastNote
                          : 0;
  column_ = std::min({kMostColumn, std::max(longest, size_t{9}),
                      room / std::max<size_t>(1, check_.nodes.size())});
  return column_ >= kLeastColumn;
}

Line DiagramText::bare(uint32_t time) const {
  Line line(check_.nodes.size() * column_);
  for (uint32_t node = 0; node < check_.nodes.size(); ++node) {
    Cell& cell = line[x_of(node)];
    if (crash_[node] == time && time != 0) {
      cell = {signs_.crash, Style::kRed};
    } else if (is_down(node, time)) {
      cell = {signs_.down, Style::kRed};
    } else {
      cell = {signs_.node, Style::kDim};
    }
  }
  return line;
}

std::vector<Volley> DiagramText::volleys(uint32_t time) const {
  std::map<std::pair<uint32_t, Volley::Kind>, Volley> found;
  for (const ProtocolMessage& message : finding_.messages) {
    if (message.time != time) continue;
    const auto kind = message.presence == Presence::kGoodOnly ? Volley::Kind::kMissing
                      : message.fate == ProtocolMessage::Fate::kSilenced
                          ? Volley::Kind::kSilenced
                          : Volley::Kind::kSent;
    Volley& volley = found[{message.from, kind}];
    volley.from = message.from;
    volley.kind = kind;
    Volley::Target& target = volley.targets[message.to];
    target.lost = target.lost || message.fate == ProtocolMessage::Fate::kLost;
    target.unheard = target.unheard || message.fate == ProtocolMessage::Fate::kUnheard;
    target.extra = target.extra && message.presence == Presence::kBadOnly;
    target.relations.insert(message.relation);
  }
  std::vector<Volley> result;
  for (auto& [key, volley] : found) result.push_back(std::move(volley));
  return result;
}

void DiagramText::draw_volley(const Volley& volley, Line& line) {
  const bool dotted = volley.kind != Volley::Kind::kSent;
  const size_t from = x_of(volley.from);
  size_t first = from;
  size_t last = from;
  for (const auto& [to, target] : volley.targets) {
    first = std::min(first, x_of(to));
    last = std::max(last, x_of(to));
  }
  const Style plain = dotted ? Style::kDim : Style::kPlain;
  for (size_t x = first; x <= last; ++x) {
    const bool on_node = line[x].sign[0] != ' ';
    if (x == from) {
      // A crashed sender keeps its sign.
      if (volley.kind != Volley::Kind::kSilenced) line[x] = {signs_.sender, plain};
    } else if (!on_node) {
      line[x] = {dotted ? signs_.dots : signs_.line, plain};
    } else if (!dotted) {
      line[x] = {signs_.over, plain};
    }
  }
  for (const auto& [to, target] : volley.targets) {
    Cell& cell = line[x_of(to)];
    const bool to_right = to > volley.from;
    if (volley.kind == Volley::Kind::kMissing) {
      cell = {to_right ? signs_.hollow_right : signs_.hollow_left, Style::kDim};
      used_missing_ = true;
    } else if (volley.kind == Volley::Kind::kSilenced) {
      cell = {to_right ? signs_.hollow_right : signs_.hollow_left, Style::kDim};
      used_silenced_ = true;
    } else if (target.lost || target.unheard) {
      cell = {signs_.lost, Style::kRed};
      used_lost_ = true;
    } else {
      cell = {to_right ? signs_.right : signs_.left,
              target.extra ? Style::kYellow : Style::kPlain};
    }
  }
}

std::string DiagramText::note_of(const Volley& volley) const {
  // Relations and what became of them -> receivers.
  std::map<std::pair<std::string, std::string>, std::vector<std::string>> lost;
  std::set<std::string> all;
  std::set<std::string> extra;
  for (const auto& [to, target] : volley.targets) {
    const std::string relations =
        join({target.relations.begin(), target.relations.end()}, ", ");
    all.insert(target.relations.begin(), target.relations.end());
    if (target.extra) extra.insert(target.relations.begin(), target.relations.end());
    if (target.lost || target.unheard) {
      lost[{relations, target.lost ? "LOST" : "UNHEARD"}].push_back(check_.nodes[to]);
    }
  }
  std::string note = join({all.begin(), all.end()}, ", ");
  if (volley.kind == Volley::Kind::kMissing) return note + ": not sent";
  if (volley.kind == Volley::Kind::kSilenced) return note + ": silenced";
  const std::string relations = note;
  for (const auto& [what, nodes] : lost) {
    note += fmt::format("; {}to {} {}", what.first == relations ? "" : what.first + " ",
                        join(nodes, ", "), what.second);
  }
  if (lost.empty() && !extra.empty()) note += " (new)";
  return note;
}

std::string DiagramText::crash_note(uint32_t time) const {
  std::vector<std::string> nodes;
  for (uint32_t node = 0; node < crash_.size(); ++node) {
    if (crash_[node] == time && time != 0) nodes.push_back(check_.nodes[node]);
  }
  if (nodes.empty()) return "";
  return fmt::format("{} CRASH{}", join(nodes, ", "), nodes.size() == 1 ? "ES" : "");
}

std::string DiagramText::rendered(const Line& line, const std::string& note,
                                  Style style) const {
  std::string out;
  for (size_t x = 0; x < line.size();) {
    size_t end = x;
    std::string run;
    while (end < line.size() && line[end].style == line[x].style) run += line[end++].sign;
    out += styled(options_.color, line[x].style, run);
    x = end;
  }
  if (!note.empty()) {
    const size_t used = kTimeWidth + line.size() + 1;
    const size_t room =
        std::max(kLeastNote, options_.width > used ? options_.width - used : 0);
    std::string shown = shorten(note, room);
    if (!options_.unicode) shown = to_ascii(shown);
    out += " " + styled(options_.color, style, shown);
  }
  if (!options_.color) {
    while (!out.empty() && out.back() == ' ') out.pop_back();
  }
  return out;
}

Block DiagramText::block_of(uint32_t time) {
  Block block;
  const std::string crashes = crash_note(time);
  const std::vector<Volley> sent = volleys(time);
  if (!crashes.empty() || sent.empty()) {
    block.lines.push_back(rendered(bare(time), crashes, Style::kRed));
    block.usual = crashes.empty();
    used_crash_ = used_crash_ || !crashes.empty();
  }
  for (const Volley& volley : sent) {
    Line line = bare(time);
    draw_volley(volley, line);
    bool lost = false;
    bool extra = false;
    for (const auto& [to, target] : volley.targets) {
      lost = lost || target.lost || target.unheard;
      extra = extra || target.extra;
    }
    const bool sent_now = volley.kind == Volley::Kind::kSent;
    block.usual = block.usual && sent_now && !lost && !extra;
    block.messages += volley.targets.size();
    const Style style = lost        ? Style::kRed
                        : !sent_now ? Style::kDim
                        : extra     ? Style::kYellow
                                    : Style::kPlain;
    block.lines.push_back(rendered(line, note_of(volley), style));
  }
  return block;
}

std::string DiagramText::header() const {
  std::string out = "time";
  size_t at = out.size();
  for (uint32_t node = 0; node < check_.nodes.size(); ++node) {
    std::string name = shorten(check_.nodes[node], column_ - 1);
    if (!options_.unicode) name = to_ascii(name);
    const size_t width = count_characters(name);
    const size_t begin =
        std::max(at + 1, kTimeWidth + x_of(node) - std::min(x_of(node), (width - 1) / 2));
    out += std::string(begin - at, ' ') + name;
    at = begin + width;
  }
  return out + "\n";
}

std::string DiagramText::legend() const {
  std::vector<std::string> parts;
  if (used_lost_) parts.push_back(fmt::format("{} lost", signs_.lost));
  if (used_crash_)
    parts.push_back(fmt::format("{} crash, {} crashed", signs_.crash, signs_.down));
  const std::string dotted = fmt::format("{}{} ", signs_.dots, signs_.hollow_right);
  if (used_silenced_ && used_missing_) {
    parts.push_back(dotted + "not sent: silenced by a crash, or only without faults");
  } else if (used_silenced_) {
    parts.push_back(dotted + "not sent: silenced by a crash");
  } else if (used_missing_) {
    parts.push_back(dotted + "sent only without faults");
  }
  if (parts.empty()) return "";
  return wrapped(join(parts, "   "), options_.width, std::string(kTimeWidth, ' '),
                 std::string(kTimeWidth, ' '));
}

std::string DiagramText::folded(uint32_t first, uint32_t last,
                                const std::string& what) const {
  const std::string text =
      first == last ? fmt::format("{}", first) : fmt::format("{} to {}", first, last);
  return styled(options_.color, Style::kDim,
                fmt::format("{:>4}   ({}: {})", signs_.same, text, what)) +
         "\n";
}

std::string DiagramText::draw() {
  if (!choose_width()) {
    return fmt::format(
        "({} nodes are too many for a diagram of {} columns; --html draws it)\n",
        check_.nodes.size(), options_.width);
  }
  std::vector<Block> blocks;
  for (uint32_t time = 1; time <= check_.eot; ++time) blocks.push_back(block_of(time));
  std::string out = header();
  const bool is_long = check_.eot > kShort;
  for (size_t i = 0; i < blocks.size();) {
    const auto time = static_cast<uint32_t>(i + 1);
    size_t usual = i;
    while (is_long && usual < blocks.size() && blocks[usual].usual) ++usual;
    if (usual - i >= 3) {
      size_t messages = 0;
      for (size_t j = i; j < usual; ++j) messages += blocks[j].messages;
      out += folded(time, static_cast<uint32_t>(usual),
                    messages == 0
                        ? "no messages"
                        : fmt::format("{} channels used, as without faults", messages));
      i = usual;
      continue;
    }
    for (size_t line = 0; line < blocks[i].lines.size(); ++line) {
      out += line == 0 ? fmt::format("{:>4}   ", time) : std::string(kTimeWidth, ' ');
      out += blocks[i].lines[line] + "\n";
    }
    size_t same = i + 1;
    while (same < blocks.size() && blocks[same].lines == blocks[i].lines) ++same;
    if (same - i > 2) {
      out += folded(time + 1, static_cast<uint32_t>(same), "the same");
    } else {
      same = i + 1;
    }
    i = same;
  }
  return out + legend();
}

}  // namespace

std::string protocol_diagram(const ProtocolCheck& check, const ProtocolFinding& finding,
                             const TextOptions& options) {
  return DiagramText(check, finding, options).draw();
}

}  // namespace cutset::report
