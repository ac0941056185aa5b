#include "injector/play/record_folder.h"

#include <filesystem>

#include <fcntl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"
#include "injector/play/step_action.h"

namespace cutset::injector::play {

namespace {

namespace fs = std::filesystem;
namespace v1 = agent::v1;
using nlohmann::ordered_json;

constexpr size_t kLongestLine = 64 << 10;

std::string json_line(const ordered_json& json) {
  return json.dump(-1, ' ', false, ordered_json::error_handler_t::replace) + "\n";
}

Status write_all(int file, std::string_view content) {
  while (!content.empty()) {
    const ssize_t written = ::write(file, content.data(), content.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return Error::system("write");
    content.remove_prefix(static_cast<size_t>(written));
  }
  return {};
}

std::string output_line(const OutputLine& line) {
  return json_line({{"utc_ns", line.utc_ns},
                    {"error_ns", line.error_ns},
                    {"host", line.host},
                    {"instance", line.instance},
                    {"line", line.line}});
}

/// Instances are named by schedules: no name leaves the folder.
std::string log_name(const std::string& instance) {
  std::string name = instance;
  for (char& letter : name) {
    if (letter == '/') letter = '.';
  }
  return "logs/" + name + ".log";
}

}  // namespace

Result<std::unique_ptr<RecordFolder>> RecordFolder::open(const std::string& path) {
  std::unique_ptr<RecordFolder> folder(new RecordFolder(path));
  if (path.empty()) return folder;
  std::error_code error;
  fs::create_directories(fs::path(path) / "logs", error);
  if (error) {
    return Error::unavailable(fmt::format("{}: {}", path, error.message()));
  }
  if (fs::exists(fs::path(path) / "journal.jsonl")) {
    return Error::usage(
        fmt::format("{} has a record already; give --record another folder", path));
  }
  CUTSET_TRY(folder->file("journal.jsonl"));
  return folder;
}

Result<int> RecordFolder::file(const std::string& name) {
  const auto found = files_.find(name);
  if (found != files_.end()) return found->second.get();
  const std::string path = path_ + "/" + name;
  Fd opened(::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0644));
  if (!opened.valid()) return Error::system(path);
  return files_.emplace(name, std::move(opened)).first->second.get();
}

void RecordFolder::note(const Status& status) {
  if (status.ok() || !problem_.empty()) return;
  problem_ = fmt::format("the record is incomplete: {}", status.error().message);
  log_error("{}", problem_);
}

void RecordFolder::append(const std::string& name, std::string_view content) {
  if (path_.empty()) return;
  const Result<int> opened = file(name);
  note(opened ? write_all(*opened, content) : Status(opened.error()));
}

std::string RecordFolder::problem() const {
  const std::lock_guard lock(mutex_);
  return problem_;
}

void RecordFolder::add_event(const PlayEvent& event) {
  const std::lock_guard lock(mutex_);
  append("journal.jsonl", event_line(event));
}

void RecordFolder::add_samples(const std::string& host, const ClockOffset& clock,
                               const v1::ResourceSamples& samples) {
  std::string lines;
  for (const v1::ResourceSample& sample : samples.samples()) {
    ordered_json json = {{"utc_ns", clock.to_ours(sample.utc_ns())}, {"host", host}};
    if (sample.has_instance()) json["instance"] = instance_text(sample.instance());
    json["cpu_ns"] = sample.cpu_ns();
    json["memory_bytes"] = sample.memory_bytes();
    json["received_bytes"] = sample.received_bytes();
    json["sent_bytes"] = sample.sent_bytes();
    json["read_bytes"] = sample.read_bytes();
    json["written_bytes"] = sample.written_bytes();
    json["processes"] = sample.processes();
    const auto known = [&json](const char* key, uint64_t value) {
      if (value > 0) json[key] = value;
    };
    known("memory_limit_bytes", sample.memory_limit_bytes());
    known("cores", sample.cores());
    known("received_packets", sample.received_packets());
    known("sent_packets", sample.sent_packets());
    known("received_dropped", sample.received_dropped());
    known("sent_dropped", sample.sent_dropped());
    lines += json_line(json);
  }
  const std::lock_guard lock(mutex_);
  append("resources.jsonl", lines);
}

void RecordFolder::add_output(const std::string& host, const std::string& instance,
                              std::string_view output, int64_t utc_ns, int64_t error_ns) {
  const std::lock_guard lock(mutex_);
  if (path_.empty()) return;
  append(log_name(instance), output);
  OutputLine& rest = unfinished_[instance];
  rest.host = host;
  rest.instance = instance;
  rest.utc_ns = utc_ns;
  rest.error_ns = error_ns;
  std::string lines;
  while (!output.empty()) {
    const size_t end = output.find('\n');
    rest.line += output.substr(0, end);
    output.remove_prefix(end == std::string_view::npos ? output.size() : end + 1);
    if (end == std::string_view::npos && rest.line.size() < kLongestLine) break;
    lines += output_line(rest);
    rest.line.clear();
  }
  append("logs.jsonl", lines);
}

void RecordFolder::add_file(const std::string& name, std::string_view content) {
  const std::lock_guard lock(mutex_);
  if (path_.empty()) return;
  note(write_file(path_ + "/" + name, content));
}

void RecordFolder::finish(const PlayRecord& record) {
  {
    const std::lock_guard lock(mutex_);
    std::string rest;
    for (const auto& [instance, line] : unfinished_) {
      if (!line.line.empty()) rest += output_line(line);
    }
    unfinished_.clear();
    append("logs.jsonl", rest);
  }
  std::string lines =
      json_line({{"format", "cutset-events/1"},
                 {"run", record.run},
                 {"barrier_utc_ns", record.barrier_utc_ns == 0
                                        ? ordered_json()
                                        : ordered_json(record.barrier_utc_ns)}});
  for (const PlayEvent& event : record.events) lines += event_line(event);
  add_file("events.jsonl", lines);
  add_file("result.json", play_json(record));
}

std::string event_line(const PlayEvent& event) {
  const v1::StepEvent& step = event.event;
  ordered_json json = {
      {"utc_ns", event.utc_ns},
      {"error_ns", event.error_ns},
      {"host", event.host.empty() ? ordered_json() : ordered_json(event.host)},
      {"kind", kind_name(step.kind())}};
  if (step.number() > 0) json["number"] = step.number();
  if (!step.step().empty()) json["step"] = step.step();
  if (step.has_instance()) json["instance"] = instance_text(step.instance());
  if (step.since_barrier_ns() != 0) json["since_barrier_ns"] = step.since_barrier_ns();
  if (!step.detail().empty()) json["detail"] = step.detail();
  if (!step.error().empty()) json["error"] = step.error();
  const bool has_code = step.kind() == v1::StepEvent::OUTPUT ||
                        step.kind() == v1::StepEvent::INSTANCE_ENDED;
  if (has_code) json["exit_code"] = step.exit_code();
  if (step.hits() > 0) json["hits"] = step.hits();
  return json_line(json);
}

}  // namespace cutset::injector::play
