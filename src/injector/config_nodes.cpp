// The section `nodes:`, and what it asks of the others.
#include <algorithm>

#include <fmt/format.h>

#include "injector/config_reader.h"
#include "injector/nodes/node_fdsl.h"
#include "injector/nodes/nodes_reader.h"

namespace cutset::injector {

void ConfigReader::read_nodes(const YamlNode& node) {
  NodesReader::Known known;
  known.hosts = config_.hosts.names;
  for (const ServiceConfig& service : config_.services)
    known.services.push_back(service.name);
  known.workload_on = config_.workload.on;
  known.folder = absolute("");
  known.check = [this](const YamlNode& where, const TemplateText& text) {
    check_placeholders(where, text, Where::kHarness);
  };
  config_.nodes = NodesReader(reading_, std::move(known)).read(node);

  if (config_.hosts.kind != HostsConfig::Kind::kNamespaces) {
    reading_.problem(node,
                     "nodes: each node needs a network of its own, which cutset makes "
                     "of namespaces; say hosts: {namespaces: [n1, n2, ...]}");
  }
  if (config_.service(kClientsService) != nullptr) {
    reading_.problem(node,
                     fmt::format("nodes: \"{}\" is the workload, a service cannot have "
                                 "this name",
                                 kClientsService));
  }
  if (!config_.workload.history) {
    reading_.problem(
        node,
        "nodes: the workload has to write a history, so that every "
        "acknowledged write is known; give it \"operations\" and \"client\"");
  }
  const bool judged = std::any_of(
      config_.outcomes.begin(), config_.outcomes.end(), [](const OutcomeConfig& outcome) {
        return outcome.check.source == CheckConfig::Source::kHistory;
      });
  if (!judged) {
    reading_.problem(node,
                     "nodes: no outcome is judged over the history; add one, e.g. "
                     "{name: writes survive, history: acknowledged-writes}");
  }
}

}  // namespace cutset::injector
