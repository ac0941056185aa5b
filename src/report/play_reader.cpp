#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/file.h"
#include "report/json_fields.h"
#include "report/play_view.h"

namespace cutset::report {

namespace {

namespace fs = std::filesystem;
using nlohmann::ordered_json;

constexpr size_t kLargestResult = size_t{64} << 20;
constexpr size_t kLongestLine = size_t{4} << 20;
constexpr int64_t kMostLines = 1'000'000;  // of one file
constexpr int kDeepest = 16;
constexpr double kYear = 366.0 * 24 * 3600;

class Reader {
 public:
  explicit Reader(const std::string& folder) : folder_(folder) {}

  Result<PlayView> run() {
    fs::path path = fs::path(folder_).lexically_normal();
    if (!path.has_filename()) path = path.parent_path();
    view_.name = path.filename().string();
    CUTSET_TRY(read_result());
    CUTSET_TRY(read_lines("events.jsonl", [this](const ordered_json& json) {
      if (!json.contains("format")) add_event(json);
    }));
    CUTSET_TRY(read_lines("resources.jsonl",
                          [this](const ordered_json& json) { add_sample(json); }));
    CUTSET_TRY(
        read_lines("logs.jsonl", [this](const ordered_json& json) { add_line(json); }));
    const auto by_time = [](const auto& one, const auto& other) {
      return one.time < other.time;
    };
    std::stable_sort(view_.events.begin(), view_.events.end(), by_time);
    std::stable_sort(view_.samples.begin(), view_.samples.end(), by_time);
    std::stable_sort(view_.output.begin(), view_.output.end(), by_time);
    return std::move(view_);
  }

 private:
  std::string path(const std::string& name) const { return folder_ + "/" + name; }

  Seconds seconds(int64_t utc_ns) const {
    // Both are in a signed 64-bit number, their difference need not be.
    const double time =
        (static_cast<double>(utc_ns) - static_cast<double>(view_.zero_utc_ns)) / 1e9;
    const bool near =
        utc_ns > 0 && view_.zero_utc_ns > 0 && time < kYear && time > -kYear;
    if (!near) throw std::out_of_range("a time that is far from the run");
    return static_cast<double>(utc_ns - view_.zero_utc_ns) / 1e9;
  }

  std::optional<Seconds> time_of(const ordered_json& json, const char* name) const {
    if (!json.contains(name) || json[name].is_null()) return std::nullopt;
    return seconds(integer(json, name));
  }

  static std::string text_or_none(const ordered_json& json, const char* name) {
    return !json.contains(name) || json[name].is_null() ? "" : text(json, name);
  }

  Status read_result() {
    const std::string file = path("result.json");
    const auto content = read_file(file, kLargestResult);
    if (!content) {
      if (!fs::exists(path("journal.jsonl"))) return content.error();
      return Error::unavailable(
          fmt::format("{}: the run was not ended in order, there is no result.json; what "
                      "was seen is in journal.jsonl",
                      folder_));
    }
    if (is_nested_deeper(*content, kDeepest)) {
      return Error::bad_input("nested too deep for a result", file);
    }
    try {
      const auto json = ordered_json::parse(*content);
      if (text(json, "format") != "cutset-play/1") {
        return Error::bad_input("expected \"format\": \"cutset-play/1\"", file);
      }
      take_result(json);
    } catch (const std::exception& error) {
      return Error::bad_input(error.what(), file);
    }
    return {};
  }

  void take_result(const ordered_json& json) {
    view_.run = text(json, "run");
    view_.verdict = text(json, "verdict");
    view_.reason = text_or_none(json, "reason");
    view_.passed_barrier =
        json.contains("barrier_utc_ns") && !json["barrier_utc_ns"].is_null();
    view_.zero_utc_ns =
        integer(json, view_.passed_barrier ? "barrier_utc_ns" : "begun_utc_ns");
    view_.begun = seconds(integer(json, "begun_utc_ns"));
    view_.ended = seconds(integer(json, "ended_utc_ns"));
    view_.attempts = small_integer(json, "attempts");
    view_.lead_ns = integer(json, "lead_ns");
    view_.problems = texts(json, "problems");
    view_.notes = texts(json, "notes");
    for (const ordered_json& host : json.at("hosts")) take_host(host);
    for (const ordered_json& instance : json.at("instances")) {
      view_.instances.push_back({text(instance, "service"),
                                 small_integer(instance, "slot"),
                                 text(instance, "host")});
    }
    for (const ordered_json& action : json.at("actions")) take_action(action);
  }

  void take_host(const ordered_json& json) {
    PlayedHost host;
    host.name = text(json, "name");
    host.clock_offset_ns =
        integer(json, "clock_offset_ns", std::numeric_limits<int64_t>::min());
    host.clock_error_ns = integer(json, "clock_error_ns");
    host.sampling_cost_ns = integer(json, "sampling_cost_ns");
    host.notes = texts(json, "notes");
    host.problems = texts(json, "problems");
    host.lost = text_or_none(json, "lost");
    view_.hosts.push_back(std::move(host));
  }

  void take_action(const ordered_json& json) {
    PlayedAction action;
    action.number = small_integer(json, "number");
    action.id = text(json, "id");
    action.moment = text(json, "moment");
    action.line = small_integer(json, "line");
    action.what = text(json, "what");
    action.service = text_or_none(json, "service");
    if (!json.at("slot").is_null()) action.slot = small_integer(json, "slot");
    action.how = text(json, "how");
    action.hosts = texts(json, "hosts");
    action.fate = text(json, "fate");
    action.acceptable = json.at("acceptable").get<bool>();
    action.relayed = json.at("relayed").get<bool>();
    if (!json.at("due_ns").is_null()) {
      action.due = static_cast<double>(integer(json, "due_ns")) / 1e9;
    }
    action.triggered = time_of(json, "triggered_utc_ns");
    action.fired = time_of(json, "fired_utc_ns");
    action.verified = time_of(json, "verified_utc_ns");
    action.undone = time_of(json, "undone_utc_ns");
    if (!json.at("late_ns").is_null()) {
      action.late_ns = integer(json, "late_ns", std::numeric_limits<int64_t>::min());
    }
    action.spread_ns = integer(json, "spread_ns");
    action.fired_on = text_or_none(json, "fired_on");
    action.verified_by = text_or_none(json, "verified_by");
    action.error = text_or_none(json, "error");
    action.output = text_or_none(json, "output");
    view_.actions.push_back(std::move(action));
  }

  void add_event(const ordered_json& json) {
    PlayedEvent event;
    event.time = seconds(integer(json, "utc_ns"));
    event.host = text_or_none(json, "host");
    event.kind = text(json, "kind");
    event.step = text(json, "step");
    event.instance = text(json, "instance");
    event.detail = text(json, "detail");
    event.error = text(json, "error");
    view_.events.push_back(std::move(event));
  }

  void add_sample(const ordered_json& json) {
    PlayedSample sample;
    sample.time = seconds(integer(json, "utc_ns"));
    sample.host = text(json, "host");
    sample.instance = text(json, "instance");
    sample.cpu_ns = integer(json, "cpu_ns");
    sample.memory_bytes = integer(json, "memory_bytes");
    sample.received_bytes = integer(json, "received_bytes");
    sample.sent_bytes = integer(json, "sent_bytes");
    sample.read_bytes = integer(json, "read_bytes");
    sample.written_bytes = integer(json, "written_bytes");
    sample.memory_limit_bytes = integer(json, "memory_limit_bytes");
    sample.cores = integer(json, "cores");
    sample.received_packets = integer(json, "received_packets");
    sample.sent_packets = integer(json, "sent_packets");
    sample.received_dropped = integer(json, "received_dropped");
    sample.sent_dropped = integer(json, "sent_dropped");
    view_.samples.push_back(std::move(sample));
  }

  void add_line(const ordered_json& json) {
    view_.output.push_back({seconds(integer(json, "utc_ns")), text(json, "host"),
                            text(json, "instance"), text(json, "line")});
  }

  /// A file that is not there has no lines: a run without samples, say. A last line
  /// without its end was cut off by a crash and is left out.
  Status read_lines(const std::string& name,
                    const std::function<void(const ordered_json&)>& take) {
    std::ifstream file(path(name), std::ios::binary);
    if (!file) return {};
    std::string line;
    for (int number = 1; std::getline(file, line); ++number) {
      if (file.eof() || number > kMostLines || line.size() > kLongestLine) {
        ++view_.left_out;
        continue;
      }
      const auto wrong = [&](const std::string& why) {
        return Error::bad_input(why, path(name), number);
      };
      if (is_nested_deeper(line, kDeepest)) return wrong("nested too deep");
      try {
        take(ordered_json::parse(line));
      } catch (const std::exception& error) {
        return wrong(error.what());
      }
    }
    return {};
  }

  const std::string& folder_;
  PlayView view_;
};

}  // namespace

bool is_play_folder(const std::string& folder) {
  std::error_code ignored;
  return fs::is_directory(folder, ignored) &&
         (fs::exists(folder + "/result.json", ignored) ||
          fs::exists(folder + "/events.jsonl", ignored));
}

Result<PlayView> read_play(const std::string& folder) {
  return Reader(folder).run();
}

}  // namespace cutset::report
