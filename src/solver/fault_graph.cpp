#include "solver/fault_graph.h"

#include "solver/byte_reader.h"
#include "solver/graph_formats.h"

namespace cutset::solver {

namespace {

Result<FaultGraph> read(ByteReader& input) {
  while (!input.at_end()) {
    const char byte = input.peek();
    if (byte == '\n') {
      input.skip_newline();
      continue;
    }
    if (byte != ' ' && byte != '\t' && byte != '\r') break;
    input.skip();
  }
  Result<FaultGraph> graph = input.peek() == '{'   ? read_dag_json(input)
                             : input.peek() == '<' ? read_open_psa(input)
                                                   : read_dag_text(input);
  if (input.failed()) return Error::bad_input("reading failed", input.name());
  return graph;
}

}  // namespace

Result<FaultGraph> read_fault_graph(const std::string& path) {
  CUTSET_ASSIGN(const std::unique_ptr<ByteReader> input, ByteReader::open(path));
  return read(*input);
}

Result<FaultGraph> parse_fault_graph(std::string_view input, const std::string& name) {
  ByteReader reader(input, name);
  return read(reader);
}

}  // namespace cutset::solver
