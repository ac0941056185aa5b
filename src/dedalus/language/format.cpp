#include "dedalus/language/format.h"

#include <algorithm>
#include <utility>

#include "dedalus/language/parser.h"
#include "dedalus/language/print.h"

namespace cutset::dedalus {

namespace {

constexpr std::string_view kIndent = "    ";

size_t width_of(std::string_view text) {
  return static_cast<size_t>(std::count_if(text.begin(), text.end(), [](char byte) {
    return (static_cast<unsigned char>(byte) & 0xC0U) != 0x80U;
  }));
}

/// A part of a clause that stays together, and the comments behind it.
struct Piece {
  uint32_t begin = 0;
  std::string text;
  std::vector<syntax::Comment> comments;
};

uint32_t begin_of(const syntax::BodyTerm& term) {
  return std::visit([](const auto& part) { return part.offset; }, term);
}

std::vector<Piece> pieces_of(const syntax::Clause& clause) {
  const auto* rule = std::get_if<syntax::Rule>(&clause.what);
  if (rule == nullptr) return {{clause.begin, to_text(clause), {}}};
  std::vector<Piece> pieces = {{clause.begin, to_text(rule->head) + " :-", {}}};
  for (const syntax::BodyTerm& term : rule->body) {
    const bool last = &term == &rule->body.back();
    pieces.push_back({begin_of(term), to_text(term) + (last ? ";" : ","), {}});
  }
  return pieces;
}

class Formatter {
 public:
  Formatter(const Source& source, const syntax::Tree& tree)
      : source_(source), tree_(tree) {}

  std::string run() {
    size_t comment = 0;
    for (const syntax::Clause& clause : tree_.clauses) {
      while (comment < tree_.comments.size() &&
             tree_.comments[comment].begin < clause.begin) {
        outer_comment(tree_.comments[comment++]);
      }
      const size_t first = comment;
      while (comment < tree_.comments.size() &&
             tree_.comments[comment].begin < clause.end) {
        ++comment;
      }
      this->clause(clause, first, comment);
    }
    while (comment < tree_.comments.size()) outer_comment(tree_.comments[comment++]);
    end_line();
    return std::move(out_);
  }

 private:
  std::string_view text(uint32_t begin, uint32_t end) const {
    return source_.text().substr(begin, end - begin);
  }

  /// Whether nothing but blanks stands before it on its line.
  bool starts_line(uint32_t offset) const {
    const std::string_view before = source_.text().substr(0, offset);
    const size_t last = before.find_last_not_of(" \t\r\v\f");
    return last == std::string_view::npos || before[last] == '\n';
  }

  /// A blank line of the source between the last thing and `begin` stays, once.
  void paragraph(uint32_t begin) {
    const std::string_view gap = text(std::min(behind_, begin), begin);
    if (behind_ > 0 && std::count(gap.begin(), gap.end(), '\n') > 1) {
      end_line();
      out_ += '\n';
    }
  }

  void end_line() {
    if (line_.empty()) return;
    out_ += line_;
    out_ += '\n';
    line_.clear();
    only_facts_ = false;
    commented_ = false;
    line_commented_ = false;
  }

  /// Before, between or behind clauses.
  void outer_comment(const syntax::Comment& comment) {
    paragraph(comment.begin);
    place_comment(comment, "");
    behind_ = comment.end;
  }

  /// On its own line if it was; else behind what the line has.
  void place_comment(const syntax::Comment& comment, std::string_view indent) {
    const std::string shown(text(comment.begin, comment.end));
    if (starts_line(comment.begin) || line_.empty() || line_commented_) {
      end_line();
      line_ = indent;
    } else {
      line_ += "  ";
    }
    line_ += trim_line_comment(shown);
    only_facts_ = false;
    commented_ = true;
    line_commented_ = shown.substr(0, 2) == "//";
  }

  static std::string trim_line_comment(std::string shown) {
    if (shown.substr(0, 2) != "//") return shown;
    const size_t last = shown.find_last_not_of(" \t\r\v\f");
    shown.resize(last + 1);
    return shown;
  }

  void clause(const syntax::Clause& clause, size_t first_comment, size_t last_comment) {
    paragraph(clause.begin);
    std::vector<Piece> pieces = pieces_of(clause);
    for (size_t i = first_comment; i < last_comment; ++i) {
      const syntax::Comment& comment = tree_.comments[i];
      const auto after = std::find_if(
          pieces.begin(), pieces.end(),
          [&comment](const Piece& piece) { return piece.begin > comment.begin; });
      (after - 1)->comments.push_back(comment);
    }
    const bool fact = std::holds_alternative<syntax::Fact>(clause.what);
    begin_clause(fact, clause.begin, pieces[0].text);
    for (const Piece& piece : pieces) {
      if (&piece != &pieces.front()) add_piece(piece.text);
      for (const syntax::Comment& comment : piece.comments) {
        place_comment(comment, &piece == &pieces.back() ? "" : kIndent);
      }
    }
    behind_ = clause.end;
    if (last_comment > first_comment) {
      behind_ = std::max(behind_, tree_.comments[last_comment - 1].end);
    }
    only_facts_ = fact && pieces[0].comments.empty();
  }

  void begin_clause(bool fact, uint32_t begin, const std::string& text) {
    const bool joins = fact && only_facts_ && !starts_line(begin) && !line_.empty() &&
                       width_of(line_) + 1 + width_of(text) <= kLineWidth;
    if (joins) {
      line_ += " ";
    } else {
      end_line();
    }
    line_ += text;
  }

  void add_piece(const std::string& text) {
    if (commented_ || width_of(line_) + 1 + width_of(text) > kLineWidth) {
      end_line();
      line_ = kIndent;
    } else {
      line_ += ' ';
    }
    line_ += text;
  }

  const Source& source_;
  const syntax::Tree& tree_;
  std::string out_;
  std::string line_;         // not yet in out_
  bool only_facts_ = false;  // the line has facts and nothing else
  bool commented_ = false;   // the line ends with a comment: no part of a clause follows
  bool line_commented_ = false;  // with a `//` comment: nothing follows
  uint32_t behind_ = 0;          // the end of what was placed last, in the source
};

}  // namespace

Formatted format(const std::string& text, const std::string& name) {
  const Source source(name, text);
  Problems problems;
  const syntax::Tree tree = parse(source, 0, problems, true);
  Formatted formatted;
  if (!problems.has_errors()) formatted.text = Formatter(source, tree).run();
  formatted.problems = problems.take_sorted();
  return formatted;
}

}  // namespace cutset::dedalus
