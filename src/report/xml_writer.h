// Writes indented XML 1.0, escaped; characters that XML forbids become U+FFFD.
//
// Invariant: tags are closed in the order in which they were opened; finish() closes what
// is open. Thread rule: one owner.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cutset::report {

class XmlWriter {
 public:
  XmlWriter();

  void open(std::string_view tag);
  /// Requires: nothing was written into the open tag since open().
  void attribute(std::string_view name, std::string_view value);
  /// Text of the open tag; line ends are kept.
  void text(std::string_view value);
  void close();
  std::string finish();

 private:
  void end_start_tag();

  std::string out_;
  std::vector<std::string> open_;
  bool in_start_tag_ = false;
  bool has_text_ = false;
};

}  // namespace cutset::report
