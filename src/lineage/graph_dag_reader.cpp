// The reader of cutset-dag/1 (graph_dag.h), both forms.
#include <algorithm>
#include <charconv>
#include <optional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <simdjson.h>

#include "lineage/graph_dag.h"

namespace cutset::lineage {

namespace {

namespace ondemand = simdjson::ondemand;

constexpr size_t kMostBytes = 4'000'000'000;  // what simdjson takes
constexpr size_t kMostNodes = 1U << 30;
constexpr size_t kLongestHeader = size_t{1} << 20;
constexpr int kDeepestHeader = 64;
constexpr std::string_view kFormat = "cutset-dag/1";

/// Line and column of a place in the input.
class Places {
 public:
  Places(std::string_view input, const std::string& file) : input_(input), file_(file) {}

  Error error(size_t offset, std::string message) const {
    const std::string_view before = input_.substr(0, std::min(offset, input_.size()));
    const size_t start = before.rfind('\n');
    const size_t column =
        before.size() - (start == std::string_view::npos ? 0 : start + 1);
    return Error::bad_input(
        std::move(message), file_,
        static_cast<int>(std::count(before.begin(), before.end(), '\n')) + 1,
        static_cast<int>(column) + 1);
  }

 private:
  std::string_view input_;
  const std::string& file_;
};

/// Brackets outside of strings, of valid JSON.
bool is_nested_deeper(std::string_view json, int most) {
  int depth = 0;
  bool in_string = false;
  for (size_t i = 0; i < json.size(); ++i) {
    const char byte = json[i];
    if (in_string && byte == '\\') {
      ++i;
    } else if (byte == '"') {
      in_string = !in_string;
    } else if (!in_string && (byte == '[' || byte == '{')) {
      if (++depth > most) return true;
    } else if (!in_string && (byte == ']' || byte == '}')) {
      --depth;
    }
  }
  return false;
}

/// Ids are checked when all nodes are known: in JSON gates may come before faults.
Status check_nodes(const Dag& dag, const std::vector<size_t>& gate_offsets,
                   size_t root_offset, const Places& places) {
  const auto faults = static_cast<int64_t>(dag.faults.size());
  const auto nodes = faults + static_cast<int64_t>(dag.gates.size());
  for (size_t i = 0; i < dag.gates.size(); ++i) {
    const int64_t id = faults + static_cast<int64_t>(i);
    for (const int64_t child : dag.gates[i].children) {
      if (child >= 0 && child < id) continue;
      if (child < 0 && child >= -faults) continue;
      return places.error(
          gate_offsets[i],
          child < 0 ? fmt::format(
                          "gate {} has the child {}: there are only {} faults, so -1 to "
                          "-{} are expected",
                          id, child, faults, faults)
                    : fmt::format(
                          "gate {} has the child {}: children must have smaller ids than "
                          "their gate (no forward references, no cycles)",
                          id, child));
    }
  }
  if (dag.root < 0 || dag.root >= nodes) {
    return places.error(root_offset,
                        fmt::format("the root is {}, but nodes are numbered from 0 to {}",
                                    dag.root, nodes - 1));
  }
  return {};
}

class JsonReader {
 public:
  JsonReader(std::string_view input, const std::string& file)
      : input_(input), places_(input, file) {}

  Result<Dag> read(bool header_only) {
    const simdjson::padded_string padded(input_);
    data_ = padded.data();
    if (const auto error = parser_.iterate(padded).get(document_))
      return places_.error(0, simdjson::error_message(error));
    ondemand::object object;
    if (const auto error = document_.get_object().get(object)) return broken(error);
    for (auto field : object) {
      std::string_view key;
      if (const auto error = field.unescaped_key().get(key)) return broken(error);
      const std::string name(key);
      ondemand::value value;
      if (const auto error = field.value().get(value)) return broken(error);
      CUTSET_TRY(read_field(name, value));
    }
    if (here() < input_.size())
      return places_.error(here(), "something follows the end of the object");
    if (!format_seen_)
      return places_.error(0, "no \"format\": expected \"cutset-dag/1\"");
    if (header_only) return std::move(dag_);
    if (!faults_seen_ || !gates_seen_ || !root_seen_)
      return places_.error(0, "expected \"faults\", \"gates\" and \"root\"");
    CUTSET_TRY(check_nodes(dag_, gate_offsets_, root_offset_, places_));
    return std::move(dag_);
  }

 private:
  size_t here() {
    const char* at = nullptr;
    if (document_.current_location().get(at) != simdjson::SUCCESS) return input_.size();
    return static_cast<size_t>(at - data_);
  }

  Error broken(simdjson::error_code error) {
    return places_.error(here(), simdjson::error_message(error));
  }

  Status read_field(const std::string& name, ondemand::value value) {
    const size_t offset = here();
    if (name == "format") {
      std::string_view format;
      if (const auto error = value.get_string().get(format)) return broken(error);
      if (format != kFormat)
        return places_.error(offset, fmt::format("the format is \"{}\", expected \"{}\"",
                                                 format.substr(0, 64), kFormat));
      format_seen_ = true;
      return {};
    }
    if (name == "family") return read_text(value, dag_.family);
    if (name == "params") return read_json(value, dag_.params);
    if (name == "known") return read_json(value, dag_.known);
    if (name == "faults") return read_faults(value);
    if (name == "gates") return read_gates(value);
    if (name == "root") {
      root_seen_ = true;
      root_offset_ = offset;
      return read_integer(value, dag_.root);
    }
    return {};
  }

  Status read_text(ondemand::value value, std::string& text) {
    std::string_view view;
    if (const auto error = value.get_string().get(view)) return broken(error);
    text = view;
    return {};
  }

  Status read_integer(ondemand::value value, int64_t& number) {
    if (const auto error = value.get_int64().get(number)) return broken(error);
    return {};
  }

  Status read_json(ondemand::value value, std::string& text) {
    const size_t offset = here();
    std::string_view view;
    if (const auto error = simdjson::to_json_string(value).get(view))
      return broken(error);
    if (view.size() > kLongestHeader || !nlohmann::json::accept(view) ||
        is_nested_deeper(view, kDeepestHeader)) {
      return places_.error(offset, "expected JSON of at most 1 MiB and 64 levels");
    }
    std::string small(view.size(), '\0');
    size_t length = 0;
    if (const auto error =
            simdjson::minify(view.data(), view.size(), small.data(), length))
      return broken(error);
    small.resize(length);
    text = std::move(small);
    return {};
  }

  /// A word or, for the numbered nodes of models, a number.
  Status read_name(ondemand::value value, std::string& text) {
    ondemand::json_type type{};
    if (const auto error = value.type().get(type)) return broken(error);
    if (type != ondemand::json_type::number) return read_text(value, text);
    int64_t number = 0;
    CUTSET_TRY(read_integer(value, number));
    text = std::to_string(number);
    return {};
  }

  Status read_faults(ondemand::value value) {
    if (faults_seen_) return places_.error(here(), "\"faults\" for the second time");
    faults_seen_ = true;
    ondemand::array array;
    if (const auto error = value.get_array().get(array)) return broken(error);
    for (auto element : array) {
      const size_t offset = here();
      ondemand::array fields;
      if (const auto error = element.get_array().get(fields)) return broken(error);
      DagFault fault;
      int field = 0;
      for (auto item : fields) {
        ondemand::value part;
        if (const auto error = item.get(part)) return broken(error);
        if (field == 0) CUTSET_TRY(read_text(part, fault.kind));
        if (field == 1) CUTSET_TRY(read_integer(part, fault.weight));
        if (field == 2) CUTSET_TRY(read_name(part, fault.a));
        if (field == 3) CUTSET_TRY(read_name(part, fault.b));
        if (field == 4) CUTSET_TRY(read_integer(part, fault.t));
        ++field;
      }
      if (field != 5)
        return places_.error(
            offset,
            fmt::format("a fault of {} fields, expected [kind,weight,a,b,t]", field));
      dag_.faults.push_back(std::move(fault));
    }
    return {};
  }

  Status read_gates(ondemand::value value) {
    if (gates_seen_) return places_.error(here(), "\"gates\" for the second time");
    gates_seen_ = true;
    ondemand::array array;
    if (const auto error = value.get_array().get(array)) return broken(error);
    for (auto element : array) {
      gate_offsets_.push_back(here());
      ondemand::array fields;
      if (const auto error = element.get_array().get(fields)) return broken(error);
      DagGate gate;
      bool first = true;
      for (auto item : fields) {
        ondemand::value part;
        if (const auto error = item.get(part)) return broken(error);
        if (first) {
          std::string type;
          CUTSET_TRY(read_text(part, type));
          if (type != "and" && type != "or")
            return places_.error(gate_offsets_.back(), "expected \"and\" or \"or\"");
          gate.all = type == "and";
        } else {
          CUTSET_TRY(read_integer(part, gate.children.emplace_back()));
        }
        first = false;
      }
      if (first) return places_.error(gate_offsets_.back(), "a gate without a type");
      dag_.gates.push_back(std::move(gate));
    }
    return {};
  }

  std::string_view input_;
  Places places_;
  ondemand::parser parser_;
  ondemand::document document_;
  const char* data_ = nullptr;
  Dag dag_;
  std::vector<size_t> gate_offsets_;
  size_t root_offset_ = 0;
  bool format_seen_ = false;
  bool faults_seen_ = false;
  bool gates_seen_ = false;
  bool root_seen_ = false;
};

class TextReader {
 public:
  TextReader(std::string_view input, const std::string& file)
      : input_(input), file_(file), places_(input, file) {}

  Result<Dag> read() {
    for (size_t start = 0; start < input_.size();) {
      const size_t end = std::min(input_.find('\n', start), input_.size());
      rest_ = input_.substr(start, end - start);
      if (!rest_.empty() && rest_.back() == '\r') rest_.remove_suffix(1);
      line_ = start;
      CUTSET_TRY(read_line());
      start = end + 1;
    }
    if (!problem_seen_)
      return places_.error(input_.size(), "expected a line \"p dag FAULTS GATES ROOT\"");
    if (dag_.faults.size() != faults_ || dag_.gates.size() != gates_) {
      return places_.error(
          input_.size(),
          fmt::format("{} faults and {} gates, but the line \"p\" says {} and {}",
                      dag_.faults.size(), dag_.gates.size(), faults_, gates_));
    }
    CUTSET_TRY(check_nodes(dag_, gate_offsets_, root_offset_, places_));
    return std::move(dag_);
  }

 private:
  Status read_line() {
    const std::string_view line = rest_;
    const std::string_view first = next_word();
    if (first.empty()) return {};
    if (first == "c") return read_comment(line);
    if (first == "p") return read_problem();
    if ((first == "f" || first == "g") && !problem_seen_)
      return places_.error(line_, "expected the line \"p dag FAULTS GATES ROOT\" first");
    if (first == "f") return read_fault();
    if (first == "g") return read_gate();
    return places_.error(
        line_, fmt::format("\"{}\": expected a line c, p, f or g", first.substr(0, 16)));
  }

  std::string_view next_word() {
    const size_t start = std::min(rest_.find_first_not_of(" \t"), rest_.size());
    rest_.remove_prefix(start);
    const std::string_view found = rest_.substr(0, rest_.find_first_of(" \t"));
    rest_.remove_prefix(found.size());
    return found;
  }

  Error expected(std::string_view what, std::string_view found) const {
    return places_.error(
        static_cast<size_t>(rest_.data() - input_.data()) - found.size(),
        found.empty() ? fmt::format("the line ends, expected {}", what)
                      : fmt::format("\"{}\", expected {}", found.substr(0, 64), what));
  }

  Status read_number(std::string_view what, int64_t& number) {
    const std::string_view found = next_word();
    const auto [end, error] =
        std::from_chars(found.data(), found.data() + found.size(), number);
    if (found.empty() || error != std::errc() || end != found.data() + found.size())
      return expected(what, found);
    return {};
  }

  Status read_end() {
    const std::string_view found = next_word();
    if (!found.empty()) return expected("the end of the line", found);
    return {};
  }

  Status read_name(std::string_view what, std::string& text) {
    const std::string_view found = next_word();
    if (found.empty()) return expected(what, found);
    if (found == "-") return {};
    for (size_t i = 0; i < found.size(); ++i) {
      if (found[i] != '%') {
        text += found[i];
        continue;
      }
      unsigned code = 0;
      const char* digits = found.data() + i + 1;
      const auto [end, error] = std::from_chars(
          digits, std::min(digits + 2, found.data() + found.size()), code, 16);
      if (error != std::errc() || end != digits + 2)
        return expected("two hex digits after each '%'", found);
      text += static_cast<char>(code);
      i += 2;
    }
    return {};
  }

  /// Other comments are for people.
  Status read_comment(std::string_view line) {
    const std::string_view text = line.substr(line.find('c') + 1);
    if (text.find_first_not_of(" \t") == std::string_view::npos ||
        text[text.find_first_not_of(" \t")] != '{') {
      return {};
    }
    if (text.size() > kLongestHeader) return places_.error(line_, "a header above 1 MiB");
    Result<Dag> header = JsonReader(text, file_).read(true);
    if (!header) return places_.error(line_, "in the header: " + header.error().message);
    dag_.family = header->family;
    dag_.params = header->params;
    dag_.known = header->known;
    return {};
  }

  Status read_problem() {
    if (problem_seen_) return places_.error(line_, "a second line \"p\"");
    const std::string_view format = next_word();
    if (format != "dag") return expected("\"dag\"", format);
    int64_t faults = 0;
    int64_t gates = 0;
    CUTSET_TRY(read_number("the number of faults", faults));
    CUTSET_TRY(read_number("the number of gates", gates));
    CUTSET_TRY(read_number("the root", dag_.root));
    const auto most = static_cast<int64_t>(kMostNodes);
    if (faults < 0 || gates < 0 || faults > most || gates > most)
      return places_.error(line_, fmt::format("expected at most {} nodes", most));
    faults_ = static_cast<size_t>(faults);
    gates_ = static_cast<size_t>(gates);
    root_offset_ = line_;
    problem_seen_ = true;
    return read_end();
  }

  Status read_id(size_t wanted) {
    int64_t id = 0;
    CUTSET_TRY(read_number("the number of the node", id));
    if (id != static_cast<int64_t>(wanted))
      return places_.error(line_, fmt::format("node {}, expected {}: nodes stand in the "
                                              "order of their numbers, faults first",
                                              id, wanted));
    return {};
  }

  Status read_fault() {
    CUTSET_TRY(read_id(dag_.faults.size()));
    if (dag_.faults.size() >= faults_)
      return places_.error(line_, "more faults than the line \"p\" says");
    DagFault fault;
    CUTSET_TRY(read_name("the kind of the fault", fault.kind));
    CUTSET_TRY(read_number("the weight", fault.weight));
    CUTSET_TRY(read_name("what fails (a)", fault.a));
    CUTSET_TRY(read_name("towards what (b)", fault.b));
    CUTSET_TRY(read_number("the time or slot (t)", fault.t));
    dag_.faults.push_back(std::move(fault));
    return read_end();
  }

  Status read_gate() {
    CUTSET_TRY(read_id(faults_ + dag_.gates.size()));
    if (dag_.gates.size() >= gates_)
      return places_.error(line_, "more gates than the line \"p\" says");
    const std::string_view type = next_word();
    if (type != "a" && type != "o") return expected("\"a\" (all) or \"o\" (one)", type);
    DagGate gate{type == "a", {}};
    while (rest_.find_first_not_of(" \t") != std::string_view::npos)
      CUTSET_TRY(read_number("a child", gate.children.emplace_back()));
    dag_.gates.push_back(std::move(gate));
    gate_offsets_.push_back(line_);
    return {};
  }

  std::string_view input_;
  const std::string& file_;
  Places places_;
  std::string_view rest_;  // of the line
  size_t line_ = 0;        // its offset
  Dag dag_;
  std::vector<size_t> gate_offsets_;
  size_t root_offset_ = 0;
  size_t faults_ = 0;
  size_t gates_ = 0;
  bool problem_seen_ = false;
};

}  // namespace

Result<Dag> parse_dag(std::string_view input, const std::string& file) {
  if (input.size() > kMostBytes)
    return Error::bad_input("a graph of more than 4 GB", file);
  const size_t start = input.find_first_not_of(" \t\r\n");
  if (start != std::string_view::npos && input[start] == '{')
    return JsonReader(input, file).read(false);
  return TextReader(input, file).read();
}

}  // namespace cutset::lineage
