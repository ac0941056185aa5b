#include "injector/hosts/engine_parts.h"

#include <fmt/format.h>
#include <sys/random.h>

#include "base/hash.h"
#include "injector/address_book.h"

namespace cutset::injector {

Result<std::string> random_mark() {
  uint64_t words[2] = {};
  if (::getrandom(words, sizeof words, 0) != static_cast<ssize_t>(sizeof words))
    return Error::system("cannot read random bytes");
  return hex16(words[0]) + hex16(words[1]);
}

std::string name_of_network(const std::string& mark) {
  return "cutset-" + mark.substr(0, 8);
}

Labels mark_labels(const std::string& mark) {
  return {{"org.cutset.mark", mark}};
}

Labels service_labels(const std::string& mark, const std::string& service) {
  return {{"org.cutset.mark", mark}, {"org.cutset.service", service}};
}

int container_port(const ServiceConfig& service) {
  const std::string port = service.listen_given ? port_of(service.listen) : "0";
  return port == "0" ? kContainerPort : std::stoi(port);
}

Result<std::map<std::string, std::string>> find_images(const Config& config,
                                                       const std::string& usual_image,
                                                       EngineClient& engine) {
  std::map<std::string, std::string> ids;
  for (const ServiceConfig& service : config.services) {
    const std::string& image = service.image.empty() ? usual_image : service.image;
    if (image.empty()) {
      return Error::bad_input(
          fmt::format("service {} has no image: give it one, or \"image\" of the hosts "
                      "for all",
                      service.name));
    }
    CUTSET_ASSIGN(ids[service.name], engine.image_id(image));
  }
  return ids;
}

}  // namespace cutset::injector
