// Network namespaces with a name, as `ip netns` shows them: files below /run/netns.
//
// Thread rule: free functions without state.
#pragma once

#include <string>

#include "base/result.h"

namespace cutset::agent {

std::string namespace_path(const std::string& name);

/// A new one, in which only `lo` is and is down. Error: no rights; the name is taken.
Status make_namespace(const std::string& name);
/// It lives on as long as processes are in it. Error: it has the name and stays.
Status remove_namespace(const std::string& name);

/// The calling process goes there. Requires: it has one thread. Error: no such namespace,
/// no rights.
Status enter_namespace(const std::string& path);

}  // namespace cutset::agent
