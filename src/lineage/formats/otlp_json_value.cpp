#include "lineage/formats/otlp_json_value.h"

#include <cstdlib>
#include <string>

#include <nlohmann/json.hpp>

#include "lineage/formats/otlp_value.h"

namespace cutset::lineage {

namespace {

constexpr int kDeepest = 32;
constexpr size_t kLongest = 4096;

void append_json(JsonCursor& json, int depth, std::string& text);

void append_quoted(std::string_view value, std::string& text) {
  const nlohmann::json quoted(value.substr(0, kLongest));
  text += quoted.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

/// 1e2 and 100.0 are one value.
std::string double_text(std::string_view written) {
  const std::string copy(written);
  char* end = nullptr;
  const double number = std::strtod(copy.c_str(), &end);
  std::string text;
  if (end == copy.c_str() || *end != '\0') return copy;
  append_double(number, text);
  return text;
}

/// {"values": [...]} with `each` for every element, in the brackets given.
template <typename Each>
void append_values(JsonCursor& json, char open, char close, std::string& text,
                   const Each& each) {
  text += open;
  const size_t begin = text.size();
  for (bool more = json.begin_object(); more; more = json.more_fields()) {
    if (!json.key().is("values")) {
      json.skip();
      continue;
    }
    for (bool element = json.begin_array(); element; element = json.more_elements()) {
      if (text.size() - begin > kLongest) {
        json.skip();
        continue;
      }
      if (text.size() > begin) text += ',';
      each();
    }
  }
  text += close;
}

void append_array(JsonCursor& json, int depth, std::string& text) {
  append_values(json, '[', ']', text,
                [&json, depth, &text] { append_json(json, depth, text); });
}

void append_map(JsonCursor& json, int depth, std::string& text) {
  append_values(json, '{', '}', text, [&json, depth, &text] {
    std::string key;
    std::string value = "null";
    for (bool more = json.begin_object(); more; more = json.more_fields()) {
      const JsonKey name = json.key();
      if (name.is("key")) {
        key = json.text();
      } else if (name.is("value")) {
        value.clear();
        append_json(json, depth, value);
      } else {
        json.skip();
      }
    }
    append_quoted(key, text);
    text += ':';
    text += value;
  });
}

/// An AnyValue inside a list or a map.
void append_json(JsonCursor& json, int depth, std::string& text) {
  if (depth > kDeepest) return json.fail(json.place(), "values nested at most 32 deep");
  const size_t begin = text.size();
  for (bool more = json.begin_object(); more; more = json.more_fields()) {
    const JsonKey key = json.key();
    const char kind = json.peek();
    text.resize(begin);  // of several, the last counts
    if (key.is("arrayValue")) {
      append_array(json, depth + 1, text);
    } else if (key.is("kvlistValue")) {
      append_map(json, depth + 1, text);
    } else if (key.is("stringValue") || key.is("bytesValue")) {
      append_quoted(json.text(), text);
    } else if (key.is("doubleValue") && kind == '"') {
      append_quoted(json.text(), text);  // "NaN"
    } else if (key.is("doubleValue")) {
      text += double_text(json.text());
    } else {
      text += json.text();
    }
  }
  if (text.size() == begin) text += "null";
}

}  // namespace

std::string_view read_otlp_json_value(JsonCursor& json) {
  // Some exporters leave the wrapper out.
  if (json.peek() != '{') return json.text();
  std::string_view value;
  for (bool more = json.begin_object(); more; more = json.more_fields()) {
    const JsonKey key = json.key();
    if (key.is("arrayValue") || key.is("kvlistValue")) {
      std::string made;
      if (key.is("arrayValue")) {
        append_array(json, 1, made);
      } else {
        append_map(json, 1, made);
      }
      value = json.keep(made);
    } else if (key.is("doubleValue") && json.peek() != '"') {
      value = json.keep(double_text(json.text()));
    } else {
      value = json.text();
    }
  }
  return value;
}

}  // namespace cutset::lineage
