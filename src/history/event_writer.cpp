#include "history/event_writer.h"

#include <fmt/format.h>

namespace cutset::history {

namespace {

void append_text(const char* name, const std::string& text, std::string& out) {
  if (text.empty()) return;
  out += fmt::format(",\"{}\":", name);
  append_json_text(text, out);
}

}  // namespace

std::string line_of(const Event& event) {
  std::string out = "{\"process\":";
  if (event.process) {
    out += std::to_string(*event.process);
  } else {
    append_json_text(event.remark_of, out);
  }
  out += fmt::format(",\"type\":\"{}\",\"f\":", type_name(event.type));
  append_json_text(event.f, out);
  if (event.key) out += ",\"key\":" + event.key->json();
  if (event.value) out += ",\"value\":" + event.value->json();
  if (event.token) {
    out += ",\"token\":";
    append_json_text(*event.token, out);
  }
  if (event.time_ns) out += fmt::format(",\"time\":{}", *event.time_ns);
  append_text("phase", event.phase, out);
  append_text("endpoint", event.endpoint, out);
  append_text("error", event.error, out);
  return out + "}\n";
}

std::string line_of(const Header& header) {
  std::string out = fmt::format("{{\"format\":\"{}\"", kFormat);
  if (header.seed) out += fmt::format(",\"seed\":{}", *header.seed);
  if (header.started_unix_ns) {
    out += fmt::format(",\"started_unix_ns\":{}", *header.started_unix_ns);
  }
  if (header.started_monotonic_ns) {
    out += fmt::format(",\"started_monotonic_ns\":{}", *header.started_monotonic_ns);
  }
  return out + "}\n";
}

}  // namespace cutset::history
