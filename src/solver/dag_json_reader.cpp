// cutset-dag/1 as JSON, read as it streams by: faults before gates.
#include <fmt/format.h>

#include "solver/graph_assembly.h"
#include "solver/graph_formats.h"
#include "solver/graph_header.h"

namespace cutset::solver {

namespace {

class JsonReader {
 public:
  explicit JsonReader(ByteReader& input) : input_(input), json_(input) {}

  Result<FaultGraph> read() {
    CUTSET_TRY(json_.expect('{', "'{'"));
    do {
      CUTSET_ASSIGN(const std::string key, json_.string("a key, e.g. \"faults\""));
      CUTSET_TRY(json_.expect(':', "':'"));
      CUTSET_TRY(member(key));
    } while (json_.take(','));
    CUTSET_TRY(json_.expect('}', "',' or '}'"));
    if (json_.next() != '\0' || !input_.at_end()) {
      return json_.error("expected the end: the graph was read");
    }
    if (!gates_read_ || !root_) {
      return json_.error("expected \"faults\", \"gates\" and \"root\": one is missing");
    }
    if (!graph_.resolve(*root_)) {
      return json_.error(fmt::format("root {}: {}", *root_, graph_.expected_child()));
    }
    return graph_.finish(*root_);
  }

 private:
  Status member(const std::string& key) {
    if (key == "root") {
      CUTSET_ASSIGN(root_, json_.integer("the root's id"));
      return {};
    }
    if (key == "faults") {
      if (faults_read_) return json_.error("\"faults\" twice");
      faults_read_ = true;
      CUTSET_TRY(list(&JsonReader::fault));
      graph_.begin_gates();
      return {};
    }
    if (key == "gates") {
      if (!faults_read_)
        return json_.error("\"gates\" before \"faults\": expected after");
      if (gates_read_) return json_.error("\"gates\" twice");
      gates_read_ = true;
      return list(&JsonReader::gate);
    }
    return read_header_member(key, json_, graph_.graph());
  }

  Status list(Status (JsonReader::*element)()) {
    CUTSET_TRY(json_.expect('[', "'['"));
    if (json_.take(']')) return {};
    do {
      CUTSET_TRY((this->*element)());
    } while (json_.take(','));
    return json_.expect(']', "',' or ']'");
  }

  Status comma() { return json_.expect(',', "','"); }

  Result<FaultTable::Name> name(const char* what) {
    if (json_.next() == '"') {
      CUTSET_ASSIGN(const std::string text, json_.string(what));
      return graph_.faults().name(text);
    }
    CUTSET_ASSIGN(const int64_t number, json_.integer(what));
    return graph_.faults().name(std::to_string(number));
  }

  Result<int32_t> small_number(const char* what) {
    CUTSET_ASSIGN(const int64_t number, json_.integer(what));
    if (number < INT32_MIN || number > INT32_MAX) {
      return json_.value_error(
          fmt::format("{}: expected {} to {}", what, INT32_MIN, INT32_MAX));
    }
    return static_cast<int32_t>(number);
  }

  Status fault() {
    FaultTable& faults = graph_.faults();
    if (faults.size() >= kMostNodes) return json_.error("too many faults");
    FaultTable::Description fault;
    CUTSET_TRY(json_.expect('[', "'[' (a fault: [KIND,WEIGHT,A,B,T])"));
    CUTSET_ASSIGN(const std::string kind, json_.string("a string (the kind of fault)"));
    if (!faults.has_room_for_kind(kind)) {
      return json_.error(
          fmt::format("more than {} kinds of fault", FaultTable::kMostKinds));
    }
    fault.kind = faults.kind(kind);
    CUTSET_TRY(comma());
    CUTSET_ASSIGN(fault.weight, small_number("the weight"));
    CUTSET_TRY(comma());
    CUTSET_ASSIGN(fault.a, name("the fault's a"));
    CUTSET_TRY(comma());
    CUTSET_ASSIGN(fault.b, name("the fault's b"));
    CUTSET_TRY(comma());
    CUTSET_ASSIGN(fault.t, small_number("the fault's t"));
    faults.add(fault);
    return json_.expect(']', "']' (a fault: [KIND,WEIGHT,A,B,T])");
  }

  Status gate() {
    if (graph_.full()) return json_.error("too many gates");
    CUTSET_TRY(json_.expect('[', "'[' (a gate: [\"and\"|\"or\",CHILD,...])"));
    CUTSET_ASSIGN(const std::string type, json_.string("\"and\" or \"or\""));
    if (type != "and" && type != "or") {
      return json_.value_error(
          fmt::format("found \"{}\", expected \"and\" or \"or\"", type));
    }
    children_.clear();
    while (json_.take(',')) {
      CUTSET_ASSIGN(const int64_t child, json_.integer("a child"));
      const std::optional<Child> resolved = graph_.resolve(child);
      if (!resolved) {
        return json_.value_error(fmt::format("child {}: {}; children come before parents",
                                             child, graph_.expected_child()));
      }
      children_.push_back(*resolved);
    }
    graph_.add_gate(type == "and", children_);
    return json_.expect(']', "',' or ']' (a gate)");
  }

  ByteReader& input_;
  JsonCursor json_;
  GraphAssembly graph_;
  std::optional<int64_t> root_;
  bool faults_read_ = false;
  bool gates_read_ = false;
  std::vector<Child> children_;
};

}  // namespace

Result<FaultGraph> read_dag_json(ByteReader& input) {
  return JsonReader(input).read();
}

}  // namespace cutset::solver
