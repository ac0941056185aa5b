// The keys of task.yaml; private to task*.cpp. Thread rule: one owner.
#pragma once

#include <string>

#include "course/task.h"

#include "injector/yaml_reading.h"

namespace cutset::course {

class TaskReader {
 public:
  TaskReader(injector::YamlReading& reading, Task& task)
      : reading_(reading), task_(task) {}

  void read(const injector::YamlNode& root);

 private:
  void read_version(const injector::YamlNode& node);
  void read_checks(const injector::YamlNode& node);
  TaskCheck read_check(const injector::YamlNode& node, const std::string& what);
  void read_parameters();
  void read_limits(const injector::YamlNode& node);
  std::set<std::string> read_names(const injector::YamlNode& node,
                                   const std::string& what);
  std::vector<std::string> read_files(const injector::YamlNode& node,
                                      const std::string& what);
  std::string beside(const std::string& file) const;
  void read_sources(const injector::YamlNode& root);

  injector::YamlReading& reading_;
  Task& task_;
  /// The rows of all checks, read together: a row may leave out what one before it says.
  struct Row {
    const injector::YamlNode* node = nullptr;
    std::string text;
  };
  std::vector<Row> rows_;
};

}  // namespace cutset::course
