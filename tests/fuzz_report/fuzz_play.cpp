// Any bytes as the files of a record end in a view that keeps its invariants, or in an
// error with its file.
//
// The input is the four files one after the other, a zero byte between them:
//   printf '%s\0' ... ; see tests/report/play/record for a seed.
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <filesystem>
#include <string>

#include <stdlib.h>

#include "base/check.h"
#include "base/file.h"
#include "report/faultsee_files.h"
#include "report/play_text.h"
#include "report/play_view.h"

namespace cutset::report {
namespace {

/// Made once, gone with the process.
class Folder {
 public:
  Folder() : path_((std::filesystem::temp_directory_path() / "fuzz-XXXXXX").string()) {
    CHECK(::mkdtemp(path_.data()) != nullptr);
  }
  ~Folder() {
    std::error_code ignored;
    std::filesystem::remove_all(path_, ignored);
  }
  const std::string& path() const { return path_; }

 private:
  std::string path_;
};

const std::string& folder() {
  static const Folder made;
  return made.path();
}

template <typename Things>
void check_times(const Things& things) {
  constexpr double kYear = 366.0 * 24 * 3600;
  double last = -kYear;
  for (const auto& thing : things) {
    CHECK(std::isfinite(thing.time) && std::abs(thing.time) <= kYear);
    CHECK(thing.time >= last);
    last = thing.time;
  }
}

void check(std::string_view input) {
  for (const char* name :
       {"result.json", "events.jsonl", "resources.jsonl", "logs.jsonl"}) {
    const size_t end = input.find('\0');
    CHECK(write_file(folder() + "/" + name, input.substr(0, end)));
    input.remove_prefix(end == std::string_view::npos ? input.size() : end + 1);
  }
  const auto view = read_play(folder());
  if (!view) {
    CHECK(!view.error().file.empty());
    return;
  }
  check_times(view->events);
  check_times(view->samples);
  check_times(view->output);
  (void)play_text(*view, true);
  CHECK(faultsee_files(*view).size() == 7);
}

}  // namespace
}  // namespace cutset::report

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  cutset::report::check({reinterpret_cast<const char*>(data), size});
  return 0;
}
