#include "report/messages_json.h"

#include <nlohmann/json.hpp>

#include "report/sketch_notes.h"

namespace cutset::report {

namespace {

using namespace lineage::messages;  // NOLINT(google-build-using-namespace)
using Json = nlohmann::ordered_json;

class Writer {
 public:
  explicit Writer(const MessagesAnalysis& analysis)
      : analysis_(analysis), execution_(*analysis.execution) {}

  Json all() const {
    Json json = {{"format", "cutset-messages-analysis/1"},
                 {"begin_ns", execution_.begin_ns},
                 {"end", since(execution_.end_ns)}};
    json["nodes"] = Json::array();
    for (size_t i = 0; i < execution_.nodes.size(); ++i)
      json["nodes"].push_back({{"name", execution_.nodes[i].name},
                               {"addresses", execution_.nodes[i].addresses},
                               {"follows", analysis_.roles.follows[i] ? true : false}});
    json["messages"] = execution_.messages.size();
    json["undelivered"] = analysis_.undelivered;
    json["connections"] = execution_.connections.size();
    json["opaque_connections"] = analysis_.opaque;
    json["losses"] = {{"packets", execution_.losses.packets},
                      {"dropped", execution_.losses.dropped},
                      {"not_recorded", execution_.losses.not_recorded}};
    json["happens_before"] = {{"proven", analysis_.proven_edges},
                              {"assumed", analysis_.assumed_edges}};
    json["leaders"] = Json::array();
    for (const Leadership& one : analysis_.roles.leaders)
      json["leaders"].push_back(
          {{"node", name(one.node)}, {"since", since(one.since_ns)}});
    json["life"] = Json::array();
    for (const LifeEvent& event : execution_.life)
      json["life"].push_back({{"node", name(event.node)},
                              {"process", event.process},
                              {"event", life_name(event.kind)},
                              {"at", since(event.time_ns)}});
    json["reactions"] = Json::array();
    for (const Reaction& reaction : analysis_.reactions)
      json["reactions"].push_back({{"what", reaction_name(reaction.kind)},
                                   {"at", since(reaction.time_ns)},
                                   {"from", name(reaction.from)},
                                   {"to", name(reaction.to)},
                                   {"kept", reaction.kept},
                                   {"removed", reaction.removed}});
    json["links"] = links();
    json["kinds"] = kinds();
    json["writes"] = {{"acknowledged", analysis_.acknowledged},
                      {"lost", analysis_.lost},
                      {"alike", Json::array()}};
    for (const WritesAlike& group : analysis_.writes)
      json["writes"]["alike"].push_back(alike(group));
    return json;
  }

 private:
  int64_t since(int64_t time_ns) const { return time_ns - execution_.begin_ns; }
  /// null: the clients.
  Json name(int node) const {
    return node == kOutside ? Json() : Json(execution_.name(node));
  }

  Json links() const {
    Json json = Json::array();
    for (const LinkMessages& link : analysis_.links) {
      Json each = {{"from", name(link.link.from)}, {"to", name(link.link.to)},
                   {"messages", link.messages},    {"arrived", link.arrived},
                   {"bytes", link.bytes},          {"classes", Json::array()}};
      for (const auto& [content, count] : link.classes)
        each["classes"].push_back({{"class", content}, {"messages", count}});
      json.push_back(std::move(each));
    }
    return json;
  }

  Json kinds() const {
    Json json = Json::array();
    for (const auto& [of, count] : analysis_.identities.counts)
      json.push_back({{"from", role_name(of.from)},
                      {"to", role_name(of.to)},
                      {"class", of.content},
                      {"messages", count},
                      {"periodic", analysis_.identities.periodic.at(of)}});
    return json;
  }

  Json step(const SupportStep& step, bool first) const {
    const Message& message = execution_.messages[step.message];
    return {{"from", name(execution_.sender(message))},
            {"to", name(execution_.receiver(message))},
            {"label", message.label},
            {"sent", since(message.sent_ns)},
            {"delivered",
             message.delivered_ns == 0 ? Json() : Json(since(message.delivered_ns))},
            {"after", first ? Json() : Json(proof_name(step.after))}};
  }

  Json alike(const WritesAlike& group) const {
    Json json = {{"tokens", group.tokens}, {"lost", group.lost}};
    json["supports"] = Json::array();
    for (size_t i = 0; i < group.supports.size(); ++i) {
      Json support = {{"node", name(group.first->supports[i].node)},
                      {"messages", Json::array()}};
      for (size_t k = 0; k < group.supports[i].size(); ++k)
        support["messages"].push_back(step(group.supports[i][k], k == 0));
      json["supports"].push_back(std::move(support));
    }
    json["copies"] = Json::array();
    for (const Copy& copy : group.first->copies) {
      const bool replaced = copy.fate == Copy::Fate::kReplaced;
      json["copies"].push_back(
          {{"node", name(copy.node)},
           {"fate", fate_name(copy.fate)},
           {"by", replaced ? name(copy.by) : Json()},
           {"ended", copy.ended_ns == 0 ? Json() : Json(since(copy.ended_ns))}});
    }
    return json;
  }

  const MessagesAnalysis& analysis_;
  const MessageExecution& execution_;
};

/// Times are those of the sketch: since its origin.
Json write_json(const RunSketch& sketch, const SketchWrite& write) {
  const auto name = [&](int node) {
    return node == kOutside ? Json() : Json(sketch.nodes[static_cast<size_t>(node)].name);
  };
  Json json = {
      {"token", write.token},
      {"lost", write.lost},
      {"invoked", write.invoked_ns},
      {"acknowledged", write.acknowledged_ns ? Json(*write.acknowledged_ns) : Json()}};
  json["messages"] = Json::array();
  for (const SketchMessage& message : write.messages)
    json["messages"].push_back(
        {{"from", name(message.from)},
         {"to", name(message.to)},
         {"label", message.label},
         {"sent", message.sent_ns},
         {"delivered", message.arrived ? Json(message.delivered_ns) : Json()},
         {"carries", message.carries},
         {"replaces", message.replaces}});
  json["copies"] = Json::array();
  for (size_t i = 0; i < write.copies.size(); ++i) {
    const SketchCopy& copy = write.copies[i];
    json["copies"].push_back({{"node", name(copy.node)},
                              {"begin", copy.begin_ns},
                              {"end", copy.end_ns},
                              {"fate", fate_name(copy.fate)},
                              {"by", name(copy.by)},
                              {"last", write.last_copy == i}});
  }
  json["told"] = Json::array();
  for (const SketchNote& note : notes_of({&sketch, &write, "", false}))
    json["told"].push_back({{"at", note.time_ns}, {"text", note.text}});
  return json;
}

}  // namespace

std::string messages_json(const MessagesAnalysis& analysis, const RunSketch& sketch,
                          const SketchWrite* write) {
  Json json = Writer(analysis).all();
  if (write != nullptr) json["write"] = write_json(sketch, *write);
  return json.dump(2, ' ', false, Json::error_handler_t::replace) + "\n";
}

}  // namespace cutset::report
