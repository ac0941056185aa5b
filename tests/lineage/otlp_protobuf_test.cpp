#include <algorithm>
#include <random>
#include <string>
#include <vector>

#include "opentelemetry/proto/trace/v1/trace.pb.h"
#include <fmt/format.h>
#include <google/protobuf/stubs/logging.h>
#include <gtest/gtest.h>

#include "base/hash.h"
#include "lineage/formats/otlp_spans.h"
#include "lineage/formats/otlp_value.h"
#include "lineage/formats/readers.h"
#include "lineage/span_table.h"

namespace cutset::lineage {
namespace {

namespace common = opentelemetry::proto::common::v1;
namespace trace = opentelemetry::proto::trace::v1;

/// Every span as one line, so that two readings can be compared.
class Lines : public SpanSink {
 public:
  void add(const SpanView& span) override {
    std::string line = fmt::format(
        "{} {:016x} {:016x} {} {} \"{}\" \"{}\" \"{}\" {} {}", span.trace.text(), span.id,
        span.parent, span_kind_name(span.kind), static_cast<int>(span.status),
        span.service, span.operation, span.peer, span.start_ns, span.end_ns);
    for (const SpanAttribute& attribute : span.attributes) {
      line += fmt::format(" {}={}", attribute.key, attribute.value);
    }
    for (const SpanLink& link : span.links) {
      line += fmt::format(" ->{}:{:016x}", link.trace.text(), link.span);
    }
    lines.push_back(std::move(line));
  }
  void reject(std::string_view reason) override { rejected.emplace_back(reason); }

  std::vector<std::string> lines;
  std::vector<std::string> rejected;
};

std::string big_endian(uint64_t number, int bytes) {
  std::string text;
  for (int i = bytes - 1; i >= 0; --i) {
    text += static_cast<char>((number >> (8 * static_cast<unsigned>(i))) & 0xFFU);
  }
  return text;
}

std::string framed(const std::string& message, bool little_endian = false) {
  std::string length = big_endian(message.size(), 4);
  if (little_endian) length = std::string(length.rbegin(), length.rend());
  return length + message;
}

Status read(const std::string& bytes, SpanSink& sink) {
  auto input = TraceInput::from_bytes("spans.pb", bytes, {});
  EXPECT_TRUE(input.ok());
  return otlp_protobuf_reader().read(**input, sink);
}

bool recognises(const std::string& bytes) {
  return otlp_protobuf_reader().recognises(std::string_view(bytes).substr(0, kHeadBytes));
}

/// One span of service "s" with this number.
trace::TracesData one(uint64_t number) {
  trace::TracesData data;
  trace::ResourceSpans& group = *data.add_resource_spans();
  common::KeyValue& service = *group.mutable_resource()->add_attributes();
  service.set_key("service.name");
  service.mutable_value()->set_string_value("s");
  trace::Span& span = *group.add_scope_spans()->add_spans();
  span.set_trace_id(big_endian(0, 8) + big_endian(number, 8));
  span.set_span_id(big_endian(number, 8));
  span.set_name("GET");
  return data;
}

// --- What protobuf's own parser says is the oracle.

std::string json_of(const common::AnyValue& value);

std::string quoted(const std::string& text) {
  return "\"" + text + "\"";  // the test writes letters only
}

std::string plain(const common::AnyValue& value) {
  std::string text;
  switch (value.value_case()) {
    case common::AnyValue::kStringValue:
      return value.string_value();
    case common::AnyValue::kBoolValue:
      return value.bool_value() ? "true" : "false";
    case common::AnyValue::kIntValue:
      return std::to_string(value.int_value());
    case common::AnyValue::kDoubleValue:
      append_double(value.double_value(), text);
      return text;
    case common::AnyValue::kArrayValue:
      for (const auto& element : value.array_value().values()) {
        text += (text.empty() ? "" : ",") + json_of(element);
      }
      return "[" + text + "]";
    case common::AnyValue::kKvlistValue:
      for (const auto& entry : value.kvlist_value().values()) {
        text += (text.empty() ? "" : ",") + quoted(entry.key()) + ":" +
                json_of(entry.value());
      }
      return "{" + text + "}";
    default:
      return "";
  }
}

std::string json_of(const common::AnyValue& value) {
  if (value.value_case() == common::AnyValue::VALUE_NOT_SET) return "null";
  return value.value_case() == common::AnyValue::kStringValue ? quoted(plain(value))
                                                              : plain(value);
}

class Generator {
 public:
  explicit Generator(uint64_t seed) : random_(seed) {}

  trace::TracesData data() {
    trace::TracesData data;
    for (uint64_t i = below(4); i > 0; --i) fill(*data.add_resource_spans());
    return data;
  }

 private:
  uint64_t below(uint64_t bound) { return random_() % bound; }
  std::string word() {
    constexpr std::string_view kWords[] = {
        "", "a", "stock", "peer.service", "net", "service.name", "h\u00e9", "\u4e16"};
    return std::string(kWords[below(std::size(kWords))]);
  }
  void fill(common::AnyValue& value, int depth) {
    switch (below(depth > 3 ? 5 : 7)) {
      case 0:
        value.set_bool_value(below(2) == 0);
        break;
      case 1:
        value.set_int_value(static_cast<int64_t>(random_()) >> below(64));
        break;
      case 2:
        value.set_double_value(static_cast<double>(below(1000)) / 8);
        break;
      case 3:
        break;
      case 4:
        value.set_string_value(word());
        break;
      case 5:
        value.mutable_array_value();
        for (uint64_t i = below(4); i > 0; --i) {
          fill(*value.mutable_array_value()->add_values(), depth + 1);
        }
        break;
      default:
        value.mutable_kvlist_value();
        for (uint64_t i = below(4); i > 0; --i) {
          common::KeyValue& entry = *value.mutable_kvlist_value()->add_values();
          entry.set_key(word());
          fill(*entry.mutable_value(), depth + 1);
        }
    }
  }
  std::string id(int bytes) {
    return below(20) == 0 ? big_endian(0, bytes) : big_endian(random_(), bytes);
  }
  void fill(trace::ResourceSpans& group) {
    for (uint64_t i = below(3); i > 0; --i) {
      common::KeyValue& attribute = *group.mutable_resource()->add_attributes();
      attribute.set_key(word());
      fill(*attribute.mutable_value(), 0);
    }
    for (uint64_t i = below(3); i > 0; --i) {
      trace::ScopeSpans& scope = *group.add_scope_spans();
      for (uint64_t j = below(5); j > 0; --j) fill(*scope.add_spans());
    }
  }
  void fill(trace::Span& span) {
    span.set_trace_id(id(8) + id(8));
    span.set_span_id(id(8));
    if (below(2) == 0) span.set_parent_span_id(id(8));
    span.set_name(word());
    span.set_kind(static_cast<trace::Span::SpanKind>(below(7)));
    span.set_start_time_unix_nano(random_() >> below(64));
    span.set_end_time_unix_nano(random_() >> below(64));
    span.set_flags(static_cast<uint32_t>(random_()));
    for (uint64_t i = below(5); i > 0; --i) {
      common::KeyValue& attribute = *span.add_attributes();
      attribute.set_key(word());
      fill(*attribute.mutable_value(), 0);
    }
    for (uint64_t i = below(3); i > 0; --i) {
      trace::Span::Link& link = *span.add_links();
      link.set_trace_id(id(8) + id(8));
      link.set_span_id(id(8));
    }
    if (below(2) == 0) {
      span.mutable_status()->set_code(static_cast<trace::Status::StatusCode>(below(4)));
    }
  }

  std::mt19937_64 random_;
};

uint64_t number_of(const std::string& bytes) {
  uint64_t number = 0;
  for (const char byte : bytes) number = (number << 8U) | static_cast<uint8_t>(byte);
  return number;
}

void expected_span(const trace::Span& span, const std::string& service, Lines& lines) {
  const auto trace_of = [](const std::string& id) {
    return TraceId{number_of(id.substr(0, 8)), number_of(id.substr(8))};
  };
  SpanView view;
  view.trace = trace_of(span.trace_id());
  view.id = number_of(span.span_id());
  if (view.trace.is_zero() || view.id == 0) return lines.reject("");
  view.parent = number_of(span.parent_span_id());
  const int kind = span.kind() > 5 ? 0 : static_cast<int>(span.kind());
  view.kind = static_cast<SpanKind>(kind);
  const int code = span.status().code() > 2 ? 0 : static_cast<int>(span.status().code());
  view.status = static_cast<SpanStatus>(code);
  view.service = service;
  view.operation = span.name();
  constexpr uint64_t kMost = INT64_MAX;
  view.start_ns = static_cast<int64_t>(std::min(span.start_time_unix_nano(), kMost));
  view.end_ns = std::max(
      view.start_ns, static_cast<int64_t>(std::min(span.end_time_unix_nano(), kMost)));
  std::vector<std::string> values;
  for (const auto& attribute : span.attributes())
    values.push_back(plain(attribute.value()));
  std::vector<SpanAttribute> attributes;
  for (int i = 0; i < span.attributes_size(); ++i) {
    attributes.push_back({span.attributes(i).key(), values[static_cast<size_t>(i)]});
    if (attributes.back().key == "peer.service" && view.peer.data() == nullptr) {
      view.peer = attributes.back().value;
    }
  }
  std::vector<SpanLink> links;
  for (const auto& link : span.links()) {
    const SpanLink found{trace_of(link.trace_id()), number_of(link.span_id())};
    if (!found.trace.is_zero() && found.span != 0) links.push_back(found);
  }
  view.attributes = attributes;
  view.links = links;
  lines.add(view);
}

Lines expected(const trace::TracesData& data) {
  Lines lines;
  for (const trace::ResourceSpans& group : data.resource_spans()) {
    std::string service;
    for (const auto& attribute : group.resource().attributes()) {
      if (attribute.key() != "service.name") continue;
      service = plain(attribute.value());
      break;
    }
    for (const trace::ScopeSpans& scope : group.scope_spans()) {
      for (const trace::Span& span : scope.spans()) expected_span(span, service, lines);
    }
  }
  return lines;
}

TEST(OtlpProtobuf, ReadsWhatProtobufReads) {
  size_t spans = 0;
  for (uint64_t seed = 1; seed <= 2000; ++seed) {
    const trace::TracesData data = Generator(seed).data();
    const std::string bytes = data.SerializeAsString();
    Lines lines;
    const Status status = spans_from_otlp(bytes, lines);
    ASSERT_TRUE(status.ok()) << "seed " << seed << ": " << status.error().text();
    const Lines wanted = expected(data);
    ASSERT_EQ(lines.lines, wanted.lines) << "seed " << seed;
    ASSERT_EQ(lines.rejected.size(), wanted.rejected.size()) << "seed " << seed;
    spans += lines.lines.size();
  }
  EXPECT_GT(spans, 5000U);
}

TEST(OtlpProtobuf, RefusesWhatProtobufRefuses) {
  // A byte changed or the end cut off: both take it, or both refuse it. Only groups,
  // which no OTLP message has and protobuf passes over, are refused here alone.
  const google::protobuf::LogSilencer silence;
  size_t refused = 0;
  size_t unread = 0;
  for (uint64_t seed = 1; seed <= 5000; ++seed) {
    std::mt19937_64 random(seed);
    std::string bytes = Generator(seed).data().SerializeAsString();
    if (bytes.empty()) continue;
    if (random() % 3 == 0) {
      bytes.resize(random() % bytes.size());
    } else {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    trace::TracesData parsed;
    const bool protobuf_takes = parsed.ParseFromString(bytes);
    Lines lines;
    const Status status = spans_from_otlp(bytes, lines);
    refused += status.ok() ? 0 : 1;
    if (protobuf_takes && !status.ok()) {
      EXPECT_NE(status.error().message.find("of a type that"), std::string::npos)
          << "seed " << seed << ": " << status.error().text();
    }
    unread += status.ok() && !protobuf_takes ? 1 : 0;
  }
  EXPECT_GT(refused, 1000U);
  // A changed tag can make a field one that protobuf checks and nobody reads here (a
  // trace state, the attributes of a link). Rare; whatever else were not checked would
  // not be.
  EXPECT_LT(unread, 5U);
}

TEST(OtlpProtobuf, AllFramingsGiveTheSameSpans) {
  const std::string first = one(1).SerializeAsString();
  const std::string second = one(2).SerializeAsString();
  const std::vector<std::string> files{
      first + second, framed(first) + framed(second),
      framed(first, true) + framed(second, true),
      framed("") + framed(first) + framed("") + framed(second) + framed("")};
  for (size_t i = 0; i < files.size(); ++i) {
    EXPECT_TRUE(recognises(files[i])) << i;
    Lines lines;
    const Status status = read(files[i], lines);
    EXPECT_TRUE(status.ok()) << i << ": " << status.error().text();
    EXPECT_EQ(lines.lines.size(), 2U) << i;
  }
}

TEST(OtlpProtobuf, IsRecognisedHoweverLongItIs) {
  trace::TracesData large;
  for (uint64_t i = 1; i <= 3000; ++i) large.MergeFrom(one(i));
  trace::TracesData one_group = one(1);
  for (uint64_t i = 2; i <= 3000; ++i) {
    *one_group.mutable_resource_spans(0)->mutable_scope_spans(0)->add_spans() =
        one(i).resource_spans(0).scope_spans(0).spans(0);
  }
  for (const auto& data : {large, one_group}) {
    const std::string bytes = data.SerializeAsString();
    ASSERT_GT(bytes.size(), kHeadBytes);
    for (const std::string& file : {bytes, framed(bytes), framed(bytes, true)}) {
      EXPECT_TRUE(recognises(file));
      Lines lines;
      EXPECT_TRUE(read(file, lines).ok());
      EXPECT_EQ(lines.lines.size(), 3000U);
    }
  }
}

TEST(OtlpProtobuf, OtherFilesAreNotRecognised) {
  for (const char* text :
       {"", "{\"data\":[]}", "[{\"traceId\":\"1\"}]", "TraceID,SpanID,ParentID\n1,2,root",
        "\n{\"resourceSpans\":[]}", "\n\n\n\n[1,2,3]", "\r\n\t{}", "  {\"a\": 1}",
        "<?xml version=\"1.0\"?>", "timestamp,traceid,rpcid",
        "\x7f"
        "ELF"}) {
    EXPECT_FALSE(recognises(text)) << text;
  }
  EXPECT_FALSE(recognises(std::string(1000, '\0')));
  EXPECT_FALSE(recognises("PK\x03\x04" + std::string(100, 'x')));
}

TEST(OtlpProtobuf, CutOffFilesSayWhere) {
  const std::string message = one(1).SerializeAsString();
  for (const std::string& file : {framed(message) + framed(message), message + message}) {
    // The first message is whole, every cut is in the second.
    for (size_t size = file.size() / 2 + 1; size < file.size(); ++size) {
      Lines lines;
      const Status status = read(file.substr(0, size), lines);
      ASSERT_FALSE(status.ok()) << size;
      EXPECT_EQ(status.error().kind, ErrorKind::kBadInput);
      EXPECT_EQ(status.error().file, "spans.pb");
      EXPECT_EQ(status.error().message.substr(0, 5), "byte ") << status.error().message;
      EXPECT_EQ(lines.lines.size(), 1U);
    }
  }
}

TEST(OtlpProtobuf, ErrorsNameTheByte) {
  std::string message = one(1).SerializeAsString();
  const size_t name = message.find("GET");
  message[name] = '\xff';
  Lines lines;
  const Status plain_file = read(message, lines);
  ASSERT_FALSE(plain_file.ok());
  // The field begins with its tag and its length.
  EXPECT_EQ(plain_file.error().text(),
            fmt::format("spans.pb: byte {}: a name that is not UTF-8; expected an OTLP "
                        "message of opentelemetry-proto 1",
                        name - 2));
  const Status framed_file = read(framed(message), lines);
  ASSERT_FALSE(framed_file.ok());
  EXPECT_NE(framed_file.error().text().find(fmt::format("byte {}: ", name + 2)),
            std::string::npos)
      << framed_file.error().text();
}

TEST(OtlpProtobuf, DeepValuesAreAnErrorAndLongOnesAreBounded) {
  trace::TracesData data = one(1);
  trace::Span& span =
      *data.mutable_resource_spans(0)->mutable_scope_spans(0)->mutable_spans(0);
  common::KeyValue& attribute = *span.add_attributes();
  attribute.set_key("k");
  common::AnyValue* value = attribute.mutable_value();
  for (int depth = 0; depth < 32; ++depth)
    value = value->mutable_array_value()->add_values();
  value->set_int_value(7);
  Lines lines;
  ASSERT_TRUE(spans_from_otlp(data.SerializeAsString(), lines).ok());
  EXPECT_NE(
      lines.lines[0].find(" k=" + std::string(32, '[') + "7" + std::string(32, ']')),
      std::string::npos);
  value->mutable_array_value()->add_values();
  const Status deep = spans_from_otlp(data.SerializeAsString(), lines);
  ASSERT_FALSE(deep.ok());
  EXPECT_NE(deep.error().message.find("nested more than 32 deep"), std::string::npos);

  attribute.mutable_value()->clear_value();
  for (int i = 0; i < 100'000; ++i) {
    attribute.mutable_value()->mutable_array_value()->add_values()->set_int_value(i);
  }
  Lines wide;
  ASSERT_TRUE(spans_from_otlp(data.SerializeAsString(), wide).ok());
  EXPECT_LT(wide.lines[0].size(), 10'000U);
}

TEST(OtlpProtobuf, ManyAttributesAndLinksAreBounded) {
  trace::TracesData data = one(1);
  trace::Span& span =
      *data.mutable_resource_spans(0)->mutable_scope_spans(0)->mutable_spans(0);
  for (int i = 0; i < 10'000; ++i) {
    span.add_attributes()->set_key("k");
    trace::Span::Link& link = *span.add_links();
    link.set_trace_id(span.trace_id());
    link.set_span_id(span.span_id());
  }
  class Counts : public SpanSink {
   public:
    void add(const SpanView& view) override {
      attributes = view.attributes.size();
      links = view.links.size();
    }
    void reject(std::string_view /*reason*/) override {}
    size_t attributes = 0;
    size_t links = 0;
  } counts;
  ASSERT_TRUE(spans_from_otlp(data.SerializeAsString(), counts).ok());
  EXPECT_EQ(counts.attributes, 4096U);
  EXPECT_EQ(counts.links, 1024U);
}

TEST(OtlpProtobuf, ValuesAreTextAsOtlpJsonHasThem) {
  const auto text_of = [](const common::AnyValue& value) {
    trace::TracesData data = one(1);
    common::KeyValue& attribute = *data.mutable_resource_spans(0)
                                       ->mutable_scope_spans(0)
                                       ->mutable_spans(0)
                                       ->add_attributes();
    attribute.set_key("k");
    *attribute.mutable_value() = value;
    SpanTable table;
    EXPECT_TRUE(spans_from_otlp(data.SerializeAsString(), table).ok());
    return std::string(table.attribute(table.spans()[0], "k"));
  };
  common::AnyValue value;
  value.set_double_value(0.1);
  EXPECT_EQ(text_of(value), "0.1");
  value.set_double_value(1e300);
  EXPECT_EQ(text_of(value), "1e+300");
  value.set_double_value(-1.0 / 0.0);
  EXPECT_EQ(text_of(value), "-Infinity");
  value.set_int_value(INT64_MIN);
  EXPECT_EQ(text_of(value), "-9223372036854775808");
  value.set_bytes_value(std::string("\x00\xff\x10", 3));
  EXPECT_EQ(text_of(value), "AP8Q");
  value.set_bytes_value("ab");
  EXPECT_EQ(text_of(value), "YWI=");
  value.set_bytes_value("a");
  EXPECT_EQ(text_of(value), "YQ==");
  value.mutable_kvlist_value();
  common::KeyValue& entry = *value.mutable_kvlist_value()->add_values();
  entry.set_key("q\"\\\n\x01");
  entry.mutable_value()->mutable_array_value()->add_values()->set_bytes_value("ab");
  entry.mutable_value()->mutable_array_value()->add_values()->set_double_value(0.0 / 0.0);
  entry.mutable_value()->mutable_array_value()->add_values()->set_string_value("x");
  entry.mutable_value()->mutable_array_value()->add_values();
  EXPECT_EQ(text_of(value), "{\"q\\\"\\\\\\n\\u0001\":[\"YWI=\",\"NaN\",\"x\",null]}");
}

TEST(OtlpProtobuf, OldScopesAreReadToo) {
  const std::string span = one(1).resource_spans(0).scope_spans(0).SerializeAsString();
  const std::string tag = "\xc2\x3e";  // field 1000
  const std::string group = tag + static_cast<char>(span.size()) + span;
  Lines lines;
  ASSERT_TRUE(spans_from_otlp_group(group, lines).ok());
  EXPECT_EQ(lines.lines.size(), 1U);
}

TEST(OtlpProtobuf, AnyBytesEndInBoundedTime) {
  for (uint64_t seed = 1; seed <= 2000; ++seed) {
    std::mt19937_64 random(seed);
    std::string bytes = framed(Generator(seed).data().SerializeAsString());
    for (int i = 0; i < 4; ++i) {
      bytes[random() % bytes.size()] = static_cast<char>(random());
    }
    Lines lines;
    const Status status = read(bytes, lines);
    if (status.ok()) continue;
    EXPECT_EQ(status.error().kind, ErrorKind::kBadInput) << seed;
  }
}

TEST(OtlpProtobuf, TheRecordingIsTheSameFramedAndNot) {
  const std::string folder = std::string(CUTSET_SOURCE_DIR) + "/traces/bookshop/";
  std::vector<std::vector<std::string>> found;
  for (const char* name : {"otlp.binpb.gz", "otlp-framed.binpb.zst"}) {
    const auto input = TraceInput::open(folder + name);
    ASSERT_TRUE(input.ok()) << input.error().text();
    const auto head = (*input)->peek(kHeadBytes);
    ASSERT_TRUE(head.ok());
    EXPECT_TRUE(otlp_protobuf_reader().recognises(head->substr(0, kHeadBytes))) << name;
    Lines lines;
    const Status status = otlp_protobuf_reader().read(**input, lines);
    EXPECT_TRUE(status.ok()) << status.error().text();
    EXPECT_TRUE(lines.rejected.empty());
    std::sort(lines.lines.begin(), lines.lines.end());
    found.push_back(lines.lines);
  }
  EXPECT_GT(found[0].size(), 100U);
  EXPECT_EQ(found[0], found[1]);
}

TEST(OtlpProtobuf, TheRecordingIsTheSameAsInJson) {
  const std::string folder = std::string(CUTSET_SOURCE_DIR) + "/traces/bookshop/";
  std::vector<std::vector<std::string>> found;
  for (const char* name : {"otlp.binpb.gz", "otlp.json"}) {
    const auto input = TraceInput::open(folder + name);
    ASSERT_TRUE(input.ok()) << input.error().text();
    const auto reader = recognise_trace(**input);
    ASSERT_TRUE(reader.ok()) << reader.error().text();
    Lines lines;
    const Status status = (*reader)->read(**input, lines);
    EXPECT_TRUE(status.ok()) << status.error().text();
    std::sort(lines.lines.begin(), lines.lines.end());
    found.push_back(lines.lines);
  }
  EXPECT_EQ(found[0], found[1]);
}

TEST(Utf8, IsTold) {
  for (const char* good :
       {"", "a", "abcdefgh", "h\u00e9", "12345678\u4e16", "\U0001f600"}) {
    EXPECT_TRUE(is_utf8(good)) << good;
  }
  for (const char* bad :
       {"\xff", "abcdefgh\x80", "\xc3", "\xe4\xb8", "\xed\xa0\x80", "\xc0\x80"}) {
    EXPECT_FALSE(is_utf8(bad)) << bad;
  }
}

}  // namespace
}  // namespace cutset::lineage
