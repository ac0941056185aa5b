#include "families.h"

#include <algorithm>

#include "random_source.h"
#include <fmt/format.h>

namespace cutset::benchmark {

namespace {

using Params = std::map<std::string, int64_t>;
constexpr uint64_t kMost = 0xffff'ffff'ffff'ffff;

uint64_t plus(uint64_t a, uint64_t b) {
  return a > kMost - b ? kMost : a + b;
}
uint64_t times(uint64_t a, uint64_t b) {
  return b != 0 && a > kMost / b ? kMost : a * b;
}
uint64_t power(uint64_t base, int64_t exponent) {
  uint64_t result = 1;
  for (int64_t i = 0; i < exponent; ++i) result = times(result, base);
  return result;
}
uint64_t choose(int64_t n, int64_t k) {
  uint64_t result = 1;
  for (int64_t i = 1; i <= k; ++i) result = result * static_cast<uint64_t>(n - k + i) / i;
  return result;
}

std::string count_text(const char* name, uint64_t count) {
  return count == kMost ? "" : fmt::format(",\"{}\":{}", name, count);
}

std::string header(const std::string& family, const Params& params, uint64_t seed,
                   const std::string& known) {
  std::string text;
  for (const auto& [name, value] : params) text += fmt::format("\"{}\":{},", name, value);
  return fmt::format(
      "{{\"format\":\"cutset-dag/1\",\"family\":\"{}\",\"params\":{{{}"
      "\"seed\":{}}},\"known\":{{{}}}}}",
      family, text, seed, known);
}

class Generator {
 public:
  Generator(const Params& params, uint64_t seed) : params_(params), random_(seed) {}

  FamilyGraph graph;
  std::string known;

  void quorum(bool persist) {
    const auto n = static_cast<size_t>(of("n"));
    const int64_t rounds = of("t");
    const int64_t attempts = of("r");
    const int64_t lost = of("n") - of("q") + 1;
    if (persist) {
      known = fmt::format("\"min_size\":{}", attempts > 1 ? lost : 0);
      if (attempts > 1)
        known += count_text("min_count",
                            times(choose(of("n"), lost), power(uint64_t(rounds), lost)));
    } else {
      const uint64_t sets = times(
          uint64_t(rounds), times(choose(of("n"), lost), power(2, lost * attempts)));
      known = fmt::format("\"min_size\":{}", lost * attempts) +
              count_text("min_count", sets) + count_text("mcs_total", sets);
    }
    // All faults come first: their numbers are known before the gates are made.
    const auto per_replica = static_cast<uint32_t>(2 * attempts + (persist ? 1 : 0));
    for (int64_t round = 0; round < rounds; ++round) {
      for (size_t i = 1; i <= n; ++i) {
        const auto replica = static_cast<int64_t>(i);
        if (persist) fault("crash", replica, replica, round);
        for (int64_t attempt = 0; attempt < attempts; ++attempt) {
          const int64_t time = 2 * (round * attempts + attempt);
          fault("omit", 0, replica, time);
          fault("omit", replica, 0, time + 1);
        }
      }
    }
    std::vector<uint32_t> alive(n);
    std::vector<uint32_t> all;
    uint32_t next = 0;
    for (int64_t round = 0; round < rounds; ++round) {
      std::vector<uint32_t> acknowledged;
      for (size_t i = 0; i < n; ++i, next += per_replica) {
        uint32_t at = next;
        if (persist) {
          alive[i] = round == 0 ? at : graph.gate(true, {alive[i], at});
          ++at;
        }
        std::vector<uint32_t> tries;
        for (int64_t attempt = 0; attempt < attempts; ++attempt, at += 2)
          tries.push_back(graph.gate(true, {at, at + 1}));
        const uint32_t reached = attempts == 1 ? tries[0] : graph.gate(false, tries);
        acknowledged.push_back(persist ? graph.gate(true, {alive[i], reached}) : reached);
      }
      all.push_back(at_least(static_cast<size_t>(of("q")), acknowledged));
    }
    if (all.size() > 1) graph.gate(true, all);
  }

  void rb() {
    const int64_t n = of("n");
    const int64_t rounds = of("t");
    known = fmt::format("\"min_size\":{}", (rounds - 1) * (n - 1) + 1);
    for (int64_t round = 0; round < rounds; ++round) {
      for (int64_t to = 1; to < n; ++to) {
        for (int64_t from = 0; from < (round == 0 ? 1 : n); ++from) {
          if (from != to) fault("omit", from, to, round);
        }
      }
    }
    uint32_t next = 0;
    std::vector<uint32_t> have(static_cast<size_t>(n));
    for (int64_t to = 1; to < n; ++to) have[static_cast<size_t>(to)] = next++;
    for (int64_t round = 1; round < rounds; ++round) {
      std::vector<uint32_t> after = have;
      for (int64_t to = 1; to < n; ++to) {
        std::vector<uint32_t> ways{have[static_cast<size_t>(to)], next++};
        for (int64_t from = 1; from < n; ++from) {
          if (from == to) continue;
          ways.push_back(graph.gate(true, {have[static_cast<size_t>(from)], next++}));
        }
        after[static_cast<size_t>(to)] = graph.gate(false, ways);
      }
      have = after;
    }
    graph.gate(true, {have.begin() + 1, have.end()});
  }

  void micro();
  void tree();
  void rnd();

 private:
  int64_t of(const char* name) const { return params_.at(name); }

  void fault(const char* kind, int64_t a, int64_t b, int64_t t) {
    constexpr uint64_t kWeights = 9;
    const int weight = 1 + static_cast<int>(random_.below(kWeights));
    graph.faults.push_back({kind, weight, a, b, t});
  }

  /// Holds if `need` of `of_these` do: counters that grow from one to the next.
  uint32_t at_least(size_t need, const std::vector<uint32_t>& of_these) {
    std::vector<uint32_t> counted;  // [i]: at least i + 1 of those so far
    for (size_t i = 0; i < of_these.size(); ++i) {
      std::vector<uint32_t> next = counted;
      // What cannot matter any more is not made.
      const size_t least = need > of_these.size() - i ? need - (of_these.size() - i) : 0;
      for (size_t j = least; j < std::min(need, i + 1); ++j) {
        const uint32_t carried =
            j == 0 ? of_these[i] : graph.gate(true, {counted[j - 1], of_these[i]});
        if (j < counted.size()) {
          next[j] = graph.gate(false, {counted[j], carried});
        } else {
          next.push_back(carried);
        }
      }
      counted = next;
    }
    return counted[need - 1];
  }

  const Params& params_;
  RandomSource random_;
};

/// Services are numbered layer by layer; only those that an entry needs are written.
void Generator::micro() {
  const auto layers = static_cast<size_t>(of("layers"));
  const auto width = static_cast<size_t>(of("width"));
  const auto deps = static_cast<size_t>(of("deps"));
  struct Call {
    size_t service;
    size_t slot;
  };
  // By service and dependency: one call, or two of which one is enough.
  std::vector<std::vector<std::vector<Call>>> needs(layers * width);
  const auto ways = [&](size_t layer, size_t slot) {
    std::vector<Call> calls{{layer * width + random_.below(width), 2 * slot}};
    if (random_.percent(of("pfallback")))
      calls.push_back({layer * width + random_.below(width), 2 * slot + 1});
    return calls;
  };
  for (size_t service = width; service < needs.size(); ++service) {
    for (size_t slot = 0; slot < deps; ++slot)
      needs[service].push_back(ways(service / width - 1, slot));
  }
  std::vector<std::vector<Call>> entries(static_cast<size_t>(of("entries")));
  std::vector<bool> used(needs.size(), false);
  for (std::vector<Call>& entry : entries) {
    for (size_t i = 0; i < static_cast<size_t>(of("replicas")); ++i) {
      entry.push_back({(layers - 1) * width + random_.below(width), i});
      used[entry.back().service] = true;
    }
  }
  for (size_t service = needs.size(); service-- > 0;) {
    if (!used[service]) continue;
    for (const std::vector<Call>& need : needs[service]) {
      for (const Call& call : need) used[call.service] = true;
    }
  }
  std::vector<uint32_t> first_fault(needs.size());
  for (size_t service = 0; service < needs.size(); ++service) {
    if (!used[service]) continue;
    first_fault[service] = static_cast<uint32_t>(graph.faults.size());
    const auto number = static_cast<int64_t>(service);
    fault("crash", number, number, 0);
    for (const std::vector<Call>& need : needs[service]) {
      for (const Call& call : need)
        fault("call", number, static_cast<int64_t>(call.service), int64_t(call.slot));
    }
  }
  auto entry_fault = static_cast<uint32_t>(graph.faults.size());
  for (size_t i = 0; i < entries.size(); ++i) {
    for (const Call& call : entries[i])
      fault("call", -1 - int64_t(i), static_cast<int64_t>(call.service),
            int64_t(call.slot));
  }
  std::vector<uint32_t> works(needs.size());
  const auto any_of = [&](const std::vector<Call>& calls, uint32_t& at) {
    std::vector<uint32_t> made;
    for (const Call& call : calls)
      made.push_back(graph.gate(true, {at++, works[call.service]}));
    return made.size() == 1 ? made[0] : graph.gate(false, made);
  };
  for (size_t service = 0; service < needs.size(); ++service) {
    if (!used[service]) continue;
    uint32_t at = first_fault[service];
    std::vector<uint32_t> all{at++};
    for (const std::vector<Call>& need : needs[service]) all.push_back(any_of(need, at));
    works[service] = all.size() == 1 ? all[0] : graph.gate(true, all);
  }
  std::vector<uint32_t> roots;
  for (const std::vector<Call>& entry : entries)
    roots.push_back(any_of(entry, entry_fault));
  if (roots.size() > 1) graph.gate(true, roots);
}

/// Depth by depth, gates by their children's numbers: leaves are numbered as they come.
void Generator::tree() {
  struct Node {
    bool is_leaf = false;
    bool is_and = false;
    std::vector<size_t> below;
    uint64_t least = 1;
    uint64_t least_count = 1;
    uint64_t sets = 1;
    uint32_t id = 0;
  };
  std::vector<Node> nodes(1);
  nodes[0].is_and = true;
  size_t begin = 0;
  for (int64_t depth = 0; depth < of("depth"); ++depth) {
    const size_t end = nodes.size();
    for (size_t i = begin; i < end; ++i) {
      if (nodes[i].is_leaf) continue;
      const size_t children = 2 + random_.below(static_cast<uint64_t>(of("fan")) - 1);
      for (size_t c = 0; c < children; ++c) {
        Node child;
        child.is_leaf =
            depth + 1 == of("depth") || (depth > 0 && random_.percent(of("mix")));
        child.is_and = !nodes[i].is_and;
        nodes[i].below.push_back(nodes.size());
        nodes.push_back(child);
      }
    }
    begin = end;
  }
  for (Node& node : nodes) {
    if (!node.is_leaf) continue;
    node.id = static_cast<uint32_t>(graph.faults.size());
    fault("call", 0, 0, 0);
  }
  for (size_t i = nodes.size(); i-- > 0;) {
    Node& node = nodes[i];
    if (node.is_leaf) continue;
    std::vector<uint32_t> children;
    node.least = node.is_and ? kMost : 0;
    node.sets = node.is_and ? 0 : 1;
    for (const size_t child : node.below) {
      const Node& other = nodes[child];
      children.push_back(other.id);
      if (!node.is_and) {
        node.least += other.least;
        node.least_count = times(node.least_count, other.least_count);
        node.sets = times(node.sets, other.sets);
        continue;
      }
      if (other.least < node.least) {
        node.least = other.least;
        node.least_count = 0;
      }
      if (other.least == node.least)
        node.least_count = plus(node.least_count, other.least_count);
      node.sets = plus(node.sets, other.sets);
    }
    node.id = graph.gate(node.is_and, children);
  }
  known = fmt::format("\"min_size\":{}", nodes[0].least) +
          count_text("min_count", nodes[0].least_count) +
          count_text("mcs_total", nodes[0].sets);
}

void Generator::rnd() {
  const auto leaves = static_cast<size_t>(of("leaves"));
  const auto gates = static_cast<size_t>(of("gates"));
  const auto window = static_cast<uint64_t>(of("width"));
  struct Gate {
    bool is_and;
    std::vector<size_t> below;
  };
  std::vector<Gate> made;
  for (size_t i = 0; i < gates; ++i) {
    Gate gate;
    gate.is_and = random_.percent(of("pand"));
    const size_t children = 2 + random_.below(static_cast<uint64_t>(of("fanin")) - 1);
    const size_t nodes = leaves + i;
    while (gate.below.size() < std::min(children, nodes)) {
      // Leaves stay in reach, or deep gates would have none.
      constexpr int64_t kLeafPercent = 15;
      const bool leaf = nodes <= window || random_.percent(kLeafPercent);
      const size_t child = leaf ? random_.below(i == 0 ? leaves : std::min(nodes, leaves))
                                : nodes - 1 - random_.below(window);
      if (std::find(gate.below.begin(), gate.below.end(), child) == gate.below.end())
        gate.below.push_back(child);
    }
    made.push_back(std::move(gate));
  }
  std::vector<bool> used(leaves + gates, false);
  used.back() = true;
  for (size_t i = gates; i-- > 0;) {
    if (!used[leaves + i]) continue;
    for (const size_t child : made[i].below) used[child] = true;
  }
  std::vector<uint32_t> id(leaves + gates);
  for (size_t leaf = 0; leaf < leaves; ++leaf) {
    if (!used[leaf]) continue;
    id[leaf] = static_cast<uint32_t>(graph.faults.size());
    fault("event", static_cast<int64_t>(leaf), 0, 0);
  }
  for (size_t i = 0; i < gates; ++i) {
    if (!used[leaves + i]) continue;
    std::vector<uint32_t> below;
    for (const size_t child : made[i].below) below.push_back(id[child]);
    id[leaves + i] = graph.gate(made[i].is_and, below);
  }
}

}  // namespace

std::optional<Params> defaults_of(const std::string& family) {
  static const std::map<std::string, Params> kFamilies = {
      {"quorum", {{"n", 5}, {"q", 3}, {"r", 2}, {"t", 10}}},
      {"quorumc", {{"n", 5}, {"q", 3}, {"r", 2}, {"t", 10}}},
      {"rb", {{"n", 5}, {"t", 4}}},
      {"micro",
       {{"layers", 4},
        {"width", 10},
        {"deps", 3},
        {"pfallback", 60},
        {"entries", 1},
        {"replicas", 3}}},
      {"tree", {{"depth", 6}, {"fan", 3}, {"mix", 30}}},
      {"rnd",
       {{"leaves", 60}, {"gates", 150}, {"fanin", 4}, {"width", 20}, {"pand", 50}}}};
  const auto found = kFamilies.find(family);
  return found == kFamilies.end() ? std::nullopt : std::optional(found->second);
}

std::string family_names() {
  return "quorum, quorumc, rb, micro, tree, rnd";
}

FamilyGraph make_graph(const std::string& family, const Params& params, uint64_t seed) {
  Generator generator(params, seed);
  if (family == "quorum") generator.quorum(false);
  if (family == "quorumc") generator.quorum(true);
  if (family == "rb") generator.rb();
  if (family == "micro") generator.micro();
  if (family == "tree") generator.tree();
  if (family == "rnd") generator.rnd();
  generator.graph.header = header(family, params, seed, generator.known);
  return std::move(generator.graph);
}

}  // namespace cutset::benchmark
