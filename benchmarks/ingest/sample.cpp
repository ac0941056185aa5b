#include "sample.h"

#include <cerrno>
#include <cstdio>
#include <cstring>
#include <iterator>
#include <memory>
#include <vector>

#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <zstd.h>

#include "base/hash.h"
#include "lineage/formats/trace_input.h"

namespace cutset::benchmark {

namespace {

using lineage::StoredSpan;
using lineage::TraceId;

constexpr uint64_t kOdd = 0x9e3779b97f4a7c15ULL;

/// Appends `text` with every trace id changed by `mask`.
void append_rekeyed(std::string_view text, uint64_t mask, std::string& result) {
  constexpr std::string_view kKey = "\"traceID\":\"";
  while (true) {
    const size_t key = text.find(kKey);
    if (key == std::string_view::npos) break;
    const size_t begin = key + kKey.size();
    const size_t end = text.find('"', begin);
    TraceId id;
    lineage::parse_hex_id(text.substr(begin, end - begin), id);
    result.append(text.substr(0, begin));
    result.append(hex16(id.low ^ mask));
    text.remove_prefix(end);
  }
  result.append(text);
}

struct CloseFile {
  void operator()(std::FILE* file) const { std::fclose(file); }
};

class PackedFile {
 public:
  static Result<std::unique_ptr<PackedFile>> open(const std::string& path) {
    std::unique_ptr<std::FILE, CloseFile> file(std::fopen(path.c_str(), "wb"));
    if (file == nullptr) return Error::system(path);
    return std::unique_ptr<PackedFile>(new PackedFile(std::move(file)));
  }
  ~PackedFile() { ZSTD_freeCCtx(context_); }
  PackedFile(const PackedFile&) = delete;
  PackedFile& operator=(const PackedFile&) = delete;

  Status write(std::string_view bytes, bool last) {
    ZSTD_inBuffer in{bytes.data(), bytes.size(), 0};
    for (;;) {
      ZSTD_outBuffer out{packed_.data(), packed_.size(), 0};
      const size_t left =
          ZSTD_compressStream2(context_, &out, &in, last ? ZSTD_e_end : ZSTD_e_continue);
      if (ZSTD_isError(left) != 0) return Error::internal(ZSTD_getErrorName(left));
      if (std::fwrite(packed_.data(), 1, out.pos, file_.get()) != out.pos)
        return Error::system("write");
      if (last ? left == 0 : in.pos == in.size) return {};
    }
  }

 private:
  explicit PackedFile(std::unique_ptr<std::FILE, CloseFile> file)
      : file_(std::move(file)),
        context_(ZSTD_createCCtx()),
        packed_(ZSTD_CStreamOutSize()) {
    ZSTD_CCtx_setParameter(context_, ZSTD_c_compressionLevel, 1);
  }

  std::unique_ptr<std::FILE, CloseFile> file_;
  ZSTD_CCtx* context_;
  std::vector<char> packed_;
};

/// What all copies of a span have in common: everything but its trace.
struct SpanText {
  std::string before;  // of the line
  TraceId trace;
  std::string fields;  // of the span, behind its trace id
};

SpanText text_of(const lineage::SpanTable& table, const StoredSpan& span) {
  const auto quoted = [](std::string_view text) { return nlohmann::json(text).dump(); };
  SpanText text;
  text.trace = span.trace;
  text.before = fmt::format(
      R"({{"resourceSpans":[{{"resource":{{"attributes":[{{"key":"service.name","value":{{"stringValue":{}}}}}]}},"scopeSpans":[{{"scope":{{}},"spans":[)",
      quoted(table.name(span.service)));
  text.fields =
      fmt::format(R"(","spanId":"{:016x}","parentSpanId":"{}","name":{},"kind":{},)"
                  R"("startTimeUnixNano":"{}","endTimeUnixNano":"{}","attributes":[)",
                  span.id, span.parent == 0 ? "" : hex16(span.parent),
                  quoted(table.name(span.operation)), static_cast<int>(span.kind),
                  span.start_ns, span.end_ns);
  bool first = true;
  for (const auto& attribute : table.attributes(span)) {
    text.fields +=
        fmt::format(R"({}{{"key":{},"value":{{"stringValue":{}}}}})", first ? "" : ",",
                    quoted(table.name(attribute.key)), quoted(table.value(attribute)));
    first = false;
  }
  text.fields +=
      fmt::format(R"(],"status":{{"code":{}}}}})", static_cast<int>(span.status));
  return text;
}

}  // namespace

Result<std::string> load(const std::string& path) {
  CUTSET_ASSIGN(const auto input, lineage::TraceInput::open(path));
  CUTSET_ASSIGN(const std::string_view whole, input->take_whole());
  return std::string(whole);
}

Result<std::string> repeat_jaeger(const std::string& document, size_t bytes) {
  constexpr std::string_view kBegin = "{\"data\":[";
  const size_t end = document.rfind(']');
  if (document.compare(0, kBegin.size(), kBegin) != 0 || end == std::string::npos)
    return Error::bad_input("expected {\"data\":[...]} without white space");
  const std::string_view traces =
      std::string_view(document).substr(kBegin.size(), end - kBegin.size());
  std::string result(kBegin);
  for (uint64_t copy = 0; result.size() < bytes; ++copy) {
    if (copy > 0) result += ',';
    append_rekeyed(traces, copy * kOdd, result);
  }
  return result + "]}";
}

Result<uint64_t> write_spread_lines(const lineage::SpanTable& table, uint64_t copies,
                                    const std::string& folder, int files) {
  constexpr uint64_t kSpansInLine = 512;
  const auto& spans = table.spans();
  const size_t in_file = spans.size() / static_cast<size_t>(files) + 1;
  std::unique_ptr<PackedFile> file;
  uint64_t bytes = 0;
  for (size_t index = 0; index < spans.size(); ++index) {
    if (index % in_file == 0) {
      if (file != nullptr) CUTSET_TRY(file->write({}, true));
      CUTSET_ASSIGN(file, PackedFile::open(fmt::format("{}/spans-{:03}.jsonl.zst", folder,
                                                       index / in_file)));
    }
    const SpanText text = text_of(table, spans[index]);
    std::string line;
    for (uint64_t copy = 0; copy < copies; ++copy) {
      const bool first = copy % kSpansInLine == 0;
      line += first ? text.before : ",";
      line += "{\"traceId\":\"";
      line += TraceId{text.trace.high, text.trace.low ^ (copy * kOdd)}.text();
      line += text.fields;
      if (copy + 1 < copies && (copy + 1) % kSpansInLine != 0) continue;
      line += "]}]}]}\n";
      CUTSET_TRY(file->write(line, false));
      bytes += line.size();
      line.clear();
    }
  }
  if (file != nullptr) CUTSET_TRY(file->write({}, true));
  return bytes;
}

}  // namespace cutset::benchmark
