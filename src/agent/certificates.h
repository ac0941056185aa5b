// `cutset-agent certificates`: an authority of one's own, and certificates for the
// controller and for agents, by the program openssl. For people who have no authority; a
// company's certificates do as well.
//
// Thread rule: called once, from main.
#pragma once

#include <string>
#include <vector>

#include "base/result.h"

namespace cutset::agent {

/// Into `folder`: authority.pem and .key, controller.pem and .key, NAME.pem and .key for
/// each agent, "NAME" or "NAME=IP-ADDRESS". What is there already is kept, so that hosts
/// can be added later. Returns what was made, for people. Error: usage, no openssl.
Result<std::string> make_certificates(const std::string& folder,
                                      const std::vector<std::string>& agents);

}  // namespace cutset::agent
