// The rows of parameters in a model's comments: dedalus/language/parameters.h.
#include "dedalus/language/parameters.h"

#include <gtest/gtest.h>

namespace cutset::dedalus {
namespace {

std::vector<Parameters> rows_of(std::string_view text) {
  const auto rows = parse_parameters(text, "m.ded");
  EXPECT_TRUE(rows.ok()) << (rows.ok() ? "" : rows.error().text());
  return rows.ok() ? *rows : std::vector<Parameters>{};
}

std::string refusal_of(std::string_view text) {
  const auto rows = parse_parameters(text, "m.ded");
  return rows.ok() ? "accepted" : rows.error().text();
}

TEST(Parameters, ARowHasAllItsWordsInAnyOrder) {
  const auto rows = rows_of(
      "// 2PC\n  //cutset: nodes=a,b-1,C.x eff=3\tcrash-model=stop crashes=1 eot=6 "
      "expect=violated \r\n");
  ASSERT_EQ(rows.size(), 1U);
  const Parameters expected{.eot = 6,
                            .eff = 3,
                            .crashes = 1,
                            .nodes = {"a", "b-1", "C.x"},
                            .crash_model = CrashModel::kStop,
                            .expect = Expectation::kViolated,
                            .line = 2};
  EXPECT_EQ(rows[0], expected);
}

TEST(Parameters, LaterRowsInheritNodesAndCrashModelOnly) {
  const auto rows = rows_of(
      "// cutset: eot=8 crashes=1 nodes=a,b crash-model=stop expect=holds\n"
      "// cutset: eot=9 eff=7\n");
  ASSERT_EQ(rows.size(), 2U);
  EXPECT_EQ(rows[1].nodes, rows[0].nodes);
  EXPECT_EQ(rows[1].crash_model, CrashModel::kStop);
  EXPECT_EQ(rows[1].crashes, 0);
  EXPECT_FALSE(rows[1].expect.has_value());
}

TEST(Parameters, OnlyALineCommentOfItsOwnIsARow) {
  EXPECT_TRUE(rows_of("p(X) :- q(X); // cutset: eot=bad\n"
                      "/* text\n// cutset: eot=bad\n*/\n"
                      "p(\"/*\")@1;\n"
                      "// about cutset: eot=bad\n"
                      "// cutset is a tool\n")
                  .empty());
  EXPECT_EQ(rows_of("p(\"/*\")@1; // /*\n// cutset: eot=1 nodes=a").size(), 1U);
}

TEST(Parameters, TextIsReadBackEqual) {
  for (const char* row :
       {"eot=6 eff=3 crashes=1 nodes=a,b,c expect=violated",
        "eot=1 eff=0 crashes=0 nodes=a",
        "eot=9 eff=9 crashes=2 nodes=b,a crash-model=stop expect=vacuous"}) {
    const auto rows = rows_of(std::string("// cutset: ") + row);
    ASSERT_EQ(rows.size(), 1U);
    EXPECT_EQ(to_text(rows[0]), row);
  }
}

struct Refused {
  const char* row;
  const char* message;
};

TEST(Parameters, WhatIsWrongIsNamedWithItsPlace) {
  const std::string nodes(200, 'n');
  const Refused cases[] = {
      {"eot=0 nodes=a", "m.ded:1:12: eot is a number from 1 to 1000, found \"0\""},
      {"eot=6x nodes=a", "m.ded:1:12: eot is a number from 1 to 1000, found \"6x\""},
      {"eot=99999999999999999999 nodes=a",
       "m.ded:1:12: eot is a number from 1 to 1000, found \"99999999999999999999\""},
      {"nodes=a", "m.ded:1:4: the row has no eot=N (times 1 to N)"},
      {"eot=6", "m.ded:1:4: the row has no nodes=a,b,..."},
      {"eot=6 nodes=a,",
       "m.ded:1:18: nodes are names of letters, digits, _ . and -, with "
       "commas and no blanks between them: a,b,c; found \"\""},
      {"eot=6 nodes=a,b,a", "m.ded:1:18: node \"a\" stands twice in nodes"},
      {"eot=6 eot=7 nodes=a", "m.ded:1:18: eot stands twice in one row"},
      {"eot=6 eff=7 nodes=a", "m.ded:1:4: eff=7 is not from 0 to eot=6"},
      {"eot=6 crashes=2 nodes=a",
       "m.ded:1:4: crashes=2, but there are 1 nodes that can crash"},
      {"eot=6 crash=1 nodes=a",
       "m.ded:1:18: \"crash\" is no parameter, did you mean \"crashes\"? (one of eot, "
       "eff, crashes, nodes, crash-model, expect)"},
      {"eot= nodes=a", "m.ded:1:12: eot has no value; write eot=VALUE"},
      {"eot=6 nodes=a crash-model=halt",
       "m.ded:1:26: crash-model is send or stop, found \"halt\""},
      {"eot=6 nodes=a expect=bug",
       "m.ded:1:26: expect is holds, violated or vacuous, found \"bug\""},
  };
  for (const Refused& refused : cases) {
    EXPECT_EQ(refusal_of(std::string("// cutset: ") + refused.row), refused.message);
  }
}

TEST(Parameters, RowsAndNodesAreBounded) {
  std::string many_nodes = "// cutset: eot=1 nodes=n0";
  for (size_t i = 1; i <= kMaxNodes; ++i) many_nodes += ",n" + std::to_string(i);
  EXPECT_EQ(refusal_of(many_nodes), "m.ded:1:18: nodes: 65 names; at most 64");
  std::string many_rows;
  for (size_t i = 0; i <= kMaxParameterRows; ++i)
    many_rows += "// cutset: eot=1 nodes=a\n";
  EXPECT_EQ(refusal_of(many_rows),
            "m.ded:1001:1: more than 1000 rows of parameters; check the rest in another "
            "file");
}

}  // namespace
}  // namespace cutset::dedalus
