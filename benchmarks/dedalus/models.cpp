#include "models.h"

#include <algorithm>
#include <random>

#include <fmt/format.h>

#include "base/file.h"
#include "dedalus/language/load.h"
#include "dedalus/language/parameters.h"

namespace cutset::dedalus {
namespace {

std::string node_name(uint32_t number) {
  return number < 26 ? std::string(1, static_cast<char>('a' + number))
                     : fmt::format("n{}", number);
}

std::string members(uint32_t nodes) {
  std::string text;
  for (uint32_t x = 0; x < nodes; ++x) {
    for (uint32_t y = 0; y < nodes; ++y) {
      text += fmt::format("member(\"{}\", \"{}\")@1;\n", node_name(x), node_name(y));
    }
  }
  return text + "member(X, Y)@next :- member(X, Y);\n";
}

}  // namespace

Result<BenchmarkModel> load_model(const std::string& name, size_t row) {
  const std::string path = fmt::format("{}/{}.ded", CUTSET_MODELS, name);
  BenchmarkModel model;
  CUTSET_ASSIGN(model.program, load_program({path}));
  CUTSET_ASSIGN(const auto rows, read_parameters(path));
  if (row >= rows.size()) return Error::bad_input(path + ": no such row of parameters");
  model.spec = {.eot = static_cast<Time>(rows[row].eot),
                .eff = static_cast<Time>(rows[row].eff),
                .crashes = static_cast<uint32_t>(rows[row].crashes),
                .nodes = rows[row].nodes,
                .crash_model = rows[row].crash_model};
  model.name = fmt::format("{} {}/{}/{}", name, model.spec.eot, model.spec.eff,
                           model.spec.crashes);
  return model;
}

Result<BenchmarkModel> broadcast_model(const std::string& name, uint32_t nodes,
                                       Time eot) {
  const std::string path = fmt::format("{}/{}.ded", CUTSET_MODELS, name);
  Diagnosis diagnosis = diagnose_program({path}, [&](const std::string& file) {
    if (file.ends_with("three_members.ded")) return Result<std::string>(members(nodes));
    return read_file(file);
  });
  if (!diagnosis.program) return diagnosis.error();
  BenchmarkModel model;
  model.name = name;
  model.program = std::move(*diagnosis.program);
  model.spec.eot = eot;
  model.spec.eff = std::max<Time>(0, eot - 2);
  for (uint32_t i = 0; i < nodes; ++i) model.spec.nodes.push_back(node_name(i));
  return model;
}

std::vector<ModelFaultSet> random_fault_sets(const FailureSpec& spec, size_t count,
                                             uint64_t seed) {
  std::mt19937_64 random(seed);
  const auto nodes = static_cast<NodeIndex>(spec.nodes.size());
  std::vector<ModelFaultSet> sets;
  while (sets.size() < count) {
    ModelFaultSet faults;
    const uint64_t percent = random() % 60;
    for (Time time = 1; time < spec.eff && time <= spec.eot; ++time) {
      for (NodeIndex from = 0; from < nodes; ++from) {
        for (NodeIndex to = 0; to < nodes; ++to) {
          if (from != to && random() % 100 < percent) {
            faults.push_back(ModelFault::omission(from, to, time));
          }
        }
      }
    }
    std::vector<NodeIndex> order(nodes);
    for (NodeIndex node = 0; node < nodes; ++node) order[node] = node;
    std::shuffle(order.begin(), order.end(), random);
    for (uint32_t i = 0; i < spec.crashes && spec.eot > 1; ++i) {
      if (random() % 2 == 0) continue;
      const auto time = static_cast<Time>(1 + random() % (spec.eot - 1));
      faults.push_back(ModelFault::crash(order[i], time));
    }
    sets.push_back(std::move(faults));
  }
  return sets;
}

}  // namespace cutset::dedalus
