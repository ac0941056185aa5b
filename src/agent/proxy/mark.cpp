#include "agent/proxy/mark.h"

#include <algorithm>
#include <charconv>
#include <vector>

#include <fmt/format.h>

#include "base/hash.h"
#include "base/text.h"

namespace cutset::agent::proxy {

namespace {

constexpr std::string_view kKey = "cutset";
constexpr size_t kLongestRunName = 64;
constexpr size_t kMostMembers = 32;
constexpr size_t kLongestTracestate = 512;

/// Calls use(member) for each trimmed, non-empty member, until it returns false.
template <typename Use>
void each_member(std::string_view list, Use use) {
  while (!list.empty()) {
    const size_t comma = std::min(list.find(','), list.size());
    const std::string_view member = trim(list.substr(0, comma));
    if (!member.empty() && !use(member)) return;
    list.remove_prefix(std::min(comma + 1, list.size()));
  }
}

bool is_ours(std::string_view member) {
  const size_t equals = member.find('=');
  return equals != std::string_view::npos && trim(member.substr(0, equals)) == kKey;
}

std::string_view value_of(std::string_view member) {
  const std::string_view value = member.substr(member.find('=') + 1);
  // In baggage properties may follow.
  return trim(value.substr(0, value.find(';')));
}

std::string our_member(std::string_view run, uint64_t handle) {
  return fmt::format("{}={}.{}", kKey, run, hex16(handle));
}

bool all_hex(std::string_view text) {
  return text.find_first_not_of("0123456789abcdefABCDEF") == std::string_view::npos;
}

}  // namespace

bool is_run_name(std::string_view name) {
  constexpr std::string_view kAllowed =
      "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789._-";
  return !name.empty() && name.size() <= kLongestRunName &&
         name.find_first_not_of(kAllowed) == std::string_view::npos;
}

std::optional<Mark> parse_mark(std::string_view value) {
  // A run's name may contain dots: the last one counts.
  const size_t dot = value.rfind('.');
  if (dot == std::string_view::npos || !is_run_name(value.substr(0, dot)))
    return std::nullopt;
  const std::string_view digits = value.substr(dot + 1);
  if (digits.empty() || digits.size() > 16 || !all_hex(digits)) return std::nullopt;
  Mark mark;
  mark.run = value.substr(0, dot);
  std::from_chars(digits.data(), digits.data() + digits.size(), mark.parent, 16);
  return mark;
}

std::optional<Mark> find_mark(std::string_view list) {
  std::optional<Mark> found;
  each_member(list, [&found](std::string_view member) {
    if (is_ours(member)) found = parse_mark(value_of(member));
    return !found.has_value();
  });
  return found;
}

std::optional<Mark> find_mark(const RequestHead& head) {
  std::optional<Mark> mark = find_mark(head.joined("tracestate"));
  return mark.has_value() ? mark : find_mark(head.joined("baggage"));
}

std::string tracestate_with(std::string_view others, std::string_view run,
                            uint64_t handle) {
  std::string result = our_member(run, handle);
  size_t members = 1;
  each_member(others, [&](std::string_view member) {
    if (is_ours(member)) return true;
    if (members == kMostMembers ||
        result.size() + 1 + member.size() > kLongestTracestate) {
      return false;
    }
    result += ',';
    result += member;
    ++members;
    return true;
  });
  return result;
}

std::string baggage_with(std::string_view list, std::string_view run, uint64_t handle) {
  std::string result;
  bool placed = false;
  each_member(list, [&](std::string_view member) {
    if (is_ours(member) && placed) return true;
    if (!result.empty()) result += ',';
    result += is_ours(member) ? our_member(run, handle) : std::string(member);
    placed = placed || is_ours(member);
    return true;
  });
  return result;
}

std::string changed_head(const RequestHead& head, const HeadChange& change) {
  const std::string tracestate =
      "tracestate: " +
      tracestate_with(head.joined("tracestate"), change.run, change.handle) + "\r\n";
  std::string baggage = head.joined("baggage");
  const bool baggage_is_marked = find_mark(baggage).has_value();
  if (baggage_is_marked) {
    baggage = "baggage: " + baggage_with(baggage, change.run, change.handle) + "\r\n";
  }
  std::string result(head.first_line());
  bool tracestate_placed = false;
  bool baggage_placed = false;
  // The first field of a name is replaced where it stands, the others of that name go.
  const auto place = [&result](bool& placed, const std::string& line) {
    if (!placed) result += line;
    placed = true;
  };
  for (const RequestHead::Field& field : head.fields()) {
    if (same_name(field.name, "tracestate")) {
      place(tracestate_placed, tracestate);
    } else if (baggage_is_marked && same_name(field.name, "baggage")) {
      place(baggage_placed, baggage);
    } else if (!(change.drop_expect && same_name(field.name, "expect"))) {
      result += field.raw;
    }
  }
  if (!change.traceparent.empty())
    result += "traceparent: " + change.traceparent + "\r\n";
  place(tracestate_placed, tracestate);
  result += head.end();
  return result;
}

TraceParent parse_traceparent(std::string_view value) {
  // version "-" trace-id "-" parent-id "-" flags; later versions may append fields.
  const bool well_formed = value.size() >= 55 && value[2] == '-' && value[35] == '-' &&
                           value[52] == '-' && all_hex(value.substr(0, 2)) &&
                           all_hex(value.substr(3, 32)) && all_hex(value.substr(36, 16));
  if (!well_formed) return {};
  return {std::string(value.substr(3, 32)), std::string(value.substr(36, 16))};
}

}  // namespace cutset::agent::proxy
