#include "verifier/certificate_checker.h"

#include <algorithm>
#include <memory>

#include "verifier/evaluator.h"
#include "verifier/listed_sets.h"
#include "verifier/part_checker.h"
#include <fmt/format.h>

namespace cutset::verifier {

namespace {

constexpr std::string_view kFormat = "cutset-certificate/1";

class Checker {
 public:
  Checker(LineReader& lines, const Graph& graph, const std::function<bool()>& stop)
      : lines_(lines), graph_(graph), stop_(stop), part_(graph, verdict_.budget, sets_) {}

  Result<Verdict> run() {
    while (stage_ != Stage::kEnd) {
      CUTSET_ASSIGN(const std::optional<std::string_view> line, lines_.next());
      if (!line) {
        return malformed("the certificate ends here, expected its line \"end\"");
      }
      CUTSET_TRY(read(*line));
      if (verdict_.refusal) return std::move(verdict_);
      constexpr int kLinesBetweenStops = 1024;
      if (lines_.line() % kLinesBetweenStops == 0 && stop_ && stop_()) {
        return Error::interrupted("stopped before the certificate was checked");
      }
    }
    CUTSET_TRY(nothing_follows());
    return std::move(verdict_);
  }

 private:
  // In this order.
  enum class Stage { kFirstLine, kGraph, kBudget, kTerms, kSets, kParts, kInPart, kEnd };

  Error malformed(std::string message) const {
    return Error::bad_input(std::move(message), lines_.name(), lines_.line(), 1);
  }
  Status refuse(std::string found, std::string expected) {
    return refuse({lines_.line(), std::move(found), std::move(expected)});
  }
  Status refuse(Refusal refusal) {
    if (!verdict_.refusal) verdict_.refusal = std::move(refusal);
    return {};
  }

  Status read(std::string_view line) {
    if (stage_ == Stage::kFirstLine) {
      Words words(line);
      if (words.next() != kFormat || !words.at_end()) {
        return malformed(fmt::format("expected \"{}\"", kFormat));
      }
      stage_ = Stage::kGraph;
      return {};
    }
    if (stage_ == Stage::kInPart && !line.empty() &&
        (line.front() == '-' || line.front() == 'd' ||
         (line.front() >= '0' && line.front() <= '9')) &&
        line.substr(0, 4) != "done") {
      return proof_step(line);
    }
    Words words(line);
    const std::string_view word = words.next();
    if (word.empty() || word == "c") return {};
    if (stage_ == Stage::kGraph) return graph_line(word, words);
    if (stage_ == Stage::kBudget) return budget_line(word, words);
    if (stage_ == Stage::kTerms) {
      if (word == "limit") return limit_line(words);
      if (word == "assume") return assume_line(words);
      if (word == "violated" || word == "held") return axiom_line(word, words);
    }
    if (stage_ <= Stage::kSets && word == "set") return set_line(words);
    if (stage_ == Stage::kInPart) {
      if (word == "p") return support_line(words);
      if (word == "done") return done_line(words);
      return unexpected(word, "p, a clause, d or done");
    }
    if (word == "part") return part_line(words);
    if (word == "same") return same_line(words);
    if (word == "end") return end_line(words);
    return unexpected(word, stage_ == Stage::kTerms  ? "limit, assume, violated, held, "
                                                       "set, part or end"
                            : stage_ == Stage::kSets ? "set, part or end"
                                                     : "part, same or end");
  }

  Error unexpected(std::string_view word, std::string_view expected) const {
    return malformed(fmt::format("\"{}\", expected {}", word.substr(0, 32), expected));
  }

  Status graph_line(std::string_view word, Words& words) {
    const std::optional<int64_t> faults = words.number();
    const std::optional<int64_t> gates = words.number();
    const std::string_view digest = words.next();
    if (word != "graph" || !faults || !gates || digest.size() != 16 || !words.at_end()) {
      return malformed("expected \"graph FAULTS GATES DIGEST\", a digest of 16 digits");
    }
    stage_ = Stage::kBudget;
    if (*faults != graph_.faults() || *gates != graph_.gates() ||
        digest != hex16(graph_.digest)) {
      return refuse(
          fmt::format("a certificate of another graph: {} faults, {} gates, digest {}",
                      *faults, *gates, digest),
          fmt::format("{} faults, {} gates, digest {}: the graph that was given",
                      graph_.faults(), graph_.gates(), hex16(graph_.digest)));
    }
    return {};
  }

  Status budget_line(std::string_view word, Words& words) {
    const std::string_view total = words.next();
    const std::optional<int64_t> most = Words::number_of(total);
    const bool is_number = most && *most >= 0 && *most < UINT32_MAX;
    if (word != "budget" || (total != "any" && !is_number) || !words.at_end()) {
      return malformed("expected \"budget NUMBER\" or \"budget any\"");
    }
    if (is_number) verdict_.budget.total = static_cast<uint32_t>(*most);
    stage_ = Stage::kTerms;
    return {};
  }

  Status limit_line(Words& words) {
    const std::string_view name = words.next();
    const std::optional<int64_t> most = words.number();
    if (name.empty() || !most || *most < 0 || *most >= UINT32_MAX || !words.at_end()) {
      return malformed("expected \"limit KIND NUMBER\"");
    }
    const auto found =
        std::find_if(graph_.kinds.begin(), graph_.kinds.end(),
                     [&](const std::string& kind) { return as_word(kind) == name; });
    if (found == graph_.kinds.end()) {
      return refuse(fmt::format("a limit of \"{}\"", name),
                    "a kind of fault that the graph has");
    }
    const auto kind = static_cast<uint8_t>(found - graph_.kinds.begin());
    if (verdict_.budget.limit_of(kind)) {
      return malformed(fmt::format("a second limit of \"{}\"", name));
    }
    verdict_.budget.limits.push_back({kind, static_cast<uint32_t>(*most)});
    return {};
  }

  static std::string as_word(const std::string& text) {
    std::string word;
    for (const char byte : text) {
      if (static_cast<unsigned char>(byte) <= ' ' || byte == '%' || byte == '\x7f') {
        word += fmt::format("%{:02X}", static_cast<unsigned char>(byte));
      } else {
        word += byte;
      }
    }
    return word.empty() || word == "-" ? (word.empty() ? "-" : "%2D") : word;
  }

  Status assume_line(Words& words) {
    if (words.at_end()) return malformed("expected \"assume TEXT\"");
    verdict_.assumptions.emplace_back(words.rest());
    return {};
  }

  /// What is left of the line, as a set of faults.
  Result<bool> faults(Words& words) {
    set_.clear();
    while (!words.at_end()) {
      const std::optional<int64_t> fault = words.number();
      if (!fault) return malformed("expected numbers of faults");
      if (*fault < 0 || *fault >= graph_.faults()) {
        refuse_now(fmt::format("fault {}", *fault),
                   fmt::format("a fault below {}", graph_.faults()));
        return false;
      }
      if (!set_.empty() && set_.back() >= *fault) {
        refuse_now(fmt::format("fault {} behind {}", *fault, set_.back()),
                   "ascending numbers");
        return false;
      }
      set_.push_back(static_cast<uint32_t>(*fault));
    }
    return true;
  }
  void refuse_now(std::string found, std::string expected) {
    if (!verdict_.refusal) {
      verdict_.refusal = {lines_.line(), std::move(found), std::move(expected)};
    }
  }

  Evaluator& evaluator() {
    if (!evaluator_) evaluator_ = std::make_unique<Evaluator>(graph_);
    return *evaluator_;
  }
  void set_active(bool active) {
    for (const uint32_t fault : set_) evaluator().set_active(fault, active);
  }

  Status axiom_line(std::string_view word, Words& words) {
    Axiom axiom;
    axiom.run = words.next();
    axiom.line = lines_.line();
    if (axiom.run.empty()) {
      return malformed(fmt::format("expected \"{} RUN FAULT...\"", word));
    }
    CUTSET_ASSIGN(const bool usable, faults(words));
    if (!usable) return {};
    axiom.faults = set_;
    if (word == "violated") {
      if (set_.empty()) return refuse("no fault at all", "the faults of a violation");
      violated_.add(set_, lines_.line());
    } else {
      axiom.type = Axiom::Type::kHeld;
      set_active(true);
      const bool holds = evaluator().root_holds();
      set_active(false);
      if (!holds) {
        return refuse(fmt::format("run {} held, but its faults cut the root", axiom.run),
                      "a graph that has what the run showed");
      }
    }
    verdict_.axioms.push_back(std::move(axiom));
    return {};
  }

  Status set_line(Words& words) {
    stage_ = Stage::kSets;
    CUTSET_ASSIGN(const bool usable, faults(words));
    if (!usable) return {};
    if (!verdict_.budget.allows(graph_, set_)) {
      return refuse("a set beyond the budget",
                    "sets" + budget_text(verdict_.budget, graph_));
    }
    for (const uint32_t fault : set_) {
      if (graph_.kinds[graph_.kind_of[fault]] != "never") continue;
      return refuse(fmt::format("fault {}, which never happens", fault),
                    "faults that happen");
    }
    set_active(true);
    std::optional<uint32_t> needless;
    const bool cuts = !evaluator().root_holds();
    // With conditions minimality is judged when all sets are known: first_part().
    for (const uint32_t fault : set_) {
      if (!cuts || graph_.has_conditions || needless) break;
      evaluator().set_active(fault, false);
      if (!evaluator().root_holds()) needless = fault;
      evaluator().set_active(fault, true);
    }
    set_active(false);
    if (!cuts) return refuse("a set under which the root holds", "a set that cuts");
    if (needless) {
      return refuse(fmt::format("a set that still cuts without fault {}", *needless),
                    "a minimal set");
    }
    ++verdict_.sets;
    sets_.add(set_, lines_.line());
    return {};
  }

  /// All sets are known. Where conditions are, a set without an active fault says little
  /// of smaller ones. But every cut set within the budget contains a listed one (that is
  /// what the parts show): if no listed set contains another, all are minimal.
  Status first_part() {
    if (stage_ == Stage::kParts) return {};
    stage_ = Stage::kParts;
    sets_.index(graph_.faults());
    if (const std::optional<size_t> twice = sets_.repeated()) {
      return refuse({sets_.line(*twice), "a set for the second time", "each set once"});
    }
    if (graph_.has_conditions) {
      if (const auto nested = sets_.nested()) {
        return refuse({sets_.line(nested->first),
                       fmt::format("a set that contains that of line {}",
                                   sets_.line(nested->second)),
                       "a minimal set"});
      }
    }
    for (size_t at = 0; at < violated_.size(); ++at) {
      sets_.add(violated_[at], violated_.line(at));
    }
    sets_.index(graph_.faults());
    return {};
  }

  /// The node of a conjunct; kHolds: it was refused.
  Result<Node> node(Words& words) {
    const std::optional<int64_t> number = words.number();
    if (!number) return malformed("expected the number of a node");
    const bool is_fault = *number < 0 && -*number <= int64_t{graph_.faults()};
    if (is_fault) return kEnabledBit | static_cast<Node>(-*number - 1);
    if (*number >= 0 && *number < int64_t{graph_.faults()} + graph_.gates()) {
      return static_cast<Node>(*number);
    }
    refuse_now(fmt::format("node {}", *number),
               fmt::format("a node below {}, or -1 to -{}",
                           int64_t{graph_.faults()} + graph_.gates(), graph_.faults()));
    return kHolds;
  }

  Status part_line(Words& words) {
    CUTSET_TRY(first_part());
    if (verdict_.refusal) return {};
    if (words.at_end()) return malformed("expected \"part ROOT...\"");
    std::vector<Node> roots;
    while (!words.at_end()) {
      CUTSET_ASSIGN(roots.emplace_back(), node(words));
      if (verdict_.refusal) return {};
    }
    stage_ = Stage::kInPart;
    part_.begin(std::move(roots));
    return {};
  }

  Status outcome(const PartChecker::Outcome& outcome) {
    if (outcome) return refuse(outcome->found, outcome->expected);
    return {};
  }

  Status proof_step(std::string_view line) {
    Words words(line);
    const bool removes = line.front() == 'd';
    if (removes && words.next() != "d") return malformed("expected \"d LITERAL... 0\"");
    clause_.clear();
    while (true) {
      const std::optional<int64_t> number = words.number();
      if (!number) return malformed("expected literals and a 0 behind them");
      if (*number == 0) break;
      if (*number > INT32_MAX || *number < -INT32_MAX) {
        return refuse(fmt::format("literal {}", *number), "a literal of the formula");
      }
      clause_.push_back(static_cast<Literal>(*number));
    }
    if (!words.at_end()) return malformed("expected the end of the line behind 0");
    return outcome(part_.proof_step(removes, clause_));
  }

  Status support_line(Words& words) {
    CUTSET_ASSIGN(const bool usable, faults(words));
    if (!usable) return {};
    return outcome(part_.support(set_));
  }

  Status done_line(Words& words) {
    if (!words.at_end()) return malformed("expected \"done\" alone");
    stage_ = Stage::kParts;
    return outcome(part_.finish());
  }

  Status same_line(Words& words) {
    if (!part_.has_one_root()) {
      return malformed("\"same\" expects a part of one root before it");
    }
    CUTSET_ASSIGN(const Node root, node(words));
    if (verdict_.refusal) return {};
    if (!words.at_end()) return malformed("expected \"same ROOT\"");
    return outcome(part_.same(root));
  }

  Status end_line(Words& words) {
    const std::optional<int64_t> sets = words.number();
    const std::optional<int64_t> parts = words.number();
    if (!sets || !parts || !words.at_end())
      return malformed("expected \"end SETS PARTS\"");
    CUTSET_TRY(first_part());
    if (verdict_.refusal) return {};
    stage_ = Stage::kEnd;
    verdict_.packings = part_.packings();
    verdict_.supports = part_.supports();
    verdict_.proofs = part_.proofs();
    verdict_.steps = part_.steps();
    const uint64_t checked = verdict_.packings + verdict_.proofs;
    if (*sets != static_cast<int64_t>(verdict_.sets) ||
        *parts != static_cast<int64_t>(checked)) {
      return refuse(fmt::format("{} sets and {} parts", verdict_.sets, checked),
                    fmt::format("{} and {}, as this line says", *sets, *parts));
    }
    // The empty set cuts: it is inside every set.
    if (sets_.has_empty()) return {};
    return outcome(part_.covers_root(verdict_.conjuncts));
  }

  Status nothing_follows() {
    while (true) {
      CUTSET_ASSIGN(const std::optional<std::string_view> line, lines_.next());
      if (!line) return {};
      Words words(*line);
      const std::string_view word = words.next();
      if (!word.empty() && word != "c") return unexpected(word, "nothing behind \"end\"");
    }
  }

  LineReader& lines_;
  const Graph& graph_;
  const std::function<bool()>& stop_;
  Verdict verdict_;
  Stage stage_ = Stage::kFirstLine;
  ListedSets sets_;  // behind the first part violated ones as well
  ListedSets violated_;
  PartChecker part_;
  std::unique_ptr<Evaluator> evaluator_;
  std::vector<uint32_t> set_;    // of the line at hand
  std::vector<Literal> clause_;  // likewise
};

}  // namespace

std::string budget_text(const Budget& budget, const Graph& graph) {
  std::string text;
  const auto add = [&text](const std::string& part) {
    text += (text.empty() ? " within " : ", ") + part;
  };
  if (budget.total) add(fmt::format("{} faults", *budget.total));
  for (const Budget::Limit& limit : budget.limits)
    add(fmt::format("{} {}", limit.most, graph.kinds[limit.kind]));
  return text;
}

Result<Verdict> check_certificate(LineReader& certificate, const Graph& graph,
                                  const std::function<bool()>& stop) {
  return Checker(certificate, graph, stop).run();
}

}  // namespace cutset::verifier
