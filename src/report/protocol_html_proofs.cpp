// Derivation graphs as nested lists: what both runs have is folded, what parts them is
// open.
#include <set>

#include <fmt/format.h>

#include "report/escape.h"
#include "report/protocol_html_parts.h"

namespace cutset::report {

namespace {

/// How to speak about the run that is not shown.
struct Other {
  std::string_view gone;   // of a goal that does not hold there
  std::string_view parts;  // where a firing has all it needs but does not fire
};

constexpr Other kThisRun = {"not in this run", "the runs part here"};
constexpr Other kWithoutFaults = {"not without faults",
                                  "without faults it does not fire"};

class ProofList {
 public:
  ProofList(const ProtocolProof& proof, std::string id, Other other)
      : proof_(proof), id_(std::move(id)), other_(other) {}

  std::string list() {
    std::string out = "<ul class=\"proof\">\n" + goal(0) + "</ul>\n";
    if (proof_.cut_off)
      out += "<p class=\"soft\">The derivation goes on; it was cut off here.</p>\n";
    return out;
  }

 private:
  /// Where what is only kept from step to step was derived; `number` itself otherwise.
  uint32_t origin_of(uint32_t number) const {
    while (true) {
      const ProtocolGoal& goal = proof_.goals[number];
      if (goal.firings.size() != 1 || goal.firings[0].premises.size() != 1) return number;
      const uint32_t before = goal.firings[0].premises[0];
      const ProtocolGoal& kept = proof_.goals[before];
      if (kept.text != goal.text || kept.kind != goal.kind || kept.holds != goal.holds ||
          kept.time >= goal.time || seen_.count(before) > 0) {
        return number;
      }
      number = before;
    }
  }

  std::string goal(uint32_t last) {
    const uint32_t number = origin_of(last);
    const ProtocolGoal& goal = proof_.goals[number];
    const std::string_view css_class = goal.holds ? "same" : "gone";
    const std::string time =
        number == last ? std::to_string(goal.time)
                       : fmt::format("{} to {}", goal.time, proof_.goals[last].time);
    std::string head = fmt::format("<code>{}</code> <span class=\"soft\">at {}</span>",
                                   escape_markup(goal.text), time);
    if (!goal.holds) head += fmt::format(" <span class=\"mark\">{}</span>", other_.gone);
    if (!seen_.insert(number).second) {
      return fmt::format(
          "<li class=\"{}\">{} <a class=\"soft\" href=\"#{}-{}\">see "
          "above</a></li>\n",
          css_class, head, id_, number);
    }
    if (goal.firings.empty()) {
      if (goal.is_fact) head += " <span class=\"soft\">fact</span>";
      return fmt::format("<li id=\"{}-{}\" class=\"{}\">{}</li>\n", id_, number,
                         css_class, head);
    }
    std::string out =
        fmt::format("<li id=\"{}-{}\" class=\"{}\"><details{}><summary>{}</summary>\n",
                    id_, number, css_class, goal.holds ? "" : " open", head);
    for (size_t i = 0; i < goal.firings.size(); ++i) {
      if (i > 0) out += "<div class=\"soft\">or</div>\n";
      out += firing(goal.firings[i], goal.holds);
    }
    return out + "</details></li>\n";
  }

  std::string firing(const ProtocolFiring& firing, bool head_holds) {
    std::string out;
    if (!firing.rule.empty()) {
      out += fmt::format("<div class=\"rule\" title=\"{}\"><code>{}</code></div>\n",
                         escape_markup(firing.place), escape_markup(firing.rule));
    }
    if (firing.frontier) {
      out += fmt::format(
          "<div class=\"frontier{}\">{}: {}</div>\n", head_holds ? " soft" : "",
          head_holds ? std::string_view("does not fire, but something else derives it")
                     : other_.parts,
          escape_markup(firing.why));
    }
    out += "<ul>\n";
    for (const uint32_t premise : firing.premises) out += goal(premise);
    return out + "</ul>\n";
  }

  const ProtocolProof& proof_;
  std::string id_;
  Other other_;
  std::set<uint32_t> seen_;
};

std::string section(const std::string& title, const std::string& body, bool open) {
  return fmt::format("<details class=\"part\"{}><summary>{}</summary>\n{}</details>\n",
                     open ? " open" : "", title, body);
}

}  // namespace

std::string protocol_html_proofs(const ProtocolOutcome& outcome, const std::string& id) {
  const std::string post = "<code>" + escape_markup(outcome.post) + "</code>";
  const std::string pre = "<code>" + escape_markup(outcome.pre) + "</code>";
  std::string out;
  if (!outcome.good.goals.empty()) {
    out += section(
        "Without faults: how " + post + " is derived, and where this run parts from it",
        ProofList(outcome.good, id + "-good", kThisRun).list(), true);
  }
  for (size_t i = 0; i < outcome.instead.size(); ++i) {
    const ProtocolProof& proof = outcome.instead[i];
    if (proof.goals.empty()) continue;
    out += section(
        fmt::format("In this run instead: how <code>{}</code> is derived",
                    escape_markup(proof.goals[0].text)),
        ProofList(proof, fmt::format("{}-instead{}", id, i), kWithoutFaults).list(),
        false);
  }
  if (!outcome.absent.goals.empty()) {
    out +=
        section("In this run: why " + post + " does not hold",
                ProofList(outcome.absent, id + "-absent", kWithoutFaults).list(), false);
  }
  if (!outcome.promised.goals.empty()) {
    out += section("In this run: why " + pre + " holds all the same",
                   ProofList(outcome.promised, id + "-promised", kWithoutFaults).list(),
                   false);
  }
  return out;
}

std::string_view protocol_html_css() {
  return R"(.proof,.proof ul{list-style:none;margin:0;padding:0 0 0 18px;border-left:1px solid var(--rule)}
.proof{padding-left:0;border:0}
.proof li{margin:3px 0}
.proof summary{color:var(--ink);margin:0}
.proof li.gone>code,.proof li.gone>details>summary>code{color:var(--bad);font-weight:600}
.mark{color:var(--bad);font-size:12px;border:1px solid currentColor;border-radius:9px;padding:0 7px;white-space:nowrap}
.rule code{color:var(--soft);font-size:12px}
.frontier{background:var(--bad-paper);color:var(--bad);border-left:3px solid var(--bad);padding:3px 10px;margin:3px 0;font-weight:600}
.frontier.soft{background:none;color:var(--soft);border-color:var(--rule);font-weight:400}
.part{border:1px solid var(--rule);border-radius:8px;padding:4px 12px;margin:8px 0}
.part>summary{color:var(--ink)}
.story{display:grid;grid-template-columns:44px 1fr;gap:3px 10px;margin:8px 0}
.story dt{color:var(--soft);text-align:right;font-variant-numeric:tabular-nums}
.story dd{margin:0;overflow-wrap:anywhere}
.story dd.fault{color:var(--bad);font-weight:600}
.story dd.end{font-weight:600}
.story dd.extra{color:var(--extra)}
table.times{width:auto;margin:4px 0 12px}
table.times th,table.times td{padding:2px 8px;text-align:center}
table.times td:first-child,table.times th:first-child{text-align:left}
table.times td.both{color:var(--soft)}
table.times td.good{background:var(--bad-paper);color:var(--bad);font-weight:600}
table.times td.bad{color:var(--extra);font-weight:600}
.wide{overflow-x:auto}
)";
}

}  // namespace cutset::report
