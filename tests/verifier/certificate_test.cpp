// Certificates of random small graphs: accepted as they are written; changed ones only if
// what they say is still true, which brute force tells.
#include "solver/certificate.h"

#include <algorithm>
#include <bit>
#include <cstdlib>
#include <fstream>
#include <map>
#include <sstream>

#include "small_graph.h"
#include "verifier/certificate_checker.h"
#include <gtest/gtest.h>

#include "base/file.h"
#include "solver/cut_search.h"
#include "solver/dag_builder.h"
#include "solver/graph_text.h"

namespace cutset {
namespace {

using solver::testing::FaultBits;
using solver::testing::SmallGraph;

FaultBits bits_of(const std::vector<uint32_t>& faults) {
  FaultBits bits = 0;
  for (const uint32_t fault : faults) bits |= FaultBits{1} << fault;
  return bits;
}

/// What a certificate says, read by the test itself.
struct Said {
  uint32_t total = 1000;
  std::map<std::string, int> limits;
  std::set<FaultBits> sets;
  std::vector<FaultBits> violated;

  bool allows(const SmallGraph& graph, FaultBits active) const {
    if (static_cast<uint32_t>(std::popcount(active)) > total) return false;
    std::map<std::string, int> used;
    for (size_t i = 0; i < graph.faults.size(); ++i) {
      if ((active >> i & 1) != 0) ++used[graph.faults[i].kind];
    }
    return std::all_of(limits.begin(), limits.end(), [&](const auto& limit) {
      return used[limit.first] <= limit.second;
    });
  }

  /// Exactly the minimal cut sets are listed, but for those that contain a violated one.
  bool is_true_of(const SmallGraph& graph) const {
    const std::set<FaultBits> minimal = solver::testing::minimal_cut_sets(
        graph, [&](FaultBits active) { return allows(graph, active); });
    const bool all_minimal =
        std::includes(minimal.begin(), minimal.end(), sets.begin(), sets.end());
    return all_minimal && std::all_of(minimal.begin(), minimal.end(), [&](FaultBits set) {
             return sets.count(set) != 0 ||
                    std::any_of(violated.begin(), violated.end(),
                                [set](FaultBits part) { return (set & part) == part; });
           });
  }
};

Said said_by(const std::string& certificate) {
  Said said;
  std::istringstream lines(certificate);
  std::string line;
  while (std::getline(lines, line)) {
    std::istringstream words(line);
    std::string word;
    words >> word;
    std::string name;
    if (word == "budget") {
      words >> name;
      if (name != "any") said.total = static_cast<uint32_t>(std::stoul(name));
    } else if (word == "limit") {
      int most = 0;
      words >> name >> most;
      said.limits[name] = most;
    } else if (word == "set" || word == "violated") {
      if (word == "violated") words >> name;
      std::vector<uint32_t> faults;
      for (uint32_t fault = 0; words >> fault;) faults.push_back(fault);
      if (word == "set") said.sets.insert(bits_of(faults));
      if (word == "violated") said.violated.push_back(bits_of(faults));
    }
  }
  return said;
}

struct Made {
  SmallGraph graph;
  std::string graph_text;
  std::string certificate;
};

std::string path_for_test() {
  return ::testing::TempDir() + "certificate_" + std::to_string(::getpid());
}

solver::Budget random_budget(std::mt19937_64& random, const solver::FaultGraph& graph) {
  solver::Budget budget;
  if (random() % 3 != 0) budget.total = static_cast<uint32_t>(random() % 5);
  for (const std::string& kind : graph.faults.kinds()) {
    if (random() % 4 == 0) budget.kinds.emplace_back(kind, random() % 3);
  }
  return budget;
}

/// The certificate of what the search gives, some of it as violated by a run.
Made made(const solver::FaultGraph& graph, const std::string& text, uint64_t seed,
          bool blocks) {
  std::mt19937_64 random(seed * 7919);
  Made made;
  made.graph_text = text;
  made.graph = SmallGraph::parse(text);
  solver::CertificateClaim claim;
  claim.budget = random_budget(random, graph);
  solver::SearchOptions options;
  options.budget = claim.budget;
  solver::CutSearch search(graph, options);
  EXPECT_TRUE(search.check().ok());
  while (const auto found = search.next()) {
    if (blocks && random() % 4 == 0 && !found->faults.empty()) {
      // Violated sets may be smaller than what the model says.
      solver::FaultSet violated = found->faults;
      if (violated.size() > 1 && random() % 2 == 0) violated.pop_back();
      search.block(violated);
      claim.violated.push_back({"run-" + std::to_string(random() % 100), violated});
    } else {
      claim.sets.push_back(found->faults);
    }
  }
  EXPECT_EQ(search.ending(), solver::Ending::kComplete);
  const std::string path = path_for_test();
  // Half of them with proofs where the verifier could do without.
  const auto recomputation =
      seed % 4 < 2 ? solver::Recomputation::kAllowed : solver::Recomputation::kNever;
  const auto written = solver::write_certificate(graph, claim, {}, path, recomputation);
  EXPECT_TRUE(written.ok()) << written.error().text() << "\nseed " << seed << "\n"
                            << text;
  if (written.ok()) made.certificate = *read_file(path);
  std::remove(path.c_str());
  return made;
}

Made made(uint64_t seed) {
  std::mt19937_64 random(seed);
  solver::testing::Shape shape;
  shape.conditions_percent = seed % 3 == 0 ? 25 : 0;
  shape.most_faults = 8;
  const std::string text = solver::testing::random_graph(random, shape).text();
  const auto graph = solver::parse_fault_graph(text, "graph");
  EXPECT_TRUE(graph.ok());
  return made(*graph, text, seed, seed % 2 == 0);
}

/// Nothing: accepted. Otherwise the refusal, or that it is malformed.
std::optional<std::string> refused(const std::string& certificate,
                                   const std::string& graph_text) {
  const auto graph = verifier::parse_graph(graph_text, "graph");
  if (!graph.ok()) return "graph: " + graph.error().text();
  verifier::LineReader lines(certificate, "certificate");
  const auto verdict = verifier::check_certificate(lines, *graph);
  if (!verdict.ok()) {
    EXPECT_GT(verdict.error().line, 0) << verdict.error().text();
    return verdict.error().text();
  }
  if (!verdict->refusal) return std::nullopt;
  EXPECT_GT(verdict->refusal->line, 0);
  EXPECT_FALSE(verdict->refusal->found.empty());
  EXPECT_FALSE(verdict->refusal->expected.empty());
  return verdict->refusal->found + "; expected " + verdict->refusal->expected;
}

uint64_t replayed_seed() {
  const char* seed = std::getenv("CUTSET_SEED");
  return seed == nullptr ? 0 : std::strtoull(seed, nullptr, 10);
}

template <typename Check>
void for_seeds(uint64_t seeds, const Check& check) {
  if (const uint64_t seed = replayed_seed()) return check(seed);
  for (uint64_t seed = 1; seed <= seeds; ++seed) {
    check(seed);
    if (::testing::Test::HasFailure()) {
      FAIL() << "CUTSET_SEED=" << seed << " runs only that";
    }
  }
}

TEST(Certificate, OfRandomGraphsAreTrueAndAccepted) {
  for_seeds(3000, [](uint64_t seed) {
    const Made one = made(seed);
    EXPECT_TRUE(said_by(one.certificate).is_true_of(one.graph))
        << one.graph_text << one.certificate;
    const auto refusal = refused(one.certificate, one.graph_text);
    EXPECT_FALSE(refusal) << *refusal << "\n" << one.graph_text << one.certificate;
  });
}

/// The solver's reader, the verifier's and what the solver writes give one numbering.
TEST(Certificate, OfAGraphInAnotherFormIsAccepted) {
  for_seeds(300, [](uint64_t seed) {
    const Made one = made(seed);
    const auto graph = solver::parse_fault_graph(one.graph_text, "graph");
    const auto refusal = refused(one.certificate, solver::graph_text(*graph));
    EXPECT_FALSE(refusal) << *refusal << "\n" << one.graph_text << one.certificate;
  });
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::string text_of(const std::vector<std::string>& lines) {
  std::string text;
  for (const std::string& line : lines) text += line + "\n";
  return text;
}

/// Some line for which `fits`; nothing if there is none.
template <typename Fits>
std::optional<size_t> some_line(const std::vector<std::string>& lines,
                                std::mt19937_64& random, const Fits& fits) {
  std::vector<size_t> found;
  for (size_t i = 0; i < lines.size(); ++i) {
    if (fits(lines[i])) found.push_back(i);
  }
  if (found.empty()) return std::nullopt;
  return found[random() % found.size()];
}

bool begins(const std::string& line, const std::string& word) {
  return line.rfind(word + " ", 0) == 0 || line == word;
}
bool is_lemma(const std::string& line) {
  return !line.empty() && (line[0] == '-' || (line[0] >= '0' && line[0] <= '9'));
}

std::vector<std::string> words_of(const std::string& line) {
  std::vector<std::string> words;
  std::istringstream stream(line);
  for (std::string word; stream >> word;) words.push_back(word);
  return words;
}

std::string line_of(const std::vector<std::string>& words) {
  std::string line;
  for (const std::string& word : words) line += (line.empty() ? "" : " ") + word;
  return line;
}

/// The counts of the last line, as they are now.
void recount(std::vector<std::string>& lines) {
  const auto count = [&](const char* word) {
    return std::count_if(lines.begin(), lines.end(),
                         [word](const std::string& line) { return begins(line, word); });
  };
  lines.back() =
      "end " + std::to_string(count("set")) + " " + std::to_string(count("part"));
}

enum class Mutation {
  kLiteralChanged,
  kClauseDropped,
  kSetRemoved,
  kSetNotMinimal,
  kSetOfNothing,
  kPackingOverlaps,
  kSupportDropped,
  kBudgetChanged,
  kPartDropped,
  kLineDropped,
  kLinesSwapped,
  kNumberChanged,
  kRootChanged,
  kRecomputedInstead,
  kRecomputedDropped,
  kEnd,
};

/// False: there is nothing of the kind to change.
bool mutate(std::vector<std::string>& lines, Mutation mutation, std::mt19937_64& random) {
  const auto some = [&](const auto& fits) { return some_line(lines, random, fits); };
  const auto with = [](const char* word) {
    return [word](const std::string& line) { return begins(line, word); };
  };
  const auto change_number = [&](std::string& line, size_t from) {
    std::vector<std::string> words = words_of(line);
    std::vector<size_t> numbers;
    for (size_t i = from; i < words.size(); ++i) {
      if (verifier::Words::number_of(words[i])) numbers.push_back(i);
    }
    if (numbers.empty()) return false;
    std::string& word = words[numbers[random() % numbers.size()]];
    const int64_t number = *verifier::Words::number_of(word);
    const int64_t changes[] = {-number, number + 1, number - 1,
                               static_cast<int64_t>(random() % 12)};
    word = std::to_string(changes[random() % 4]);
    line = line_of(words);
    return true;
  };
  switch (mutation) {
    case Mutation::kLiteralChanged: {
      const auto at =
          some([](const std::string& line) { return is_lemma(line) && line != "0"; });
      return at && change_number(lines[*at], 0);
    }
    case Mutation::kClauseDropped: {
      const auto at = some(is_lemma);
      if (at) lines.erase(lines.begin() + static_cast<ptrdiff_t>(*at));
      return at.has_value();
    }
    case Mutation::kSetRemoved: {
      const auto at = some(with("set"));
      if (!at) return false;
      lines.erase(lines.begin() + static_cast<ptrdiff_t>(*at));
      recount(lines);
      return true;
    }
    case Mutation::kSetNotMinimal: {
      const auto at = some(with("set"));
      if (!at) return false;
      std::vector<std::string> words = words_of(lines[*at]);
      std::set<int> faults{static_cast<int>(random() % 8)};
      for (size_t i = 1; i < words.size(); ++i) faults.insert(std::stoi(words[i]));
      std::string line = "set";
      for (const int fault : faults) line += " " + std::to_string(fault);
      if (random() % 2 == 0) {
        lines[*at] = line;
      } else {
        lines.insert(lines.begin() + static_cast<ptrdiff_t>(*at), line);
      }
      recount(lines);
      return true;
    }
    case Mutation::kSetOfNothing: {
      const auto at = some([](const std::string& line) {
        return begins(line, "part") || begins(line, "end");
      });
      const auto first = std::find_if(lines.begin(), lines.end(), [](const auto& line) {
        return begins(line, "part") || begins(line, "end");
      });
      lines.insert(first, "set " + std::to_string(random() % 8));
      recount(lines);
      return at.has_value();
    }
    case Mutation::kPackingOverlaps: {
      const auto from = some(with("p"));
      const auto to = some(with("p"));
      if (!from || !to || *from == *to) return false;
      lines[*to] = lines[*from];
      return true;
    }
    case Mutation::kSupportDropped: {
      const auto at = some(with("p"));
      if (at) lines.erase(lines.begin() + static_cast<ptrdiff_t>(*at));
      return at.has_value();
    }
    case Mutation::kBudgetChanged: {
      const auto at = some([](const std::string& line) {
        return begins(line, "budget") || begins(line, "limit");
      });
      std::vector<std::string> words = words_of(lines[*at]);
      words.back() = std::to_string(random() % 7);
      lines[*at] = line_of(words);
      return true;
    }
    case Mutation::kPartDropped: {
      const auto at = some(with("part"));
      if (!at) return false;
      const auto begin = lines.begin() + static_cast<ptrdiff_t>(*at);
      auto end = std::find(begin, lines.end(), "done") + 1;
      while (begins(*end, "same")) ++end;
      lines.erase(begin, end);
      recount(lines);
      return true;
    }
    case Mutation::kLineDropped:
      lines.erase(lines.begin() + static_cast<ptrdiff_t>(random() % lines.size()));
      return true;
    case Mutation::kLinesSwapped:
      std::swap(lines[random() % lines.size()], lines[random() % lines.size()]);
      return true;
    case Mutation::kNumberChanged:
      return change_number(lines[random() % lines.size()], 1);
    case Mutation::kRootChanged: {
      const auto at = some([](const std::string& line) {
        return begins(line, "part") || begins(line, "same");
      });
      return at && change_number(lines[*at], 1);
    }
    case Mutation::kRecomputedInstead: {
      const auto at = some(with("part"));
      if (!at) return false;
      const auto begin = lines.begin() + static_cast<ptrdiff_t>(*at) + 1;
      lines.insert(lines.erase(begin, std::find(begin, lines.end(), "done")),
                   "recomputed");
      return true;
    }
    case Mutation::kRecomputedDropped: {
      const auto at = some(with("recomputed"));
      if (at) lines.erase(lines.begin() + static_cast<ptrdiff_t>(*at));
      return at.has_value();
    }
    case Mutation::kEnd:
      break;
  }
  return false;
}

TEST(Certificate, ChangedOnesAreAcceptedOnlyIfTheyAreStillTrue) {
  std::map<Mutation, std::pair<int, int>> counts;  // refused, accepted
  for_seeds(1500, [&counts](uint64_t seed) {
    const Made one = made(seed);
    std::mt19937_64 random(seed);
    for (int kind = 0; kind < static_cast<int>(Mutation::kEnd); ++kind) {
      for (int repeat = 0; repeat < 2; ++repeat) {
        std::vector<std::string> lines = lines_of(one.certificate);
        const auto mutation = static_cast<Mutation>(kind);
        if (!mutate(lines, mutation, random)) continue;
        const std::string changed = text_of(lines);
        if (changed == one.certificate) continue;
        if (refused(changed, one.graph_text)) {
          ++counts[mutation].first;
          continue;
        }
        ++counts[mutation].second;
        EXPECT_TRUE(said_by(changed).is_true_of(one.graph))
            << "mutation " << kind << "\n"
            << one.graph_text << one.certificate << "changed:\n"
            << changed;
      }
    }
  });
  if (replayed_seed() != 0) return;
  // Each kind is met, and refused.
  for (int kind = 0; kind < static_cast<int>(Mutation::kEnd); ++kind) {
    const auto [no, yes] = counts[static_cast<Mutation>(kind)];
    // Small proofs hardly need a clause: LongProofs below.
    // What is computed once more is right in the place of a proof, and propagation does
    // as well for most small graphs.
    const auto mutation = static_cast<Mutation>(kind);
    const bool is_rare = mutation == Mutation::kClauseDropped ||
                         mutation == Mutation::kRecomputedInstead ||
                         mutation == Mutation::kRecomputedDropped;
    EXPECT_GT(no, is_rare ? 0 : 50) << "mutation " << kind;
    std::printf("mutation %2d: %5d refused, %5d accepted and true\n", kind, no, yes);
  }
  // These can never be true.
  EXPECT_EQ(counts[Mutation::kSetNotMinimal].second, 0);
}

/// Every node relays in every round; all but the first must have the message at the end.
std::string broadcast(int nodes, int rounds) {
  std::string faults;
  std::string gates;
  int fault_count = 0;
  const int all_faults = nodes * nodes * rounds;
  int next = all_faults;
  std::vector<std::string> has(static_cast<size_t>(nodes), "");
  const auto gate = [&](const std::string& children) {
    gates += "g " + std::to_string(next) + children + "\n";
    return std::to_string(next++);
  };
  for (int round = 0; round < rounds; ++round) {
    std::vector<std::string> now(static_cast<size_t>(nodes));
    for (int to = 0; to < nodes; ++to) {
      std::string ways = " o";
      for (int from = 0; from < nodes; ++from) {
        const std::string sent = std::to_string(fault_count++);
        faults += "f " + sent + " omit 1 " + std::to_string(from) + " " +
                  std::to_string(to) + " " + std::to_string(round) + "\n";
        const std::string& holder = has[static_cast<size_t>(from)];
        if (from == to && round > 0 && !holder.empty()) ways += " " + holder;
        if (from == to || (holder.empty() && from != 0)) continue;
        ways += from == 0 ? " " + sent : " " + gate(" a " + holder + " " + sent);
      }
      now[static_cast<size_t>(to)] = to == 0 ? "" : gate(ways);
    }
    has = now;
  }
  std::string root = " a";
  for (int to = 1; to < nodes; ++to) root += " " + has[static_cast<size_t>(to)];
  gate(root);
  return "p dag " + std::to_string(fault_count) + " " +
         std::to_string(next - all_faults) + " " + std::to_string(next - 1) + "\n" +
         faults + gates;
}

/// Where propagation alone shows nothing, a clause too few or wrong is seen.
TEST(Certificate, LongProofsWithAChangedClauseAreRefused) {
  const std::string text = broadcast(4, 4);
  const auto graph = solver::parse_fault_graph(text, "graph");
  ASSERT_TRUE(graph.ok()) << graph.error().text();
  solver::CertificateClaim claim;
  claim.budget.total = 12;
  solver::SearchOptions options;
  options.budget = claim.budget;
  solver::CutSearch search(*graph, options);
  while (const auto found = search.next()) claim.sets.push_back(found->faults);
  ASSERT_GT(claim.sets.size(), 0U);
  const std::string path = path_for_test();
  ASSERT_TRUE(
      solver::write_certificate(*graph, claim, {}, path, solver::Recomputation::kNever)
          .ok());
  const std::string certificate = *read_file(path);
  std::remove(path.c_str());
  ASSERT_FALSE(refused(certificate, text));
  std::mt19937_64 random(1);
  for (const Mutation mutation : {Mutation::kClauseDropped, Mutation::kLiteralChanged}) {
    int refusals = 0;
    for (int i = 0; i < 300; ++i) {
      std::vector<std::string> lines = lines_of(certificate);
      ASSERT_TRUE(mutate(lines, mutation, random));
      if (refused(text_of(lines), text)) ++refusals;
    }
    std::printf("%zu lines, mutation %d: %d of 300 refused\n",
                lines_of(certificate).size(), static_cast<int>(mutation), refusals);
    EXPECT_GT(refusals, 10);
  }
}

TEST(Certificate, OfAnotherGraphIsRefused) {
  for_seeds(1000, [](uint64_t seed) {
    const Made one = made(seed);
    std::mt19937_64 random(seed);
    SmallGraph other = one.graph;
    const size_t gate = random() % other.gates.size();
    other.gates[gate].is_and = !other.gates[gate].is_and;
    const auto before = verifier::parse_graph(one.graph_text, "graph");
    const auto after = verifier::parse_graph(other.text(), "graph");
    const auto refusal = refused(one.certificate, other.text());
    if (before->digest == after->digest) return;  // the gate does not matter
    ASSERT_TRUE(refusal) << one.graph_text << other.text();
    EXPECT_NE(refusal->find("another graph"), std::string::npos) << *refusal;
  });
}

/// Even if the digest agrees: every step is checked on the graph itself.
TEST(Certificate, OfAnotherGraphWithTheSameDigestIsAcceptedOnlyIfTrue) {
  int refusals = 0;
  for_seeds(1000, [&refusals](uint64_t seed) {
    const Made one = made(seed);
    std::mt19937_64 random(seed);
    SmallGraph other = one.graph;
    solver::testing::SmallGate& gate = other.gates[random() % other.gates.size()];
    if (gate.children.empty() || random() % 2 == 0) {
      gate.is_and = !gate.is_and;
    } else {
      gate.children.pop_back();
    }
    const auto after = verifier::parse_graph(other.text(), "graph");
    std::vector<std::string> lines = lines_of(one.certificate);
    lines[1] = "graph " + std::to_string(after->faults()) + " " +
               std::to_string(after->gates()) + " " + hex16(after->digest);
    if (refused(text_of(lines), other.text())) {
      ++refusals;
    } else {
      EXPECT_TRUE(said_by(one.certificate).is_true_of(other))
          << one.graph_text << other.text() << text_of(lines);
    }
  });
  EXPECT_TRUE(replayed_seed() != 0 || refusals > 100);
}

/// A certificate can only be written for a complete list.
TEST(Certificate, WithoutASetIsNotWritten) {
  int tried = 0;
  for_seeds(500, [&tried](uint64_t seed) {
    std::mt19937_64 random(seed);
    solver::testing::Shape shape;
    shape.conditions_percent = seed % 3 == 0 ? 25 : 0;
    const SmallGraph small = solver::testing::random_graph(random, shape);
    const auto graph = solver::parse_fault_graph(small.text(), "graph");
    solver::CutSearch search(*graph, {});
    solver::CertificateClaim claim;
    while (const auto found = search.next()) claim.sets.push_back(found->faults);
    if (claim.sets.empty()) return;
    claim.sets.erase(claim.sets.begin() +
                     static_cast<ptrdiff_t>(random() % claim.sets.size()));
    ++tried;
    const std::string path = path_for_test();
    const auto written = solver::write_certificate(*graph, claim, {}, path);
    ASSERT_FALSE(written.ok()) << small.text();
    EXPECT_EQ(written.error().kind, ErrorKind::kInternal);
    EXPECT_NE(written.error().message.find("not listed"), std::string::npos);
    EXPECT_FALSE(std::ifstream(path).good());
  });
  EXPECT_TRUE(replayed_seed() != 0 || tried > 300);
}

/// What a campaign does: learn and block between the answers, then certify the graph as
/// it is at the end.
TEST(Certificate, OfLearnedGraphs) {
  for_seeds(1500, [](uint64_t seed) {
    std::mt19937_64 random(seed);
    solver::testing::Shape shape;
    shape.conditions_percent = seed % 2 == 0 ? 15 : 0;
    const SmallGraph small = solver::testing::random_graph(random, shape);
    solver::FaultGraph graph = *solver::parse_fault_graph(small.text(), "graph");
    const solver::Dag& dag = graph.dag;
    std::vector<solver::Child> goals;
    for (solver::GateId gate = 0; gate < dag.gate_count(); ++gate) {
      if (!dag.is_and(gate)) goals.push_back(dag.child_of(gate));
    }
    solver::Additions additions(dag);
    solver::SearchOptions options;
    options.budget.total = static_cast<uint32_t>(1 + random() % 4);
    solver::CutSearch search(graph, options);
    std::vector<solver::FaultSet> given;
    solver::CertificateClaim claim;
    claim.budget = options.budget;
    claim.assumptions.push_back("runs repeat");
    while (const auto found = search.next()) {
      const uint64_t choice = random() % 4;
      if (choice == 0 && !goals.empty()) {
        // The run held: some goal has an alternative without these faults.
        const solver::Child goal = goals[random() % goals.size()];
        std::vector<solver::Child> premises;
        for (const solver::FaultId fault : found->faults) {
          if (random() % 2 == 0) premises.push_back(solver::enabled_by(fault));
        }
        const auto other = static_cast<solver::FaultId>(random() % dag.fault_count());
        if (std::find(found->faults.begin(), found->faults.end(), other) ==
            found->faults.end()) {
          premises.push_back(other);
        }
        search.learn(goal, premises);
        additions.add(goal, premises);
      } else if (choice == 1 && !found->faults.empty()) {
        search.block(found->faults);
        claim.violated.push_back({"run " + std::to_string(given.size()), found->faults});
      }
      given.push_back(found->faults);
    }
    ASSERT_EQ(search.ending(), solver::Ending::kComplete);
    const std::string text = solver::graph_text(solver::certifiable(graph, additions));
    const SmallGraph learned = SmallGraph::parse(text);
    const auto allowed = [&](FaultBits set) {
      return static_cast<uint32_t>(std::popcount(set)) <= options.budget.total;
    };
    // What was given and still cuts, and is not above a violated set, is listed.
    const std::set<FaultBits> minimal =
        solver::testing::minimal_cut_sets(learned, allowed);
    for (const solver::FaultSet& set : given) {
      const bool is_violated = std::any_of(
          claim.violated.begin(), claim.violated.end(), [&](const auto& violated) {
            return std::includes(set.begin(), set.end(), violated.faults.begin(),
                                 violated.faults.end());
          });
      if (minimal.count(bits_of(set)) == 0 || is_violated) {
        if (!root_holds(learned, bits_of(set))) continue;
        claim.held.push_back({"held", set});
      } else {
        claim.sets.push_back(set);
      }
    }
    std::sort(claim.sets.begin(), claim.sets.end());
    claim.sets.erase(std::unique(claim.sets.begin(), claim.sets.end()), claim.sets.end());
    const auto final_graph = solver::parse_fault_graph(text, "graph");
    ASSERT_TRUE(final_graph.ok()) << final_graph.error().text();
    const std::string path = path_for_test();
    const auto written = solver::write_certificate(*final_graph, claim, {}, path);
    ASSERT_TRUE(written.ok()) << written.error().text() << "\n" << small.text() << text;
    const std::string certificate = *read_file(path);
    EXPECT_TRUE(said_by(certificate).is_true_of(learned)) << text << certificate;
    const auto refusal = refused(certificate, text);
    EXPECT_FALSE(refusal) << *refusal << "\n" << text << certificate;
  });
}

}  // namespace
}  // namespace cutset
