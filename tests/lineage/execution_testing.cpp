#include "execution_testing.h"

#include <charconv>

#include <fmt/format.h>

#include "base/text.h"

namespace cutset::lineage {

namespace {

std::vector<std::string> words_of(std::string_view line) {
  std::vector<std::string> words;
  bool quoted = false;
  bool inside = false;
  for (const char c : line) {
    if (c == '#' && !quoted && !inside) break;
    if (c == '"') {
      quoted = !quoted;
      if (!inside) words.emplace_back();
      inside = true;
    } else if (c == ' ' && !quoted) {
      inside = false;
    } else {
      if (!inside) words.emplace_back();
      inside = true;
      words.back() += c;
    }
  }
  return words;
}

bool parse_kind(std::string_view text, SpanKind& kind) {
  for (int number = 0; number <= static_cast<int>(SpanKind::kConsumer); ++number) {
    kind = static_cast<SpanKind>(number);
    if (kind != SpanKind::kUnspecified && text == span_kind_name(kind)) return true;
  }
  kind = SpanKind::kUnspecified;
  return text == "-";
}

bool parse_times(std::string_view text, OwnedSpan& span) {
  const size_t dash = text.find('-');
  if (dash == std::string_view::npos) return false;
  const auto number = [](std::string_view digits, int64_t& value) {
    const auto [end, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), value);
    return error == std::errc() && end == digits.data() + digits.size();
  };
  constexpr int64_t kMillisecond = 1'000'000;
  const bool fits = number(text.substr(0, dash), span.start_ns) &&
                    number(text.substr(dash + 1), span.end_ns);
  span.start_ns *= kMillisecond;
  span.end_ns *= kMillisecond;
  return fits;
}

bool parse_span(const std::vector<std::string>& words, OwnedSpan& span) {
  constexpr size_t kFixed = 6;
  if (words.size() < kFixed || !parse_hex_id(words[0], span.id)) return false;
  if (words[1] != "-" && !parse_hex_id(words[1], span.parent)) return false;
  if (!parse_kind(words[2], span.kind) || !parse_times(words[5], span)) return false;
  if (words[3] != "-") span.service = words[3];
  span.operation = words[4];
  for (size_t at = kFixed; at < words.size(); ++at) {
    const std::string& word = words[at];
    const size_t equals = word.find('=');
    if (word == "error") {
      span.status = SpanStatus::kError;
    } else if (word == "follows") {
      span.follows_from = true;
    } else if (word == "shared") {
      span.shared = true;
    } else if (equals == std::string::npos) {
      return false;
    } else if (word.substr(0, equals) == "peer") {
      span.peer = word.substr(equals + 1);
    } else {
      span.attributes.emplace_back(word.substr(0, equals), word.substr(equals + 1));
    }
  }
  return true;
}

}  // namespace

TextTrace parse_trace(std::string_view text) {
  TextTrace trace;
  for (const std::string& line : split(text, "\n")) {
    const std::vector<std::string> words = words_of(line);
    if (words.empty()) continue;
    if (words[0] == "address" && words.size() == 3) {
      trace.options.addresses[words[1]] = words[2];
    } else if (words[0] == "key" && words.size() == 2) {
      trace.options.key_attributes.push_back(words[1]);
    } else if (!parse_span(words, trace.spans.emplace_back())) {
      trace.problem = fmt::format("\"{}\" is no span", line);
      return trace;
    }
  }
  return trace;
}

std::string show(const Execution& execution) {
  std::string text;
  for (const Call& call : execution.calls) {
    text += std::string(2 * (call.id.points.size() - 1), ' ');
    text += call.id.points.back().text();
    if (call.failed) text += " failed";
    if (call.seen.kind == Answer::Kind::kError) text += " error";
    if (call.seen.status != 0) text += fmt::format(" {}", call.seen.status);
    if (!call.executed) text += " not-executed";
    if (!call.answered.has_value()) text += " no-answer-seen";
    if (!call.awaited) text += " not-awaited";
    if (call.unordered) text += " unordered";
    if (call.repeats >= 0) {
      const Call& repeated = execution.calls[static_cast<size_t>(call.repeats)];
      text += fmt::format(" repeats #{}", repeated.id.points.back().ordinal);
    }
    text += '\n';
  }
  for (const std::string& problem : execution.problems) {
    text += fmt::format("problem: {}\n", problem);
  }
  return text;
}

std::string show(const ModelCounts& counts) {
  return fmt::format(
      "calls {} = joined {} + client {} + server {}, collapsed {}, errors {}, absorbed "
      "{}, retries {}, not awaited {}",
      counts.calls, counts.joined, counts.client_only, counts.server_only,
      counts.collapsed, counts.errors, counts.absorbed, counts.retries,
      counts.not_awaited);
}

}  // namespace cutset::lineage
