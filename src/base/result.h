// Result<T>: a value, or the reason why the world did not give one.
//
// For what the world can do wrong (files, networks, input, processes). What only a bug
// can do wrong is a CHECK (base/check.h). No exception crosses a folder's border: a
// library that throws is caught in the .cpp that calls it and turned into an Error.
//
// Thread rule: values, no shared state.
#pragma once

#include <optional>
#include <string>
#include <utility>
#include <variant>

#include "base/check.h"

namespace cutset {

/// What kind of failure it is; decides the exit code (DESIGN: 65 bad input, 70 internal,
/// ...).
enum class ErrorKind {
  kUsage,        // the command line is wrong
  kBadInput,     // a file, trace or message is wrong
  kUnavailable,  // a service, agent or file is not there, or not in time
  kInterrupted,  // the user or a time limit stopped the work
  kInternal,     // the operating system refused something that should work
};

/// A failure as the user reads it: where, what was found, what was expected, what to do.
struct Error {
  ErrorKind kind = ErrorKind::kInternal;
  std::string message;
  std::string file;  // empty: no place in a file
  int line = 0;      // 1-based; 0: unknown
  int column = 0;    // 1-based; 0: unknown

  /// "file:line:col: message", leaving out what is unknown.
  std::string text() const;

  static Error usage(std::string message);
  static Error bad_input(std::string message, std::string file = "", int line = 0,
                         int column = 0);
  static Error unavailable(std::string message);
  static Error interrupted(std::string message);
  static Error internal(std::string message);
  /// "<what>: <text of errno>", read at once.
  static Error system(const std::string& what);
};

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : state_(std::move(value)) {}  // NOLINT(google-explicit-constructor)
  Result(Error error)
      : state_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool ok() const { return state_.index() == 0; }
  explicit operator bool() const { return ok(); }

  /// Requires: ok().
  T& value() {
    CHECK(ok());
    return std::get<0>(state_);
  }
  const T& value() const {
    CHECK(ok());
    return std::get<0>(state_);
  }
  T& operator*() { return value(); }
  const T& operator*() const { return value(); }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

  /// Requires: !ok().
  const Error& error() const {
    CHECK(!ok());
    return std::get<1>(state_);
  }

 private:
  std::variant<T, Error> state_;
};

/// For functions that only succeed or fail.
template <>
class [[nodiscard]] Result<void> {
 public:
  Result() = default;
  Result(Error error)
      : error_(std::move(error)) {}  // NOLINT(google-explicit-constructor)

  bool ok() const { return !error_.has_value(); }
  explicit operator bool() const { return ok(); }
  const Error& error() const {
    CHECK(!ok());
    return *error_;
  }

 private:
  std::optional<Error> error_;
};

using Status = Result<void>;

}  // namespace cutset

/// Returns the error of `expression` from the calling function, if it has one.
#define CUTSET_TRY(expression)                                            \
  do {                                                                    \
    if (auto cutset_try_status = (expression); !cutset_try_status.ok()) { \
      return cutset_try_status.error();                                   \
    }                                                                     \
  } while (false)

#define CUTSET_CONCAT_INNER(a, b) a##b
#define CUTSET_CONCAT(a, b) CUTSET_CONCAT_INNER(a, b)
/// `CUTSET_ASSIGN(auto value, function());` declares value, or returns the error.
#define CUTSET_ASSIGN(declaration, expression) \
  CUTSET_ASSIGN_INNER(CUTSET_CONCAT(cutset_result_, __LINE__), declaration, expression)
#define CUTSET_ASSIGN_INNER(name, declaration, expression) \
  auto name = (expression);                                \
  if (!name.ok()) return name.error();                     \
  declaration = std::move(name.value())  // NOLINT(bugprone-macro-parentheses)
