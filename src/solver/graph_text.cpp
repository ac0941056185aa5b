#include "solver/graph_text.h"

#include <fmt/format.h>

#include "base/file.h"
#include "base/hash.h"
#include "solver/certificate.h"
#include "solver/dag_builder.h"

namespace cutset::solver {

std::string word_of(std::string_view text) {
  if (text.empty()) return "-";
  if (text == "-") return "%2D";
  std::string word;
  for (const char byte : text) {
    const auto code = static_cast<unsigned char>(byte);
    if (code <= ' ' || code == '%' || code == 0x7f) {
      word += fmt::format("%{:02X}", code);
    } else {
      word += byte;
    }
  }
  return word;
}

std::string graph_text(const FaultGraph& graph) {
  const Dag& dag = graph.dag;
  // A constant root is a gate without children.
  const bool is_constant_root = is_constant(dag.root());
  const auto number = [](Child child) {
    return is_enabled(child) ? -1 - static_cast<int64_t>(child & ~kEnabledBit)
                             : static_cast<int64_t>(child);
  };
  const uint32_t next = dag.fault_count() + dag.gate_count();
  std::string text =
      fmt::format("c {{\"format\":\"cutset-dag/1\"}}\np dag {} {} {}\n",
                  dag.fault_count(), dag.gate_count() + (is_constant_root ? 1 : 0),
                  is_constant_root ? int64_t{next} : number(dag.root()));
  for (FaultId fault = 0; fault < dag.fault_count(); ++fault) {
    const FaultTable::Description& what = graph.faults[fault];
    text += fmt::format("f {} {} {} {} {} {}\n", fault,
                        word_of(graph.faults.kinds()[what.kind]), what.weight,
                        word_of(graph.faults.text(what.a)),
                        word_of(graph.faults.text(what.b)), what.t);
  }
  for (GateId gate = 0; gate < dag.gate_count(); ++gate) {
    fmt::format_to(std::back_inserter(text), "g {} {}", dag.child_of(gate),
                   dag.is_and(gate) ? 'a' : 'o');
    for (const Child child : dag.children(gate))
      fmt::format_to(std::back_inserter(text), " {}", number(child));
    text += '\n';
  }
  if (is_constant_root)
    text += fmt::format("g {} {}\n", next, dag.root() == kTrue ? 'a' : 'o');
  return text;
}

Status write_fault_graph(const FaultGraph& graph, const std::string& path) {
  return write_file(path, graph_text(graph));
}

/// Gates are made again after those below them: alternatives may stand on later gates.
FaultGraph certifiable(const FaultGraph& graph, const Additions& additions) {
  FaultGraph result;
  result.faults = graph.faults;
  result.family = graph.family;
  result.params = graph.params;
  result.nodes_read = graph.nodes_read;
  const Dag& dag = graph.dag;
  std::vector<uint8_t> never(dag.fault_count(), 0);
  for (FaultId fault = 0; fault < dag.fault_count() && fault < graph.faults.size();
       ++fault) {
    const FaultTable::Kind kind = graph.faults[fault].kind;
    never[fault] = graph.faults.kinds()[kind] == FaultTable::kNever ? 1 : 0;
  }
  DagBuilder builder(dag.fault_count());
  constexpr Child kNew = 0xffff'ffff;
  std::vector<Child> made(additions.gate_count(), kNew);
  const auto result_of = [&](Child child) {
    if (is_constant(child)) return child;
    if (is_enabled(child)) return never[child & ~kEnabledBit] != 0 ? kFalse : child;
    if (child < dag.fault_count()) return never[child] != 0 ? kTrue : child;
    return made[child - dag.fault_count()];
  };
  std::vector<GateId> open;
  if (additions.is_gate(dag.root())) open.push_back(dag.root() - dag.fault_count());
  std::vector<Child> children;
  while (!open.empty()) {
    const GateId gate = open.back();
    const size_t before = open.size();
    if (made[gate] == kNew) {
      for (const Child child : additions.children(gate)) {
        const bool is_open = !is_constant(child) && !is_enabled(child) &&
                             additions.is_gate(child) &&
                             made[child - dag.fault_count()] == kNew;
        if (is_open) open.push_back(child - dag.fault_count());
      }
      if (open.size() > before) continue;
      children.clear();
      for (const Child child : additions.children(gate))
        children.push_back(result_of(child));
      made[gate] = builder.gate(additions.is_and(gate), children, false, gate);
    }
    open.pop_back();
  }
  result.dag = builder.finish(result_of(dag.root()));
  return result;
}

uint64_t digest_of(const FaultGraph& graph) {
  Fnv64 names;
  for (FaultId fault = 0; fault < graph.faults.size(); ++fault) {
    const FaultTable::Description& what = graph.faults[fault];
    const std::string_view zero("\0", 1);
    names.add(graph.faults.kinds()[what.kind]);
    names.add(zero);
    for (const FaultTable::Name name : {what.a, what.b}) {
      names.add(graph.faults.text(name));
      names.add(zero);
    }
    const auto t = static_cast<uint32_t>(what.t);
    const char bytes[] = {static_cast<char>(t & 0xff), static_cast<char>(t >> 8 & 0xff),
                          static_cast<char>(t >> 16 & 0xff),
                          static_cast<char>(t >> 24 & 0xff)};
    names.add(std::string_view(bytes, sizeof bytes));
  }
  uint64_t state = names.value();
  const auto add = [&state](uint64_t word) {
    state = (state ^ word) * 0x9fb21c651e98df25ULL;
    state ^= state >> 29;
  };
  const Dag& dag = graph.dag;
  for (GateId gate = 0; gate < dag.gate_count(); ++gate) {
    const std::span<const Child> below = dag.children(gate);
    add(2 * below.size() + (dag.is_and(gate) ? 1 : 0));
    for (const Child child : below) add(child);
  }
  add(dag.root());
  return state;
}

}  // namespace cutset::solver
