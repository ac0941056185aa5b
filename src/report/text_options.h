// How text for people is laid out: asked for by the user, or found out about the
// terminal.
//
// Thread rule: a value.
#pragma once

#include <cstddef>

namespace cutset::report {

struct TextOptions {
  bool color = false;
  /// Accepted, inconclusive and the like in a report; its findings are always listed in
  /// full.
  size_t most_listed = 8;
  bool all = false;     // analyze: every class and call in full
  bool passes = false;  // analyze: how each simplification changed the graph
  size_t width = 100;   // analyze: columns
  bool unicode = true;  // analyze: lines of trees are drawn, not spelt

  /// Width from COLUMNS, else from the terminal of standard output, from 60 to 100;
  /// unicode from the locale's variables.
  static TextOptions of_environment();
};

}  // namespace cutset::report
