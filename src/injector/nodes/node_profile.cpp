#include "injector/nodes/node_profile.h"

#include <fmt/format.h>

#include "lineage/messages/identities.h"
#include "lineage/messages/run_classes.h"

namespace cutset::injector {

namespace messages = lineage::messages;

campaign::nodes::RunProfile profile_of(
    const messages::MessageExecution& execution, const messages::Roles& roles,
    const std::map<std::string, messages::Lineage>& lineages,
    const std::vector<messages::Reaction>& reactions) {
  const messages::Identities identities = messages::find_identities(execution, roles);
  campaign::nodes::RunProfile profile;
  profile.run_class =
      messages::run_class(execution, roles, identities, lineages, reactions);
  for (const auto& [of, count] : identities.counts) {
    const auto periodic = identities.periodic.find(of);
    const bool regular = periodic != identities.periodic.end() && periodic->second;
    profile.messages[fmt::format("{} -> {} {}", messages::role_name(of.from),
                                 messages::role_name(of.to), of.content)] =
        regular ? 0 : count;
  }
  return profile;
}

}  // namespace cutset::injector
