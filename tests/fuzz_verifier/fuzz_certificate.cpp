// Any bytes as a graph, a certificate of it and a journal, parted by lines "--": each is
// read or refused with its place. DIGEST in the certificate stands for the first numbers
// of its line "graph", so that the search gets past them.
//
//   fuzz_certificate -max_total_time=60 CORPUS
#include <cstddef>
#include <cstdint>
#include <string>

#include "verifier/certificate_checker.h"
#include "verifier/journal.h"

#include "base/check.h"
#include "base/hash.h"

namespace {

using namespace cutset::verifier;

std::string_view part(std::string_view& rest) {
  const size_t end = rest.find("\n--\n");
  const std::string_view result = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 4);
  return result;
}

/// "DIGEST" in the certificate stands for what the graph has.
std::string with_digest(std::string_view certificate, const Graph& graph) {
  std::string text(certificate);
  const size_t at = text.find("DIGEST");
  if (at != std::string::npos) {
    text.replace(at, 6,
                 std::to_string(graph.faults()) + " " + std::to_string(graph.gates()) +
                     " " + cutset::hex16(graph.digest));
  }
  return text;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  std::string_view rest(reinterpret_cast<const char*>(data), size);
  const auto graph = parse_graph(part(rest), "graph");
  if (!graph.ok()) {
    CHECK(graph.error().kind == cutset::ErrorKind::kBadInput);
    return 0;
  }
  const std::string certificate = with_digest(part(rest), *graph);
  LineReader lines(certificate, "certificate");
  const auto verdict = check_certificate(lines, *graph);
  if (!verdict.ok()) {
    CHECK(verdict.error().line > 0);
    return 0;
  }
  CHECK(!verdict->refusal || verdict->refusal->line > 0);
  LineReader journal(rest, "journal");
  (void)check_axioms(journal, *graph, verdict->axioms);
  return 0;
}
