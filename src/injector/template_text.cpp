#include "injector/template_text.h"

#include <cstdlib>

#include <fmt/format.h>

namespace cutset::injector {

namespace {

bool is_variable_name(std::string_view name) {
  if (name.empty() || (name[0] >= '0' && name[0] <= '9')) return false;
  for (const char byte : name) {
    const bool fits = byte == '_' || (byte >= '0' && byte <= '9') ||
                      (byte >= 'A' && byte <= 'Z') || (byte >= 'a' && byte <= 'z');
    if (!fits) return false;
  }
  return true;
}

struct Reference {
  std::string name;
  std::optional<std::string> fallback;
};

Reference split_reference(std::string_view inside) {
  const size_t dash = inside.find(":-");
  if (dash == std::string_view::npos) return {std::string(inside), std::nullopt};
  return {std::string(inside.substr(0, dash)), std::string(inside.substr(dash + 2))};
}

}  // namespace

void TemplateText::add_literal(std::string_view text) {
  if (text.empty()) return;
  if (parts_.empty() || parts_.back().is_placeholder) parts_.emplace_back();
  parts_.back().text += text;
}

Result<TemplateText> TemplateText::parse(std::string_view text, const Lookup& variables) {
  TemplateText result;
  while (true) {
    const size_t open = text.find("${");
    if (open == std::string_view::npos) break;
    if (open > 0 && text[open - 1] == '$') {
      result.add_literal(text.substr(0, open - 1));
      result.add_literal("${");
      text.remove_prefix(open + 2);
      continue;
    }
    const size_t close = text.find('}', open);
    if (close == std::string_view::npos) {
      return Error::bad_input(
          "\"${\" without \"}\" (a literal \"${\" is written \"$${\")");
    }
    result.add_literal(text.substr(0, open));
    const Reference reference = split_reference(text.substr(open + 2, close - open - 2));
    if (reference.name.find('.') != std::string::npos && !reference.fallback) {
      result.parts_.push_back({reference.name, true});
    } else if (!is_variable_name(reference.name)) {
      return Error::bad_input(fmt::format(
          "\"{}\" is not a name of a variable (a literal \"${{\" is written \"$${{\")",
          reference.name));
    } else {
      std::optional<std::string> value = variables(reference.name);
      // As in a shell, ":-" also replaces an empty value.
      if (reference.fallback && (!value || value->empty())) value = reference.fallback;
      if (!value) {
        return Error::bad_input(
            fmt::format("the environment variable {0} is not set; set it or write "
                        "\"${{{0}:-default}}\"",
                        reference.name));
      }
      result.add_literal(*value);
    }
    text.remove_prefix(close + 1);
  }
  result.add_literal(text);
  return result;
}

TemplateText TemplateText::literal(std::string text) {
  TemplateText result;
  result.add_literal(text);
  return result;
}

bool TemplateText::has_placeholders() const {
  for (const Part& part : parts_) {
    if (part.is_placeholder) return true;
  }
  return false;
}

std::vector<std::string> TemplateText::placeholders() const {
  std::vector<std::string> names;
  for (const Part& part : parts_) {
    if (part.is_placeholder) names.push_back(part.text);
  }
  return names;
}

Result<std::string> TemplateText::expand(const Lookup& values) const {
  std::string result;
  for (const Part& part : parts_) {
    if (!part.is_placeholder) {
      result += part.text;
      continue;
    }
    const std::optional<std::string> value = values(part.text);
    if (!value) {
      return Error::bad_input(fmt::format("unknown placeholder \"${{{}}}\"", part.text));
    }
    result += *value;
  }
  return result;
}

std::string TemplateText::text() const {
  CHECK(!has_placeholders());
  return parts_.empty() ? "" : parts_.front().text;
}

std::optional<std::string> environment_variable(const std::string& name) {
  const char* value = std::getenv(name.c_str());
  if (value == nullptr) return std::nullopt;
  return value;
}

}  // namespace cutset::injector
