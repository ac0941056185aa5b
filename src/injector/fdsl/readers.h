// The parts of an FDSL file, one function each. All record what is wrong in the Reading
// and return what they could read. Private to fdsl/.
// Thread rule: one owner of the Reading.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "injector/fdsl/reading.h"

namespace cutset::injector::fdsl {

// events_reader.cpp
void read_events(Reading& reading, const YamlNode& node, Schedule& schedule);

// service_event_reader.cpp
void read_service_events(Reading& reading, const YamlEntry& service, Moment& moment);
/// `specific`: the list of slots.
std::vector<int> read_slots(Reading& reading, const YamlNode& node,
                            const std::string& what);

// fault_reader.cpp
std::optional<Fault> read_fault(Reading& reading, const std::string& service,
                                const std::string& key, const YamlNode& node);
std::optional<std::string> read_signal(Reading& reading, const YamlNode& node,
                                       const std::string& what);
/// kills_container: "yes" or "no".
bool read_kills(Reading& reading, YamlSection& section);

// node_reader.cpp: crash, pause, disk_wipe, clock_offset, pressure
std::optional<Fault> read_node_fault(Reading& reading, const std::string& service,
                                     const std::string& key, const YamlNode& node);
Lasting read_lasting(Reading& reading, YamlSection& section);

// network_reader.cpp: partition, omission, delay, bandwidth
std::optional<Fault> read_network_fault(Reading& reading, const std::string& key,
                                        const YamlNode& node);
std::optional<Endpoint> read_endpoint(Reading& reading, const YamlNode& node,
                                      const std::string& what);
std::optional<Framing> read_framing(Reading& reading, YamlSection& section,
                                    const std::string& why);

// call_reader.cpp
std::optional<Fault> read_request(Reading& reading, const std::string& service,
                                  const YamlNode& node);
/// The keys call, from, operation, within, nth, count of a section; `service` is the
/// callee. `count` only where calls are faulted, not awaited.
enum class Count { kAllowed, kRefused };
std::optional<CallMatch> read_call_match(Reading& reading, const std::string& service,
                                         YamlSection& section, Count count);
/// `key` >= 1, default 1.
int64_t read_nth(Reading& reading, YamlSection& section, const std::string& key);

// trigger_reader.cpp
std::optional<Trigger> read_trigger(Reading& reading, const YamlNode& node);
std::optional<CrashPoint> read_crash_point(Reading& reading, const std::string& service,
                                           const YamlNode& node);

}  // namespace cutset::injector::fdsl
