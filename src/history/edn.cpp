#include "history/edn.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

namespace cutset::history {

namespace {

void append_text(std::string_view text, std::string& out) {
  out += '"';
  while (!text.empty()) {
    const size_t length = utf8_length(text);
    const char c = text.front();
    if (length == 0) {
      out += "\xef\xbf\xbd";  // U+FFFD
    } else if (c == '"' || c == '\\') {
      out += '\\';
      out += c;
    } else if (length == 1 && static_cast<unsigned char>(c) < 0x20) {
      out += fmt::format("\\u{:04x}", static_cast<unsigned>(c));
    } else {
      out.append(text.substr(0, length));
    }
    text.remove_prefix(std::max<size_t>(length, 1));
  }
  out += '"';
}

void append_value(const Value& value, std::string& out) {
  switch (value.kind) {
    case Value::Kind::kNothing:
      out += "nil";
      return;
    case Value::Kind::kBoolean:
    case Value::Kind::kNumber:
      out += value.text;
      return;
    case Value::Kind::kText:
      append_text(value.text, out);
      return;
    case Value::Kind::kList:
      out += '[';
      for (size_t i = 0; i < value.items.size(); ++i) {
        if (i > 0) out += ' ';
        append_value(value.items[i], out);
      }
      out += ']';
      return;
  }
}

/// A keyword where the name can be one, else text.
void append_keyword(const std::string& name, std::string& out) {
  const auto fits = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           c == '-' || c == '_' || c == '?' || c == '!';
  };
  const bool starts_well = !name.empty() && !(name[0] >= '0' && name[0] <= '9');
  if (starts_well && std::all_of(name.begin(), name.end(), fits)) {
    out += ':' + name;
  } else {
    append_text(name, out);
  }
}

int64_t clients_of(const EventLog& log) {
  int64_t most = 0;
  for (const Event& event : log.events) {
    if (event.process)
      most = std::max(most, std::min<int64_t>(*event.process, 1 << 30) + 1);
  }
  return most;
}

}  // namespace

std::string to_edn(const EventLog& log) {
  const int64_t clients = clients_of(log);
  std::map<int64_t, int64_t> lives;  // process -> how often it went on after info
  std::map<int64_t, Value> keys;     // of the open invocation
  std::map<int64_t, Value> values;
  std::string out;
  size_t index = 0;
  for (const Event& event : log.events) {
    out +=
        fmt::format("{{:index {}, :type :{}, :process ", index++, type_name(event.type));
    Value key = event.key.value_or(Value::nothing());
    Value value = event.value.value_or(Value::nothing());
    if (event.process) {
      const int64_t process = *event.process;
      if (event.type == EventType::kInvoke) {
        keys[process] = key;
        values[process] = value;
      } else {
        if (!event.key) key = keys[process];
        if (!event.value) value = values[process];
      }
      out += std::to_string(process + clients * lives[process]);
      if (event.type == EventType::kInfo) ++lives[process];
    } else {
      append_keyword(event.remark_of, out);
    }
    out += ", :f ";
    append_keyword(event.f, out);
    out += ", :value ";
    if (!key.is_nothing()) {
      append_value(Value::of_list({std::move(key), std::move(value)}), out);
    } else {
      append_value(value, out);
    }
    if (event.time_ns) out += fmt::format(", :time {}", *event.time_ns);
    if (!event.error.empty()) {
      out += ", :error ";
      append_text(event.error, out);
    }
    out += "}\n";
  }
  return out;
}

}  // namespace cutset::history
