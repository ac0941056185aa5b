// Nezha's CSV (IntelligentDDS/Nezha): spans of Kubernetes pods, without kinds and status.
#include <algorithm>
#include <array>

#include "lineage/formats/csv_rows.h"
#include "lineage/formats/readers.h"

namespace cutset::lineage {

namespace {

enum Column : size_t { kTrace, kSpan, kParent, kPod, kOperation, kStart, kEnd };

constexpr std::array<CsvColumn, 7> kColumns{{{"TraceID"},
                                             {"SpanID"},
                                             {"ParentID"},
                                             {"PodName"},
                                             {"OperationName"},
                                             {"StartTimeUnixNano"},
                                             {"EndTimeUnixNano"}}};

/// Kubernetes draws the random parts of pod names from these, so that they form no words.
bool is_random_part(std::string_view part) {
  return !part.empty() && part.find_first_not_of("bcdfghjklmnpqrstvwxz0123456789") ==
                              std::string_view::npos;
}

/// "cart" of "cart-579b9bff58-t2dbm": a deployment's pod has two random parts.
std::string_view service_of(std::string_view pod) {
  constexpr size_t kPodPart = 5;
  constexpr size_t kLongestTemplatePart = 10;
  const size_t last = pod.rfind('-');
  if (last == std::string_view::npos || last == 0) return pod;
  const size_t before = pod.rfind('-', last - 1);
  if (before == std::string_view::npos || before == 0) return pod;
  const std::string_view pod_part = pod.substr(last + 1);
  const std::string_view template_part = pod.substr(before + 1, last - before - 1);
  const bool random = pod_part.size() == kPodPart && is_random_part(pod_part) &&
                      template_part.size() <= kLongestTemplatePart &&
                      is_random_part(template_part);
  return random ? pod.substr(0, before) : pod;
}

class NezhaCsvReader : public TraceReader {
 public:
  std::string_view name() const override { return "nezha-csv"; }
  std::string_view describe() const override { return "Nezha CSV"; }
  bool recognises(std::string_view head) const override {
    return has_csv_columns(head, kColumns);
  }

  Status read(TraceInput& input, SpanSink& sink) const override {
    CsvRows rows(input, kColumns);
    CUTSET_TRY(rows.read_header());
    for (;;) {
      CUTSET_ASSIGN(const bool more, rows.next());
      if (!more) return {};
      read_row(rows, sink);
    }
  }

 private:
  static void read_row(const CsvRows& rows, SpanSink& sink) {
    if (rows.ragged()) return sink.reject(rows.ragged_complaint());
    const auto wrong = [&](Column column, std::string_view expected) {
      sink.reject(rows.complaint(column, expected));
    };
    constexpr std::string_view kSpanId = "1 to 16 hex digits, not zero";
    constexpr std::string_view kTime = "nanoseconds since 1970";
    SpanView span;
    if (!parse_hex_id(rows.at(kTrace), span.trace) || span.trace.is_zero())
      return wrong(kTrace, "1 to 32 hex digits, not zero");
    if (!parse_hex_id(rows.at(kSpan), span.id) || span.id == 0)
      return wrong(kSpan, kSpanId);
    const std::string_view parent = rows.at(kParent);
    if (parent != "root" && !parent.empty() && !parse_hex_id(parent, span.parent))
      return wrong(kParent, "\"root\" or 1 to 16 hex digits");
    if (span.parent == span.id) span.parent = 0;
    if (!parse_csv_number(rows.at(kStart), span.start_ns) || span.start_ns < 0)
      return wrong(kStart, kTime);
    if (!parse_csv_number(rows.at(kEnd), span.end_ns)) return wrong(kEnd, kTime);
    span.end_ns = std::max(span.start_ns, span.end_ns);
    span.service = service_of(rows.at(kPod));
    span.operation = rows.at(kOperation);
    sink.add(span);
  }
};

}  // namespace

const TraceReader& nezha_csv_reader() {
  static const NezhaCsvReader kReader;
  return kReader;
}

}  // namespace cutset::lineage
