// The sections of an FDSL file; private to fdsl*.cpp and finding_file.cpp.
// Thread rule: one owner.
#pragma once

#include <optional>
#include <set>
#include <string>

#include "injector/fdsl.h"
#include "injector/yaml_reading.h"

namespace cutset::injector {

class FdslReader {
 public:
  FdslReader(YamlReading& reading, Schedule& schedule)
      : reading_(reading), schedule_(schedule) {}

  /// Reads environment, events and lineage; the caller takes its own keys and finishes
  /// the section.
  void read(YamlSection& file);

 private:
  void read_environment(const YamlNode& node);
  void read_events(const YamlNode& node);
  void read_beginning(const YamlNode& node);
  void read_moment(const YamlNode& node);
  void read_service_events(const YamlEntry& service);
  void read_fault(const std::string& service, const YamlNode& node);
  void read_target(const YamlNode& node);
  void read_request(const std::string& service, const YamlNode& node);
  std::optional<identity::CallId> read_call(const std::string& service,
                                            const YamlNode& node);
  std::optional<identity::FaultMode> read_mode(YamlSection& request);
  void read_end(const YamlNode& node);
  void read_lineage(const YamlNode& node);
  /// The one key of an event, or nullptr with a problem.
  const YamlEntry* only_key(const YamlNode& node, const std::string& what,
                            const std::vector<std::string>& known);
  bool has_service(const std::string& name) const;

  YamlReading& reading_;
  Schedule& schedule_;
  bool fdsl2_ = false;
  int64_t last_time_ = 0;
  std::set<std::string> calls_;
};

/// By the text of the call: the order of a Schedule.
void sort_faults(std::vector<RequestFault>& faults);

/// A YAML scalar in double quotes, for writing.
std::string yaml_quoted(std::string_view text);

}  // namespace cutset::injector
