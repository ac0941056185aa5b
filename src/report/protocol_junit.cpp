#include "report/protocol_junit.h"

#include <algorithm>

#include <fmt/format.h>

#include "base/text.h"
#include "report/protocol_words.h"
#include "report/xml_writer.h"

namespace cutset::report {

namespace {

enum class Answer { kPassed, kFailed, kError };

Answer answer_of(const ProtocolCheck& check) {
  if (const std::optional<bool> expected = check.as_expected(); expected)
    return *expected ? Answer::kPassed : Answer::kFailed;
  switch (check.verdict) {
    case ProtocolVerdict::kHolds:
      return check.complete ? Answer::kPassed : Answer::kError;
    case ProtocolVerdict::kViolated:
      return Answer::kFailed;
    default:
      return Answer::kError;
  }
}

std::string details(const ProtocolCheck& check) {
  std::string text;
  for (const ProtocolFinding& finding : check.findings) {
    text += join(finding.words, "; ") + "\n";
    for (const ProtocolEvent& event : finding.story)
      text += fmt::format("  {:>4}  {}\n", event.time, event.text);
  }
  return text + numbers_words(check) + "\n";
}

}  // namespace

std::string protocol_junit(const std::vector<ProtocolCheck>& checks) {
  const auto count = [&](Answer answer) {
    return std::count_if(checks.begin(), checks.end(), [answer](const auto& check) {
      return answer_of(check) == answer;
    });
  };
  XmlWriter xml;
  xml.open("testsuites");
  xml.open("testsuite");
  xml.attribute("name", checks.empty() ? "cutset check" : checks[0].model);
  xml.attribute("tests", std::to_string(checks.size()));
  xml.attribute("failures", std::to_string(count(Answer::kFailed)));
  xml.attribute("errors", std::to_string(count(Answer::kError)));
  for (const ProtocolCheck& check : checks) {
    xml.open("testcase");
    xml.attribute("classname", check.model);
    xml.attribute("name", check.parameters);
    xml.attribute("time", fmt::format("{:.3f}", check.seconds));
    const Answer answer = answer_of(check);
    if (answer != Answer::kPassed) {
      xml.open(answer == Answer::kFailed ? "failure" : "error");
      xml.attribute("type", protocol_verdict_name(check.verdict));
      xml.attribute("message", fmt::format("{}: {}", protocol_verdict_name(check.verdict),
                                           verdict_words(check)));
      xml.text(details(check));
      xml.close();
    } else {
      xml.open("system-out");
      xml.text(details(check));
      xml.close();
    }
    xml.close();
  }
  return xml.finish();
}

}  // namespace cutset::report
