// Writes a graph of one of the solver's families to standard output.
//
//   make_graphs FAMILY [NAME=VALUE...] [seed=1] [format=dag|json|open-psa]
#include <charconv>
#include <cstdio>
#include <string>

#include "families.h"
#include <fmt/format.h>

namespace cutset::benchmark {
namespace {

constexpr int kUsage = 64;

int usage(const std::string& wrong) {
  fmt::print(stderr,
             "make_graphs: {}\nUsage: make_graphs FAMILY [NAME=VALUE...] [seed=1] "
             "[format=dag|json|open-psa]\nFamilies: {}\n",
             wrong, family_names());
  return kUsage;
}

int run(int argc, char** argv) {
  if (argc < 2) return usage("no family");
  const std::string family = argv[1];
  std::optional<std::map<std::string, int64_t>> params = defaults_of(family);
  if (!params) return usage(fmt::format("no family \"{}\"", family));
  std::string format = "dag";
  int64_t seed = 1;
  for (int i = 2; i < argc; ++i) {
    const std::string argument = argv[i];
    const size_t equals = argument.find('=');
    if (equals == std::string::npos)
      return usage(fmt::format("\"{}\": expected NAME=VALUE", argument));
    const std::string name = argument.substr(0, equals);
    const std::string value = argument.substr(equals + 1);
    if (name == "format") {
      format = value;
      continue;
    }
    int64_t number = 0;
    const char* end = value.data() + value.size();
    const auto [stopped, error] = std::from_chars(value.data(), end, number);
    constexpr int64_t kMost = 100'000'000;
    if (error != std::errc() || stopped != end || number < 1 || number > kMost)
      return usage(fmt::format("\"{}\": expected a number of 1 to {}", argument, kMost));
    if (name == "seed") {
      seed = number;
    } else if (params->count(name) != 0) {
      (*params)[name] = number;
    } else {
      std::string names = "seed, format";
      for (const auto& [known, preset] : *params) names += ", " + known;
      return usage(fmt::format("{} has no \"{}\"; it has {}", family, name, names));
    }
  }
  if (params->count("q") != 0 && params->at("q") > params->at("n"))
    return usage("q: expected at most n");
  for (const char* least_two : {"fan", "fanin"}) {
    if (params->count(least_two) != 0 && params->at(least_two) < 2)
      return usage(fmt::format("{}: expected at least 2", least_two));
  }
  const FamilyGraph graph = make_graph(family, *params, static_cast<uint64_t>(seed));
  if (format == "dag") {
    write_dag_text(graph, stdout);
  } else if (format == "json") {
    write_dag_json(graph, stdout);
  } else if (format == "open-psa") {
    write_open_psa(graph, stdout);
  } else {
    return usage(fmt::format("format \"{}\": expected dag, json or open-psa", format));
  }
  return std::fflush(stdout) == 0 ? 0 : 1;
}

}  // namespace
}  // namespace cutset::benchmark

int main(int argc, char** argv) {
  return cutset::benchmark::run(argc, argv);
}
