// One class of requests on the page of an analysis.
#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "base/text.h"
#include "report/analysis_html_parts.h"
#include "report/analysis_picture.h"
#include "report/analysis_words.h"
#include "report/escape.h"

namespace cutset::report {

namespace {

constexpr size_t kMostBoxesOfClass = 120;
constexpr size_t kLeastBoxesOfClass = 8;  // a picture of fewer says nothing
constexpr size_t kMostRows = 200;         // of each table
constexpr size_t kMostOpenRows = 12;      // of single points, before one asks for more
constexpr size_t kMostSupports = 10;
constexpr size_t kMostSupportCalls = 60;
constexpr size_t kLongestName = 160;

std::string shown(std::string_view text) {
  return escape_markup(shorten_middle(text, kLongestName));
}

class ClassPage {
 public:
  ClassPage(const AnalysedClass& analysed, size_t number, PageRoom& room)
      : analysed_(analysed), words_(analysed), number_(number), room_(room) {}

  std::string write() {
    out_ = fmt::format("<article class=\"kind\" id=\"class-{}\">\n<h2>{}. {}</h2>\n",
                       number_, number_, shown(analysed_.name));
    out_ += fmt::format("<p class=\"soft\">{}</p>\n", shown(words_.counts()));
    picture();
    single_points();
    combinations();
    redundancies();
    notes();
    supports();
    stability();
    passes();
    return std::move(out_) + "</article>\n";
  }

 private:
  /// How many rows of `wanted` a table may have; they are taken from the page's room.
  size_t take_rows(size_t wanted, size_t most = kMostRows) {
    const size_t rows = std::min({wanted, most, room_.rows});
    room_.rows -= rows;
    return rows;
  }
  void left_out(size_t count, std::string_view what) {
    if (count == 0) return;
    out_ += fmt::format(
        "<p class=\"soft\">{} not on this page; cutset --json analyze has "
        "all.</p>\n",
        counted_grouped(static_cast<int64_t>(count), what) +
            (count == 1 ? " is" : " are"));
  }

  std::string boxes_of(const std::vector<std::string>& ids) const {
    std::set<uint32_t> boxes;
    for (const std::string& id : ids) {
      if (words_.find(id) == nullptr || box_of_.empty()) continue;
      boxes.insert(box_of_[words_.index(id)]);
    }
    std::vector<std::string> numbers;
    for (const uint32_t box : boxes) numbers.push_back(std::to_string(box));
    return join(numbers, ",");
  }
  std::string calls_cell(const std::vector<std::string>& ids) const {
    std::string cell;
    for (const std::string& id : ids) {
      cell += fmt::format("<div title=\"{}\">{}</div>", shown(id),
                          escape_markup(words_.place(id)));
    }
    return cell;
  }

  void picture();
  void break_rows(const std::vector<AnalysedCut>& cuts, size_t first, size_t end);
  void single_points();
  void combinations();
  void redundancies();
  void notes();
  void supports();
  void stability();
  void passes();

  const AnalysedClass& analysed_;
  ClassWords words_;
  size_t number_;
  PageRoom& room_;
  std::vector<uint32_t> box_of_;
  std::string out_;
};

void ClassPage::picture() {
  if (analysed_.calls.empty()) return;
  if (room_.boxes < kLeastBoxesOfClass) {
    out_ +=
        "<p class=\"soft\">Its picture is left out: the page has enough of them. "
        "Analyze fewer kinds of requests at a time to see it.</p>\n";
    return;
  }
  AnalysisPicture picture =
      analysis_picture(analysed_, words_, std::min(room_.boxes, kMostBoxesOfClass));
  room_.boxes -= std::min(room_.boxes, picture.boxes);
  box_of_ = std::move(picture.box_of);
  out_ += fmt::format("<div class=\"diagram\">\n{}</div>\n", picture.svg);
  if (picture.folded > 0) {
    out_ += fmt::format(
        "<p class=\"soft\">{} of {} calls are folded into others like them or left out "
        "of the picture.</p>\n",
        grouped(picture.folded), grouped(static_cast<int64_t>(analysed_.calls.size())));
  }
}

void ClassPage::break_rows(const std::vector<AnalysedCut>& cuts, size_t first,
                           size_t end) {
  out_ +=
      "<table class=\"breaks\"><thead><tr><th>what fails</th><th>how "
      "likely</th><th>observed</th><th>schedule</th></tr></thead><tbody>\n";
  for (size_t i = first; i < end; ++i) {
    const AnalysedCut& cut = cuts[i];
    out_ += fmt::format(
        "<tr class=\"shows\" data-failing=\"{}\" data-lost=\"1\"><td>{}</td><td "
        "class=\"soft\">{}</td><td>{}</td><td>{}</td></tr>\n",
        boxes_of(cut.ids), calls_cell(cut.ids), words_.likelihood(cut),
        words_.observed(cut),
        cut.schedule.empty() ? "" : "<code>" + shown(cut.schedule) + "</code>");
  }
  out_ += "</tbody></table>\n";
}

void ClassPage::single_points() {
  std::vector<AnalysedCut> singles;
  std::set<std::string> listed_ids;
  for (const AnalysedCut& cut : analysed_.cuts) {
    if (cut.ids.size() != 1) continue;
    singles.push_back(cut);
    listed_ids.insert(cut.ids[0]);
  }
  for (const std::string& id : analysed_.single_points) {
    // Beyond the cut sets that were asked for.
    if (!listed_ids.insert(id).second) continue;
    AnalysedCut cut;
    cut.ids = {id};
    if (const AnalysedCall* call = words_.find(id); call != nullptr) {
      cut.likelihood = (static_cast<double>(call->errors) + 1) /
                       (static_cast<double>(call->present) + 2);
    }
    singles.push_back(std::move(cut));
  }
  if (singles.empty()) return;
  const size_t listed = take_rows(singles.size());
  const size_t open = std::min(listed, kMostOpenRows);
  out_ += "<h3>No run shows that a request survives if only one of these fails</h3>\n";
  if (open > 0) break_rows(singles, 0, open);
  if (open < listed) {
    out_ += fmt::format(
        "<details><summary>{}</summary>\n",
        counted_grouped(static_cast<int64_t>(listed - open), "more single point"));
    break_rows(singles, open, listed);
    out_ += "</details>\n";
  }
  left_out(singles.size() - listed, "row");
}

void ClassPage::combinations() {
  std::vector<AnalysedCut> cuts;
  for (const AnalysedCut& cut : analysed_.cuts) {
    if (cut.ids.size() > 1) cuts.push_back(cut);
  }
  if (analysed_.runs == 0 || analysed_.calls.size() < 2) return;
  const size_t listed = take_rows(cuts.size());
  if (!cuts.empty())
    out_ += "<h3>Smallest combinations that would break it, the likeliest first</h3>\n";
  if (listed > 0) break_rows(cuts, 0, listed);
  left_out(cuts.size() - listed, "row");
  if (const std::string others = words_.other_combinations(); !others.empty())
    out_ += fmt::format("<p class=\"soft\">{}</p>\n", others);
}

void ClassPage::redundancies() {
  if (analysed_.redundancies.empty()) return;
  const size_t listed = take_rows(analysed_.redundancies.size());
  out_ +=
      "<h3>Redundant, as these runs showed</h3>\n<table class=\"breaks\"><thead><tr>"
      "<th>what happened</th><th>seen in</th></tr></thead><tbody>\n";
  for (size_t i = 0; i < listed; ++i) {
    const AnalysedRedundancy& redundancy = analysed_.redundancies[i];
    out_ += fmt::format(
        "<tr class=\"shows\" data-failing=\"{}\" data-instead=\"{}\"><td>{}</td><td "
        "class=\"soft\">{}</td></tr>\n",
        boxes_of(redundancy.failed), boxes_of(redundancy.instead),
        escape_markup(shorten(words_.redundancy(redundancy), 8 * kLongestName)),
        shown(ClassWords::evidence(redundancy)));
  }
  out_ += "</tbody></table>\n";
  left_out(analysed_.redundancies.size() - listed, "row");
}

void ClassPage::notes() {
  if (analysed_.notes.empty()) return;
  const size_t listed = take_rows(analysed_.notes.size());
  out_ += "<h3>To know</h3>\n<ul class=\"plain\">\n";
  for (size_t i = 0; i < listed; ++i) {
    out_ += fmt::format("<li>{}</li>\n",
                        escape_markup(shorten(analysed_.notes[i], 4 * kLongestName)));
  }
  out_ += "</ul>\n";
  left_out(analysed_.notes.size() - listed, "note");
}

void ClassPage::supports() {
  if (analysed_.supports.empty()) return;
  const size_t listed = take_rows(analysed_.supports.size(), kMostSupports);
  out_ += fmt::format(
      "<details><summary>Ways to an answer: the calls that are enough ({} shown)"
      "</summary>\n<table><thead><tr><th>these calls</th><th>once these "
      "failed</th></tr></thead><tbody>\n",
      listed);
  for (size_t i = 0; i < listed; ++i) {
    std::vector<std::string> calls = analysed_.supports[i];
    const size_t more =
        calls.size() - std::min(calls.size(), take_rows(calls.size(), kMostSupportCalls));
    calls.resize(calls.size() - more);
    std::vector<std::string> names;
    for (const std::string& id : calls) names.push_back(words_.title(id));
    if (more > 0)
      names.push_back(counted_grouped(static_cast<int64_t>(more), "more call"));
    std::vector<std::string> failed;
    if (i < analysed_.support_conditions.size()) {
      for (const std::string& id : analysed_.support_conditions[i])
        failed.push_back(words_.title(id));
    }
    failed.resize(std::min(failed.size(), kMostSupportCalls));
    for (std::string& name : names) name = shown(name);
    for (std::string& name : failed) name = shown(name);
    out_ += fmt::format("<tr><td>{}</td><td class=\"soft\">{}</td></tr>\n",
                        names.empty() ? "none" : join(names, "<br>"),
                        failed.empty() ? "nothing" : join(failed, "<br>"));
  }
  out_ += "</tbody></table></details>\n";
}

void ClassPage::stability() {
  std::vector<size_t> order(analysed_.calls.size());
  for (size_t i = 0; i < order.size(); ++i) order[i] = i;
  // What differs between runs is what one looks for.
  std::stable_sort(order.begin(), order.end(), [this](size_t left, size_t right) {
    const AnalysedCall& a = analysed_.calls[left];
    const AnalysedCall& b = analysed_.calls[right];
    if (a.stable != b.stable) return !a.stable;
    if (a.present != b.present) return a.present < b.present;
    return a.errors > b.errors;
  });
  const size_t listed = take_rows(order.size());
  if (listed == 0) return;
  out_ += fmt::format(
      "<details><summary>How stable the calls are, over {}</summary>\n<table "
      "class=\"stability\"><thead><tr><th>call</th><th class=\"number\">in "
      "runs</th><th class=\"number\">failed</th><th></th></tr></thead><tbody>\n",
      counted_grouped(analysed_.sampled, "run"));
  for (size_t i = 0; i < listed; ++i) {
    const AnalysedCall& call = analysed_.calls[order[i]];
    out_ += fmt::format(
        "<tr><td title=\"{}\">{}</td><td class=\"number\">{}</td><td "
        "class=\"number\">{}</td><td class=\"words\">{}</td></tr>\n",
        shown(call.id), escape_markup(words_.place(call.id)), grouped(call.present),
        grouped(call.errors),
        call.stable      ? ""
        : call.unordered ? "not told apart from equal ones: no fault candidate"
                         : "unstable: no fault candidate");
  }
  out_ += "</tbody></table>\n";
  left_out(order.size() - listed, "call");
  out_ += "</details>\n";
}

void ClassPage::passes() {
  if (analysed_.passes.empty()) return;
  const size_t listed = take_rows(analysed_.passes.size());
  if (listed == 0) return;
  out_ +=
      "<details><summary>How the derivation graph was simplified</summary>\n<table "
      "class=\"passes\"><thead><tr><th>after</th><th class=\"number\">nodes</th><th "
      "class=\"number\">edges</th><th class=\"number\">leaves</th><th>what it "
      "does</th></tr></thead><tbody>\n";
  for (size_t i = 0; i < listed; ++i) {
    const AnalysedPass& pass = analysed_.passes[i];
    out_ += fmt::format(
        "<tr><td>{}</td><td class=\"number\">{}</td><td class=\"number\">{}</td><td "
        "class=\"number\">{}</td><td class=\"soft\">{}</td></tr>\n",
        shown(pass.name), grouped(pass.nodes), grouped(pass.edges), grouped(pass.leaves),
        shown(pass.what));
  }
  out_ += "</tbody></table></details>\n";
}

}  // namespace

std::string html_class(const AnalysedClass& analysed, size_t number, PageRoom& room) {
  return ClassPage(analysed, number, room).write();
}

}  // namespace cutset::report
