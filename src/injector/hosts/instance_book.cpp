#include "injector/hosts/instance_book.h"

#include <charconv>

#include <fmt/format.h>

#include "base/text.h"
#include "injector/address_book.h"

namespace cutset::injector {

namespace {

std::optional<int> slot_of(const std::string& word) {
  int slot = 0;
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), slot);
  if (error != std::errc() || end != word.data() + word.size() || slot < 0)
    return std::nullopt;
  return slot;
}

}  // namespace

const InstancePlace& InstanceBook::of(const InstanceKey& instance) const {
  const auto found = places.find(instance);
  CHECK(found != places.end());
  return found->second;
}

std::optional<std::string> InstanceBook::value(const std::string& placeholder,
                                               const InstanceKey& self) const {
  if (placeholder == "otlp.address") return otlp.empty() ? kNoReceiver : otlp;
  const std::vector<std::string> words = split(placeholder, ".");
  if (words.size() == 2 && words[0] == "self") return of_self(words[1], self);
  if (words[0] != "services") return std::nullopt;
  if (words.size() == 3 && words[2] == "addresses") {
    std::vector<std::string> all;
    for (auto next = places.lower_bound({words[1], 0});
         next != places.end() && next->first.first == words[1]; ++next) {
      all.push_back(*of_other(next->first, "address"));
    }
    if (all.empty()) return std::nullopt;
    return join(all, ",");
  }
  if (words.size() == 3) return of_other({words[1], 0}, words[2]);
  if (words.size() != 4) return std::nullopt;
  const std::optional<int> slot = slot_of(words[2]);
  if (!slot) return std::nullopt;
  return of_other({words[1], *slot}, words[3]);
}

std::optional<std::string> InstanceBook::of_self(const std::string& word,
                                                 const InstanceKey& self) const {
  const auto found = places.find(self);
  if (found == places.end()) return std::nullopt;
  const InstancePlace& place = found->second;
  if (word == "address") return place.listen;
  if (word == "host") return host_of(place.listen);
  if (word == "port") return port_of(place.listen);
  if (word == "name") return self.first;
  if (word == "slot") return std::to_string(self.second);
  if (word == "node") return place.node;
  if (word == "data" && !place.data.empty()) return place.data;
  return std::nullopt;
}

std::optional<std::string> InstanceBook::of_other(const InstanceKey& other,
                                                  const std::string& word) const {
  const auto found = places.find(other);
  if (found == places.end()) return std::nullopt;
  const InstancePlace& place = found->second;
  const std::string& called = place.proxy.empty() ? place.listen : place.proxy;
  if (word == "address") return called;
  if (word == "host") return host_of(called);
  if (word == "port") return port_of(called);
  if (word == "direct") return place.listen;
  if (word == "node") return place.node;
  return std::nullopt;
}

Result<std::string> InstanceBook::expand(const TemplateText& text,
                                         const InstanceKey& self) const {
  return text.expand([&](const std::string& name) { return value(name, self); });
}

std::string instance_service(const InstanceKey& instance) {
  return fmt::format("{}.{}", instance.first, instance.second);
}

}  // namespace cutset::injector
