#include "campaign/journal.h"

#include <cerrno>
#include <cstdio>
#include <deque>

#include <fcntl.h>
#include <fmt/format.h>
#include <nlohmann/json.hpp>
#include <unistd.h>

#include "base/fd.h"
#include "base/file.h"
#include "base/text.h"

namespace cutset::campaign {

namespace {

using Json = nlohmann::ordered_json;

constexpr size_t kLargestJournal = size_t{2} << 30;

/// What must be equal for a record to be the one the campaign wants to write.
std::string identity_of(const Json& record) {
  const std::string type = record.value("type", std::string());
  std::string identity = type;
  for (const char* field :
       {"run", "experiment", "id", "name", "config", "handler", "faults", "text"}) {
    const auto found = record.find(field);
    if (found != record.end()) identity += "\n" + found->dump();
  }
  return identity;
}

}  // namespace

class Journal::Impl {
 public:
  Fd file;
  std::string path;
  std::deque<Json> recorded;

  Status write(const Json& record) {
    if (!file.valid()) return {};
    std::string line = record.dump(-1, ' ', false, Json::error_handler_t::replace) + "\n";
    std::string_view left = line;
    while (!left.empty()) {
      const ssize_t count = ::write(file.get(), left.data(), left.size());
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return Error::system("cannot write the journal " + path);
      left.remove_prefix(static_cast<size_t>(count));
    }
    // Survives a crash of cutset by being written; finding records also survive one of
    // the machine.
    if (record.value("type", std::string()) == "finding") ::fdatasync(file.get());
    return {};
  }
};

Journal::Journal(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Journal::~Journal() = default;

Result<std::unique_ptr<Journal>> Journal::create(const std::string& path) {
  auto impl = std::make_unique<Impl>();
  if (!path.empty()) {
    if (::access(path.c_str(), F_OK) == 0) {
      if (std::rename(path.c_str(), (path + ".old").c_str()) != 0) {
        return Error::system("cannot keep the earlier journal as " + path + ".old");
      }
    }
    impl->path = path;
    impl->file = Fd(
        ::open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_APPEND | O_CLOEXEC, 0644));
    if (!impl->file.valid()) return Error::system("cannot create the journal " + path);
  }
  return std::unique_ptr<Journal>(new Journal(std::move(impl)));
}

/// Its records without the end; returns their size in bytes.
Result<size_t> Journal::read(const std::string& path, Impl* impl) {
  CUTSET_ASSIGN(const std::string content, read_file(path, kLargestJournal));
  impl->path = path;
  size_t kept = 0;
  size_t start = 0;
  int line = 0;
  while (start < content.size()) {
    ++line;
    const size_t end = content.find('\n', start);
    if (end == std::string::npos) break;  // cut off by a crash
    const Json record =
        Json::parse(content.begin() + static_cast<long>(start),
                    content.begin() + static_cast<long>(end), nullptr, false);
    if (!record.is_object()) {
      return Error::bad_input("expected one JSON object a line", path, line, 1);
    }
    start = end + 1;
    if (record.value("type", std::string()) == "end") break;
    kept = start;
    impl->recorded.push_back(record);
  }
  return kept;
}

Result<std::unique_ptr<Journal>> Journal::replay(const std::string& path) {
  auto impl = std::make_unique<Impl>();
  CUTSET_TRY(read(path, impl.get()));
  return std::unique_ptr<Journal>(new Journal(std::move(impl)));
}

Result<std::unique_ptr<Journal>> Journal::resume(const std::string& path) {
  auto impl = std::make_unique<Impl>();
  CUTSET_ASSIGN(const size_t kept, read(path, impl.get()));
  impl->file = Fd(::open(path.c_str(), O_WRONLY | O_APPEND | O_CLOEXEC));
  if (!impl->file.valid() ||
      ::ftruncate(impl->file.get(), static_cast<off_t>(kept)) != 0) {
    return Error::system("cannot continue the journal " + path);
  }
  return std::unique_ptr<Journal>(new Journal(std::move(impl)));
}

Status Journal::append(const nlohmann::ordered_json& record) {
  if (impl_->recorded.empty()) return impl_->write(record);
  const Json& expected = impl_->recorded.front();
  if (identity_of(expected) != identity_of(record)) {
    return Error::bad_input(fmt::format(
        "{} cannot be resumed: it continues with {} where this campaign has {} (another "
        "configuration or version); start anew without --resume",
        impl_->path, expected.dump().substr(0, 200), record.dump().substr(0, 200)));
  }
  impl_->recorded.pop_front();
  return {};
}

std::optional<nlohmann::ordered_json> Journal::recorded_result(
    const std::string& run) const {
  if (impl_->recorded.empty()) return std::nullopt;
  const Json& next = impl_->recorded.front();
  if (next.value("type", std::string()) != "result" ||
      next.value("run", std::string()) != run) {
    return std::nullopt;
  }
  return next;
}

bool Journal::replaying() const {
  return !impl_->recorded.empty();
}

}  // namespace cutset::campaign
