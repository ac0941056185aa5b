#include "lineage/messages/messages_json.h"

#include <array>
#include <limits>
#include <optional>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <nlohmann/json.hpp>

namespace cutset::lineage::messages {

namespace {

using nlohmann::ordered_json;

constexpr std::string_view kFormat = "cutset-messages/1";
constexpr std::array<std::string_view, 8> kLife = {
    "started", "ended", "crashed", "paused", "resumed", "disk lost", "cut", "healed"};
constexpr std::array<std::string_view, 3> kOutcomes = {"ok", "fail", "info"};
constexpr size_t kMostNodes = 10'000;
constexpr size_t kDeepest = 8;

std::string hex(std::string_view bytes) {
  std::string text;
  for (const char c : bytes) text += fmt::format("{:02x}", static_cast<unsigned char>(c));
  return text;
}

/// Reads fields of one object or row; the first problem stays.
class Reader {
 public:
  explicit Reader(std::string file) : file_(std::move(file)) {}

  void wrong(const std::string& where, const std::string& expected) {
    if (!error_)
      error_ = Error::bad_input(where + ": " + expected + " is expected", file_);
  }
  const std::optional<Error>& error() const { return error_; }
  void at(std::string list, size_t place) { where_ = fmt::format("{}[{}]", list, place); }

  template <typename Number>
  void number(const ordered_json& from, std::string_view name, Number& to) {
    const ordered_json* value = field(from, name);
    if (value == nullptr) return;
    take_number(*value, name, to);
  }
  template <typename Number>
  void take_number(const ordered_json& value, std::string_view name, Number& to) {
    if (value.is_number_unsigned()) {
      const auto found = value.get<uint64_t>();
      if (found <= static_cast<uint64_t>(std::numeric_limits<Number>::max())) {
        to = static_cast<Number>(found);
        return;
      }
    } else if (value.is_number_integer() && std::numeric_limits<Number>::is_signed) {
      const auto found = value.get<int64_t>();
      if (found >= static_cast<int64_t>(std::numeric_limits<Number>::min())) {
        to = static_cast<Number>(found);
        return;
      }
    }
    wrong(path(name), "a whole number in range");
  }
  /// Relative to the beginning; 0 stays 0 where `zero_is_none`.
  void time(const ordered_json& value, std::string_view name, int64_t begin,
            bool zero_is_none, int64_t& to) {
    int64_t relative = 0;
    take_number(value, name, relative);
    constexpr int64_t kCentury = 3'200'000'000'000'000'000;
    if (relative > kCentury || relative < -kCentury || begin > kCentury || begin < 0) {
      wrong(path(name), "a time within a hundred years");
      return;
    }
    to = zero_is_none && relative == 0 ? 0 : begin + relative;
  }
  void text(const ordered_json& from, std::string_view name, std::string& to) {
    const ordered_json* value = field(from, name);
    if (value == nullptr) return;
    if (!value->is_string())
      wrong(path(name), "a text");
    else
      to = value->get<std::string>();
  }
  void flag(const ordered_json& from, std::string_view name, bool& to) {
    if (!from.is_object() || !from.contains(name)) return;
    if (!from.at(std::string(name)).is_boolean())
      wrong(path(name), "true or false");
    else
      to = from.at(std::string(name)).get<bool>();
  }
  template <size_t size>
  size_t word(const ordered_json& from, std::string_view name,
              const std::array<std::string_view, size>& words) {
    std::string found;
    text(from, name, found);
    for (size_t i = 0; i < size; ++i)
      if (words[i] == found) return i;
    wrong(path(name), fmt::format("one of {}", fmt::join(words, ", ")));
    return 0;
  }
  const ordered_json& list(const ordered_json& from, std::string_view name) {
    static const ordered_json kEmpty = ordered_json::array();
    if (!from.contains(name)) return kEmpty;
    const ordered_json& value = from.at(std::string(name));
    if (value.is_array()) return value;
    wrong(std::string(name), "a list");
    return kEmpty;
  }
  std::string path(std::string_view name) const {
    return where_.empty() ? std::string(name) : fmt::format("{}.{}", where_, name);
  }

 private:
  const ordered_json* field(const ordered_json& from, std::string_view name) {
    if (from.is_object() && from.contains(name)) return &from.at(std::string(name));
    wrong(path(name), "a value");
    return nullptr;
  }

  std::string file_;
  std::string where_;
  std::optional<Error> error_;
};

ordered_json row_of(const Message& message, int64_t begin_ns) {
  ordered_json tokens = ordered_json::array();
  for (const std::string& token : message.tokens) tokens.push_back(token);
  ordered_json row = {message.connection,
                      message.from_client ? 1 : 0,
                      message.begin,
                      message.end,
                      message.sent_ns - begin_ns,
                      message.delivered_ns == 0
                          ? ordered_json()
                          : ordered_json(message.delivered_ns - begin_ns),
                      message.label,
                      hex(message.first_bytes),
                      tokens};
  if (message.cut) row.push_back("cut");
  return row;
}

void read_row(Reader& reader, const ordered_json& row, int64_t begin_ns, Message& to) {
  if (!row.is_array() || row.size() < 9 || row.size() > 10 || !row[6].is_string() ||
      !row[7].is_string() || !row[8].is_array()) {
    reader.wrong(
        reader.path("row"),
        "[connection, from client (0 or 1), begin, end, sent, delivered or null, "
        "label, first bytes in hex, [tokens]]");
    return;
  }
  int from_client = 0;
  reader.take_number(row[0], "connection", to.connection);
  reader.take_number(row[1], "from client", from_client);
  reader.take_number(row[2], "begin", to.begin);
  reader.take_number(row[3], "end", to.end);
  reader.time(row[4], "sent", begin_ns, false, to.sent_ns);
  if (!row[5].is_null())
    reader.time(row[5], "delivered", begin_ns, false, to.delivered_ns);
  to.from_client = from_client != 0;
  to.label = row[6].get<std::string>();
  const auto digits = row[7].get<std::string>();
  if (digits.size() % 2 != 0 || digits.size() > 64 ||
      digits.find_first_not_of("0123456789abcdef") != std::string::npos) {
    reader.wrong(reader.path("first bytes"), "pairs of hexadecimal digits");
    return;
  }
  for (size_t i = 0; i < digits.size(); i += 2)
    to.first_bytes += static_cast<char>(std::stoi(digits.substr(i, 2), nullptr, 16));
  for (const ordered_json& token : row[8]) {
    if (token.is_string())
      to.tokens.push_back(token.get<std::string>());
    else
      reader.wrong(reader.path("tokens"), "a list of texts");
  }
  to.cut = row.size() == 10;
}

/// Nested deeper than the format is: refused before it is parsed.
bool too_deep(std::string_view text) {
  size_t depth = 0;
  bool quoted = false;
  for (size_t i = 0; i < text.size(); ++i) {
    if (quoted) {
      if (text[i] == '\\')
        ++i;
      else if (text[i] == '"')
        quoted = false;
      continue;
    }
    if (text[i] == '"') quoted = true;
    if (text[i] == '[' || text[i] == '{') {
      if (++depth > kDeepest) return true;
    }
    if ((text[i] == ']' || text[i] == '}') && depth > 0) --depth;
  }
  return false;
}

void read_nodes(Reader& reader, const ordered_json& json, MessageExecution& to) {
  const ordered_json& nodes = reader.list(json, "nodes");
  if (nodes.size() > kMostNodes)
    reader.wrong("nodes", fmt::format("at most {} of them", kMostNodes));
  for (size_t i = 0; i < nodes.size() && !reader.error(); ++i) {
    reader.at("nodes", i);
    Node node;
    reader.text(nodes[i], "name", node.name);
    if (nodes[i].is_object())
      for (const ordered_json& address : reader.list(nodes[i], "addresses"))
        if (address.is_string()) node.addresses.push_back(address.get<std::string>());
    to.nodes.push_back(std::move(node));
  }
}

void read_connections(Reader& reader, const ordered_json& json, MessageExecution& to) {
  const ordered_json& list = reader.list(json, "connections");
  for (size_t i = 0; i < list.size() && !reader.error(); ++i) {
    reader.at("connections", i);
    Connection one;
    reader.number(list[i], "client", one.client);
    reader.number(list[i], "server", one.server);
    reader.number(list[i], "client_port", one.client_port);
    reader.number(list[i], "server_port", one.server_port);
    reader.text(list[i], "framing", one.framing);
    reader.number(list[i], "missing", one.missing);
    reader.flag(list[i], "joined", one.joined);
    reader.flag(list[i], "opaque", one.opaque);
    reader.flag(list[i], "reset", one.reset);
    if (reader.error()) return;
    reader.time(list[i].at("opened"), "opened", to.begin_ns, false, one.opened_ns);
    if (!list[i].at("closed").is_null())
      reader.time(list[i].at("closed"), "closed", to.begin_ns, false, one.closed_ns);
    to.connections.push_back(std::move(one));
  }
}

void read_events(Reader& reader, const ordered_json& json, MessageExecution& to) {
  const ordered_json& life = reader.list(json, "life");
  for (size_t i = 0; i < life.size() && !reader.error(); ++i) {
    reader.at("life", i);
    LifeEvent one;
    reader.number(life[i], "node", one.node);
    reader.text(life[i], "process", one.process);
    one.kind = static_cast<LifeEvent::Kind>(reader.word(life[i], "event", kLife));
    if (reader.error()) return;
    reader.time(life[i].at("at"), "at", to.begin_ns, false, one.time_ns);
    to.life.push_back(std::move(one));
  }
  const ordered_json& operations = reader.list(json, "operations");
  for (size_t i = 0; i < operations.size() && !reader.error(); ++i) {
    reader.at("operations", i);
    Operation one;
    reader.text(operations[i], "token", one.token);
    reader.flag(operations[i], "write", one.write);
    one.outcome =
        static_cast<Operation::Outcome>(reader.word(operations[i], "outcome", kOutcomes));
    if (reader.error()) return;
    reader.time(operations[i].at("invoked"), "invoked", to.begin_ns, false,
                one.invoked_ns);
    if (!operations[i].at("ended").is_null())
      reader.time(operations[i].at("ended"), "ended", to.begin_ns, false, one.ended_ns);
    to.operations.push_back(std::move(one));
  }
  const ordered_json& reads = reader.list(json, "final_reads");
  for (size_t i = 0; i < reads.size() && !reader.error(); ++i) {
    reader.at("final_reads", i);
    FinalRead one;
    reader.number(reads[i], "node", one.node);
    reader.text(reads[i], "token", one.token);
    reader.flag(reads[i], "found", one.found);
    to.final_reads.push_back(std::move(one));
  }
}

Result<MessageExecution> read(const ordered_json& json, const std::string& file) {
  Reader reader(file);
  MessageExecution to;
  std::string format;
  if (json.is_object()) reader.text(json, "format", format);
  if (format != kFormat)
    return Error::bad_input(
        fmt::format("format \"{:.40}\": \"{}\" is expected", format, kFormat), file);
  reader.number(json, "begin_ns", to.begin_ns);
  if (reader.error()) return *reader.error();
  if (!json.contains("end")) reader.wrong("end", "a value");
  if (!reader.error()) reader.time(json.at("end"), "end", to.begin_ns, false, to.end_ns);
  read_nodes(reader, json, to);
  read_connections(reader, json, to);
  read_events(reader, json, to);
  const ordered_json& rows = reader.list(json, "messages");
  for (size_t i = 0; i < rows.size() && !reader.error(); ++i) {
    reader.at("messages", i);
    read_row(reader, rows[i], to.begin_ns, to.messages.emplace_back());
  }
  if (json.contains("losses") && !reader.error()) {
    reader.at("losses", 0);
    reader.number(json.at("losses"), "packets", to.losses.packets);
    reader.number(json.at("losses"), "dropped", to.losses.dropped);
    reader.number(json.at("losses"), "not_recorded", to.losses.not_recorded);
  }
  if (reader.error()) return *reader.error();
  if (const Status sound = to.check_invariants(); !sound.ok())
    return Error::bad_input(sound.error().message, file);
  return to;
}

}  // namespace

std::string to_json(const MessageExecution& execution) {
  const int64_t begin = execution.begin_ns;
  const auto since = [&](int64_t time_ns) {
    return time_ns == 0 ? ordered_json() : ordered_json(time_ns - begin);
  };
  ordered_json head = {
      {"format", kFormat}, {"begin_ns", begin}, {"end", execution.end_ns - begin}};
  head["losses"] = {{"packets", execution.losses.packets},
                    {"dropped", execution.losses.dropped},
                    {"not_recorded", execution.losses.not_recorded}};
  std::string text = head.dump();
  text.pop_back();
  // A line an entry: files can be read and compared.
  const auto add = [&](const char* name, const auto& list, const auto& entry) {
    text += fmt::format(",\n\"{}\": [", name);
    for (size_t i = 0; i < list.size(); ++i)
      text += (i == 0 ? "\n" : ",\n") +
              entry(list[i]).dump(-1, ' ', false, ordered_json::error_handler_t::replace);
    text += "]";
  };
  add("nodes", execution.nodes, [&](const Node& one) {
    return ordered_json{{"name", one.name}, {"addresses", one.addresses}};
  });
  add("life", execution.life, [&](const LifeEvent& one) {
    return ordered_json{{"node", one.node},
                        {"process", one.process},
                        {"event", kLife[static_cast<size_t>(one.kind)]},
                        {"at", one.time_ns - begin}};
  });
  add("connections", execution.connections, [&](const Connection& one) {
    ordered_json json = {{"client", one.client},
                         {"server", one.server},
                         {"client_port", one.client_port},
                         {"server_port", one.server_port},
                         {"opened", one.opened_ns - begin},
                         {"closed", since(one.closed_ns)},
                         {"framing", one.framing},
                         {"missing", one.missing}};
    if (one.joined) json["joined"] = true;
    if (one.opaque) json["opaque"] = true;
    if (one.reset) json["reset"] = true;
    return json;
  });
  add("operations", execution.operations, [&](const Operation& one) {
    return ordered_json{{"token", one.token},
                        {"write", one.write},
                        {"outcome", kOutcomes[static_cast<size_t>(one.outcome)]},
                        {"invoked", one.invoked_ns - begin},
                        {"ended", since(one.ended_ns)}};
  });
  add("final_reads", execution.final_reads, [&](const FinalRead& one) {
    return ordered_json{{"node", one.node}, {"token", one.token}, {"found", one.found}};
  });
  add("messages", execution.messages,
      [&](const Message& one) { return row_of(one, begin); });
  return text + "}\n";
}

Result<MessageExecution> from_json(std::string_view text, const std::string& file) {
  if (text.size() > kLargestMessagesFile)
    return Error::bad_input(
        fmt::format("{} bytes, at most {} are read", text.size(), kLargestMessagesFile),
        file);
  if (too_deep(text))
    return Error::bad_input("nested deeper than " + std::string(kFormat) + " is", file);
  try {
    return read(ordered_json::parse(text), file);
  } catch (const nlohmann::json::exception& problem) {
    return Error::bad_input(problem.what(), file);
  }
}

}  // namespace cutset::lineage::messages
