#include "history/event_reader.h"

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>

#include "history/json_cursor.h"
#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/text.h"

namespace cutset::history {

namespace {

constexpr int64_t kMostProcesses = 1'000'000'000;
constexpr size_t kLongestName = 256;  // f, phase, endpoint, remark's author

template <typename Integer>
std::optional<Integer> integer(const std::string& text) {
  Integer number{};
  const char* end = text.data() + text.size();
  const auto [stop, failed] = std::from_chars(text.data(), end, number);
  if (failed != std::errc() || stop != end) return std::nullopt;
  return number;
}

/// The line being read, with the names it has had.
struct Reading {
  explicit Reading(std::string_view line) : cursor(line) {}

  Error wrong(int column, std::string message) const {
    return Error::bad_input(std::move(message), "", 0, column);
  }

  Result<std::string> name(std::string_view field) {
    const int column = cursor.column();
    if (cursor.peek() != '"') {
      const std::string found = cursor.found();
      return cursor.problem(fmt::format("{}: expected text, found {}", field, found));
    }
    CUTSET_ASSIGN(std::string text, cursor.text());
    if (text.size() > kLongestName) {
      return wrong(column, fmt::format("{}: longer than {} bytes", field, kLongestName));
    }
    return text;
  }

  template <typename Integer>
  Result<Integer> whole_number(std::string_view field) {
    cursor.peek();
    const int column = cursor.column();
    const std::string found = cursor.found();
    CUTSET_ASSIGN(const Value value, cursor.value());
    const auto number =
        value.kind == Value::Kind::kNumber ? integer<Integer>(value.text) : std::nullopt;
    if (number && *number >= 0) return *number;
    return wrong(column,
                 fmt::format("{}: expected a whole number from 0, found {}", field,
                             value.kind == Value::Kind::kNumber ? value.text : found));
  }

  JsonCursor cursor;
  Event event;
  Header header;
  std::string format;
  std::vector<std::string> names;
};

Status read_type(Reading& reading) {
  const int column = reading.cursor.column();
  CUTSET_ASSIGN(const std::string name, reading.name("type"));
  for (const EventType type :
       {EventType::kInvoke, EventType::kOk, EventType::kFail, EventType::kInfo}) {
    if (name != type_name(type)) continue;
    reading.event.type = type;
    return {};
  }
  return reading.wrong(
      column,
      fmt::format("type: expected invoke, ok, fail or info, found \"{}\"{}",
                  one_line(name), suggestion(name, {"invoke", "ok", "fail", "info"})));
}

Status read_process(Reading& reading) {
  if (reading.cursor.peek() == '"') {
    CUTSET_ASSIGN(reading.event.remark_of, reading.name("process"));
    return {};
  }
  const int column = reading.cursor.column();
  CUTSET_ASSIGN(const int64_t process, reading.whole_number<int64_t>("process"));
  if (process > kMostProcesses) {
    return reading.wrong(column, fmt::format("process: larger than {}", kMostProcesses));
  }
  reading.event.process = process;
  return {};
}

Status read_key(Reading& reading) {
  reading.cursor.peek();
  const int column = reading.cursor.column();
  const std::string found = reading.cursor.found();
  CUTSET_ASSIGN(Value key, reading.cursor.value());
  if (key.is_nothing()) return {};
  if (key.kind != Value::Kind::kText && key.kind != Value::Kind::kNumber) {
    return reading.wrong(column, "key: expected text or a number, found " + found);
  }
  reading.event.key = std::move(key);
  return {};
}

Status read_optional_name(Reading& reading, const char* field, std::string& out) {
  if (reading.cursor.peek() == 'n') return reading.cursor.skip();
  CUTSET_ASSIGN(out, reading.name(field));
  return {};
}

Status read_field(Reading& reading, const std::string& name) {
  Event& event = reading.event;
  JsonCursor& cursor = reading.cursor;
  cursor.peek();
  if (name == "type") return read_type(reading);
  if (name == "process") return read_process(reading);
  if (name == "key") return read_key(reading);
  if (name == "phase") return read_optional_name(reading, "phase", event.phase);
  if (name == "endpoint") return read_optional_name(reading, "endpoint", event.endpoint);
  if (name == "f") {
    CUTSET_ASSIGN(event.f, reading.name("f"));
  } else if (name == "value") {
    CUTSET_ASSIGN(event.value, cursor.value());
  } else if (name == "token") {
    if (cursor.peek() == 'n') return cursor.skip();
    CUTSET_ASSIGN(event.token, cursor.text());
  } else if (name == "error") {
    if (cursor.peek() != '"') return cursor.skip();
    CUTSET_ASSIGN(event.error, cursor.text());
  } else if (name == "time") {
    CUTSET_ASSIGN(event.time_ns, reading.whole_number<int64_t>("time"));
  } else if (name == "format") {
    CUTSET_ASSIGN(reading.format, reading.name("format"));
  } else if (name == "seed") {
    CUTSET_ASSIGN(reading.header.seed, reading.whole_number<uint64_t>("seed"));
  } else if (name == "started_unix_ns") {
    CUTSET_ASSIGN(reading.header.started_unix_ns, reading.whole_number<int64_t>(name));
  } else if (name == "started_monotonic_ns") {
    CUTSET_ASSIGN(reading.header.started_monotonic_ns,
                  reading.whole_number<int64_t>(name));
  } else {
    return cursor.skip();
  }
  return {};
}

Status check_complete(const Reading& reading) {
  const auto has = [&](std::string_view name) {
    for (const std::string& given : reading.names) {
      if (given == name) return true;
    }
    return false;
  };
  for (const char* name : {"process", "type", "f"}) {
    if (!has(name)) {
      return reading.wrong(1, fmt::format("the field \"{}\" is missing", name));
    }
  }
  if (reading.event.f.empty()) return reading.wrong(1, "f: expected a name, found \"\"");
  if (!reading.event.process && reading.event.type != EventType::kInfo) {
    return reading.wrong(
        1, fmt::format("process: expected a number; \"{}\" is no client, and its lines "
                       "are of type info",
                       one_line(reading.event.remark_of)));
  }
  return {};
}

}  // namespace

std::string_view type_name(EventType type) {
  switch (type) {
    case EventType::kInvoke:
      return "invoke";
    case EventType::kOk:
      return "ok";
    case EventType::kFail:
      return "fail";
    case EventType::kInfo:
      return "info";
  }
  return "info";
}

bool Event::same_as(const Event& other) const {
  return process == other.process && remark_of == other.remark_of && type == other.type &&
         f == other.f && key == other.key && value == other.value &&
         token == other.token && time_ns == other.time_ns && phase == other.phase &&
         endpoint == other.endpoint && error == other.error;
}

Result<std::variant<Header, Event>> parse_line(std::string_view line) {
  Reading reading(line);
  JsonCursor& cursor = reading.cursor;
  CUTSET_TRY(cursor.require('{', "at the beginning of a line"));
  bool more = !cursor.take('}');
  while (more) {
    cursor.peek();
    const int column = cursor.column();
    CUTSET_ASSIGN(std::string name, cursor.text());
    for (const std::string& given : reading.names) {
      if (given == name) {
        return reading.wrong(column,
                             fmt::format("the field \"{}\" twice", one_line(name)));
      }
    }
    CUTSET_TRY(cursor.require(':', "after a name"));
    CUTSET_TRY(read_field(reading, name));
    reading.names.push_back(std::move(name));
    if (reading.names.size() > 64) return cursor.problem("more than 64 fields");
    more = !cursor.take('}');
    if (more) CUTSET_TRY(cursor.require(',', "or \"}\" after a field"));
  }
  if (!cursor.at_end()) {
    const std::string found = cursor.found();
    return cursor.problem("expected the end of the line after \"}\", found " + found);
  }
  if (!reading.format.empty()) {
    if (reading.format == kFormat) return std::variant<Header, Event>(reading.header);
    return reading.wrong(1, fmt::format("format: expected \"{}\", found \"{}\"", kFormat,
                                        one_line(reading.format)));
  }
  CUTSET_TRY(check_complete(reading));
  return std::variant<Header, Event>(std::move(reading.event));
}

Status EventReader::cut_lines(std::string_view bytes) {
  while (true) {
    const size_t end = bytes.find('\n');
    if (rest_.size() + std::min(end, bytes.size()) > kLongestLine) {
      return Error::bad_input(fmt::format("a line longer than {} bytes", kLongestLine),
                              file_, line_ + 1, 1);
    }
    if (end == std::string_view::npos) {
      rest_.append(bytes);
      return {};
    }
    if (rest_.empty()) {
      CUTSET_TRY(read_line(bytes.substr(0, end)));
    } else {
      rest_.append(bytes.substr(0, end));
      CUTSET_TRY(read_line(rest_));
      rest_.clear();
    }
    bytes.remove_prefix(end + 1);
  }
}

Status EventReader::last_line() {
  if (rest_.empty()) return {};
  const std::string line = std::move(rest_);
  rest_.clear();
  return read_line(line);
}

Status EventReader::read_line(std::string_view line) {
  ++line_;
  if (trim(line).empty()) return {};
  auto parsed = parse_line(line);
  if (!parsed.ok()) {
    return Error::bad_input(parsed.error().message, file_, line_, parsed.error().column);
  }
  if (const Header* header = std::get_if<Header>(&*parsed)) {
    if (events_ > 0) {
      return Error::bad_input("the line with \"format\" is not the first", file_, line_,
                              1);
    }
    header_ = *header;
    return {};
  }
  Event event = std::move(std::get<Event>(*parsed));
  event.line = line_;
  CUTSET_TRY(check_order(event));
  if (++events_ > kMostEvents) {
    return Error::bad_input(fmt::format("more than {} events", kMostEvents), file_, line_,
                            1);
  }
  ready_.push_back(std::move(event));
  return {};
}

Status EventReader::check_order(const Event& event) {
  const auto wrong = [&](std::string message) {
    return Error::bad_input(std::move(message), file_, line_, 1);
  };
  if (event.time_ns) {
    if (*event.time_ns < last_time_ns_) {
      return wrong(fmt::format("time {} is before {}, the time of an earlier line",
                               *event.time_ns, last_time_ns_));
    }
    last_time_ns_ = *event.time_ns;
  }
  if (!event.process) return {};
  const auto open = open_.find(*event.process);
  if (event.type == EventType::kInvoke) {
    if (open != open_.end()) {
      return wrong(
          fmt::format("process {} invokes {} while its operation of line {} is "
                      "open; a process does one thing at a time",
                      *event.process, one_line(event.f), open->second));
    }
    open_.emplace(*event.process, line_);
    return {};
  }
  if (open == open_.end()) {
    return wrong(fmt::format("process {} completes {} and has invoked nothing",
                             *event.process, one_line(event.f)));
  }
  open_.erase(open);
  return {};
}

Result<EventLog> parse_history(std::string_view text, const std::string& file) {
  EventLog log;
  EventReader reader(file);
  const auto take = [&](Event&& event) { log.events.push_back(std::move(event)); };
  CUTSET_TRY(reader.add(text, take));
  CUTSET_TRY(reader.finish(take));
  log.header = reader.header();
  return log;
}

Result<EventLog> read_history(const std::string& path) {
  const bool standard = path == "-";
  Fd owned(standard ? -1 : ::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!standard && !owned.valid()) {
    return Error::bad_input(fmt::format("cannot be read: {}", std::strerror(errno)),
                            path);
  }
  const std::string name = standard ? "<stdin>" : path;
  EventLog log;
  EventReader reader(name);
  const auto take = [&](Event&& event) { log.events.push_back(std::move(event)); };
  std::array<char, size_t{64} << 10> buffer{};
  while (true) {
    const ssize_t got =
        ::read(standard ? STDIN_FILENO : owned.get(), buffer.data(), buffer.size());
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      return Error::bad_input(fmt::format("cannot be read: {}", std::strerror(errno)),
                              name);
    }
    if (got == 0) break;
    CUTSET_TRY(reader.add({buffer.data(), static_cast<size_t>(got)}, take));
  }
  CUTSET_TRY(reader.finish(take));
  log.header = reader.header();
  return log;
}

}  // namespace cutset::history
