#include "lineage/messages/run_sketch_json.h"

#include <algorithm>
#include <array>
#include <limits>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace cutset::lineage::messages {

namespace {

using Json = nlohmann::ordered_json;

constexpr std::string_view kFormat = "cutset-sketch/1";
constexpr std::array<std::string_view, 3> kWindows = {"links", "down", "paused"};
constexpr std::array<std::string_view, 5> kFates = {
    "alive", "never arrived", "lost with its node", "replaced", "vanished"};
constexpr std::array<std::string_view, 3> kReactions = {"copied again", "leader moved",
                                                        "new connection"};
constexpr int64_t kLongestTime = int64_t{1} << 60;

/// Thrown by the readers below, caught in sketch_from_json: a field at a time is enough.
struct Wrong {
  std::string what;
};

void expect(bool fine, const std::string& what) {
  if (!fine) throw Wrong{what};
}

template <size_t size>
size_t place_of(const std::array<std::string_view, size>& words,
                const std::string& word) {
  const auto found = std::find(words.begin(), words.end(), word);
  expect(found != words.end(), fmt::format("\"{:.40}\" is not known", word));
  return static_cast<size_t>(found - words.begin());
}

const Json& list(const Json& json, const char* name, size_t most) {
  const Json& found = json.at(name);
  expect(found.is_array() && found.size() <= most,
         fmt::format("{}: a list of at most {} is expected", name, most));
  return found;
}

/// What is no whole number, or too large for a Number, is not converted.
template <typename Number>
Number number_of(const Json& json) {
  expect(json.is_number_integer(), "a whole number is expected");
  if (json.is_number_unsigned()) {
    const auto number = json.get<uint64_t>();
    expect(number <= static_cast<uint64_t>(std::numeric_limits<Number>::max()),
           "a number in range is expected");
    return static_cast<Number>(number);
  }
  const auto number = json.get<int64_t>();
  expect(std::numeric_limits<Number>::is_signed &&
             number >= static_cast<int64_t>(std::numeric_limits<Number>::min()),
         "a number in range is expected");
  return static_cast<Number>(number);
}

int64_t time_of(const Json& json) {
  const auto time = number_of<int64_t>(json);
  expect(time > -kLongestTime && time < kLongestTime,
         "a time within 36 years is expected");
  return time;
}

std::vector<uint32_t> counts_of(const Json& json) {
  expect(json.is_array() && json.size() == kSketchedStretches,
         fmt::format("{} counts are expected", kSketchedStretches));
  std::vector<uint32_t> counts;
  for (const Json& each : json) counts.push_back(number_of<uint32_t>(each));
  return counts;
}

class SketchReader {
 public:
  RunSketch read(const Json& json) {
    for (const Json& each : list(json, "nodes", kMostSketchedNodes))
      sketch_.nodes.push_back({each.at("name"), each.at("place")});
    sketch_.leader = lane(json.at("leader"));
    sketch_.begin_ns = time_of(json.at("begin"));
    sketch_.end_ns = time_of(json.at("end"));
    expect(sketch_.begin_ns < sketch_.end_ns, "begin: before the end is expected");
    for (const Json& each : list(json, "windows", kMostSketchedWindows)) window(each);
    for (const Json& each : list(json, "writes", kMostSketchedWrites)) write(each);
    for (const Json& each : list(json, "traffic", kMostSketchedLinks)) traffic(each);
    for (const Json& each : list(json, "reactions", kMostSketchedReactions))
      reaction(each);
    sketch_.reactions_left_out = number_of<size_t>(json.at("reactions_left_out"));
    return std::move(sketch_);
  }

 private:
  int node(const Json& json) const {
    const int node = number_of<int>(json);
    expect(node >= kNoNode && node < static_cast<int>(sketch_.nodes.size()),
           fmt::format("{}: no such node", node));
    return node;
  }
  int lane(const Json& json) const {
    const int found = node(json);
    expect(found != kNoNode, "a node or -1 is expected");
    return found;
  }
  int inside(const Json& json) const {
    const int found = lane(json);
    expect(found != kOutside, "a node is expected");
    return found;
  }

  void window(const Json& json) {
    SketchWindow made;
    made.text = json.at("text");
    made.kind = static_cast<SketchWindow::Kind>(place_of(kWindows, json.at("kind")));
    made.at = lane(json.at("at"));
    made.other = node(json.at("other"));
    made.step = number_of<size_t>(json.at("step"));
    made.begin_ns = time_of(json.at("begin"));
    made.end_ns = time_of(json.at("end"));
    made.for_ever = json.at("for_ever");
    sketch_.windows.push_back(std::move(made));
  }

  void write(const Json& json) {
    SketchWrite made;
    made.token = json.at("token");
    made.invoked_ns = time_of(json.at("invoked"));
    if (!json.at("acknowledged").is_null())
      made.acknowledged_ns = time_of(json.at("acknowledged"));
    made.lost = json.at("lost");
    for (const Json& each : list(json, "messages", kMostSketchedMessages)) {
      SketchMessage message;
      message.from = lane(each.at("from"));
      message.to = lane(each.at("to"));
      message.sent_ns = time_of(each.at("sent"));
      message.arrived = !each.at("delivered").is_null();
      message.delivered_ns =
          message.arrived ? time_of(each.at("delivered")) : message.sent_ns;
      message.label = each.at("label");
      message.replaces = each.at("replaces");
      message.carries = each.at("carries");
      made.messages.push_back(std::move(message));
    }
    for (const Json& each : list(json, "copies", kMostSketchedNodes * 8))
      made.copies.push_back(copy(each, made));
    if (!json.at("read").is_null()) {
      const Json& read = json.at("read");
      made.read =
          SketchRead{inside(read.at("node")), time_of(read.at("at")), read.at("found")};
    }
    if (!json.at("last_copy").is_null()) {
      made.last_copy = number_of<size_t>(json.at("last_copy"));
      expect(*made.last_copy < made.copies.size(), "last_copy: no such copy");
    }
    sketch_.writes.push_back(std::move(made));
  }

  SketchCopy copy(const Json& json, const SketchWrite& write) const {
    SketchCopy made;
    made.node = inside(json.at("node"));
    made.begin_ns = time_of(json.at("begin"));
    made.end_ns = time_of(json.at("end"));
    made.fate = static_cast<Copy::Fate>(place_of(kFates, json.at("fate")));
    made.by = lane(json.at("by"));
    if (!json.at("message").is_null()) {
      made.message = number_of<size_t>(json.at("message"));
      expect(*made.message < write.messages.size(), "message: no such message");
    }
    return made;
  }

  void traffic(const Json& json) {
    SketchTraffic made;
    made.from = lane(json.at("from"));
    made.to = lane(json.at("to"));
    made.sent = counts_of(json.at("sent"));
    made.arrived = counts_of(json.at("arrived"));
    sketch_.traffic.push_back(std::move(made));
  }

  void reaction(const Json& json) {
    Reaction made;
    made.kind = static_cast<Reaction::Kind>(place_of(kReactions, json.at("what")));
    made.time_ns = time_of(json.at("at"));
    made.from = lane(json.at("from"));
    made.to = lane(json.at("to"));
    made.kept = number_of<size_t>(json.at("kept"));
    made.removed = number_of<size_t>(json.at("removed"));
    sketch_.reactions.push_back(made);
  }

  RunSketch sketch_;
};

template <typename Value>
Json or_null(const std::optional<Value>& value) {
  return value ? Json(*value) : Json();
}

Json write_json(const SketchWrite& write) {
  Json json = {{"token", write.token},
               {"invoked", write.invoked_ns},
               {"acknowledged", or_null(write.acknowledged_ns)},
               {"lost", write.lost}};
  json["messages"] = Json::array();
  for (const SketchMessage& each : write.messages) {
    json["messages"].push_back(
        {{"from", each.from},
         {"to", each.to},
         {"sent", each.sent_ns},
         {"delivered", each.arrived ? Json(each.delivered_ns) : Json()},
         {"label", each.label},
         {"replaces", each.replaces},
         {"carries", each.carries}});
  }
  json["copies"] = Json::array();
  for (const SketchCopy& each : write.copies) {
    json["copies"].push_back({{"node", each.node},
                              {"begin", each.begin_ns},
                              {"end", each.end_ns},
                              {"fate", kFates[static_cast<size_t>(each.fate)]},
                              {"by", each.by},
                              {"message", or_null(each.message)}});
  }
  json["read"] = write.read ? Json{{"node", write.read->node},
                                   {"at", write.read->time_ns},
                                   {"found", write.read->found}}
                            : Json();
  json["last_copy"] = or_null(write.last_copy);
  return json;
}

}  // namespace

std::string to_json(const RunSketch& sketch) {
  Json json = {{"format", kFormat}, {"begin", sketch.begin_ns}, {"end", sketch.end_ns}};
  json["nodes"] = Json::array();
  for (const SketchNode& each : sketch.nodes)
    json["nodes"].push_back({{"name", each.name}, {"place", each.place}});
  json["leader"] = sketch.leader;
  json["windows"] = Json::array();
  for (const SketchWindow& each : sketch.windows) {
    json["windows"].push_back({{"text", each.text},
                               {"kind", kWindows[static_cast<size_t>(each.kind)]},
                               {"at", each.at},
                               {"other", each.other},
                               {"step", each.step},
                               {"begin", each.begin_ns},
                               {"end", each.end_ns},
                               {"for_ever", each.for_ever}});
  }
  json["reactions"] = Json::array();
  for (const Reaction& each : sketch.reactions) {
    json["reactions"].push_back({{"what", kReactions[static_cast<size_t>(each.kind)]},
                                 {"at", each.time_ns},
                                 {"from", each.from},
                                 {"to", each.to},
                                 {"kept", each.kept},
                                 {"removed", each.removed}});
  }
  json["reactions_left_out"] = sketch.reactions_left_out;
  json["writes"] = Json::array();
  for (const SketchWrite& each : sketch.writes)
    json["writes"].push_back(write_json(each));
  json["traffic"] = Json::array();
  for (const SketchTraffic& each : sketch.traffic) {
    json["traffic"].push_back({{"from", each.from},
                               {"to", each.to},
                               {"sent", each.sent},
                               {"arrived", each.arrived}});
  }
  return json.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
}

Result<RunSketch> sketch_from_json(std::string_view text, const std::string& file) {
  if (text.size() > kLargestSketchFile)
    return Error::bad_input(
        fmt::format("{} bytes, at most {} are read", text.size(), kLargestSketchFile),
        file);
  try {
    const Json json = Json::parse(text);
    expect(json.is_object() && json.contains("format") && json["format"] == kFormat,
           fmt::format("format \"{}\" is expected", kFormat));
    return SketchReader().read(json);
  } catch (const Wrong& wrong) {
    return Error::bad_input(wrong.what, file);
  } catch (const Json::exception& problem) {
    return Error::bad_input(problem.what(), file);
  }
}

}  // namespace cutset::lineage::messages
