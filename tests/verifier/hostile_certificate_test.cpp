// Certificates from someone who means ill: refused with their line, and memory that does
// not follow the numbers that they claim.
#include <random>

#include "verifier/certificate_checker.h"
#include <gtest/gtest.h>

namespace cutset::verifier {
namespace {

constexpr const char* kGraph =
    "p dag 3 2 4\nf 0 omit 1 a b 1\nf 1 omit 1 b a 2\nf 2 crash 1 a - 0\n"
    "g 3 a 0 1\ng 4 o 3 2\n";

std::string head() {
  return "cutset-certificate/1\ngraph 3 2 " +
         hex16(parse_graph(kGraph, "graph")->digest) + "\nbudget any\n";
}

/// "line: what", or "accepted".
std::string answer(const std::string& certificate,
                   size_t most_nodes = kMostRecomputedNodes) {
  const Result<Graph> graph = parse_graph(kGraph, "graph");
  LineReader lines(certificate, "x");
  const Result<Verdict> verdict = check_certificate(lines, *graph, {}, most_nodes);
  if (!verdict.ok()) {
    EXPECT_EQ(verdict.error().kind, ErrorKind::kBadInput);
    return "malformed " + verdict.error().text();
  }
  if (!verdict->refusal) return "accepted";
  return "refused " + std::to_string(verdict->refusal->line) + ": " +
         verdict->refusal->found + "; " + verdict->refusal->expected;
}

TEST(HostileCertificate, TheFirstWrongLineIsNamed) {
  const std::string good = head() + "set 0 2\nset 1 2\npart 4\n";
  struct Case {
    std::string certificate;
    std::string answer;
  };
  const std::vector<Case> cases = {
      {good + "done\nend 2 1\n", "accepted"},
      {"", "malformed x:1:1: the certificate ends here"},
      {"p dag 1 1 1\n", "malformed x:1:1: expected \"cutset-certificate/1\""},
      {"cutset-certificate/2\n", "malformed x:1:1: expected \"cutset-certificate/1\""},
      {"cutset-certificate/1\ngraph 3 2\n", "malformed x:2:1: expected \"graph"},
      {"cutset-certificate/1\ngraph 3 2 0000000000000000\n",
       "refused 2: a certificate of another graph"},
      {head(), "malformed x:4:1: the certificate ends here"},
      {good, "malformed x:7:1: the certificate ends here"},
      {good + "done\n", "malformed x:8:1: the certificate ends here"},
      {good + "done\nend 2 1\nset 0\n", "malformed x:9:1: \"set\", expected nothing"},
      {good + "done\nend 3 1\n", "refused 8: 2 sets and 1 parts; 3 and 1"},
      {good + "hello\n", "malformed x:7:1: \"hello\", expected p"},
      {good + "recomputed\ndone\nend 2 1\n", "accepted"},
      {good + "recomputed 1\n", "malformed x:7:1: expected \"recomputed\" alone"},
      {good + "recomputed\nrecomputed\n", "refused 8: \"recomputed\" behind other"},
      {good + "recomputed\n1 0\n", "refused 8: a clause in a recomputed part"},
      {good + "recomputed\np 2\n", "refused 8: a support in a recomputed part"},
      {good + "p 2\nrecomputed\n", "refused 8: \"recomputed\" behind other"},
      {good + "1 2 0\nrecomputed\n", "refused 8: \"recomputed\" behind other"},
      {head() + "set 0 2\npart 4\nrecomputed\n",
       "refused 6: no line \"set 1 2\"; the minimal cut sets that were recomputed"},
      {head() + "set 0\nset 1 2\npart 4\nrecomputed\ndone\nend 2 1\n",
       "refused 4: a set under which the root holds"},
      {head() + "set 0 2\nset 1 2\nset 0 1 2\npart 4\nrecomputed\ndone\nend 3 1\n",
       "refused 6: a set that still cuts without fault 0"},
      {head() + "set 0\npart 3\nrecomputed\n", "refused 4: a set under which the root"},
      {head() + "part 3\nrecomputed\n", "refused 5: node 3, without which the root may"},
      {head() + "limit crash 0\npart 4\nrecomputed\ndone\nend 0 1\n", "accepted"},
      {head() + "violated r1 2\npart 4\nrecomputed\ndone\nend 0 1\n", "accepted"},
      {good + "1 2\n", "malformed x:7:1: expected literals and a 0"},
      {good + "1 x 0\n", "malformed x:7:1: expected literals"},
      {good + "1 0 2\n", "malformed x:7:1: expected the end of the line"},
      {good + "999999999 0\n", "refused 7: literal 999999999; variables 1 to 5"},
      {good + "99999999999999 0\n", "refused 7: literal 99999999999999"},
      {good + "9999999999999999999999 0\n", "malformed x:7:1: expected literals"},
      {head() + "part 4\n-3 0\n", "refused 5: a clause that does not follow"},
      {good + "d 1 2 0\n", "refused 7: a clause is taken away that is not there"},
      {good + "p 0 1\np 2\ndone\n",
       "refused 9: 2 disjoint supports; more than 4294967295"},
      {good + "p 0\n", "refused 7: faults that do not let node 4 hold"},
      {good + "p 2\np 2\n", "refused 8: fault 2 in a second support"},
      {good + "p 2 1\n", "refused 7: fault 1 behind 2; ascending numbers"},
      {good + "p 9\n", "refused 7: fault 9; a fault below 3"},
      {good + "p 2\n1 0\n", "refused 8: a clause in a packing"},
      {head() + "set 0\n", "refused 4: a set under which the root holds"},
      {head() + "set 0 1 2\n", "refused 4: a set that still cuts without fault 0"},
      {head() + "set 0 2\nset 0 2\nend 2 0\n", "refused 5: a set for the second time"},
      {head() + "set 0 2\nset 1 2\nend 2 0\n", "refused 6: no part for node 4"},
      {head() + "set 0 2\npart 4\ndone\nend 1 1\n",
       "refused 6: a proof that ends without the empty clause"},
      {head() + "part 99\n", "refused 4: node 99; a node below 5"},
      {head() + "part\n", "malformed x:4:1: expected \"part ROOT...\""},
      {head() + "same 4\n", "malformed x:4:1: \"same\", expected limit"},
      {good + "done\nsame 3\n", "refused 8: node 3; one that is the same as 4"},
      {head() + "limit crash 1\nlimit crash 2\n", "malformed x:5:1: a second limit"},
      {head() + "limit boom 1\n", "refused 4: a limit of \"boom\""},
      {head() + "limit omit 0\nset 0 2\n", "refused 5: a set beyond the budget"},
      {head() + "violated r1\n", "refused 4: no fault at all"},
      {head() + "violated r1 0\npart 4\n", "malformed x:6:1: the certificate ends"},
      {head() + "held r1 0 2\n", "refused 4: run r1 held, but its faults cut"},
      {head() + "set 0 2\nlimit omit 1\n", "malformed x:5:1: \"limit\", expected set"},
  };
  for (const Case& one : cases) {
    const std::string found = answer(one.certificate);
    EXPECT_EQ(found.substr(0, one.answer.size()), one.answer)
        << one.certificate << "\ngave: " << found;
  }
}

TEST(HostileCertificate, WhatIsComputedOnceMoreIsBounded) {
  const std::string text =
      head() + "set 0 2\nset 1 2\npart 4\nrecomputed\ndone\nend 2 1\n";
  EXPECT_EQ(answer(text), "accepted");
  EXPECT_EQ(answer(text, 4).substr(0, 60),
            "refused 7: a part whose cut sets take more than 4 nodes; a p");
  // Conditions are for proofs.
  const Result<Graph> graph = parse_graph(
      "p dag 2 1 2\nf 0 omit 1 a b 1\nf 1 omit 1 b a 2\ng 2 o 0 -2\n", "graph");
  ASSERT_TRUE(graph.ok()) << graph.error().text();
  const std::string certificate = "cutset-certificate/1\ngraph 2 1 " +
                                  hex16(graph->digest) +
                                  "\nbudget any\nset 0\npart 2\nrecomputed\n";
  LineReader lines(certificate, "x");
  const Result<Verdict> verdict = check_certificate(lines, *graph);
  ASSERT_TRUE(verdict.ok() && verdict->refusal);
  EXPECT_EQ(verdict->refusal->found, "a part with conditions");
  EXPECT_EQ(verdict->refusal->line, 6);
}

TEST(HostileCertificate, NumbersTakeNoMemory) {
  std::string graph = "p dag 2000 1 2000\n";
  for (int fault = 0; fault < 2000; ++fault)
    graph += "f " + std::to_string(fault) + " omit 1 a b 1\n";
  graph += "g 2000 o";
  for (int fault = 0; fault < 2000; ++fault) graph += " " + std::to_string(fault);
  const Result<Graph> read = parse_graph(graph + "\n", "graph");
  ASSERT_TRUE(read.ok());
  // A counter of a thousand outputs a fault would be large; many parts do not add up.
  std::string text = "cutset-certificate/1\ngraph 2000 1 " + hex16(read->digest) +
                     "\nbudget 4000000000\nlimit omit 3999999999\n";
  for (int part = 0; part < 100; ++part) text += "part 2000\np\n";
  LineReader lines(text, "x");
  const Result<Verdict> verdict = check_certificate(lines, *read);
  ASSERT_TRUE(verdict.ok());
  EXPECT_TRUE(verdict->refusal);
}

TEST(HostileCertificate, CutOffAndAlteredOnesAreReadOrRefused) {
  const std::string good =
      head() +
      "assume runs repeat\nheld r2 0\nset 0 2\nset 1 2\npart 4\n-3 -1 "
      "0\n0\ndone\nend 2 1\n";
  std::mt19937_64 random(5);
  for (int i = 0; i < 20000; ++i) {
    std::string text = good;
    if (random() % 4 == 0) text.resize(random() % text.size());
    for (uint64_t change = random() % 4; change > 0 && !text.empty(); --change)
      text[random() % text.size()] = "0123456789 -\npdsx\0\xff"[random() % 19];
    answer(text);
  }
}

}  // namespace
}  // namespace cutset::verifier
