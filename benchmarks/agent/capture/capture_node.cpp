// Captures a node until its standard input ends, then prints as JSON what was recorded
// and how much CPU that took.
//
//   capture_node NETNS-PATH [--ring=BYTES] [--elsewhere=ADDRESS] ADDRESS:PORT...
#include <cstdio>
#include <cstdlib>

#include <fmt/format.h>
#include <sys/resource.h>
#include <unistd.h>

#include "agent/capture/capture.h"

namespace {

using namespace cutset::agent::capture;  // NOLINT(google-build-using-namespace)

double cpu_seconds() {
  rusage used{};
  ::getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

}  // namespace

int main(int count, char** arguments) {
  Plan plan;
  plan.settings.token_prefixes = {"cst-"};
  if (count > 1) plan.network_namespace = arguments[1];
  for (int i = 2; i < count; ++i) {
    const std::string text = arguments[i];
    if (text.starts_with("--ring=")) {
      plan.ring_bytes = std::strtoul(text.c_str() + 7, nullptr, 10);
      continue;
    }
    if (text.starts_with("--elsewhere=")) {
      if (const auto peer = parse_address(text.substr(12))) plan.elsewhere.insert(*peer);
      continue;
    }
    const size_t colon = text.rfind(':');
    const auto address = parse_address(text.substr(0, colon));
    if (!address || colon == std::string::npos) {
      std::fprintf(stderr, "%s is no ADDRESS:PORT\n", arguments[i]);
      return 64;
    }
    plan.servers.insert(
        {*address, static_cast<uint16_t>(std::atoi(text.c_str() + colon + 1))});
  }
  auto capture = Capture::start(plan);
  if (!capture.ok()) {
    std::fprintf(stderr, "%s\n", capture.error().text().c_str());
    return 70;
  }
  std::puts("ready");
  std::fflush(stdout);
  const double before = cpu_seconds();
  char ignored[16];
  while (::read(0, ignored, sizeof(ignored)) > 0) {
  }
  const double used = cpu_seconds() - before;
  const Recording recording = (*capture)->stop();
  const Counts& counts = recording.counts;
  size_t tokens = 0;
  for (const MessageRecord& message : recording.messages) tokens += message.tokens.size();
  fmt::print(
      "{{\"cpu_seconds\": {:.3f}, \"packets\": {}, \"dropped\": {}, \"messages\": {}, "
      "\"not_recorded\": {}, \"tokens\": {}}}\n",
      used, counts.packets, counts.dropped, recording.messages.size(),
      counts.not_recorded, tokens);
  return 0;
}
