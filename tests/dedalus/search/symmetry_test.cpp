#include "dedalus/symmetry.h"

#include "search_support.h"
#include <gtest/gtest.h>

namespace cutset::dedalus {
namespace {

size_t symmetries(const std::string& program, std::vector<std::string> nodes) {
  const FailureSpec spec{.eot = 2, .eff = 0, .crashes = 0, .nodes = std::move(nodes)};
  return node_symmetries(experimenter_of(program, spec)->simulator().program(),
                         spec.nodes)
      .size();
}

const char* const kEnd = "pre(N, M) :- node(N, M); post(N, M) :- node(N, M);\n";

TEST(Symmetry, NodesThatNothingTellsApart) {
  const std::string all =
      "node(\"a\",\"b\")@1; node(\"a\",\"c\")@1; node(\"b\",\"a\")@1;"
      "node(\"b\",\"c\")@1; node(\"c\",\"a\")@1; node(\"c\",\"b\")@1;"
      "node(N, M)@next :- node(N, M);\n";
  EXPECT_EQ(symmetries(all + kEnd, {"a", "b", "c"}), 5U);
  EXPECT_EQ(symmetries(all + "first(\"a\")@1; " + kEnd, {"a", "b", "c"}), 1U);
}

TEST(Symmetry, ARuleCanTellNodesApart) {
  const std::string some =
      "node(\"a\",\"b\")@1; node(\"b\",\"a\")@1; node(N, M)@next :- node(N, M);";
  EXPECT_EQ(symmetries(some + kEnd, {"a", "b"}), 1U);
  EXPECT_EQ(symmetries(some + "only(N) :- node(N, \"a\"); " + kEnd, {"a", "b"}), 0U);
  EXPECT_EQ(symmetries(some + "less(N) :- node(N, M), N < M; " + kEnd, {"a", "b"}), 0U);
  EXPECT_EQ(symmetries(some + "other(N) :- node(N, M), N != M; " + kEnd, {"a", "b"}), 1U);
}

TEST(Symmetry, ManyNodesAreExchangedInPairs) {
  std::string program;
  std::vector<std::string> nodes;
  for (int i = 0; i < 9; ++i) {
    nodes.push_back("n" + std::to_string(i));
    program += "node(\"" + nodes.back() + "\",\"" + nodes.back() + "\")@1; ";
  }
  EXPECT_EQ(symmetries(program + "node(N, M)@next :- node(N, M);" + kEnd, nodes), 36U);
}

}  // namespace
}  // namespace cutset::dedalus
