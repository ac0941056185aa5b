// Axioms of a certificate against the journal that they refer to.
#include "verifier/journal.h"

#include <gtest/gtest.h>

namespace cutset::verifier {
namespace {

constexpr const char* kGraph =
    "p dag 3 2 4\nf 0 call 1 cart 500 0\nf 1 call 1 price 500 0\nf 2 call 1 cart refused "
    "1\ng 3 a 0 1\ng 4 o 3 2\n";

constexpr const char* kJournal =
    R"({"type":"campaign","schema_version":1})"
    "\n"
    R"({"type":"plan","run":"r0002","faults":[{"event":"cart","mode":"500"}]})"
    "\n"
    R"({"type":"result","run":"r0002","verdict":"held","fired":[{"event":"cart","mode":"500"}],"result":{"execution":{"calls":[]},"outcomes":[{"name":"o","state":"held"}]}})"
    "\n"
    R"({"type":"result","run":"r0003","verdict":"violated","fired":[{"event":"price","mode":"500"},{"event":"cart","mode":"500"}],"result":{"outcomes":[{"state":"violated"}]}})"
    "\n"
    R"({"type":"result","run":"r0004","verdict":"inconclusive","fired":[{"event":"price","mode":"500"}],"result":{"outcomes":[{"state":"held"}]}})"
    "\n"
    R"({"type":"finding","run":"r0005","faults":[{"event":"price","mode":"500"}]})"
    "\n";

std::string answer(const Axiom& axiom, const std::string& text) {
  const Result<Graph> graph = parse_graph(kGraph, "graph");
  LineReader journal(text, "j");
  const auto refusal = check_axioms(journal, *graph, {axiom});
  if (!refusal.ok()) return refusal.error().text();
  return *refusal ? (*refusal)->found : "in it";
}

TEST(Journal, HasWhatTheCertificateTakesForShown) {
  using Type = Axiom::Type;
  EXPECT_EQ(answer({Type::kHeld, "r0002", {0}, 5}, kJournal), "in it");
  EXPECT_EQ(answer({Type::kHeld, "r0004", {1}, 5}, kJournal), "in it");
  EXPECT_EQ(answer({Type::kViolated, "r0003", {0, 1}, 5}, kJournal), "in it");
  EXPECT_EQ(answer({Type::kViolated, "r0005", {1}, 5}, kJournal), "in it");
  EXPECT_EQ(answer({Type::kHeld, "r0009", {0}, 5}, kJournal),
            "run r0009, which the journal does not have");
  EXPECT_EQ(answer({Type::kHeld, "r0002", {1}, 5}, kJournal),
            "run r0002 held under: price; the journal does not say so");
  EXPECT_EQ(answer({Type::kViolated, "r0002", {0}, 5}, kJournal),
            "run r0002 violated under: cart; the journal does not say so");
  EXPECT_EQ(answer({Type::kViolated, "r0003", {0}, 5}, kJournal),
            "run r0003 violated under: cart; the journal does not say so");
  EXPECT_EQ(answer({Type::kHeld, "r0003", {0, 1}, 5}, kJournal),
            "run r0003 held under: cart, price; the journal does not say so");
}

TEST(Journal, MayEndInALineThatWasCutOff) {
  const Axiom axiom{Axiom::Type::kHeld, "r0002", {0}, 5};
  const std::string journal = kJournal;
  EXPECT_EQ(answer(axiom, journal + "{\"type\":\"resu"), "in it");
  EXPECT_EQ(answer(axiom, "{\"type\":\"resu\n" + journal).substr(0, 6), "j:1:1:");
}

}  // namespace
}  // namespace cutset::verifier
