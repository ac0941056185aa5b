// Prints what the golden tests compare: analysis_sample text|all|ascii|json|html CASE, or
// analysis_sample difference-text|difference-json.
#include <cstdio>
#include <string>

#include "analysis_testing.h"

#include "report/analysis_html.h"
#include "report/analysis_json.h"
#include "report/analysis_text.h"
#include "report/difference_json.h"
#include "report/difference_text.h"

namespace cutset::report {
namespace {

int print(const std::string& what, const std::string& name) {
  TextOptions options;
  std::string out;
  if (what == "difference-text") {
    out = difference_text(shop_differences(), false);
  } else if (what == "difference-json") {
    out = difference_json(shop_differences());
  } else if (what == "json") {
    out = analysis_json(analysis_of(name));
  } else if (what == "html") {
    out = analysis_html(name == "large" ? large_analysis(10'000) : analysis_of(name));
  } else {
    options.all = what == "all";
    options.passes = what == "all";
    options.color = what == "color";
    options.unicode = what != "ascii";
    if (what == "ascii") options.width = 72;
    out = analysis_text(name == "large" ? large_analysis(10'000) : analysis_of(name),
                        options);
  }
  std::fwrite(out.data(), 1, out.size(), stdout);
  return 0;
}

}  // namespace
}  // namespace cutset::report

int main(int argc, char** argv) {
  if (argc < 2) return 2;
  return cutset::report::print(argv[1], argc > 2 ? argv[2] : "shop");
}
