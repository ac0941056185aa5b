// Alibaba's call graphs (alibaba/clusterdata), v2021 and v2022: one call a row, or two,
// one by its caller and one by its callee. rpcid is the path of the call: its identity
// and, without the last number, its parent.
//
// Names that one row does not know are in its twin, which may come before or after: rows
// that lack one wait, and what the others know is kept for a while (TwinNames).
#include <array>
#include <cmath>
#include <cstdlib>
#include <deque>
#include <string>
#include <unordered_map>

#include "base/hash.h"
#include "lineage/formats/csv_rows.h"
#include "lineage/formats/readers.h"
#include "lineage/name_table.h"

namespace cutset::lineage {

namespace {

enum Column : size_t {
  kTime,
  kTrace,
  kCall,
  kCaller,
  kType,
  kInterface,
  kCallee,
  kTaken
};

constexpr std::array<CsvColumn, 8> kColumns{{{"timestamp"},
                                             {"traceid"},
                                             {"rpcid", true, "rpc_id"},
                                             {"um"},
                                             {"rpctype"},
                                             {"interface"},
                                             {"dm"},
                                             {"rt"}}};

bool is_missing(std::string_view name) {
  return name.empty() || name == "(?)" || name == "NAN" || name == "nan" || name == "NaN";
}

std::string_view known(std::string_view name) {
  return is_missing(name) ? std::string_view() : name;
}

/// Both sides of the calls that were seen last, by span. Bounded: of twins that are more
/// than kMost calls apart, one does not hear of the other.
class TwinNames {
 public:
  struct Names {
    NameId caller = NameTable::kEmpty;
    NameId callee = NameTable::kEmpty;
  };
  static constexpr size_t kMost = size_t{1} << 19;

  Names& of(uint64_t call) {
    const auto found = young_.find(call);
    if (found != young_.end()) return found->second;
    Names names;
    const auto old = old_.find(call);
    if (old != old_.end()) names = old->second;
    if (young_.size() >= kMost) {
      old_.swap(young_);
      young_.clear();
    }
    return young_[call] = names;
  }

 private:
  std::unordered_map<uint64_t, Names> young_;
  std::unordered_map<uint64_t, Names> old_;
};

/// A row as a span; names by number, since it may have to wait.
struct CallRow {
  uint64_t call = 0;  // identity of the call over all traces
  TraceId trace;
  SpanId id = 0;
  SpanId parent = 0;
  bool by_callee = false;
  SpanKind kind = SpanKind::kUnspecified;
  NameId caller = NameTable::kEmpty;
  NameId callee = NameTable::kEmpty;
  NameId interface = NameTable::kEmpty;
  NameId type = NameTable::kEmpty;
  int64_t start_ns = 0;
  int64_t end_ns = 0;

  /// The name of the recorder, or of a caller's callee, is missing.
  bool lacks_name() const {
    const NameId service = by_callee ? callee : caller;
    return service == NameTable::kEmpty || (!by_callee && callee == NameTable::kEmpty);
  }
};

/// Milliseconds, with or without a fraction, to nanoseconds. False: no number.
bool parse_milliseconds(std::string_view text, double& nanoseconds) {
  constexpr size_t kLongest = 40;
  constexpr double kNanoseconds = 1e6;
  constexpr double kMost = 4e18;  // two of them are an int64_t
  const std::string copy(text.substr(0, kLongest));
  char* end = nullptr;
  nanoseconds = std::strtod(copy.c_str(), &end) * kNanoseconds;
  return !copy.empty() && text.size() <= kLongest && *end == '\0' &&
         std::abs(nanoseconds) < kMost;
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  for (char& character : lower) {
    if (character >= 'A' && character <= 'Z')
      character = static_cast<char>(character - 'A' + 'a');
  }
  return lower;
}

/// "0", "0.1.12": numbers and points.
bool is_path(std::string_view text) {
  return !text.empty() && text.front() != '.' && text.back() != '.' &&
         text.find("..") == std::string_view::npos &&
         text.find_first_not_of("0123456789.") == std::string_view::npos;
}

uint64_t hash_of(std::string_view trace, std::string_view path) {
  Fnv64 hash;
  hash.add(trace);
  hash.add("\n");
  hash.add(path);
  return hash.value() == 0 ? 1 : hash.value();
}

class RowsReader {
 public:
  explicit RowsReader(SpanSink& sink) : sink_(sink) {}

  void read_row(const CsvRows& rows) {
    if (rows.ragged()) return sink_.reject(rows.ragged_complaint());
    if (names_.bytes() > kMostNameBytes) start_over();
    CallRow row;
    if (!read_identity(rows, row) || !read_times(rows, row)) return;
    read_kind(rows, row);
    row.caller = names_.intern(known(rows.at(kCaller)));
    row.callee = names_.intern(known(rows.at(kCallee)));
    row.interface = names_.intern(known(rows.at(kInterface)));
    TwinNames::Names& twin = twins_.of(row.call);
    if (row.caller != NameTable::kEmpty) twin.caller = row.caller;
    if (row.callee != NameTable::kEmpty) twin.callee = row.callee;
    take_names(row);
    if (!row.lacks_name()) return add(row);
    waiting_.push_back(row);
    if (waiting_.size() > TwinNames::kMost) {
      add_waiting(waiting_.front());
      waiting_.pop_front();
    }
  }

  void finish() {
    for (CallRow& row : waiting_) add_waiting(row);
    waiting_.clear();
  }

 private:
  static constexpr size_t kMostNameBytes = size_t{64} << 20;

  /// Names without end are forgotten, and with them what twins know of each other.
  void start_over() {
    finish();
    twins_ = TwinNames();
    names_ = NameTable();
  }

  bool read_identity(const CsvRows& rows, CallRow& row) {
    const std::string_view trace = rows.at(kTrace);
    const std::string_view path = rows.at(kCall);
    if (is_missing(trace)) return wrong(rows, kTrace, "the id of a trace");
    if (!is_path(path)) return wrong(rows, kCall, "numbers and points, as 0.1.2");
    if (!parse_hex_id(trace, row.trace) || row.trace.is_zero())
      row.trace = TraceId{fnv64(trace), hash_of(trace, "")};
    row.call = hash_of(trace, path);
    row.id = row.call;
    const size_t point = path.rfind('.');
    if (point != std::string_view::npos)
      row.parent = hash_of(trace, path.substr(0, point));
    return true;
  }

  bool read_times(const CsvRows& rows, CallRow& row) {
    double start = 0;
    double taken = 0;
    constexpr std::string_view kMilliseconds = "milliseconds";
    if (!parse_milliseconds(rows.at(kTime), start) || start < 0)
      return wrong(rows, kTime, kMilliseconds);
    if (!parse_milliseconds(rows.at(kTaken), taken))
      return wrong(rows, kTaken, kMilliseconds);
    row.by_callee = taken < 0;
    row.start_ns = static_cast<int64_t>(start);
    row.end_ns = static_cast<int64_t>(start + std::abs(taken));
    return true;
  }

  void read_kind(const CsvRows& rows, CallRow& row) {
    const std::string type = lower_case(known(rows.at(kType)));
    row.type = names_.intern(type);
    if (type == "mq") {
      row.kind = row.by_callee ? SpanKind::kConsumer : SpanKind::kProducer;
    } else {
      row.kind = row.by_callee ? SpanKind::kServer : SpanKind::kClient;
    }
  }

  bool wrong(const CsvRows& rows, Column column, std::string_view expected) {
    sink_.reject(rows.complaint(column, expected));
    return false;
  }

  void take_names(CallRow& row) {
    const TwinNames::Names& twin = twins_.of(row.call);
    if (row.caller == NameTable::kEmpty) row.caller = twin.caller;
    if (row.callee == NameTable::kEmpty) row.callee = twin.callee;
  }

  void add_waiting(CallRow& row) {
    take_names(row);
    add(row);
  }

  void add(const CallRow& row) {
    SpanView span;
    span.trace = row.trace;
    span.id = row.id;
    span.parent = row.parent;
    span.kind = row.kind;
    span.shared = row.by_callee;
    span.service = names_.text(row.by_callee ? row.callee : row.caller);
    span.peer = names_.text(row.by_callee ? row.caller : row.callee);
    span.operation =
        names_.text(row.interface == NameTable::kEmpty ? row.type : row.interface);
    span.start_ns = row.start_ns;
    span.end_ns = row.end_ns;
    const SpanAttribute type{"rpctype", names_.text(row.type)};
    if (row.type != NameTable::kEmpty) span.attributes = {&type, 1};
    sink_.add(span);
  }

  SpanSink& sink_;
  NameTable names_;
  TwinNames twins_;
  std::deque<CallRow> waiting_;
};

class AlibabaCsvReader : public TraceReader {
 public:
  std::string_view name() const override { return "alibaba-csv"; }
  std::string_view describe() const override { return "Alibaba call graph CSV"; }
  bool recognises(std::string_view head) const override {
    return has_csv_columns(head, kColumns);
  }

  Status read(TraceInput& input, SpanSink& sink) const override {
    CsvRows rows(input, kColumns);
    CUTSET_TRY(rows.read_header());
    RowsReader reader(sink);
    for (;;) {
      CUTSET_ASSIGN(const bool more, rows.next());
      if (!more) break;
      reader.read_row(rows);
    }
    reader.finish();
    return {};
  }
};

}  // namespace

const TraceReader& alibaba_csv_reader() {
  static const AlibabaCsvReader kReader;
  return kReader;
}

}  // namespace cutset::lineage
