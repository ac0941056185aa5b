// What `cutset solve` prints: sets as they are found, then how many there are, the
// certificate and the statistics; or all of it as one JSON object at the end.
//
// Thread rule: one owner.
#pragma once

#include <map>
#include <optional>
#include <vector>

#include "cli/solve_options.h"
#include "solver/certificate.h"

namespace cutset::cli {

struct SolveAnswer {
  uint64_t sets = 0;
  bool exact = false;  // there are no more
  bool stopped = false;
  std::map<size_t, uint64_t> by_size;
  std::optional<solver::CertificateSize> certificate;
};

class SolveOutput {
 public:
  /// Both must outlive it.
  SolveOutput(const solver::FaultGraph& graph, const SolveOptions& options, bool json)
      : graph_(graph), options_(options), json_(json) {}

  /// Text is printed at once.
  void add(solver::FoundSet set);
  uint64_t found() const { return found_; }
  const std::map<size_t, uint64_t>& by_size() const { return by_size_; }
  /// For the certificate, which lists them. Empty unless one is wanted.
  std::vector<solver::FaultSet> listed() const;

  void end(const SolveAnswer& answer, const solver::Budget& budget,
           const solver::SearchStats& stats, int exit_code) const;

 private:
  std::vector<std::string> names(const std::vector<solver::FaultId>& faults) const;
  void print_json(const SolveAnswer& answer, const solver::SearchStats& stats,
                  int exit_code) const;
  void print_text(const SolveAnswer& answer, const solver::Budget& budget) const;

  const solver::FaultGraph& graph_;
  const SolveOptions& options_;
  bool json_;
  uint64_t found_ = 0;
  std::map<size_t, uint64_t> by_size_;
  std::vector<solver::FoundSet> kept_;  // for JSON and certificate
};

}  // namespace cutset::cli
