#include "cli/schedule_files.h"

#include <cctype>
#include <filesystem>
#include <set>
#include <utility>
#include <vector>

#include <fmt/format.h>

#include "base/file.h"
#include "base/log.h"
#include "base/text.h"
#include "injector/campaign_schedule.h"
#include "injector/fdsl/write.h"

namespace cutset::cli {

namespace {

namespace fs = std::filesystem;

/// A trace does not say how long the workload may take; FDSL needs an end.
constexpr int64_t kEndSeconds = 60;

Result<injector::Schedule> schedule_of(const report::AnalysedClass& request_class,
                                       const report::AnalysedCut& cut) {
  CUTSET_ASSIGN(const identity::FaultMode mode, identity::parse_fault_mode("error(503)"));
  std::set<std::string> services;
  std::vector<injector::RequestFault> faults;
  for (const std::string& id : cut.ids) {
    injector::RequestFault fault;
    CUTSET_ASSIGN(fault.call, identity::parse_call_id(id));
    fault.mode = mode;
    for (const identity::Point& point : fault.call.points) services.insert(point.callee);
    faults.push_back(std::move(fault));
  }
  return injector::make_schedule({services.begin(), services.end()}, std::move(faults),
                                 "", join(request_class.outcomes, "; "), kEndSeconds);
}

}  // namespace

std::string file_slug(const std::string& name) {
  constexpr size_t kLongest = 60;
  std::string slug;
  for (const char character : name) {
    const bool plain = std::isalnum(static_cast<unsigned char>(character)) != 0;
    if (plain) {
      slug += static_cast<char>(std::tolower(static_cast<unsigned char>(character)));
    } else if (!slug.empty() && slug.back() != '-') {
      slug += '-';
    }
    if (slug.size() == kLongest) break;
  }
  while (!slug.empty() && slug.back() == '-') slug.pop_back();
  return slug.empty() ? "requests" : slug;
}

std::string class_folder(const report::Analysis& analysis, size_t index) {
  return fmt::format("{:02}-{}", index + 1, file_slug(analysis.classes[index].name));
}

namespace {

/// Schedules of earlier calls, by their names, that are not in `written`.
size_t older_schedules(const std::string& folder, const std::set<fs::path>& written) {
  size_t count = 0;
  std::error_code ignored;
  for (const fs::directory_entry& place : fs::directory_iterator(folder, ignored)) {
    if (!place.is_directory(ignored)) continue;
    for (const fs::directory_entry& file : fs::directory_iterator(place, ignored)) {
      const std::string name = file.path().filename().string();
      const bool is_schedule = name.starts_with("cut-") && name.ends_with(".yml");
      count += is_schedule && written.count(file.path()) == 0 ? 1 : 0;
    }
  }
  return count;
}

}  // namespace

Status write_schedules(const std::string& folder, report::Analysis& analysis) {
  std::set<fs::path> written;
  for (size_t index = 0; index < analysis.classes.size(); ++index) {
    report::AnalysedClass& request_class = analysis.classes[index];
    if (request_class.cuts.empty()) continue;
    const fs::path place = fs::path(folder) / class_folder(analysis, index);
    std::error_code error;
    fs::create_directories(place, error);
    if (error) {
      return Error::unavailable(
          fmt::format("{}: cannot be made: {}", place.string(), error.message()));
    }
    for (size_t number = 0; number < request_class.cuts.size(); ++number) {
      report::AnalysedCut& cut = request_class.cuts[number];
      CUTSET_ASSIGN(const injector::Schedule schedule, schedule_of(request_class, cut));
      const fs::path file = place / fmt::format("cut-{:02}.yml", number + 1);
      CUTSET_TRY(write_file(file.string(), injector::fdsl::write_schedule(schedule)));
      cut.schedule = file.string();
      written.insert(file);
    }
  }
  if (const size_t older = older_schedules(folder, written); older > 0) {
    log_warning(
        "{}: {} left from before {} not of this analysis (an empty folder has none)",
        folder, older == 1 ? "1 schedule" : fmt::format("{} schedules", older),
        older == 1 ? "is" : "are");
  }
  return {};
}

}  // namespace cutset::cli
