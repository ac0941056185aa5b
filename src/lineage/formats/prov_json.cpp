// W3C PROV-JSON: activities are spans, agents their services. What an activity was
// informed or started by, or whose output it used, is its cause: the first by kind and
// name is its parent, the others are links. The document is a trace, and so is each of
// its bundles.
//
// Alternatives (several activities that generated one entity) are causes too: PROV has no
// word for "or".
#include <algorithm>
#include <map>
#include <string>
#include <unordered_map>
#include <unordered_set>
#include <vector>

#include <fmt/format.h>

#include "base/hash.h"
#include "lineage/formats/iso_time.h"
#include "lineage/formats/json_cursor.h"
#include "lineage/formats/json_documents.h"
#include "lineage/formats/readers.h"
#include "lineage/span_table.h"

namespace cutset::lineage {

namespace {

using Text = std::string_view;

struct Field {
  Text name;
  Text value;
};

/// "b" of "ex:b".
Text local_name(Text name) {
  const size_t colon = name.find(':');
  return colon == Text::npos || colon + 1 == name.size() ? name : name.substr(colon + 1);
}

uint64_t number_of(Text name) {
  constexpr size_t kDigits = 16;
  SpanId id = 0;
  const Text local = local_name(name);
  if (local.size() == kDigits && parse_hex_id(local, id) && id != 0) return id;
  const uint64_t hash = fnv64(name);
  return hash == 0 ? 1 : hash;
}

/// The strongest cause first.
enum class CauseKind : uint8_t { kInformed, kStarted, kUsed, kDerived };

struct Cause {
  CauseKind kind{};
  Text activity;

  friend auto operator<=>(const Cause&, const Cause&) = default;
};

struct Activity {
  Text name;
  Text label;
  bool declared = false;  // else it was only named by others
  int64_t start_ns = 0;
  int64_t end_ns = 0;
  SpanStatus status = SpanStatus::kUnset;
  SpanKind kind = SpanKind::kUnspecified;
  std::vector<SpanAttribute> attributes;
  std::vector<Cause> causes;
  std::vector<std::pair<CauseKind, Text>> entities;  // whose generators are causes
};

class Bundle {
 public:
  explicit Bundle(Text name) : name_(name) {}

  /// False: nobody here knows the key.
  bool read(Text key, JsonCursor& json) {
    struct Part {
      Text key;
      void (Bundle::*take)(Text name, const std::vector<Field>& fields);
    };
    constexpr Part kParts[] = {
        {"activity", &Bundle::take_activity},
        {"agent", &Bundle::take_agent},
        {"wasAssociatedWith", &Bundle::take_association},
        {"wasInformedBy", &Bundle::take_informing},
        {"wasStartedBy", &Bundle::take_start},
        {"used", &Bundle::take_usage},
        {"wasGeneratedBy", &Bundle::take_generation},
        {"wasDerivedFrom", &Bundle::take_derivation},
    };
    for (const Part& part : kParts) {
      if (part.key != key) continue;
      each_record(json, part.take);
      return true;
    }
    return false;
  }

  /// Returns how many spans it gave. To be called once, at the end.
  size_t hand_over(SpanSink& sink) {
    use_derivations();
    const TraceId trace = identity();
    size_t spans = 0;
    for (const Activity& each : activities_) {
      if (!each.declared) continue;
      hand_over(trace, each, sink);
      ++spans;
    }
    return spans;
  }

 private:
  /// {name: {fields}, ...}, where several records of one name are a list.
  template <typename Take>
  void each_record(JsonCursor& json, Take take) {
    for (bool more = json.begin_object(); more; more = json.more_fields()) {
      const Text name = json.key_text();
      if (json.peek() != '[') {
        read_fields(json);
        (this->*take)(name, fields_);
        continue;
      }
      for (bool inner = json.begin_array(); inner; inner = json.more_elements()) {
        read_fields(json);
        (this->*take)(name, fields_);
      }
    }
  }

  void read_fields(JsonCursor& json) {
    fields_.clear();
    for (bool more = json.begin_object(); more; more = json.more_fields()) {
      const Text name = json.key_text();
      if (json.peek() != '[') {
        fields_.push_back({name, read_literal(json)});
        continue;
      }
      for (bool inner = json.begin_array(); inner; inner = json.more_elements())
        fields_.push_back({name, read_literal(json)});
    }
  }

  /// A plain value, or {"$": value, "type": ...}.
  static Text read_literal(JsonCursor& json) {
    if (json.peek() != '{') return json.text();
    Text value;
    for (bool more = json.begin_object(); more; more = json.more_fields()) {
      const JsonKey key = json.key();
      if (key.is("$")) {
        value = json.text();
      } else {
        json.skip();
      }
    }
    return value;
  }

  /// The first of the fields with this name; "": none.
  static Text get(const std::vector<Field>& fields, Text name) {
    const auto found = std::find_if(fields.begin(), fields.end(),
                                    [name](const Field& f) { return f.name == name; });
    return found == fields.end() ? Text() : found->value;
  }

  Activity& activity(Text name) {
    const auto [place, fresh] = by_name_.emplace(name, activities_.size());
    if (fresh) activities_.emplace_back().name = name;
    return activities_[place->second];
  }

  void take_activity(Text name, const std::vector<Field>& fields) {
    if (name.empty()) return;
    Activity& taken = activity(name);
    taken.declared = true;
    for (const Field& field : fields) {
      if (field.name == "prov:startTime") {
        taken.start_ns = parse_iso_time(field.value);
      } else if (field.name == "prov:endTime") {
        taken.end_ns = parse_iso_time(field.value);
      } else if (field.name == "prov:label") {
        taken.label = field.value;
      } else {
        take_attribute(field, taken);
      }
    }
  }

  static void take_attribute(const Field& field, Activity& taken) {
    const Text local = local_name(field.name);
    if (local == "error" && field.value != "false") taken.status = SpanStatus::kError;
    if (local == "kind") {
      constexpr size_t kKinds = 6;
      for (size_t kind = 1; kind < kKinds; ++kind) {
        if (field.value == span_kind_name(static_cast<SpanKind>(kind)))
          taken.kind = static_cast<SpanKind>(kind);
      }
    }
    taken.attributes.push_back({field.name, field.value});
  }

  void take_agent(Text name, const std::vector<Field>& fields) {
    const Text label = get(fields, "prov:label");
    if (!label.empty()) agent_labels_.emplace(name, label);
  }

  void take_association(Text, const std::vector<Field>& fields) {
    const Text name = get(fields, "prov:activity");
    const Text agent = get(fields, "prov:agent");
    if (name.empty() || agent.empty()) return;
    // Of several, the same one whatever their order.
    const auto [place, fresh] = agents_.emplace(name, agent);
    if (!fresh) place->second = std::min(place->second, agent);
  }

  void add_cause(CauseKind kind, Text effect, Text cause) {
    if (!effect.empty() && !cause.empty() && effect != cause)
      activity(effect).causes.push_back({kind, cause});
  }

  void take_informing(Text, const std::vector<Field>& fields) {
    add_cause(CauseKind::kInformed, get(fields, "prov:informed"),
              get(fields, "prov:informant"));
  }

  void take_start(Text, const std::vector<Field>& fields) {
    const Text started = get(fields, "prov:activity");
    add_cause(CauseKind::kStarted, started, get(fields, "prov:starter"));
    const Text trigger = get(fields, "prov:trigger");
    if (!started.empty() && !trigger.empty())
      activity(started).entities.emplace_back(CauseKind::kStarted, trigger);
  }

  void take_usage(Text, const std::vector<Field>& fields) {
    const Text user = get(fields, "prov:activity");
    const Text entity = get(fields, "prov:entity");
    if (!user.empty() && !entity.empty())
      activity(user).entities.emplace_back(CauseKind::kUsed, entity);
  }

  void take_generation(Text, const std::vector<Field>& fields) {
    const Text entity = get(fields, "prov:entity");
    const Text generator = get(fields, "prov:activity");
    if (!entity.empty() && !generator.empty()) generators_[entity].push_back(generator);
  }

  void take_derivation(Text, const std::vector<Field>& fields) {
    const Text effect = get(fields, "prov:generatedEntity");
    const Text cause = get(fields, "prov:usedEntity");
    const Text by = get(fields, "prov:activity");
    if (cause.empty()) return;
    if (!by.empty()) {
      activity(by).entities.emplace_back(CauseKind::kDerived, cause);
    } else if (!effect.empty()) {
      derivations_[effect].push_back(cause);
    }
  }

  /// Sorted, without repeats; bounded, since an entity may have any number of generators
  /// and users.
  std::vector<Cause> causes_of(const Activity& effect) const {
    constexpr size_t kMost = SpanTable::kMostLinks + 1;
    std::vector<Cause> causes = effect.causes;
    for (const auto& [kind, entity] : effect.entities) {
      const auto found = generators_.find(entity);
      if (found == generators_.end()) continue;
      for (const Text generator : found->second) {
        if (causes.size() > kMost) break;
        if (generator != effect.name) causes.push_back({kind, generator});
      }
    }
    std::sort(causes.begin(), causes.end());
    std::vector<Cause> different;
    std::unordered_set<Text> seen;
    for (const Cause& cause : causes) {
      if (different.size() < kMost && seen.insert(cause.activity).second)
        different.push_back(cause);
    }
    return different;
  }

  /// Derivations name entities only: who generated the effect used the cause.
  void use_derivations() {
    for (const auto& [effect, causes] : derivations_) {
      const auto found = generators_.find(effect);
      if (found == generators_.end()) continue;
      for (const Text generator : found->second) {
        std::vector<std::pair<CauseKind, Text>>& used = activity(generator).entities;
        for (const Text cause : causes) {
          if (used.size() > SpanTable::kMostLinks) break;
          used.emplace_back(CauseKind::kDerived, cause);
        }
      }
    }
  }

  /// By the bundle's name, else by what is in it: the order of a document says nothing.
  TraceId identity() const {
    constexpr size_t kDigits = 32;
    TraceId id;
    const Text local = local_name(name_);
    if (local.size() == kDigits && parse_hex_id(local, id) && !id.is_zero()) return id;
    for (const Activity& each : activities_) {
      const uint64_t hash = fnv64(fmt::format("{} {}", each.name, each.start_ns));
      id.low += TraceId{hash, 0}.hash();
    }
    id.high = fnv64(name_);
    return id;
  }

  void hand_over(const TraceId& trace, const Activity& each, SpanSink& sink) const {
    const std::vector<Cause> causes = causes_of(each);
    std::vector<SpanLink> links;
    for (size_t at = 1; at < causes.size(); ++at) {
      SpanLink link;
      link.trace = trace;
      link.span = number_of(causes[at].activity);
      links.push_back(link);
    }
    SpanView span;
    span.trace = trace;
    span.id = number_of(each.name);
    span.parent = causes.empty() ? 0 : number_of(causes.front().activity);
    span.kind = each.kind;
    span.status = each.status;
    span.service = service_of(each.name);
    span.operation = each.label.empty() ? local_name(each.name) : each.label;
    span.start_ns = each.start_ns;
    span.end_ns = std::max(each.start_ns, each.end_ns);
    span.attributes = each.attributes;
    span.links = links;
    sink.add(span);
  }

  Text service_of(Text name) const {
    const auto agent = agents_.find(name);
    if (agent == agents_.end()) return {};
    const auto label = agent_labels_.find(agent->second);
    return label == agent_labels_.end() ? local_name(agent->second) : label->second;
  }

  Text name_;
  std::vector<Field> fields_;
  std::vector<Activity> activities_;  // in order of their first mention
  std::unordered_map<Text, size_t> by_name_;
  std::unordered_map<Text, Text> agents_;  // by activity
  std::unordered_map<Text, Text> agent_labels_;
  std::unordered_map<Text, std::vector<Text>> generators_;  // by entity
  std::map<Text, std::vector<Text>> derivations_;           // causes, by effect
};

class ProvJsonReader : public TraceReader {
 public:
  std::string_view name() const override { return "prov-json"; }
  std::string_view describe() const override { return "W3C PROV-JSON"; }

  bool recognises(std::string_view head) const override {
    return head.find("\"prov:") != Text::npos &&
           json_head_has(head, 1,
                         {"prefix", "entity", "activity", "agent", "bundle", "used",
                          "wasGeneratedBy", "wasInformedBy", "wasStartedBy",
                          "wasDerivedFrom", "wasAssociatedWith", "wasAttributedTo"});
  }

  Status read(TraceInput& input, SpanSink& sink) const override {
    constexpr size_t kLongestLine = size_t{64} << 20;
    JsonDocuments documents(input, kLongestLine);
    JsonCursor json;
    size_t spans = 0;
    for (;;) {
      CUTSET_ASSIGN(const bool more, documents.next(json));
      if (!more) break;
      spans += read_document(json, sink);
      CUTSET_TRY(json.status());
    }
    if (spans > 0) return {};
    return Error::bad_input(
        "found PROV-JSON without activities: expected calls as activities, which are "
        "what can be lost",
        input.name());
  }

 private:
  static size_t read_document(JsonCursor& json, SpanSink& sink) {
    Bundle document("");
    size_t spans = 0;
    for (bool more = json.begin_object(); more; more = json.more_fields()) {
      const Text key = json.key_text();
      if (key == "bundle") {
        for (bool one = json.begin_object(); one; one = json.more_fields())
          spans += read_bundle(json.key_text(), json, sink);
      } else if (!document.read(key, json)) {
        json.skip();
      }
    }
    return json.failed() ? spans : spans + document.hand_over(sink);
  }

  static size_t read_bundle(Text name, JsonCursor& json, SpanSink& sink) {
    Bundle bundle(name);
    for (bool more = json.begin_object(); more; more = json.more_fields()) {
      if (!bundle.read(json.key_text(), json)) json.skip();
    }
    return json.failed() ? 0 : bundle.hand_over(sink);
  }
};

}  // namespace

const TraceReader& prov_json_reader() {
  static const ProvJsonReader kReader;
  return kReader;
}

}  // namespace cutset::lineage
