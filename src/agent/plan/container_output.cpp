#include "agent/plan/container_output.h"

#include <atomic>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <cstdio>
#include <string_view>
#include <thread>

#include <fcntl.h>
#include <unistd.h>

#include "agent/engine/container_engine.h"
#include "agent/plan/instances.h"
#include "agent/plan/process_body.h"
#include "agent/state_folder.h"
#include "base/fd.h"
#include "base/log.h"

namespace cutset::agent {

namespace {

constexpr int kAttempts = 5;
constexpr std::chrono::milliseconds kBetweenAttempts{100};

/// That of an earlier plan is kept as the one before: readers see that this is another.
Fd new_file(const std::string& path) {
  (void)::rename(path.c_str(), (path + ".old").c_str());
  return Fd(::open(path.c_str(),
                   O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC | O_NOFOLLOW,
                   0600));
}

}  // namespace

/// One instance's, with a thread of its own.
class ContainerOutput::Copier {
 public:
  Copier(const std::string& socket, const std::string& path)
      : engine_(socket), file_(new_file(path)), thread_([this] { run(); }) {
    if (!file_.valid()) log_warning("cannot make {}", path);
  }
  ~Copier() {
    {
      const std::lock_guard lock(mutex_);
      stop_ = true;
    }
    changed_.notify_all();
    thread_.join();
  }
  Copier(const Copier&) = delete;
  Copier& operator=(const Copier&) = delete;

  void started(const std::string& container) {
    const std::lock_guard lock(mutex_);
    container_ = container;
    ++lives_;
    changed_.notify_all();
  }

 private:
  void run() {
    uint64_t copied = 0;
    while (true) {
      std::string container;
      {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&] { return stop_ || lives_ > copied; });
        if (stop_) return;
        copied = lives_;
        container = container_;
      }
      copy(container);
    }
  }

  /// Until the container ends.
  void copy(const std::string& container) {
    if (container != taken_of_) taken_ = 0;
    taken_of_ = container;
    for (int attempt = 0; attempt < kAttempts && !stop_; ++attempt) {
      uint64_t come = 0;
      const Status ended = engine_.follow_output(
          container,
          [&](std::string_view piece) {
            const uint64_t known = come < taken_ ? taken_ - come : 0;
            come += piece.size();
            if (known < piece.size()) write(piece.substr(known));
          },
          [this] { return stop_.load(); });
      if (ended.ok() || stop_) return;
      std::this_thread::sleep_for(kBetweenAttempts);
    }
  }

  void write(std::string_view bytes) {
    taken_ += bytes.size();
    while (!bytes.empty()) {
      const ssize_t count = ::write(file_.get(), bytes.data(), bytes.size());
      if (count < 0 && errno == EINTR) continue;
      if (count <= 0) return;  // a full disk keeps no output of processes either
      bytes.remove_prefix(static_cast<size_t>(count));
    }
  }

  const ContainerEngine engine_;
  const Fd file_;
  // Of the thread:
  std::string taken_of_;  // a container
  uint64_t taken_ = 0;    // bytes of its output
  std::mutex mutex_;      // guards what follows
  std::condition_variable changed_;
  std::atomic<bool> stop_ = false;
  std::string container_;
  uint64_t lives_ = 0;
  std::thread thread_;  // the last: it uses the others
};

ContainerOutput::ContainerOutput(std::string state_folder)
    : state_folder_(std::move(state_folder)) {}

ContainerOutput::~ContainerOutput() = default;

void ContainerOutput::started(const v1::Instance& instance,
                              const std::string& container) {
  const std::lock_guard lock(mutex_);
  std::unique_ptr<Copier>& copier = copiers_[text_of(instance.name())];
  if (!copier) {
    copier =
        std::make_unique<Copier>(instance.container().engine(),
                                 log_file(state_folder_, service_name(instance.name())));
  }
  copier->started(container);
}

}  // namespace cutset::agent
