// cutset-dag/1 as JSON: "faults" before "gates", children first.
#include <array>
#include <climits>

#include "verifier/graph_readers.h"
#include "verifier/input.h"
#include <fmt/format.h>
#include <simdjson.h>

namespace cutset::verifier {

namespace {

namespace ondemand = simdjson::ondemand;

constexpr std::string_view kFormat = "cutset-dag/1";

class JsonReader {
 public:
  JsonReader(std::string_view input, const std::string& name)
      : input_(input), name_(name) {}

  Result<Graph> read(bool header_only) {
    const simdjson::padded_string padded(input_);
    data_ = padded.data();
    if (const auto code = parser_.iterate(padded).get(document_))
      return error(0, simdjson::error_message(code));
    ondemand::object object;
    if (const auto code = document_.get_object().get(object)) return broken(code);
    for (auto field : object) {
      std::string_view key;
      if (const auto code = field.unescaped_key().get(key)) return broken(code);
      const std::string name(key);
      ondemand::value value;
      if (const auto code = field.value().get(value)) return broken(code);
      CUTSET_TRY(member(name, value));
    }
    if (here() < input_.size())
      return error(here(), "something follows the end of the object");
    if (header_only) return Graph();
    if (!faults_seen_ || !gates_seen_ || !root_)
      return error(0, "expected \"faults\", \"gates\" and \"root\"");
    const std::optional<Node> root = graph_.node(*root_);
    if (!root) {
      return error(root_at_,
                   fmt::format("the root is {}, {}", *root_, expected_node(graph_)));
    }
    return graph_.finish(*root);
  }

 private:
  Error error(size_t offset, std::string message) const {
    return error_at(input_, name_, offset, std::move(message));
  }
  size_t here() {
    const char* at = nullptr;
    if (document_.current_location().get(at) != simdjson::SUCCESS) return input_.size();
    return static_cast<size_t>(at - data_);
  }
  Error broken(simdjson::error_code code) {
    return error(here(), simdjson::error_message(code));
  }

  Status member(const std::string& name, ondemand::value value) {
    const size_t offset = here();
    if (name == "format") {
      std::string_view format;
      if (const auto code = value.get_string().get(format)) return broken(code);
      if (format == kFormat) return {};
      return error(offset, fmt::format("the format is \"{}\", expected \"{}\"",
                                       format.substr(0, 64), kFormat));
    }
    if (name == "root") {
      root_at_ = offset;
      return integer(value, root_.emplace());
    }
    if (name == "faults") {
      if (faults_seen_) return error(offset, "\"faults\" for the second time");
      faults_seen_ = true;
      return list(value, &JsonReader::fault);
    }
    if (name == "gates") {
      if (!faults_seen_) return error(offset, "\"gates\" before \"faults\"");
      if (gates_seen_) return error(offset, "\"gates\" for the second time");
      gates_seen_ = true;
      return list(value, &JsonReader::gate);
    }
    // What is for people only has to be JSON.
    std::string_view skipped;
    if (const auto code = simdjson::to_json_string(value).get(skipped))
      return broken(code);
    return {};
  }

  Status integer(ondemand::value value, int64_t& number) {
    if (const auto code = value.get_int64().get(number)) return broken(code);
    return {};
  }

  Status small_integer(ondemand::value value, int64_t& number) {
    const size_t offset = here();
    CUTSET_TRY(integer(value, number));
    if (number >= INT32_MIN && number <= INT32_MAX) return {};
    return error(offset,
                 fmt::format("{}, expected {} to {}", number, INT32_MIN, INT32_MAX));
  }

  Status text(ondemand::value value, std::string& result) {
    std::string_view view;
    if (const auto code = value.get_string().get(view)) return broken(code);
    result = view;
    return {};
  }

  /// A word or, for the numbered nodes of models, a number.
  Status name(ondemand::value value, std::string& result) {
    ondemand::json_type type{};
    if (const auto code = value.type().get(type)) return broken(code);
    if (type != ondemand::json_type::number) return text(value, result);
    int64_t number = 0;
    CUTSET_TRY(integer(value, number));
    result = std::to_string(number);
    return {};
  }

  Status list(ondemand::value value, Status (JsonReader::*element)(ondemand::array)) {
    ondemand::array array;
    if (const auto code = value.get_array().get(array)) return broken(code);
    for (auto item : array) {
      ondemand::array fields;
      if (const auto code = item.get_array().get(fields)) return broken(code);
      if (graph_.full()) return error(here(), "too many nodes");
      CUTSET_TRY((this->*element)(fields));
    }
    return {};
  }

  Status fault(ondemand::array fields) {
    const size_t offset = here();
    std::array<std::string, 3> words;
    int64_t number = 0;
    int field = 0;
    for (auto item : fields) {
      ondemand::value part;
      if (const auto code = item.get(part)) return broken(code);
      if (field == 0) CUTSET_TRY(text(part, words[0]));
      if (field == 1 || field == 4) CUTSET_TRY(small_integer(part, number));
      if (field == 2) CUTSET_TRY(name(part, words[1]));
      if (field == 3) CUTSET_TRY(name(part, words[2]));
      ++field;
    }
    if (field != 5) {
      return error(offset, fmt::format("a fault of {} fields, expected "
                                       "[kind,weight,a,b,t]",
                                       field));
    }
    if (graph_.add_fault(words[0], words[1], words[2], number)) return {};
    return error(offset,
                 fmt::format("more than {} kinds of fault", GraphBuilder::kMostKinds));
  }

  Status gate(ondemand::array fields) {
    const size_t offset = here();
    children_.clear();
    std::string type;
    for (auto item : fields) {
      ondemand::value part;
      if (const auto code = item.get(part)) return broken(code);
      if (type.empty()) {
        CUTSET_TRY(text(part, type));
        if (type != "and" && type != "or")
          return error(offset, "expected \"and\" or \"or\"");
        continue;
      }
      int64_t child = 0;
      CUTSET_TRY(integer(part, child));
      const std::optional<Node> node = graph_.node(child);
      if (!node) {
        return error(offset,
                     fmt::format("gate {} has the child {}, {}", graph_.next_number(),
                                 child, expected_node(graph_)));
      }
      children_.push_back(*node);
    }
    if (type.empty()) return error(offset, "a gate without a type");
    graph_.add_gate(type == "and", children_);
    return {};
  }

  std::string_view input_;
  const std::string& name_;
  ondemand::parser parser_;
  ondemand::document document_;
  const char* data_ = nullptr;
  GraphBuilder graph_;
  std::vector<Node> children_;
  std::optional<int64_t> root_;
  size_t root_at_ = 0;
  bool faults_seen_ = false;
  bool gates_seen_ = false;
};

}  // namespace

Result<Graph> read_dag_json(std::string_view input, const std::string& name) {
  return JsonReader(input, name).read(false);
}

Status check_dag_header(std::string_view json) {
  const Result<Graph> header = JsonReader(json, "").read(true);
  if (!header.ok()) return header.error();
  return {};
}

}  // namespace cutset::verifier
