#include "solver/certificate.h"

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <memory>
#include <unordered_map>

#include <fmt/format.h>
#include <unistd.h>

#include "base/hash.h"
#include "solver/certificate_formula.h"
#include "solver/certificate_sets.h"
#include "solver/graph_text.h"

namespace cutset::solver {

namespace {

class CertificateWriter {
 public:
  CertificateWriter(const FaultGraph& graph, const CertificateClaim& claim,
                    const std::function<bool()>& stop, std::FILE* file)
      : graph_(graph),
        claim_(claim),
        stop_(stop),
        file_(file),
        walk_(graph.dag),
        sets_(claim, graph.dag.fault_count()) {}

  Result<CertificateSize> run() {
    CUTSET_TRY(head());
    const bool empty_set_cuts =
        std::any_of(claim_.sets.begin(), claim_.sets.end(),
                    [](const FaultSet& set) { return set.empty(); });
    if (!empty_set_cuts) CUTSET_TRY(parts());
    put(fmt::format("end {} {}\n", claim_.sets.size(), size_.parts));
    return size_;
  }

 private:
  /// Conjuncts that are the same up to the names of their faults.
  struct Class {
    Child root = kTrue;
    std::vector<uint32_t> key;
    std::vector<Child> same;
  };

  void put(std::string_view text) { std::fwrite(text.data(), 1, text.size(), file_); }
  void put(std::string_view word, std::span<const uint32_t> numbers) {
    line_.assign(word);
    for (const uint32_t number : numbers)
      fmt::format_to(std::back_inserter(line_), " {}", number);
    line_ += '\n';
    put(line_);
  }

  Status head() {
    put(fmt::format("cutset-certificate/1\ngraph {} {} {}\n", graph_.dag.fault_count(),
                    graph_.dag.gate_count(), hex16(digest_of(graph_))));
    budget_.total = claim_.budget.total;
    put(budget_.total == kUnlimited ? "budget any\n"
                                    : fmt::format("budget {}\n", budget_.total));
    for (const auto& [name, most] : claim_.budget.kinds) {
      const std::vector<std::string>& kinds = graph_.faults.kinds();
      const auto kind = std::find(kinds.begin(), kinds.end(), name) - kinds.begin();
      if (kind == static_cast<ptrdiff_t>(kinds.size())) {
        return Error::usage(
            fmt::format("certificate: \"{}\" is no kind of fault of the graph", name));
      }
      const auto known =
          std::find_if(budget_.limits.begin(), budget_.limits.end(),
                       [kind = kind](const auto& limit) { return limit.kind == kind; });
      if (known != budget_.limits.end()) {
        known->most = std::min(known->most, most);
      } else {
        budget_.limits.push_back({static_cast<uint8_t>(kind), most});
      }
    }
    std::erase_if(budget_.limits, [](const auto& limit) {
      return limit.most == kUnlimited;  // no limit at all
    });
    for (const CertificateBudget::Limit& limit : budget_.limits) {
      put(fmt::format("limit {} {}\n", word_of(graph_.faults.kinds()[limit.kind]),
                      limit.most));
    }
    for (std::string text : claim_.assumptions) {
      std::replace_if(
          text.begin(), text.end(),
          [](char byte) { return static_cast<unsigned char>(byte) < ' '; }, ' ');
      put("assume " + text + "\n");
    }
    for (const CertificateClaim::Shown& shown : claim_.violated)
      put("violated " + word_of(shown.run), shown.faults);
    for (const CertificateClaim::Shown& shown : claim_.held)
      put("held " + word_of(shown.run), shown.faults);
    for (const FaultSet& set : claim_.sets) put("set", set);
    return {};
  }

  /// Children of the root, those of AND gates among them taken apart again, ascending.
  std::vector<Child> conjuncts() const {
    const Dag& dag = graph_.dag;
    std::vector<Child> result;
    if (dag.root() == kTrue) return result;
    std::vector<Child> waiting{dag.root()};
    std::vector<uint8_t> met(dag.gate_count(), 0);
    while (!waiting.empty()) {
      const Child child = waiting.back();
      waiting.pop_back();
      if (is_enabled(child) || !dag.is_gate(child) || !dag.is_and(dag.gate_of(child))) {
        result.push_back(child);
      } else if (met[dag.gate_of(child)] == 0) {
        met[dag.gate_of(child)] = 1;
        const std::span<const Child> below = dag.children(dag.gate_of(child));
        waiting.insert(waiting.end(), below.begin(), below.end());
      }
    }
    std::sort(result.begin(), result.end());
    result.erase(std::unique(result.begin(), result.end()), result.end());
    return result;
  }

  Status parts() {
    if (graph_.dag.root() == kFalse) {
      return Error::internal("certificate: the empty set cuts, but is not listed");
    }
    const std::vector<Child> roots = conjuncts();
    size_.conjuncts = roots.size();
    // What overlaps too much to be walked root by root is refuted together.
    const size_t most_work = 16 * (graph_.dag.edge_count() + graph_.dag.fault_count());
    constexpr size_t kLeastWork = size_t{1} << 22;
    std::vector<Child> together;
    std::vector<Class> classes;
    std::unordered_multimap<uint64_t, size_t> by_hash;  // looked up, never iterated
    CertificateCone cone;
    std::vector<std::vector<uint32_t>> sets;
    for (const Child root : roots) {
      if (walk_.work() > most_work + kLeastWork) {
        together.push_back(root);
        continue;
      }
      walk_.walk({&root, 1}, cone);
      sets_.inside(cone, sets);
      std::vector<uint32_t> key = key_of(cone, sets);
      const uint64_t hash = hash_of(key);
      const auto [begin, end] = by_hash.equal_range(hash);
      const auto known = std::find_if(begin, end, [&](const auto& entry) {
        return classes[entry.second].key == key;
      });
      if (known != end) {
        classes[known->second].same.push_back(root);
        continue;
      }
      by_hash.emplace(hash, classes.size());
      classes.push_back({root, std::move(key), {}});
    }
    by_hash.clear();
    for (Class& each : classes) {
      each.key = {};
      CUTSET_TRY(part({&each.root, 1}, cone, sets));
      for (const Child root : each.same) put(fmt::format("same {}\n", number(root)));
    }
    if (!together.empty()) CUTSET_TRY(part(together, cone, sets));
    return {};
  }

  /// Equal for cones whose part is the same: gates, limited kinds and sets, by slot.
  std::vector<uint32_t> key_of(const CertificateCone& cone,
                               const std::vector<std::vector<uint32_t>>& sets) const {
    std::vector<uint32_t> key{static_cast<uint32_t>(cone.faults.size()),
                              cone.gate_count(), cone.roots.front().code};
    for (uint32_t gate = 0; gate < cone.gate_count(); ++gate) {
      const auto below = cone.children(gate);
      key.push_back(static_cast<uint32_t>(2 * below.size()) + cone.is_and[gate]);
      for (const CertificateCone::Local child : below) key.push_back(child.code);
    }
    if (!budget_.limits.empty()) {
      for (const FaultId fault : cone.faults) key.push_back(graph_.faults[fault].kind);
    }
    for (const std::vector<uint32_t>& set : sets) {
      key.push_back(static_cast<uint32_t>(set.size()));
      key.insert(key.end(), set.begin(), set.end());
    }
    return key;
  }

  static uint64_t hash_of(const std::vector<uint32_t>& key) {
    uint64_t state = key.size();
    for (const uint32_t word : key) {
      state = (state ^ word) * 0xff51afd7ed558ccdULL;
      state ^= state >> 32;
    }
    return state;
  }

  static int64_t number(Child child) {
    return is_enabled(child) ? -1 - static_cast<int64_t>(child & ~kEnabledBit)
                             : static_cast<int64_t>(child);
  }

  Status part(std::span<const Child> roots, CertificateCone& cone,
              std::vector<std::vector<uint32_t>>& sets) {
    walk_.walk(roots, cone);
    sets_.inside(cone, sets);
    std::vector<uint8_t> kinds;
    for (const FaultId fault : cone.faults) kinds.push_back(graph_.faults[fault].kind);
    const CertificatePart part{cone, kinds, budget_, sets};
    line_ = "part";
    for (const Child root : roots) line_ += fmt::format(" {}", number(root));
    put(line_ + "\n");
    ++size_.parts;
    const std::vector<std::vector<uint32_t>> supports =
        sets.empty() ? packing_of(part) : std::vector<std::vector<uint32_t>>();
    if (!supports.empty()) {
      ++size_.packings;
      for (const std::vector<uint32_t>& support : supports) {
        FaultSet faults;
        for (const uint32_t slot : support) faults.push_back(cone.faults[slot]);
        std::sort(faults.begin(), faults.end());
        put("p", faults);
      }
    } else {
      std::vector<uint32_t> missing;
      if (const Status written = write_proof(part, stop_, file_, missing);
          !written.ok()) {
        return explained(written.error(), cone, missing);
      }
    }
    put("done\n");
    return {};
  }

  Error explained(Error error, const CertificateCone& cone,
                  const std::vector<uint32_t>& missing) const {
    if (missing.empty()) return error;
    for (const uint32_t slot : missing)
      error.message += " " + graph_.faults.describe(cone.faults[slot]);
    return error;
  }

  const FaultGraph& graph_;
  const CertificateClaim& claim_;
  const std::function<bool()>& stop_;
  std::FILE* file_;
  CertificateWalk walk_;
  SetsOfCones sets_;
  CertificateBudget budget_;
  CertificateSize size_;
  std::string line_;
};

}  // namespace

Result<CertificateSize> write_certificate(const FaultGraph& graph,
                                          const CertificateClaim& claim,
                                          const std::function<bool()>& stop,
                                          const std::string& path) {
  const std::string temporary = fmt::format("{}.{}.tmp", path, ::getpid());
  const auto close = [](std::FILE* file) { std::fclose(file); };
  std::unique_ptr<std::FILE, decltype(close)> file(std::fopen(temporary.c_str(), "we"),
                                                   close);
  const auto failed = [&path] {
    return Error::unavailable(
        fmt::format("{}: cannot write: {}; is there such a folder, and may you write in "
                    "it?",
                    path, std::strerror(errno)));
  };
  if (!file) return failed();
  Result<CertificateSize> size = CertificateWriter(graph, claim, stop, file.get()).run();
  const bool is_written = std::fflush(file.get()) == 0 && std::ferror(file.get()) == 0;
  file.reset();
  if (size.ok() && is_written && std::rename(temporary.c_str(), path.c_str()) == 0) {
    return size;
  }
  const Error error = size.ok() ? failed() : size.error();
  ::unlink(temporary.c_str());
  return error;
}

}  // namespace cutset::solver
