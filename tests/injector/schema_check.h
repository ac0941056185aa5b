// Checks YAML files against a JSON schema, in the way of an editor.
// Thread rule: one owner.
#pragma once

#include <string>

#include <nlohmann/json.hpp>
#include <valijson/adapters/nlohmann_json_adapter.hpp>
#include <valijson/schema.hpp>
#include <valijson/schema_parser.hpp>
#include <valijson/validator.hpp>

#include "base/file.h"
#include "injector/yaml_tree.h"

namespace cutset::injector {

class SchemaCheck {
 public:
  explicit SchemaCheck(const std::string& path) {
    const json document = json::parse(*read_file(path));
    valijson::SchemaParser parser;
    parser.populateSchema(valijson::adapters::NlohmannJsonAdapter(document), schema_);
  }

  /// "" if the schema agrees with the file.
  std::string problem(const std::string& path) {
    const auto root = parse_yaml(*read_file(path), path);
    if (!root) return "not YAML";
    const json document = to_json(*root);
    valijson::Validator validator(valijson::Validator::kStrongTypes);
    valijson::ValidationResults results;
    if (validator.validate(schema_, valijson::adapters::NlohmannJsonAdapter(document),
                           &results)) {
      return "";
    }
    valijson::ValidationResults::Error error;
    std::string text = "invalid";
    while (results.popError(error)) {
      text += "; ";
      for (const std::string& part : error.context) text += part;
      text += ": " + error.description;
    }
    return text;
  }

 private:
  using json = nlohmann::json;

  /// A YAML scalar as its type says.
  static json to_json(const YamlNode& node) {
    switch (node.kind) {
      case YamlNode::Kind::kNull:
        return nullptr;
      case YamlNode::Kind::kScalar: {
        if (!node.quoted) {
          json value = json::parse(node.text, nullptr, false);
          if (value.is_number() || value.is_boolean()) return value;
        }
        return node.text;
      }
      case YamlNode::Kind::kList: {
        json list = json::array();
        for (const YamlNode& item : node.items) list.push_back(to_json(item));
        return list;
      }
      case YamlNode::Kind::kMap:
        break;
    }
    json map = json::object();
    for (const YamlEntry& entry : node.entries) map[entry.key] = to_json(entry.value);
    return map;
  }

  valijson::Schema schema_;
};

}  // namespace cutset::injector
