// Prints what is known of a file of messages.
#include <cstdio>
#include <fstream>
#include <sstream>

#include "lineage/messages/messages_json.h"
#include "report/messages_text.h"

int main(int count, char** arguments) {
  if (count != 2) return 64;
  std::ifstream file(arguments[1]);
  std::ostringstream text;
  text << file.rdbuf();
  const auto execution = cutset::lineage::messages::from_json(text.str(), arguments[1]);
  if (!execution.ok()) {
    std::fprintf(stderr, "%s\n", execution.error().text().c_str());
    return 65;
  }
  std::fputs(
      cutset::report::messages_text(cutset::report::analyze_messages(*execution)).c_str(),
      stdout);
  return 0;
}
