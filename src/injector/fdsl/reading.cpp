#include "injector/fdsl/reading.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "injector/fdsl/yaml11.h"

namespace cutset::injector::fdsl {

namespace {

std::optional<std::string> no_variable(const std::string& /*name*/) {
  return std::nullopt;
}

std::string form_words(const Yaml11Number& number) {
  switch (number.form) {
    case Yaml11Number::Form::kFloat:
      return "the fraction is dropped";
    case Yaml11Number::Form::kOctal:
      return "a leading zero makes it octal to YAML 1.1";
    case Yaml11Number::Form::kSexagesimal:
      return "the master reads base 60, the local controllers refuse the file";
    case Yaml11Number::Form::kHex:
    case Yaml11Number::Form::kBinary:
    case Yaml11Number::Form::kDecimal:
      break;
  }
  return "only YAML 1.1 reads it as a number";
}

}  // namespace

Reading::Reading(const std::string& file, int version)
    : yaml_(file, no_variable, YamlReading::Variables::kNone),
      warnings_(file, no_variable, YamlReading::Variables::kNone),
      version_(version) {}

void Reading::quirk_at(Place place, std::string message) {
  if (version_ == 1) {
    warn_at(place, std::move(message));
  } else {
    yaml_.problem_at(place.line, place.column, std::move(message));
  }
}

void Reading::extension(Place place, const std::string& what) {
  if (version_ != 1) return;
  yaml_.problem_at(
      place.line, place.column,
      fmt::format("{} is FDSL 2: write \"environment: {{fdsl: 2}}\" to use it", what));
}

std::optional<int64_t> Reading::whole(const YamlNode& node, const std::string& what,
                                      int64_t low, int64_t high, Quoted quoted,
                                      const std::string& remedy) {
  const std::optional<Yaml11Number> number =
      node.is_scalar() ? yaml11_number(node.text) : std::nullopt;
  const bool in_range = number && number->value >= low && number->value <= high;
  const bool is_fraction = number && number->form == Yaml11Number::Form::kFloat;
  if (is_fraction && !node.quoted && version_ != 1) {
    problem(node, fmt::format("{}: expected a whole number, found \"{}\"{}", what,
                              node.text, remedy));
    return std::nullopt;
  }
  const bool quirky_quotes = node.quoted && quoted == Quoted::kQuirk && version_ == 1;
  if (!in_range || (node.quoted && !quirky_quotes)) {
    return yaml_.integer(node, what, low, high);
  }
  if (quirky_quotes) {
    warn(node, fmt::format("{}: \"{}\" in quotes is a number to FaultSee's master and "
                           "refused by its local controllers; remove the quotes",
                           what, node.text));
  } else if (!number->exact) {
    quirk(node, fmt::format("{}: \"{}\" is read as {} ({}); write {}", what, node.text,
                            number->value, form_words(*number), number->value));
  }
  return number->value;
}

std::optional<std::string> Reading::word(const YamlNode& node, const std::string& what) {
  std::optional<std::string> text = yaml_.text(node, what);
  if (!text) return std::nullopt;
  if (text->empty()) {
    problem(node, what + ": expected text, found \"\"");
    return std::nullopt;
  }
  if (text->size() > kLongestText) {
    problem(node, fmt::format("{}: longer than {} bytes", what, kLongestText));
    return std::nullopt;
  }
  return text;
}

std::optional<Milliseconds> Reading::time(YamlSection& section, const std::string& key,
                                          Need need, int64_t lowest_ms) {
  const std::string fine = key + "_milliseconds";
  const YamlNode* seconds = section.take(key);
  const YamlNode* milliseconds = section.take(fine);
  if (need == Need::kRequired) section.require_any({key, fine});
  if (milliseconds != nullptr) {
    extension({milliseconds->line, milliseconds->column}, "\"" + fine + "\"");
    if (seconds != nullptr) {
      problem(*milliseconds, fmt::format("\"{}\" and \"{}\" exclude each other; "
                                         "\"{}\" is the whole time, not the rest of it",
                                         key, fine, fine));
      return std::nullopt;
    }
    const auto value =
        whole(*milliseconds, section.path(fine), lowest_ms, kLongestSeconds * 1000);
    if (!value) return std::nullopt;
    return Milliseconds(*value);
  }
  if (seconds == nullptr) return std::nullopt;
  const auto value =
      whole(*seconds, section.path(key), (lowest_ms + 999) / 1000, kLongestSeconds,
            Quoted::kRefused, "; write \"" + fine + "\" for fractions of a second");
  if (!value) return std::nullopt;
  return Milliseconds(*value * 1000);
}

const YamlEntry* Reading::only_key(const YamlNode& node, const std::string& what,
                                   const std::vector<std::string>& known) {
  const std::vector<YamlEntry>& entries = yaml_.map(node, what);
  if (!node.is_map()) return nullptr;
  if (entries.size() != 1) {
    const YamlEntry* second = entries.size() > 1 ? &entries[1] : nullptr;
    yaml_.problem_at(
        second != nullptr ? second->line : node.line,
        second != nullptr ? second->column : node.column,
        fmt::format("{}: expected exactly one key, found {} (a \"-\" is missing, or "
                    "the indentation is wrong)",
                    what, entries.size()));
    return nullptr;
  }
  const YamlEntry& entry = entries.front();
  if (std::find(known.begin(), known.end(), entry.key) != known.end()) return &entry;
  yaml_.problem_at(entry.line, entry.column,
                   fmt::format("{}: unknown key \"{}\"{} (known: {})", what, entry.key,
                               suggestion(entry.key, known), join(known, ", ")));
  return nullptr;
}

void Reading::check_service(Place place, const std::string& name) {
  if (services_.contains(name)) return;
  const std::vector<std::string> known(services_.begin(), services_.end());
  yaml_.problem_at(place.line, place.column,
                   fmt::format("the service \"{}\" is not in \"beginning\"{}; every "
                               "service is named there, with 0 if it starts later",
                               name, suggestion(name, known)));
}

void Reading::no_such_word(const YamlNode& node, const std::string& what,
                           const std::string& found,
                           const std::vector<std::string>& known) {
  problem(node, fmt::format("{}: unknown word \"{}\"{} (one of {})", what, found,
                            suggestion(found, known), join(known, ", ")));
}

}  // namespace cutset::injector::fdsl
