// Work inside a network namespace: sockets that it opens and processes that it starts
// belong there.
//
// Thread rule: free functions; the work runs on a thread of its own while the caller
// waits.
#pragma once

#include <functional>
#include <string>

#include "base/result.h"

namespace cutset::injector {

/// `path` "": here. Error: the namespace cannot be entered; then nothing was done.
Status do_inside(const std::string& path, const std::function<void()>& work);

/// The calling thread, and the threads that it starts, stay there. `path` "": no change.
Status enter_network_namespace(const std::string& path);

}  // namespace cutset::injector
