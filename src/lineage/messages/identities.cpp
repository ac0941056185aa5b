#include "lineage/messages/identities.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <set>

#include <fmt/format.h>

namespace cutset::lineage::messages {

namespace {

constexpr size_t kFewestPeriods = 6;
constexpr double kMostVariation = 0.35;
constexpr double kShortestPeriod =
    20e6;  // ns; what comes faster is work, not a heartbeat
constexpr size_t kClassBytes = 4;

std::string content_of(const Message& message) {
  if (!message.label.empty()) return message.label;
  std::string text = fmt::format("<={}", std::bit_ceil(message.end - message.begin));
  for (size_t i = 0; i < std::min(kClassBytes, message.first_bytes.size()); ++i)
    text += fmt::format("{}{:02x}", i == 0 ? " " : "",
                        static_cast<unsigned char>(message.first_bytes[i]));
  return text;
}

/// Whether messages come at even distances on each of their links.
bool regular(const std::map<std::pair<int, bool>, std::vector<int64_t>>& times) {
  std::vector<double> gaps;
  for (const auto& [link, moments] : times)
    for (size_t i = 1; i < moments.size(); ++i)
      gaps.push_back(static_cast<double>(moments[i] - moments[i - 1]));
  if (gaps.size() < kFewestPeriods) return false;
  double sum = 0;
  double squares = 0;
  for (const double gap : gaps) {
    sum += gap;
    squares += gap * gap;
  }
  const double mean = sum / static_cast<double>(gaps.size());
  const double variance =
      std::max(0.0, squares / static_cast<double>(gaps.size()) - mean * mean);
  return mean >= kShortestPeriod && std::sqrt(variance) <= kMostVariation * mean;
}

}  // namespace

std::string text_of(const MessageIdentity& identity) {
  return fmt::format("{} -> {} {} #{}", role_name(identity.of.from),
                     role_name(identity.of.to), identity.of.content,
                     identity.ordinal == 0 ? "*" : std::to_string(identity.ordinal));
}

Identities find_identities(const MessageExecution& execution, const Roles& roles,
                           const std::map<MessageClass, bool>& periodic_elsewhere) {
  Identities result;
  std::vector<MessageClass> classes;
  std::map<MessageClass, std::map<std::pair<int, bool>, std::vector<int64_t>>> times;
  std::set<MessageClass> carrying;
  for (const Message& message : execution.messages) {
    MessageClass of{roles.role_of(execution.sender(message), message.sent_ns),
                    roles.role_of(execution.receiver(message), message.sent_ns),
                    content_of(message)};
    times[of][{message.connection, message.from_client}].push_back(message.sent_ns);
    if (!message.tokens.empty()) carrying.insert(of);
    classes.push_back(std::move(of));
  }
  for (const auto& [of, moments] : times) {
    const auto elsewhere = periodic_elsewhere.find(of);
    const bool known = elsewhere != periodic_elsewhere.end() && elsewhere->second;
    result.periodic[of] = known || (!carrying.contains(of) && regular(moments));
  }
  for (MessageClass& of : classes) {
    const uint64_t ordinal = ++result.counts[of];
    const bool periodic = result.periodic[of];
    result.of.push_back({std::move(of), periodic ? 0 : ordinal});
  }
  return result;
}

std::map<MessageIdentity, double> stability(const std::vector<Identities>& runs) {
  std::map<MessageIdentity, double> result;
  for (const Identities& run : runs) {
    const std::set<MessageIdentity> seen(run.of.begin(), run.of.end());
    for (const MessageIdentity& identity : seen)
      result[identity] += 1.0 / static_cast<double>(runs.size());
  }
  return result;
}

}  // namespace cutset::lineage::messages
