#include "driver/remarks.h"

#include <cerrno>

#include <poll.h>
#include <unistd.h>

#include "base/text.h"

namespace cutset::driver {

namespace {
constexpr size_t kLongestRemark = 200;
constexpr int kLookMs = 20;
}  // namespace

Remarks::Remarks(Recorder& recorder)
    : recorder_(recorder), reader_([this] { read_all(); }) {}

Remarks::~Remarks() {
  done_ = true;
  reader_.join();
}

void Remarks::await_heal(const std::atomic<bool>& stop) const {
  while (!stop && !healed_) std::this_thread::sleep_for(std::chrono::milliseconds(5));
}

void Remarks::read_all() {
  std::string rest;
  while (!done_) {
    pollfd polled{STDIN_FILENO, POLLIN, 0};
    if (::poll(&polled, 1, kLookMs) <= 0) continue;
    char buffer[1024];
    const ssize_t got = ::read(STDIN_FILENO, buffer, sizeof buffer);
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) break;
    rest.append(buffer, static_cast<size_t>(got));
    for (size_t end = rest.find('\n'); end != std::string::npos; end = rest.find('\n')) {
      const std::string name(trim(rest.substr(0, std::min(end, kLongestRemark))));
      rest.erase(0, end + 1);
      // A history that cannot be written is told by whoever writes operations.
      if (!name.empty()) [[maybe_unused]]
        const Status told = recorder_.remark("faults", name, "");
      if (name == "heal") healed_ = true;
    }
    if (rest.size() > kLongestRemark) rest.clear();
  }
  healed_ = true;
}

}  // namespace cutset::driver
