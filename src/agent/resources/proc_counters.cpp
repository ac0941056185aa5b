#include "agent/resources/proc_counters.h"

#include <charconv>
#include <vector>

namespace cutset::agent {

namespace {

constexpr uint64_t kSector = 512;  // of /proc/diskstats, whatever the disk has
constexpr uint64_t kKibi = 1024;

std::vector<std::string_view> words_of(std::string_view line) {
  std::vector<std::string_view> words;
  while (true) {
    const size_t begin = line.find_first_not_of(" \t");
    if (begin == std::string_view::npos) return words;
    line.remove_prefix(begin);
    const size_t end = line.find_first_of(" \t");
    words.push_back(line.substr(0, end));
    if (end == std::string_view::npos) return words;
    line.remove_prefix(end);
  }
}

template <typename Use>
void each_line(std::string_view text, const Use& use) {
  while (!text.empty()) {
    const size_t end = text.find('\n');
    use(text.substr(0, end));
    if (end == std::string_view::npos) return;
    text.remove_prefix(end + 1);
  }
}

uint64_t number(std::string_view word) {
  uint64_t value = 0;
  std::from_chars(word.data(), word.data() + word.size(), value);
  return value;
}

uint64_t number_at(const std::vector<std::string_view>& words, size_t index) {
  return index < words.size() ? number(words[index]) : 0;
}

}  // namespace

CpuTicks parse_cpu(std::string_view text) {
  CpuTicks ticks;
  each_line(text, [&](std::string_view line) {
    const auto words = words_of(line);
    if (words.empty() || !words[0].starts_with("cpu")) return;
    if (words[0] != "cpu") {
      ++ticks.cores;
      return;
    }
    // user nice system (idle iowait) irq softirq steal; guests are in user and nice.
    for (const size_t index : {1, 2, 3, 6, 7, 8}) ticks.busy += number_at(words, index);
  });
  return ticks;
}

MemoryBytes parse_memory(std::string_view text) {
  uint64_t total = 0;
  uint64_t available = 0;
  each_line(text, [&](std::string_view line) {
    const auto words = words_of(line);
    if (words.size() < 2) return;
    if (words[0] == "MemTotal:") total = number(words[1]) * kKibi;
    if (words[0] == "MemAvailable:") available = number(words[1]) * kKibi;
  });
  return {total > available ? total - available : 0, total};
}

TrafficCounters parse_traffic(std::string_view text) {
  TrafficCounters sum;
  each_line(text, [&](std::string_view line) {
    const size_t colon = line.find(':');
    if (colon == std::string_view::npos) return;  // the two lines of the head
    const auto words = words_of(line.substr(colon + 1));
    sum.received_bytes += number_at(words, 0);
    sum.received_packets += number_at(words, 1);
    sum.received_dropped += number_at(words, 3);
    sum.sent_bytes += number_at(words, 8);
    sum.sent_packets += number_at(words, 9);
    sum.sent_dropped += number_at(words, 11);
  });
  return sum;
}

DiskBytes parse_disks(std::string_view text,
                      const std::function<bool(std::string_view)>& is_whole) {
  DiskBytes sum;
  each_line(text, [&](std::string_view line) {
    const auto words = words_of(line);
    if (words.size() < 10 || !is_whole(words[2])) return;
    sum.read += number(words[5]) * kSector;
    sum.written += number(words[9]) * kSector;
  });
  return sum;
}

DiskBytes parse_process_io(std::string_view text) {
  DiskBytes bytes;
  each_line(text, [&](std::string_view line) {
    const auto words = words_of(line);
    if (words.size() < 2) return;
    if (words[0] == "read_bytes:") bytes.read = number(words[1]);
    if (words[0] == "write_bytes:") bytes.written = number(words[1]);
  });
  return bytes;
}

std::optional<uint64_t> parse_process_ticks(std::string_view text) {
  // The name, in brackets, may hold brackets and spaces itself.
  const size_t end = text.rfind(')');
  if (end == std::string_view::npos) return std::nullopt;
  const auto words = words_of(text.substr(end + 1));
  // utime, stime, cutime, cstime are fields 14 to 17; words[0] is field 3.
  if (words.size() < 15) return std::nullopt;
  return number(words[11]) + number(words[12]) + number(words[13]) + number(words[14]);
}

uint64_t parse_process_pages(std::string_view text) {
  const auto words = words_of(text);
  const uint64_t resident = number_at(words, 1);
  const uint64_t shared = number_at(words, 2);
  return resident > shared ? resident - shared : 0;
}

}  // namespace cutset::agent
