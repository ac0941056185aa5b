// The section `nodes:` of cutset.yaml; ConfigReader calls it after hosts, services and
// the workload.
//
// Thread rule: one owner.
#pragma once

#include <functional>
#include <string>
#include <vector>

#include "injector/nodes/nodes_config.h"
#include "injector/yaml_reading.h"

namespace cutset::injector {

class NodesReader {
 public:
  struct Known {
    std::vector<std::string> hosts;
    std::vector<std::string> services;
    std::string workload_on;
    std::string folder;
    /// Reports a placeholder that is not known where it stands.
    std::function<void(const YamlNode&, const TemplateText&)> check;
  };

  NodesReader(YamlReading& reading, Known known)
      : reading_(reading), known_(std::move(known)) {}

  NodesConfig read(const YamlNode& node);

 private:
  void read_roles(const YamlNode& node, NodesConfig& config);
  void read_writes(YamlSection& section, NodesConfig& config);
  void read_model(YamlSection& section, NodesConfig& config);
  void read_durations(YamlSection& section, NodesConfig& config);
  void read_modes(const YamlNode& node, NodesConfig& config);
  void read_prepare(const YamlNode& node, NodesConfig& config);
  void read_framings(const YamlNode& node, NodesConfig& config);
  bool is_one_of(const YamlNode& node, const std::string& what, const std::string& word,
                 const char* kind, const std::vector<std::string>& words);

  YamlReading& reading_;
  Known known_;
};

}  // namespace cutset::injector
