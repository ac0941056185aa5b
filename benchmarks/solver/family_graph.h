// A generated graph, and the two formats that it is written in: cutset-dag/1 for cutset,
// Open-PSA for other tools.
//
// Ids are those of cutset-dag/1: faults 0 to F-1, gates behind them, children first.
// Thread rule: one owner.
#pragma once

#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

namespace cutset::benchmark {

struct FamilyGraph {
  struct Fault {
    const char* kind;
    int weight;
    int64_t a;
    int64_t b;
    int64_t t;
  };

  std::string header;  // JSON on one line: format, family, params, known
  std::vector<Fault> faults;
  std::vector<uint32_t> first{0};  // by gate, into children; one more at the end
  std::vector<uint32_t> children;
  std::vector<bool> is_and;

  uint32_t gate(bool conjunction, const std::vector<uint32_t>& below);
  size_t gate_count() const { return is_and.size(); }
  size_t node_count() const { return faults.size() + is_and.size(); }
  /// The last gate is the root.
  uint32_t root() const { return static_cast<uint32_t>(node_count() - 1); }
};

void write_dag_text(const FamilyGraph& graph, std::FILE* output);
void write_dag_json(const FamilyGraph& graph, std::FILE* output);
/// As a fault tree: what fails instead of what holds, so AND and OR change places.
void write_open_psa(const FamilyGraph& graph, std::FILE* output);

}  // namespace cutset::benchmark
