// How an agent on another machine is reached: by mutual TLS, each side with a certificate
// that the authority has signed.
#pragma once

#include <string>

namespace cutset::injector {

struct AgentTls {
  std::string address;      // "host:port"
  std::string certificate;  // path of a PEM file, of the controller
  std::string key;
  std::string authority;
  std::string server_name;  // in the agent's certificate; "": the host of `address`
};

}  // namespace cutset::injector
