#include "lineage/call_noise.h"

#include <algorithm>
#include <array>
#include <string>
#include <vector>

namespace cutset::lineage {

namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}
bool is_upper(char c) {
  return c >= 'A' && c <= 'Z';
}
bool is_lower(char c) {
  return c >= 'a' && c <= 'z';
}
bool is_hex(char c) {
  return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

bool starts_with(std::string_view text, std::string_view prefix) {
  return text.substr(0, prefix.size()) == prefix;
}

template <size_t Size>
bool contains(const std::array<std::string_view, Size>& words, std::string_view word) {
  return std::find(words.begin(), words.end(), word) != words.end();
}

/// "param.driverID" -> param, driver, id
std::vector<std::string> words_of(std::string_view name) {
  std::vector<std::string> words(1);
  for (size_t at = 0; at < name.size(); ++at) {
    const char c = name[at];
    const bool letter = is_upper(c) || is_lower(c) || is_digit(c);
    const bool hump = at > 0 && is_upper(c) && is_lower(name[at - 1]);
    if ((!letter || hump) && !words.back().empty()) words.emplace_back();
    if (letter) words.back() += is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
  }
  if (words.back().empty()) words.pop_back();
  return words;
}

bool is_uuid(std::string_view text) {
  constexpr size_t kUuidSize = 36;
  if (text.size() != kUuidSize) return false;
  for (size_t at = 0; at < text.size(); ++at) {
    const bool dash = at == 8 || at == 13 || at == 18 || at == 23;
    if (dash ? text[at] != '-' : !is_hex(text[at])) return false;
  }
  return true;
}

/// "2024-05-06T07:08:09": the beginning is enough.
bool is_date_with_time(std::string_view text) {
  constexpr std::string_view kForm = "0000-00-00T00:00";
  if (text.size() < kForm.size()) return false;
  for (size_t at = 0; at < kForm.size(); ++at) {
    const char c = text[at];
    if (kForm[at] == '0') {
      if (!is_digit(c)) return false;
    } else if (c != kForm[at] && !(kForm[at] == 'T' && c == ' ')) {
      return false;
    }
  }
  return true;
}

}  // namespace

bool is_plumbing(std::string_view operation) {
  constexpr std::array<std::string_view, 5> kPrefixes{"dns.", "net.", "tcp.", "tls.",
                                                      "socket."};
  return std::any_of(
      kPrefixes.begin(), kPrefixes.end(),
      [operation](std::string_view prefix) { return starts_with(operation, prefix); });
}

AttributeUse attribute_use(std::string_view name) {
  // The path and the query are compared as such; the rest of these is not of the request.
  constexpr std::array<std::string_view, 11> kPrefixes{
      "http.",  "url.",    "net.",  "net/", "network.", "server.",
      "client", "source.", "otel.", "rpc.", "istio."};
  constexpr std::array<std::string_view, 74> kNone{
      "status",     "error",    "message", "exception", "stack",     "code",
      "duration",   "latency",  "elapsed", "time",      "timestamp", "start",
      "end",        "date",     "ttl",     "deadline",  "timeout",   "budget",
      "port",       "size",     "length",  "bytes",     "count",     "total",
      "rows",       "hits",     "hit",     "miss",      "result",    "results",
      "response",   "returned", "state",   "cached",    "thread",    "pid",
      "process",    "worker",   "host",    "hosts",     "hostname",  "node",
      "rack",       "instance", "pod",     "container", "zone",      "region",
      "address",    "ip",       "ipv4",    "ipv6",      "peer",      "socket",
      "trace",      "span",     "guid",    "nonce",     "retry",     "retries",
      "attempt",    "attempts", "resend",  "reused",    "idle",      "usage",
      "tokens",     "version",  "agent",   "partition", "offset",    "session",
      "connection", "sequence"};
  constexpr std::array<std::string_view, 24> kRequest{
      "param",    "params",    "parameter", "parameters",  "arg",     "args",
      "argument", "arguments", "query",     "statement",   "key",     "keys",
      "input",    "filter",    "topic",     "destination", "subject", "path",
      "body",     "payload",   "variable",  "variables",   "command", "sql"};
  constexpr std::array<std::string_view, 6> kIdOf{"request", "call",        "correlation",
                                                  "event",   "transaction", "tx"};
  const auto starts = [name](std::string_view prefix) {
    return starts_with(name, prefix);
  };
  if (std::any_of(kPrefixes.begin(), kPrefixes.end(), starts)) return AttributeUse::kNone;
  AttributeUse use = AttributeUse::kUnknown;
  bool id = false;
  bool id_of = false;
  for (const std::string& word : words_of(name)) {
    if (contains(kNone, word)) return AttributeUse::kNone;
    if (contains(kRequest, word)) use = AttributeUse::kRequest;
    id = id || word == "id";
    id_of = id_of || contains(kIdOf, word);
  }
  if (id && id_of) return AttributeUse::kNone;
  return use;
}

bool looks_generated(std::string_view value) {
  constexpr size_t kLongHex = 16;
  constexpr size_t kLongNumber = 12;
  if (is_uuid(value) || is_date_with_time(value)) return true;
  const bool digits = std::all_of(value.begin(), value.end(), is_digit);
  if (digits) return value.size() >= kLongNumber;
  return value.size() >= kLongHex && std::all_of(value.begin(), value.end(), is_hex) &&
         std::any_of(value.begin(), value.end(), is_digit);
}

}  // namespace cutset::lineage
