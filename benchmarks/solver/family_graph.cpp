#include "family_graph.h"

#include <fmt/format.h>

namespace cutset::benchmark {

namespace {

void put(const fmt::memory_buffer& buffer, std::FILE* output) {
  std::fwrite(buffer.data(), 1, buffer.size(), output);
}

void flush_if_full(fmt::memory_buffer& buffer, std::FILE* output) {
  constexpr size_t kFull = size_t{1} << 16;
  if (buffer.size() < kFull) return;
  put(buffer, output);
  buffer.clear();
}

}  // namespace

uint32_t FamilyGraph::gate(bool conjunction, const std::vector<uint32_t>& below) {
  children.insert(children.end(), below.begin(), below.end());
  first.push_back(static_cast<uint32_t>(children.size()));
  is_and.push_back(conjunction);
  return root();
}

void write_dag_text(const FamilyGraph& graph, std::FILE* output) {
  fmt::memory_buffer text;
  const auto out = std::back_inserter(text);
  fmt::format_to(out, "c {}\np dag {} {} {}\n", graph.header, graph.faults.size(),
                 graph.gate_count(), graph.root());
  for (size_t i = 0; i < graph.faults.size(); ++i) {
    const FamilyGraph::Fault& fault = graph.faults[i];
    fmt::format_to(out, "f {} {} {} {} {} {}\n", i, fault.kind, fault.weight, fault.a,
                   fault.b, fault.t);
    flush_if_full(text, output);
  }
  for (size_t i = 0; i < graph.gate_count(); ++i) {
    fmt::format_to(out, "g {} {}", graph.faults.size() + i, graph.is_and[i] ? 'a' : 'o');
    for (uint32_t c = graph.first[i]; c < graph.first[i + 1]; ++c)
      fmt::format_to(out, " {}", graph.children[c]);
    text.push_back('\n');
    flush_if_full(text, output);
  }
  put(text, output);
}

void write_dag_json(const FamilyGraph& graph, std::FILE* output) {
  fmt::memory_buffer text;
  const auto out = std::back_inserter(text);
  const std::string members = graph.header.substr(0, graph.header.size() - 1);
  fmt::format_to(out, "{},\n\"faults\":[", members);
  for (size_t i = 0; i < graph.faults.size(); ++i) {
    const FamilyGraph::Fault& fault = graph.faults[i];
    fmt::format_to(out, "{}\n[\"{}\",{},{},{},{}]", i == 0 ? "" : ",", fault.kind,
                   fault.weight, fault.a, fault.b, fault.t);
    flush_if_full(text, output);
  }
  fmt::format_to(out, "],\n\"gates\":[");
  for (size_t i = 0; i < graph.gate_count(); ++i) {
    fmt::format_to(out, "{}\n[\"{}\"", i == 0 ? "" : ",", graph.is_and[i] ? "and" : "or");
    for (uint32_t c = graph.first[i]; c < graph.first[i + 1]; ++c)
      fmt::format_to(out, ",{}", graph.children[c]);
    text.push_back(']');
    flush_if_full(text, output);
  }
  fmt::format_to(out, "],\n\"root\":{}}}\n", graph.root());
  put(text, output);
}

void write_open_psa(const FamilyGraph& graph, std::FILE* output) {
  fmt::memory_buffer text;
  const auto out = std::back_inserter(text);
  fmt::format_to(out,
                 "<?xml version=\"1.0\"?>\n<opsa-mef>\n<define-fault-tree "
                 "name=\"graph\">\n");
  for (size_t i = graph.gate_count(); i-- > 0;) {  // the top event is defined first
    const char* type = graph.is_and[i] ? "or" : "and";
    fmt::format_to(out, "<define-gate name=\"g{}\"><{}>", graph.faults.size() + i, type);
    for (uint32_t c = graph.first[i]; c < graph.first[i + 1]; ++c) {
      const uint32_t child = graph.children[c];
      const bool is_fault = child < graph.faults.size();
      fmt::format_to(out, "<{} name=\"{}{}\"/>", is_fault ? "basic-event" : "gate",
                     is_fault ? 'f' : 'g', child);
    }
    fmt::format_to(out, "</{}></define-gate>\n", type);
    flush_if_full(text, output);
  }
  fmt::format_to(out, "</define-fault-tree>\n<model-data>\n");
  for (size_t i = 0; i < graph.faults.size(); ++i) {
    fmt::format_to(out,
                   "<define-basic-event name=\"f{}\"><float value=\"0.01\"/>"
                   "</define-basic-event>\n",
                   i);
    flush_if_full(text, output);
  }
  fmt::format_to(out, "</model-data>\n</opsa-mef>\n");
  put(text, output);
}

}  // namespace cutset::benchmark
