// A complete list, its certificate, and the check of it, each with its CPU time from the
// start of the phase:
//
//   certify_run GRAPH BUDGET CERTIFICATE     BUDGET: a number of faults, 0: any
//
// Prints one JSON object. "solve" and "check" both read the graph, by readers of their
// own.
#include <charconv>
#include <cstdio>
#include <cstring>
#include <ctime>

#include "verifier/certificate_checker.h"
#include <fmt/format.h>
#include <sys/stat.h>

#include "solver/certificate.h"
#include "solver/cut_search.h"

namespace cutset::benchmark {
namespace {

double cpu_seconds() {
  timespec now{};
  ::clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) + 1e-9 * static_cast<double>(now.tv_nsec);
}

int failed(const std::string& why) {
  fmt::print(stderr, "certify_run: {}\n", why);
  return 1;
}

int run(const std::string& file, uint32_t most, const std::string& path) {
  const double start = cpu_seconds();
  const auto graph = solver::read_fault_graph(file);
  if (!graph.ok()) return failed(graph.error().text());
  solver::SearchOptions options;
  if (most != 0) options.budget.total = most;
  solver::CertificateClaim claim;
  claim.budget = options.budget;
  solver::CutSearch search(*graph, options);
  while (auto found = search.next()) claim.sets.push_back(std::move(found->faults));
  const double solved = cpu_seconds();
  const auto size = solver::write_certificate(*graph, claim, {}, path);
  if (!size.ok()) return failed(size.error().text());
  const double written = cpu_seconds();
  const auto read = verifier::read_graph(file);
  if (!read.ok()) return failed(read.error().text());
  auto lines = verifier::LineReader::open(path);
  if (!lines.ok()) return failed(lines.error().text());
  const auto verdict = verifier::check_certificate(*lines, *read);
  if (!verdict.ok()) return failed(verdict.error().text());
  if (verdict->refusal) return failed("refused: " + verdict->refusal->found);
  const double checked = cpu_seconds();
  struct stat status {};
  ::stat(path.c_str(), &status);
  fmt::print(
      "{{\"sets\":{},\"parts\":{},\"packings\":{},\"recomputed\":{},\"steps\":{},"
      "\"bytes\":{},\"solve\":{:."
      "6f},"
      "\"write\":{:.6f},\"check\":{:.6f}}}\n",
      verdict->sets, size->parts, size->packings, size->recomputed, verdict->steps,
      status.st_size, solved - start, written - solved, checked - written);
  return 0;
}

}  // namespace
}  // namespace cutset::benchmark

int main(int argc, char** argv) {
  uint32_t most = 0;
  if (argc != 4 ||
      std::from_chars(argv[2], argv[2] + std::strlen(argv[2]), most).ec != std::errc()) {
    fmt::print(stderr, "Usage: certify_run GRAPH BUDGET CERTIFICATE\n");
    return 64;
  }
  return cutset::benchmark::run(argv[1], most, argv[3]);
}
