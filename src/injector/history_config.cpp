#include "injector/history_config.h"

#include <filesystem>

#include "base/text.h"
#include "injector/duration.h"

namespace cutset::injector {

namespace {

Result<std::vector<std::string>> expanded(const std::vector<TemplateText>& texts,
                                          const TemplateText::Lookup& values) {
  std::vector<std::string> out;
  for (const TemplateText& text : texts) {
    CUTSET_ASSIGN(std::string value, text.expand(values));
    out.push_back(std::move(value));
  }
  return out;
}

}  // namespace

Result<driver::Plan> HistoryWorkload::expand(const TemplateText::Lookup& values) const {
  driver::Plan out = plan;
  if (out.target.resp) {
    CUTSET_ASSIGN(out.target.resp->endpoints, expanded(endpoints, values));
    CUTSET_ASSIGN(out.target.resp->sentinels, expanded(sentinels, values));
  }
  if (out.target.http) {
    CUTSET_ASSIGN(out.target.http->endpoints, expanded(endpoints, values));
  }
  if (out.target.command) {
    CUTSET_ASSIGN(out.target.command->arguments, expanded(arguments, values));
    // The driver does not run where the file was named from.
    std::string& place = out.target.command->folder;
    if (!place.empty())
      place = std::filesystem::absolute(place).lexically_normal().string();
  }
  for (size_t i = 0; i < conditions.size(); ++i) {
    CUTSET_ASSIGN(out.settle[i].at, expanded(conditions[i].at, values));
    CUTSET_ASSIGN(out.settle[i].command, expanded(conditions[i].command, values));
  }
  return out;
}

std::string HistoryCheck::text() const {
  if (!checker.empty()) return join(checker, " ");
  if (outcome.time.count() == 0) return outcome.kind;
  return outcome.kind + ":" + duration_text(outcome.time);
}

}  // namespace cutset::injector
