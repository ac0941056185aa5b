#include <algorithm>
#include <cctype>

#include <fmt/format.h>

#include "base/text.h"
#include "injector/fdsl/readers.h"
#include "injector/fdsl/yaml11.h"

namespace cutset::injector::fdsl {

namespace {

std::string upper(std::string text) {
  for (char& letter : text) {
    letter = static_cast<char>(std::toupper(static_cast<unsigned char>(letter)));
  }
  return text;
}

/// An argument of a program: text whatever it looks like, once it is in quotes.
std::optional<std::string> read_argument(Reading& reading, const YamlNode& node,
                                         const std::string& what) {
  if (node.is_null()) {
    reading.quirk(node, what + ": nothing is handed over as \"\"; write \"\"");
    return "";
  }
  const std::optional<std::string> text = reading.yaml().text(node, what);
  if (!text) return std::nullopt;
  if (text->size() > kLongestText) {
    reading.problem(node, fmt::format("{}: longer than {} bytes", what, kLongestText));
    return std::nullopt;
  }
  if (node.quoted) return text;
  const std::string handed = faultsee_argument(*text);
  if (handed == *text && !is_yaml11_truth(*text)) return text;
  reading.quirk(node, fmt::format("{}: FaultSee hands over \"{}\" for {} without quotes; "
                                  "write the text that is meant in quotes",
                                  what, handed, *text));
  return handed;
}

std::vector<std::string> read_arguments(Reading& reading, YamlSection& section,
                                        const std::string& key) {
  std::vector<std::string> arguments;
  const YamlNode* found = section.take(key);
  if (found == nullptr) return arguments;
  const std::string what = section.path(key);
  if (found->is_null()) {
    reading.quirk(*found,
                  what + ": nothing: FaultSee's master fails on it; write [] for none");
    return arguments;
  }
  for (const YamlNode& item : reading.yaml().list(*found, what)) {
    if (auto argument = read_argument(reading, item, what)) {
      arguments.push_back(std::move(*argument));
    }
  }
  return arguments;
}

void read_path(Reading& reading, YamlSection& section, const std::string& key,
               std::string& path) {
  const YamlNode* found = section.take(key);
  if (found == nullptr || found->is_null()) return;
  const auto text = reading.yaml().text(*found, section.path(key));
  if (!text) return;
  if (text->empty() && key == "fault_file_folder") {
    reading.quirk(*found, fmt::format("{}: \"\" is the default, {}; leave the key out",
                                      section.path(key), path));
    return;
  }
  if (text->empty()) {
    reading.quirk(*found,
                  fmt::format("{}: \"\" would run a program without a name; leave "
                              "the key out for {}",
                              section.path(key), path));
  }
  if (text->size() > kLongestText) {
    reading.problem(
        *found, fmt::format("{}: longer than {} bytes", section.path(key), kLongestText));
    return;
  }
  if (key == "fault_file_folder" && !text->ends_with('/')) {
    reading.warn(*found,
                 fmt::format("{}: does not end in \"/\": folder and file name are "
                             "put together as they are",
                             section.path(key)));
  }
  path = *text;
}

Custom read_custom(Reading& reading, const YamlNode& node) {
  Custom custom;
  YamlSection section(reading.yaml(), node, "custom");
  custom.kills = read_kills(reading, section);
  if (const YamlNode* found = section.require("fault_file_name")) {
    custom.file = reading.word(*found, "custom.fault_file_name").value_or("");
  }
  read_path(reading, section, "fault_file_folder", custom.folder);
  custom.script_arguments = read_arguments(reading, section, "fault_script_arguments");
  read_path(reading, section, "executable", custom.executable);
  custom.executable_arguments = read_arguments(reading, section, "executable_arguments");
  section.finish();
  return custom;
}

Signal read_signal_fault(Reading& reading, const YamlNode& node) {
  Signal signal;
  YamlSection section(reading.yaml(), node, "signal");
  if (const YamlNode* found = section.require("signal")) {
    signal.name = read_signal(reading, *found, "signal.signal").value_or("");
  }
  signal.kills = read_kills(reading, section);
  section.finish();
  return signal;
}

Cpu read_cpu(Reading& reading, const YamlNode& node) {
  Cpu cpu;
  YamlSection section(reading.yaml(), node, "cpu");
  if (const YamlNode* found = section.require("duration")) {
    const auto seconds =
        reading.whole(*found, "cpu.duration", 1, kLongestSeconds, Reading::Quoted::kQuirk,
                      "; cpu has whole seconds, cpu_pressure has duration_milliseconds");
    cpu.duration = Milliseconds(1000 * seconds.value_or(1));
  }
  section.finish();
  return cpu;
}

}  // namespace

bool read_kills(Reading& reading, YamlSection& section) {
  const YamlNode* found = section.require("kills_container");
  if (found == nullptr) return false;
  const std::string what = section.path("kills_container");
  const auto text = reading.yaml().text(*found, what);
  if (!text) return false;
  const std::string word = upper(*text);
  if (word != "YES" && word != "NO") {
    reading.problem(*found, fmt::format("{}: expected \"yes\" or \"no\" in quotes, found "
                                        "{}",
                                        what, found->described()));
    return false;
  }
  if (!found->quoted) {
    reading.warn(*found,
                 fmt::format("{}: {} without quotes is a truth value to YAML 1.1, and "
                             "FaultSee refuses the file; write \"{}\"",
                             what, *text, *text));
  }
  return word == "YES";
}

std::optional<std::string> read_signal(Reading& reading, const YamlNode& node,
                                       const std::string& what) {
  const auto text = reading.yaml().text(node, what);
  if (!text) return std::nullopt;
  const std::string name = upper(*text);
  const std::vector<std::string>& known = signal_names();
  const auto is_known = [&](const std::string& word) {
    return std::find(known.begin(), known.end(), word) != known.end();
  };
  if (!is_known(name)) {
    const std::string meant = is_known("SIG" + name)
                                  ? fmt::format("; write \"SIG{}\"", name)
                                  : suggestion(name, known);
    reading.problem(node, fmt::format("{}: unknown signal \"{:.100}\"{} (signals have "
                                      "their SIG prefix: SIGTERM, SIGKILL, ...)",
                                      what, *text, meant));
    return std::nullopt;
  }
  if (name != *text) {
    reading.quirk(node, fmt::format("{}: \"{}\" is read as {}: only FaultSee's local "
                                    "controllers ignore the case",
                                    what, *text, name));
  }
  if (!exists_on_linux(name)) {
    reading.warn(node, fmt::format("{}: {} does not exist on Linux: sending it fails",
                                   what, name));
  }
  return name;
}

std::optional<Fault> read_fault(Reading& reading, const std::string& service,
                                const std::string& key, const YamlNode& node) {
  if (key == "kill") {
    const bool empty = node.is_null() || (node.is_map() && node.entries.empty());
    if (!empty) reading.warn(node, "kill: its value is ignored; write \"kill:\" alone");
    return Kill{};
  }
  if (key == "signal") return read_signal_fault(reading, node);
  if (key == "cpu") return read_cpu(reading, node);
  if (key == "custom") return read_custom(reading, node);
  reading.extension({node.line, node.column}, "the fault \"" + key + "\"");
  if (key == "request") return read_request(reading, service, node);
  if (key == "partition" || key == "omission" || key == "delay" || key == "bandwidth") {
    return read_network_fault(reading, key, node);
  }
  return read_node_fault(reading, service, key, node);
}

}  // namespace cutset::injector::fdsl
