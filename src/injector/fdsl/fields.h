// The contents of faults and triggers as keys and values, in the order in which they are
// written. One description for everything that shows them: native output, the arguments
// of portable output, the plan as text and as JSON. What has its default is left out.
//
// Thread rule: values, pure functions.
#pragma once

#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "injector/fdsl/schedule.h"

namespace cutset::injector::fdsl {

struct Field {
  enum class Kind { kText, kWord, kNumber, kEndpoint, kEndpoints, kTexts, kFields };

  explicit Field(std::string its_key, Kind its_kind = Kind::kText)
      : key(std::move(its_key)), kind(its_kind) {}

  std::string key;
  Kind kind;
  std::string text;                 // kText: anything; kWord: safe without quotes
  int64_t number = 0;               // kNumber
  std::vector<Endpoint> endpoints;  // kEndpoint: one
  std::vector<std::string> texts;   // kTexts
  std::vector<Field> fields;        // kFields
};

std::vector<Field> fields_of(const Fault& fault);
/// One field, "span: {...}".
Field field_of(const Trigger& trigger);
/// `key` in seconds, or `key`_milliseconds.
Field time_field(const std::string& key, Milliseconds time);

/// A YAML scalar in double quotes.
std::string yaml_quoted(std::string_view text);
/// A key: in quotes unless nobody can read it as something else.
std::string yaml_key(std::string_view key);
/// "[0, 2]".
std::string slots_text(const std::vector<int>& slots);
/// The value of a field on one line: `{service: a}`, `"text"`, `3`.
std::string flow_text(const Field& field);
/// "{key: value, key: value}".
std::string flow_text(const std::vector<Field>& fields);

}  // namespace cutset::injector::fdsl
