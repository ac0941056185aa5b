#include "injector/hosts/inside.h"

#include <thread>

#include <fcntl.h>
#include <sched.h>

#include "base/fd.h"

namespace cutset::injector {

Status enter_network_namespace(const std::string& path) {
  if (path.empty()) return {};
  const Fd file(::open(path.c_str(), O_RDONLY | O_CLOEXEC));
  if (!file.valid()) return Error::system("cannot open the network namespace " + path);
  if (::setns(file.get(), CLONE_NEWNET) != 0)
    return Error::system("cannot enter the network namespace " + path);
  return {};
}

Status do_inside(const std::string& path, const std::function<void()>& work) {
  if (path.empty()) {
    work();
    return {};
  }
  Status entered;
  std::thread([&] {
    entered = enter_network_namespace(path);
    if (entered.ok()) work();
  }).join();
  return entered;
}

}  // namespace cutset::injector
