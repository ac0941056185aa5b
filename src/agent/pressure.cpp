#include "agent/pressure.h"

#include <algorithm>
#include <charconv>
#include <csignal>
#include <cstdio>
#include <thread>

#include <fmt/format.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"
#include "base/text.h"

namespace cutset::agent {

namespace {

constexpr uint64_t kMostCores = 4096;
constexpr uint64_t kPiece = uint64_t{8} << 20;

std::optional<uint64_t> number(const std::string& text) {
  uint64_t value = 0;
  const auto [end, code] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (code != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return value;
}

void await_moment_then_end_after(uint64_t seconds) {
  ::raise(SIGSTOP);
  ::alarm(static_cast<unsigned>(std::clamp<uint64_t>(seconds, 1, 7 * 24 * 3600)));
}

[[noreturn]] void spin() {
  // Volatile, so that the loop is not taken for one that does nothing.
  volatile uint64_t turns = 0;
  while (true) turns = turns + 1;
}

[[noreturn]] void burn(uint64_t cores) {
  std::vector<std::thread> threads;
  for (uint64_t i = 1; i < cores; ++i) threads.emplace_back(spin);
  spin();
}

void be_first_to_die() {
  if (FILE* file = std::fopen("/proc/self/oom_score_adj", "we")) {
    std::fputs("1000", file);
    std::fclose(file);
  }
}

int hold(uint64_t bytes, uint64_t reserve) {
  void* memory = ::mmap(nullptr, bytes, PROT_READ | PROT_WRITE,
                        MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  if (memory == MAP_FAILED) return 1;
  const auto page = static_cast<uint64_t>(::sysconf(_SC_PAGESIZE));
  auto* bytes_held = static_cast<volatile char*>(memory);
  for (uint64_t at = 0; at < bytes; at += page) {
    if (at % kPiece == 0 && available_memory() < reserve) return 1;
    // Different in each page: equal ones could be merged.
    bytes_held[at] = static_cast<char>(1 + at / page % 127);
  }
  while (true) ::pause();
}

}  // namespace

std::optional<int> run_pressure(const std::vector<std::string>& arguments) {
  std::vector<uint64_t> numbers;
  for (size_t i = 1; i < arguments.size() && i < 4; ++i) {
    const std::optional<uint64_t> value = number(arguments[i]);
    if (!value) return std::nullopt;
    numbers.push_back(*value);
  }
  if (arguments.size() == 3 && arguments[0] == "burn-cpu") {
    await_moment_then_end_after(numbers[1]);
    burn(std::clamp<uint64_t>(numbers[0], 1, kMostCores));
  }
  if (arguments.size() == 4 && arguments[0] == "hold-memory") {
    be_first_to_die();
    await_moment_then_end_after(numbers[2]);
    return hold(numbers[0], numbers[1]);
  }
  return std::nullopt;
}

uint64_t available_memory() {
  const auto text = read_file("/proc/meminfo", 65536);
  if (!text.ok()) return 0;
  for (const std::string& line : split(*text, "\n")) {
    if (!line.starts_with("MemAvailable:")) continue;
    std::string_view value =
        trim(std::string_view(line).substr(sizeof "MemAvailable:" - 1));
    value = value.substr(0, value.find(' '));
    return number(std::string(value)).value_or(0) * 1024;
  }
  return 0;
}

uint64_t resident_memory(pid_t pid) {
  const auto text = read_file(fmt::format("/proc/{}/statm", pid), 4096);
  if (!text.ok()) return 0;
  const std::vector<std::string> fields = split(*text, " ");
  if (fields.size() < 2) return 0;
  return number(fields[1]).value_or(0) * static_cast<uint64_t>(::sysconf(_SC_PAGESIZE));
}

uint64_t cpu_ticks(pid_t pid) {
  const auto text = read_file(fmt::format("/proc/{}/stat", pid), 4096);
  if (!text.ok()) return 0;
  const size_t close = text->rfind(") ");
  if (close == std::string::npos) return 0;
  const std::vector<std::string> fields = split(text->substr(close + 2), " ");
  constexpr size_t kUser = 11;  // fields 14 and 15 of the line, counted from the state
  if (fields.size() <= kUser + 1) return 0;
  return number(fields[kUser]).value_or(0) + number(fields[kUser + 1]).value_or(0);
}

}  // namespace cutset::agent
