#include "cli/dry_run.h"

#include <fmt/format.h>

#include "base/text.h"

namespace cutset::cli {

namespace {

std::string command_text(const std::vector<injector::TemplateText>& command) {
  std::vector<std::string> words;
  for (const injector::TemplateText& word : command) {
    // Placeholders have no values yet: they are shown as they are written.
    const Result<std::string> shown =
        word.expand([](const std::string& name) { return "${" + name + "}"; });
    words.push_back(shown.ok() ? *shown : "");
  }
  return join(words, " ");
}

std::string request_text(const injector::HttpConfig& http) {
  return fmt::format("{} {} at {}", http.method, http.path, http.service);
}

std::string readiness_text(const injector::Readiness& ready) {
  switch (ready.kind) {
    case injector::Readiness::Kind::kHttp:
      return "GET " + ready.path + " answers 2xx";
    case injector::Readiness::Kind::kTcp:
      return "it accepts connections";
    case injector::Readiness::Kind::kLog:
      return "its log says so";
  }
  return "";
}

}  // namespace

namespace {

std::string operations_text(const injector::HistoryWorkload& workload) {
  const driver::OperationsPlan& plan = workload.plan.operations;
  std::vector<std::string> mix;
  for (const auto& [f, weight] : plan.mix) mix.push_back(fmt::format("{} {}", weight, f));
  std::string text = fmt::format("operations of {} clients ({}), seed {}", plan.clients,
                                 join(mix, ", "), plan.seed);
  if (plan.count) text += fmt::format(", {} in all", *plan.count);
  if (plan.duration) text += fmt::format(", for {} ms", plan.duration->count());
  for (const driver::ConditionPlan& condition : workload.plan.settle) {
    text += "\n  then until " + condition.text();
  }
  if (!workload.plan.final_f.empty()) {
    text += fmt::format("\n  then a {} of every key", workload.plan.final_f);
  }
  return text;
}

std::string workload_text(const injector::WorkloadConfig& workload) {
  if (workload.history) return operations_text(*workload.history);
  return workload.http ? request_text(*workload.http)
                       : command_text(workload.command->arguments);
}

std::string outcome_text(const injector::CheckConfig& check) {
  return check.source == injector::CheckConfig::Source::kHistory ? check.history.text()
                                                                 : check.expect.text();
}

}  // namespace

std::string dry_run_text(const injector::Config& config) {
  std::string text =
      fmt::format("{} would start cutset-agent, and through it {} services:\n",
                  config.path, config.services.size());
  for (const injector::ServiceConfig& service : config.services) {
    text += fmt::format("  {}: {}\n      in {}, ready when {} (within {} ms)\n",
                        service.name, command_text(service.command), service.folder,
                        readiness_text(service.ready), service.ready.within.count());
  }
  text += "Before every run:\n";
  for (const injector::ResetStep& step : config.reset) {
    text += step.http ? "  " + request_text(*step.http) + "\n"
                      : "  " + command_text(step.command->arguments) + "\n";
  }
  if (config.reset.empty()) text += "  nothing is reset\n";
  text += "The workload:\n  ";
  text += workload_text(config.workload);
  text += fmt::format(" (within {} ms)\nThe outcomes:\n", config.workload.within.count());
  for (const injector::OutcomeConfig& outcome : config.outcomes) {
    text += fmt::format("  {}: {}\n", outcome.name, outcome_text(outcome.check));
  }
  std::vector<std::string> modes;
  for (const injector::ModeConfig& mode : config.modes) modes.push_back(mode.text());
  text += fmt::format("Faults: {}; at most {} at a time; first {} runs without any.\n",
                      join(modes, ", "), config.budget_faults, config.fault_free_runs);
  return text;
}

}  // namespace cutset::cli
