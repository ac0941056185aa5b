#include "injector/address_book.h"

#include "base/text.h"

namespace cutset::injector {

const ServiceAddresses& AddressBook::of(const std::string& service) const {
  const auto found = services.find(service);
  CHECK(found != services.end());
  return found->second;
}

std::optional<std::string> AddressBook::value(const std::string& placeholder,
                                              const std::string& self) const {
  if (placeholder == "otlp.address") return otlp.empty() ? kNoReceiver : otlp;
  const std::vector<std::string> words = split(placeholder, ".");
  if (words.size() == 2 && words[0] == "self" && !self.empty()) {
    const std::string& listen = of(self).listen;
    if (words[1] == "address") return listen;
    if (words[1] == "host") return host_of(listen);
    if (words[1] == "port") return port_of(listen);
    if (words[1] == "name") return self;
    return std::nullopt;
  }
  if (words.size() != 3 || words[2] == "addresses" || words[2] == "node")
    return instances.value(placeholder, {});
  const auto found = services.find(words[1]);
  if (found == services.end()) return std::nullopt;
  if (words[0] == "entry" && words[2] == "address") return found->second.entry;
  if (words[0] != "services") return std::nullopt;
  if (words[2] == "address") return found->second.proxy;
  if (words[2] == "host") return host_of(found->second.proxy);
  if (words[2] == "port") return port_of(found->second.proxy);
  if (words[2] == "direct") return found->second.listen;
  return std::nullopt;
}

Result<std::string> AddressBook::expand(const TemplateText& text,
                                        const std::string& self) const {
  return text.expand([&](const std::string& name) { return value(name, self); });
}

Result<std::vector<std::string>> AddressBook::expand(
    const std::vector<TemplateText>& texts, const std::string& self) const {
  std::vector<std::string> expanded;
  for (const TemplateText& text : texts) {
    CUTSET_ASSIGN(std::string one, expand(text, self));
    expanded.push_back(std::move(one));
  }
  return expanded;
}

std::string host_of(std::string_view address) {
  return std::string(address.substr(0, address.rfind(':')));
}

std::string port_of(std::string_view address) {
  const size_t colon = address.rfind(':');
  return colon == std::string_view::npos ? "" : std::string(address.substr(colon + 1));
}

}  // namespace cutset::injector
