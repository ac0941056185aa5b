#include "verifier/certificate_checker.h"

#include <algorithm>

#include "verifier/check_context.h"
#include "verifier/claim_lines.h"
#include "verifier/part_checker.h"
#include <fmt/format.h>

namespace cutset::verifier {

namespace {

constexpr std::string_view kFormat = "cutset-certificate/1";

class Checker {
 public:
  Checker(LineReader& lines, const Graph& graph, const std::function<bool()>& stop,
          size_t most_nodes)
      : context_{lines, graph, {}, {}},
        lines_(lines),
        graph_(graph),
        stop_(stop),
        claim_(context_),
        part_(graph, context_.verdict.budget, context_.sets, most_nodes, stop) {}

  Result<Verdict> run() {
    const Status status = read_all();
    if (!status.ok() && status.error().kind != ErrorKind::kBadInput) {
      return status.error();
    }
    // A line before the one that ended it may be wrong, too.
    CUTSET_TRY(claim_.judge(stop_));
    if (!status.ok() && !context_.verdict.refusal) return status.error();
    return std::move(context_.verdict);
  }

 private:
  Status read_all() {
    const Error stopped =
        Error::interrupted("stopped before the certificate was checked");
    while (stage_ != Stage::kEnd) {
      CUTSET_ASSIGN(const std::optional<std::string_view> line, lines_.next());
      if (!line) {
        return context_.malformed("the certificate ends here, expected its line \"end\"");
      }
      CUTSET_TRY(read(*line));
      constexpr int kLinesBetweenStops = 1024;
      const bool asks =
          context_.verdict.refusal || lines_.line() % kLinesBetweenStops == 0;
      if (asks && stop_ && stop_()) return stopped;
      if (context_.verdict.refusal) return {};
    }
    return nothing_follows();
  }

  // In this order.
  enum class Stage { kFirstLine, kGraph, kBudget, kTerms, kSets, kParts, kInPart, kEnd };

  Status read(std::string_view line) {
    if (stage_ == Stage::kFirstLine) {
      Words words(line);
      if (words.next() != kFormat || !words.at_end()) {
        return context_.malformed(fmt::format("expected \"{}\"", kFormat));
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
    if (stage_ <= Stage::kSets) return claim_line(word, words);
    if (stage_ == Stage::kInPart) {
      if (word == "p") return support_line(words);
      if (word == "recomputed") return recomputed_line(words);
      if (word == "done") return done_line(words);
      return unexpected(word, "p, a clause, d, recomputed or done");
    }
    if (word == "part") return part_line(words);
    if (word == "same") return same_line(words);
    if (word == "end") return end_line(words);
    return unexpected(word, "part, same or end");
  }

  Status claim_line(std::string_view word, Words& words) {
    if (stage_ == Stage::kGraph) {
      stage_ = Stage::kBudget;
      return word == "graph" ? claim_.graph(words) : unexpected(word, "graph");
    }
    if (stage_ == Stage::kBudget) {
      stage_ = Stage::kTerms;
      return word == "budget" ? claim_.budget(words) : unexpected(word, "budget");
    }
    if (word == "part" || word == "end") {
      stage_ = Stage::kParts;
      CUTSET_TRY(claim_.complete());
      if (context_.verdict.refusal) return {};
      return word == "part" ? part_line(words) : end_line(words);
    }
    if (word == "set") {
      stage_ = Stage::kSets;
      return claim_.set(words);
    }
    if (stage_ == Stage::kTerms) {
      if (word == "limit") return claim_.limit(words);
      if (word == "assume") return claim_.assume(words);
      if (word == "violated") return claim_.axiom(Axiom::Type::kViolated, words);
      if (word == "held") return claim_.axiom(Axiom::Type::kHeld, words);
    }
    return unexpected(word, stage_ == Stage::kSets
                                ? "set, part or end"
                                : "limit, assume, violated, held, set, "
                                  "part or end");
  }

  Error unexpected(std::string_view word, std::string_view expected) const {
    return context_.malformed(
        fmt::format("\"{}\", expected {}", word.substr(0, 32), expected));
  }

  /// The node of a conjunct; kHolds: it was refused.
  Result<Node> node(Words& words) {
    const std::optional<int64_t> number = words.number();
    if (!number) return context_.malformed("expected the number of a node");
    const bool is_fault = *number < 0 && -*number <= int64_t{graph_.faults()};
    if (is_fault) return kEnabledBit | static_cast<Node>(-*number - 1);
    if (*number >= 0 && *number < int64_t{graph_.faults()} + graph_.gates()) {
      return static_cast<Node>(*number);
    }
    (void)context_.refuse(
        fmt::format("node {}", *number),
        fmt::format("a node below {}, or -1 to -{}",
                    int64_t{graph_.faults()} + graph_.gates(), graph_.faults()));
    return kHolds;
  }

  Status part_line(Words& words) {
    if (words.at_end()) return context_.malformed("expected \"part ROOT...\"");
    std::vector<Node> roots;
    while (!words.at_end()) {
      CUTSET_ASSIGN(roots.emplace_back(), node(words));
      if (context_.verdict.refusal) return {};
    }
    stage_ = Stage::kInPart;
    part_.begin(std::move(roots));
    return {};
  }

  Status outcome(const PartChecker::Outcome& outcome) {
    if (outcome) return context_.refuse(outcome->found, outcome->expected);
    return {};
  }

  Status proof_step(std::string_view line) {
    Words words(line);
    const bool removes = line.front() == 'd';
    if (removes && words.next() != "d")
      return context_.malformed("expected \"d LITERAL... 0\"");
    clause_.clear();
    while (true) {
      const std::optional<int64_t> number = words.number();
      if (!number) return context_.malformed("expected literals and a 0 behind them");
      if (*number == 0) break;
      if (*number > INT32_MAX || *number < -INT32_MAX) {
        return context_.refuse(fmt::format("literal {}", *number),
                               "a literal of the formula");
      }
      clause_.push_back(static_cast<Literal>(*number));
    }
    if (!words.at_end())
      return context_.malformed("expected the end of the line behind 0");
    return outcome(part_.proof_step(removes, clause_));
  }

  Status support_line(Words& words) {
    CUTSET_ASSIGN(const bool usable, context_.faults(words, set_));
    if (!usable) return {};
    return outcome(part_.support(set_));
  }

  Status recomputed_line(Words& words) {
    if (!words.at_end()) return context_.malformed("expected \"recomputed\" alone");
    return outcome(part_.recompute());
  }

  Status done_line(Words& words) {
    if (!words.at_end()) return context_.malformed("expected \"done\" alone");
    stage_ = Stage::kParts;
    return outcome(part_.finish());
  }

  Status same_line(Words& words) {
    if (!part_.has_one_root()) {
      return context_.malformed("\"same\" expects a part of one root before it");
    }
    CUTSET_ASSIGN(const Node root, node(words));
    if (context_.verdict.refusal) return {};
    if (!words.at_end()) return context_.malformed("expected \"same ROOT\"");
    return outcome(part_.same(root));
  }

  Status end_line(Words& words) {
    const std::optional<int64_t> sets = words.number();
    const std::optional<int64_t> parts = words.number();
    if (!sets || !parts || !words.at_end())
      return context_.malformed("expected \"end SETS PARTS\"");
    stage_ = Stage::kEnd;
    context_.verdict.packings = part_.packings();
    context_.verdict.supports = part_.supports();
    context_.verdict.proofs = part_.proofs();
    context_.verdict.steps = part_.steps();
    context_.verdict.recomputed = part_.recomputed();
    const uint64_t checked =
        context_.verdict.packings + context_.verdict.proofs + context_.verdict.recomputed;
    if (*sets != static_cast<int64_t>(context_.verdict.sets) ||
        *parts != static_cast<int64_t>(checked)) {
      return context_.refuse(
          fmt::format("{} sets and {} parts", context_.verdict.sets, checked),
          fmt::format("{} and {}, as this line says", *sets, *parts));
    }
    // The empty set cuts: it is inside every set.
    if (context_.sets.has_empty()) return {};
    return outcome(part_.covers_root(context_.verdict.conjuncts));
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

  CheckContext context_;
  LineReader& lines_;
  const Graph& graph_;
  const std::function<bool()>& stop_;
  Stage stage_ = Stage::kFirstLine;
  ClaimLines claim_;
  PartChecker part_;
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
                                  const std::function<bool()>& stop, size_t most_nodes) {
  return Checker(certificate, graph, stop, most_nodes).run();
}

}  // namespace cutset::verifier
