// The head of an HTTP request, looked at line by line: for finding and replacing single
// header fields while every other byte stays as it came.
//
// Invariant: the lines, in order, are the raw head without its leading empty lines.
//
// Thread rule: a value.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace cutset::agent::proxy {

/// Equal without regard to ASCII case.
bool same_name(std::string_view left, std::string_view right);

class RequestHead {
 public:
  struct Field {
    std::string_view name;
    std::string_view value;  // trimmed; folded lines are included as they came
    std::string_view raw;    // with its line end(s)
  };

  explicit RequestHead(std::string raw);
  RequestHead(const RequestHead&) = delete;
  RequestHead& operator=(const RequestHead&) = delete;

  std::string_view raw() const { return raw_; }
  std::string_view method() const { return method_; }
  std::string_view target() const { return target_; }
  const std::vector<Field>& fields() const { return fields_; }
  /// The values of all fields of that name, joined by ','; "" if there is none.
  std::string joined(std::string_view name) const;
  bool has(std::string_view name) const;
  /// With the line end of the first line and the empty line at the end.
  std::string_view first_line() const { return first_line_; }
  std::string_view end() const { return end_; }

 private:
  std::string raw_;
  std::string_view first_line_;
  std::string_view method_;
  std::string_view target_;
  std::vector<Field> fields_;
  std::string_view end_;
};

/// The target as it may be shown and compared: bytes that are not printable ASCII are
/// written %XX.
std::string printable(std::string_view target);

}  // namespace cutset::agent::proxy
