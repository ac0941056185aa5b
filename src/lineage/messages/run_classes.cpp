#include "lineage/messages/run_classes.h"

#include <set>

#include <fmt/format.h>

#include "base/hash.h"

namespace cutset::lineage::messages {

uint64_t run_class(const MessageExecution& execution, const Roles& roles,
                   const Identities& identities,
                   const std::map<std::string, Lineage>& lineages,
                   const std::vector<Reaction>& reactions) {
  std::set<std::string> lines;
  for (const auto& [of, count] : identities.counts)
    lines.insert(fmt::format("message {} {} {}", role_name(of.from), role_name(of.to),
                             of.content));
  for (const auto& [token, lineage] : lineages) {
    for (const Support& support : lineage.supports) {
      std::string line = "support";
      for (size_t i = 0; i < support.links.size(); ++i) {
        const int64_t sent = execution.messages[support.messages[i]].sent_ns;
        line +=
            fmt::format(" {}>{}", role_name(roles.role_of(support.links[i].from, sent)),
                        role_name(roles.role_of(support.links[i].to, sent)));
      }
      lines.insert(std::move(line));
    }
  }
  for (const Reaction& reaction : reactions)
    lines.insert(fmt::format("reaction {} {} {}", reaction_name(reaction.kind),
                             role_name(roles.role_of(reaction.from, reaction.time_ns)),
                             role_name(roles.role_of(reaction.to, reaction.time_ns))));
  Fnv64 hash;
  for (const std::string& line : lines) hash.add(line + "\n");
  return hash.value();
}

UnseenMass unseen_mass(const std::vector<uint64_t>& classes_of_runs) {
  std::map<uint64_t, size_t> counts;
  for (const uint64_t one : classes_of_runs) ++counts[one];
  UnseenMass mass;
  mass.runs = classes_of_runs.size();
  mass.classes = counts.size();
  for (const auto& [of, count] : counts)
    if (count == 1) ++mass.singletons;
  if (mass.runs > 0)
    mass.estimate = static_cast<double>(mass.singletons) / static_cast<double>(mass.runs);
  return mass;
}

}  // namespace cutset::lineage::messages
