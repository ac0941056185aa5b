#include "lineage/formats/trace_reader.h"

#include <vector>

#include <fmt/format.h>

#include "lineage/formats/readers.h"

namespace cutset::lineage {

namespace {

/// Formats that people try and that carry no calls: (what to look for, what it is).
struct Foreign {
  std::string_view mark;
  std::string_view what;
};
constexpr Foreign kForeign[] = {
    {"\"traceEvents\"", "Chrome trace events, which know no services and no status"},
    {"\"ph\":", "Chrome trace events, which know no services and no status"},
    {"\"ph\" :", "Chrome trace events, which know no services and no status"},
};

std::string printable(std::string_view head) {
  constexpr size_t kShown = 40;
  std::string text;
  for (const char character : head.substr(0, kShown)) {
    const bool plain = character >= ' ' && character <= '~';
    text += plain ? std::string(1, character)
                  : fmt::format("\\x{:02x}", static_cast<unsigned char>(character));
  }
  return text;
}

/// Short: a folder may have many files that are none of them.
std::string known_formats() {
  std::string text = "one of";
  for (const TraceReader* reader : trace_readers()) {
    text += fmt::format("{} {}", text.back() == 'f' ? "" : ",", reader->name());
  }
  return text + " (docs/formats.md)";
}

}  // namespace

std::span<const TraceReader* const> trace_readers() {
  static const std::vector<const TraceReader*> kReaders{
      &otlp_json_reader(), &jaeger_json_reader(),   &zipkin_v1_reader(),
      &zipkin_v2_reader(), &nezha_csv_reader(),     &alibaba_csv_reader(),
      &prov_json_reader(), &otlp_protobuf_reader(),
  };
  return kReaders;
}

Result<const TraceReader*> recognise_trace(TraceInput& input) {
  CUTSET_ASSIGN(const std::string_view head, input.peek(kHeadBytes));
  if (head.empty()) return Error::bad_input("is empty: expected traces", input.name());
  for (const TraceReader* reader : trace_readers()) {
    if (reader->recognises(head.substr(0, kHeadBytes))) return reader;
  }
  for (const Foreign& foreign : kForeign) {
    if (head.find(foreign.mark) == std::string_view::npos) continue;
    return Error::bad_input(fmt::format("{}: expected {}", foreign.what, known_formats()),
                            input.name());
  }
  return Error::bad_input(
      fmt::format("begins with \"{}\": expected {}", printable(head), known_formats()),
      input.name());
}

}  // namespace cutset::lineage
