#include "cli/play_files.h"

#include <cstdio>
#include <filesystem>

#include <fmt/format.h>
#include <unistd.h>

#include "base/file.h"
#include "report/faultsee_files.h"
#include "report/play_html.h"
#include "report/play_text.h"

namespace cutset::cli {

Status print_play(const std::string& folder, const GlobalOptions& global) {
  CUTSET_ASSIGN(const std::string text,
                render_plays({folder}, "text", global.color_on(STDOUT_FILENO)));
  std::fwrite(text.data(), 1, text.size(), stdout);
  return {};
}

Result<std::string> render_plays(const std::vector<std::string>& folders,
                                 const std::string& format, bool color) {
  if (folders.size() > report::kMostPlaysOfPage) {
    return Error::usage(fmt::format("{} records; at most {} stand beside each other",
                                    folders.size(), report::kMostPlaysOfPage));
  }
  if (format == "json") {
    if (folders.size() == 1) return read_file(folders.front() + "/result.json");
    return Error::usage("json: one record at a time");
  }
  if (format != "html" && format != "text") {
    return Error::usage(
        fmt::format("{}: the record of a play is shown as text, json or html", format));
  }
  std::vector<report::PlayView> views;
  for (const std::string& folder : folders) {
    CUTSET_ASSIGN(report::PlayView view, report::read_play(folder));
    views.push_back(std::move(view));
  }
  if (format == "html") return report::play_html(views);
  std::string text;
  for (const report::PlayView& view : views) text += report::play_text(view, color);
  return text;
}

Status write_faultsee_files(const std::string& folder, const std::string& target) {
  CUTSET_ASSIGN(const report::PlayView view, report::read_play(folder));
  std::error_code error;
  std::filesystem::create_directories(target, error);
  if (error) return Error::unavailable(fmt::format("{}: {}", target, error.message()));
  for (const auto& [name, content] : report::faultsee_files(view)) {
    CUTSET_TRY(write_file(target + "/" + name, content));
  }
  return {};
}

}  // namespace cutset::cli
