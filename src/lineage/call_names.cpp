#include "lineage/call_names.h"

#include <algorithm>
#include <array>
#include <charconv>

#include <fmt/format.h>

#include "base/hash.h"
#include "base/text.h"
#include "identity/signature.h"
#include "lineage/call_callee.h"
#include "lineage/call_halves.h"

namespace cutset::lineage {

namespace {

char upper(char c) {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
}

std::string in_upper_case(std::string_view text) {
  std::string result(text);
  std::transform(result.begin(), result.end(), result.begin(), upper);
  return result;
}

bool is_method(std::string_view word) {
  constexpr std::array<std::string_view, 8> kMethods{
      "GET", "HEAD", "POST", "PUT", "DELETE", "PATCH", "OPTIONS", "CONNECT"};
  return std::find(kMethods.begin(), kMethods.end(), word) != kMethods.end();
}

std::string_view operation_of(const SpanTable& table, const Half& half) {
  return half.span == nullptr ? std::string_view() : table.name(half.span->operation);
}

bool ends_with(std::string_view text, std::string_view end) {
  return text.size() > end.size() && text.substr(text.size() - end.size()) == end;
}

/// Path and query, or nothing: "0.0.0.0:8081" and "http://host" have none.
std::string target_of_url(std::string_view url) {
  if (url.empty() || url.front() == '/') return std::string(url);
  const size_t scheme = url.find("://");
  const size_t host = scheme == std::string_view::npos ? 0 : scheme + 3;
  const size_t end = url.find_first_of("/?#", host);
  return end == std::string_view::npos || url[end] != '/' ? std::string()
                                                          : std::string(url.substr(end));
}

std::string concrete_target(const KnownValues& known) {
  std::string target = target_of_url(known[Known::kUrl]);
  if (target.empty()) target = known[Known::kTarget];
  if (target.empty() && !known[Known::kPath].empty()) {
    target = known[Known::kPath];
    if (!known[Known::kQuery].empty()) target += fmt::format("?{}", known[Known::kQuery]);
  }
  if (!target.empty() && target.front() != '/') target.insert(target.begin(), '/');
  return target;
}

struct Words {
  std::string method;     // "GET"
  std::string_view path;  // "/dispatch", or nothing
};

/// Of operations like "GET /dispatch", "HTTP GET: /dispatch", "get".
Words words_of(std::string_view operation) {
  Words words;
  for (int word = 0; word < 2 && words.method.empty(); ++word) {
    operation =
        operation.substr(std::min(operation.find_first_not_of(' '), operation.size()));
    const size_t end = std::min(operation.find(' '), operation.size());
    std::string text = in_upper_case(operation.substr(0, end));
    if (!text.empty() && text.back() == ':') text.pop_back();
    operation.remove_prefix(end);
    if (is_method(text)) {
      words.method = text;
    } else if (text != "HTTP") {
      return words;
    }
  }
  operation = trim(operation);
  if (!words.method.empty() && !operation.empty() && operation.front() == '/') {
    words.path = operation;
  }
  return words;
}

std::string first_not_empty(std::string_view first, std::string_view second) {
  return std::string(first.empty() ? second : first);
}

bool name_http(const SpanTable& table, const Half& client, const Half& server,
               CallName& name) {
  const Words client_words = words_of(operation_of(table, client));
  const Words server_words = words_of(operation_of(table, server));
  std::string method = in_upper_case(
      first_not_empty(server.known[Known::kMethod], client.known[Known::kMethod]));
  if (method.empty()) method = first_not_empty(server_words.method, client_words.method);
  if (method.empty()) return false;
  std::string target = concrete_target(server.known);
  if (target.empty()) target = concrete_target(client.known);
  const bool concrete = !target.empty();
  if (target.empty()) {
    target = first_not_empty(server.known[Known::kRoute], client.known[Known::kRoute]);
  }
  if (target.empty()) target = first_not_empty(server_words.path, client_words.path);
  if (target.empty()) return false;
  identity::RequestShape shape = identity::request_shape(method, target);
  name.signature = std::move(shape.signature);
  name.concrete = std::move(shape.concrete);
  name.method = std::move(method);
  if (concrete) name.target = shortened(target, kLongestTarget);
  return true;
}

bool name_rpc(const SpanTable& table, const Half& client, const Half& server,
              CallName& name) {
  for (const Half* half : {&client, &server}) {
    const std::string_view method = half->known[Known::kRpcMethod];
    const std::string_view service = half->known[Known::kRpcService];
    if (method.empty()) continue;
    // Newer conventions have the whole name in the method.
    name.signature = method.find('/') != std::string_view::npos
                         ? std::string(method)
                         : pair_of(service, method);
    return true;
  }
  for (const Half* half : {&client, &server}) {
    if (!half->known[Known::kMethod].empty()) return false;
  }
  for (const Half* half : {&client, &server}) {
    const std::string_view method = grpc_method(operation_of(table, *half));
    if (method.empty()) continue;
    name.signature = method;
    return true;
  }
  return false;
}

/// In one line, with placeholders in paths.
std::string clean_operation(std::string_view operation) {
  std::string line = in_one_line(operation);
  if (line.find('/') == std::string::npos) return line;
  std::vector<std::string> words = split(line, " ");
  for (std::string& word : words) {
    if (word.find('/') == std::string::npos) continue;
    // request_shape() puts its method and a blank before the path.
    word = identity::request_shape("", word).signature.substr(1);
  }
  return join(words, " ");
}

/// The first word of a statement: "SELECT".
std::string verb_of(std::string_view statement) {
  const std::string text = clean_operation(statement.substr(0, kLongestSignature));
  return in_upper_case(std::string_view(text).substr(0, text.find(' ')));
}

std::string name_operation(const SpanTable& table, const Half& client,
                           const Half& server) {
  // A message is named by who sends it: consumers say "poll".
  const bool message = client.span != nullptr && client.span->kind == SpanKind::kProducer;
  const Half& speaker = server.span == nullptr || message ? client : server;
  std::string_view operation = operation_of(table, speaker);
  for (const std::string_view suffix : {kClientSuffix, kServerSuffix}) {
    if (!ends_with(operation, suffix)) continue;
    operation.remove_suffix(suffix.size());
    break;
  }
  std::string text = clean_operation(operation);
  if (text.empty()) text = verb_of(speaker.known[Known::kStatement]);
  return text.empty() ? std::string("unnamed") : text;
}

bool name_database(const Half& client, const Half& server, CallName& name) {
  for (const Half* half : {&client, &server}) {
    const std::string_view operation = half->known[Known::kDbOperation];
    if (operation.empty()) continue;
    name.signature = clean_operation(operation);
    if (!half->known[Known::kDbTable].empty()) {
      name.signature += " " + clean_operation(half->known[Known::kDbTable]);
    }
    return true;
  }
  return false;
}

}  // namespace

CallName name_call(const SpanTable& table, const Half& client, const Half& server,
                   const std::map<std::string, std::string>& addresses) {
  CallName name;
  name.callee = shortened(callee_of(table, client, server, addresses), kLongestCallee);
  if (!name_rpc(table, client, server, name) && !name_http(table, client, server, name) &&
      !name_database(client, server, name)) {
    name.signature = name_operation(table, client, server);
  }
  name.signature = shortened(name.signature, kLongestSignature);
  return name;
}

std::string shortened(std::string_view text, size_t longest) {
  if (text.size() <= longest) return std::string(text);
  constexpr size_t kHashSize = 9;  // '~' and 8 digits
  size_t end = longest - std::min(longest, kHashSize);
  constexpr unsigned kContinuation = 0x80;
  constexpr unsigned kContinuationMask = 0xC0;
  while (end > 0 &&
         (static_cast<unsigned char>(text[end]) & kContinuationMask) == kContinuation) {
    --end;
  }
  return fmt::format("{}~{}", text.substr(0, end), hex16(fnv64(text)).substr(0, 8));
}

std::string in_one_line(std::string_view text) {
  std::string line;
  bool blank = false;
  for (const char c : text) {
    if (static_cast<unsigned char>(c) <= ' ') {
      blank = !line.empty();
      continue;
    }
    if (blank) line += ' ';
    blank = false;
    line += c;
  }
  return line;
}

int http_status(std::string_view text) {
  constexpr int kLowest = 100;
  constexpr int kHighest = 599;
  int status = 0;
  const auto [end, error] =
      std::from_chars(text.data(), text.data() + text.size(), status);
  // "200.0" occurs: numbers that went through a float.
  const bool whole = end == text.data() + text.size() || *end == '.';
  return error == std::errc() && whole && status >= kLowest && status <= kHighest ? status
                                                                                  : 0;
}

}  // namespace cutset::lineage
