#include "agent/intent_log.h"

#include <algorithm>
#include <cerrno>
#include <charconv>

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "agent/random_word.h"
#include "base/file.h"
#include "base/text.h"

namespace cutset::agent {

namespace {

constexpr size_t kLogLimit = size_t{64} << 20;

std::string log_path(const std::string& state_folder) {
  return state_folder + "/intent.log";
}

Result<Fd> open_log(const std::string& state_folder) {
  const std::string path = log_path(state_folder);
  Fd file(::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC | O_NOFOLLOW));
  if (!file.valid()) return Error::system("cannot open " + path);
  return file;
}

template <typename Number>
bool parse_number(const std::string& text, Number& number) {
  const auto [end, code] =
      std::from_chars(text.data(), text.data() + text.size(), number);
  return code == std::errc() && end == text.data() + text.size();
}

std::string alive_path(const std::string& state_folder) {
  return state_folder + "/alive";
}

uint64_t read_alive(const std::string& state_folder) {
  const Result<std::string> content = read_file(alive_path(state_folder), 64);
  uint64_t ticks = 0;
  if (!content.ok() || !parse_number(std::string(trim(*content)), ticks)) return 0;
  return ticks;
}

bool parse_id(const std::string& pid, const std::string& start, ProcessId& id) {
  return parse_number(pid, id.pid) && parse_number(start, id.start) && id.pid > 1;
}

bool is_word(const std::string& text) {
  return text.size() == 32 &&
         text.find_first_not_of("0123456789abcdef") == std::string::npos;
}

std::optional<Intent> parse_head(const std::vector<std::string>& words) {
  Intent intent;
  if (words.size() < 6 || words[0] != "cutset-intent" || words[1] != "1")
    return std::nullopt;
  if (!parse_id(words[2], words[3], intent.keeper) || !is_word(words[4]))
    return std::nullopt;
  intent.mark = words[4];
  intent.world = words[5];
  return intent;
}

void parse_undo(const std::string& line, const std::string& number, Intent& intent) {
  OpenRecord open;
  std::optional<UndoRecord> record =
      parse_record(std::string_view(line).substr(sizeof "undo " + number.size()));
  if (!record || !parse_number(number, open.number)) return;
  open.record = std::move(*record);
  intent.open.push_back(std::move(open));
}

void parse_line(const std::string& line, Intent& intent) {
  const std::vector<std::string> words = split(line, " ");
  ProcessId id;
  if (words[0] == "socket" && words.size() > 1) {
    intent.socket = line.substr(words[0].size() + 1);
  } else if (words[0] == "own-folder") {
    intent.own_folder = true;
  } else if (words[0] == "worker" && words.size() == 3 &&
             parse_id(words[1], words[2], id)) {
    intent.worker = id;
  } else if (words[0] == "running" && words.size() == 4 &&
             parse_id(words[2], words[3], id)) {
    intent.running.push_back({words[1], id});
  } else if (words[0] == "ended" && words.size() == 3 && parse_id(words[2], "0", id)) {
    std::erase_if(intent.running, [&](const RunningService& running) {
      return running.name == words[1] && running.id.pid == id.pid;
    });
  } else if (words[0] == "undo" && words.size() > 2) {
    parse_undo(line, words[1], intent);
  } else if (words[0] == "undone" && words.size() == 2) {
    std::erase_if(intent.open, [&](const OpenRecord& open) {
      return std::to_string(open.number) == words[1];
    });
  } else if (words[0] == "closed" && words.size() == 1) {
    intent.closed = true;
  }
}

}  // namespace

std::optional<Intent> parse_intent(std::string_view text) {
  std::vector<std::string> lines = split(text, "\n");
  lines.pop_back();  // what follows the last end of line: nothing, or a torn line
  if (lines.empty()) return std::nullopt;
  std::optional<Intent> intent = parse_head(split(lines[0], " "));
  if (!intent) return std::nullopt;
  for (size_t i = 1; i < lines.size(); ++i) parse_line(lines[i], *intent);
  return intent;
}

Result<std::optional<Intent>> read_intent(const std::string& state_folder) {
  const std::string path = log_path(state_folder);
  if (::access(path.c_str(), F_OK) != 0 && errno == ENOENT)
    return std::optional<Intent>();
  CUTSET_ASSIGN(const std::string content, read_file(path, kLogLimit));
  std::optional<Intent> intent = parse_intent(content);
  if (intent) intent->alive_until = read_alive(state_folder);
  return intent;
}

Result<IntentLog> IntentLog::begin(const std::string& state_folder,
                                   const std::vector<OpenRecord>& left) {
  CUTSET_ASSIGN(std::string mark, random_word());
  const auto self = read_process(::getpid());
  if (!self) return Error::internal("cannot read /proc/self/stat: is /proc mounted?");
  std::string text = fmt::format("cutset-intent 1 {} {} {} {}\n", self->id.pid,
                                 self->id.start, mark, world());
  for (const OpenRecord& open : left) {
    CUTSET_ASSIGN(const std::string line, encode_record(open.record));
    text += fmt::format("undo {} {}\n", open.number, line);
  }
  CUTSET_TRY(write_file(log_path(state_folder), text));
  CUTSET_ASSIGN(Fd file, open_log(state_folder));
  const std::string alive_name = alive_path(state_folder);
  Fd alive_file(::open(alive_name.c_str(),
                       O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOFOLLOW, 0600));
  if (!alive_file.valid()) return Error::system("cannot open " + alive_name);
  return IntentLog(std::move(file), std::move(alive_file), std::move(mark));
}

Status IntentLog::close_after_crash(const std::string& state_folder,
                                    const std::vector<uint64_t>& undone, bool closed) {
  CUTSET_ASSIGN(Fd file, open_log(state_folder));
  IntentLog log(std::move(file), Fd(), "");
  CUTSET_TRY(log.append("", false));  // ends a torn line
  for (const uint64_t number : undone) CUTSET_TRY(log.undone(number));
  return closed ? log.closed() : Status();
}

Status IntentLog::append(const std::string& line, bool flush) {
  const std::string text = line + "\n";
  struct stat before {};
  if (::fstat(file_.get(), &before) != 0)
    return Error::system("cannot look at the intent log");
  Status written = write(text, flush);
  // Half a line would swallow the next one; giving room back works on a full disk too.
  if (!written.ok() && ::ftruncate(file_.get(), before.st_size) != 0)
    return Error::system("cannot cut a torn line off the intent log");
  return written;
}

Status IntentLog::write(std::string_view text, bool flush) {
  size_t written = 0;
  while (written < text.size()) {
    const ssize_t count =
        ::write(file_.get(), text.data() + written, text.size() - written);
    if (count < 0 && errno == EINTR) continue;
    if (count < 0) return Error::system("cannot write the intent log");
    written += static_cast<size_t>(count);
  }
  if (flush && ::fdatasync(file_.get()) != 0)
    return Error::system("cannot flush the intent log");
  return {};
}

Status IntentLog::socket(const std::string& path, bool own_folder) {
  CUTSET_TRY(append("socket " + path, false));
  return own_folder ? append("own-folder", false) : Status();
}
Status IntentLog::worker(const ProcessId& id) {
  return append(fmt::format("worker {} {}", id.pid, id.start), false);
}
Status IntentLog::start(const std::string& service) {
  return append("start " + service, false);
}
Status IntentLog::running(const std::string& service, const ProcessId& id) {
  return append(fmt::format("running {} {} {}", service, id.pid, id.start), false);
}
Status IntentLog::ended(const std::string& service, pid_t pid) {
  return append(fmt::format("ended {} {}", service, pid), false);
}
Status IntentLog::undo(uint64_t number, const UndoRecord& record, bool outlives_boot) {
  CUTSET_ASSIGN(const std::string line, encode_record(record));
  return append(fmt::format("undo {} {}", number, line), outlives_boot);
}
Status IntentLog::undone(uint64_t number) {
  return append(fmt::format("undone {}", number), false);
}
Status IntentLog::alive() {
  // One small write over the same bytes: a reader sees the old time or the new one.
  const std::string text = fmt::format("{:020}\n", ticks_since_boot());
  if (::pwrite(alive_file_.get(), text.data(), text.size(), 0) !=
      static_cast<ssize_t>(text.size())) {
    return Error::system("cannot write the keeper's sign of life");
  }
  return {};
}
Status IntentLog::closed() {
  return append("closed", false);
}

}  // namespace cutset::agent
