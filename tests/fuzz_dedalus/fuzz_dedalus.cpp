// The language of models: reading, checking and formatting whatever comes. The input is
// one program; a zero byte ends a file, and the files after the first are those that
// `include "1"`, `include "2"`, .. name.
#include <cstdint>
#include <string>

#include "base/check.h"
#include "base/text.h"
#include "dedalus/language/format.h"
#include "dedalus/language/load.h"
#include "dedalus/language/parameters.h"
#include "dedalus/language/parser.h"
#include "dedalus/language/print.h"

namespace {

using namespace cutset;
using namespace cutset::dedalus;

std::string clauses_of(const std::string& text) {
  const Source source("0", text);
  Problems problems;
  const syntax::Tree tree = parse(source, 0, problems);
  std::string clauses;
  for (const syntax::Clause& clause : tree.clauses) clauses += to_text(clause) + "\n";
  return clauses;
}

void check_format(const std::string& text) {
  const Formatted once = format(text, "0");
  if (!once.problems.empty()) return;
  CHECK(clauses_of(text) == clauses_of(once.text));
  const Formatted twice = format(once.text, "0");
  CHECK(twice.problems.empty() && once.text == twice.text);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const std::string input(reinterpret_cast<const char*>(data), size);
  const std::vector<std::string> files = split(input, std::string_view("\0", 1));
  check_format(files[0]);
  const Diagnosis diagnosis =
      diagnose_program({"0"}, [&files](const std::string& path) -> Result<std::string> {
        for (size_t i = 0; i < files.size(); ++i) {
          if (path == std::to_string(i)) return files[i];
        }
        return Error::bad_input("not there", path);
      });
  for (const Problem& problem : diagnosis.problems) {
    CHECK(!problem.text_with_source().empty());
  }
  if (!diagnosis.program) CHECK(!diagnosis.error().message.empty());
  const auto rows = parse_parameters(files[0], "0");
  if (!rows.ok()) return 0;
  for (const Parameters& row : *rows) {
    const auto again = parse_parameters("// cutset: " + to_text(row), "0");
    CHECK(again.ok() && again->size() == 1 && to_text((*again)[0]) == to_text(row));
  }
  return 0;
}
