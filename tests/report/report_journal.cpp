// Writes one report of a journal to stdout: report_journal text|color|json|junit|html|dot
// JOURNAL. For looking at the reports, and for making the expected files of the golden
// tests anew.
#include <iostream>
#include <string_view>

#include "report/journal_reader.h"
#include "report/report_dot.h"
#include "report/report_html.h"
#include "report/report_json.h"
#include "report/report_junit.h"
#include "report/report_text.h"

int main(int count, char** arguments) {
  if (count != 3) {
    std::cerr << "usage: report_journal text|color|json|junit|html|dot JOURNAL\n";
    return 64;
  }
  const std::string_view format = arguments[1];
  const auto view = cutset::report::read_journal(arguments[2]);
  if (!view.ok()) {
    std::cerr << view.error().text() << "\n";
    return 65;
  }
  if (format == "text") std::cout << cutset::report::report_text(*view);
  if (format == "color") std::cout << cutset::report::report_text(*view, {true, 8});
  if (format == "json") std::cout << cutset::report::report_json(*view);
  if (format == "junit") std::cout << cutset::report::report_junit(*view);
  if (format == "html") std::cout << cutset::report::report_html(*view);
  if (format == "dot")
    std::cout << cutset::report::report_dot(view->runs.front().result.execution);
  return 0;
}
