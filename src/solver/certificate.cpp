#include "solver/certificate.h"

#include <algorithm>
#include <cstdio>
#include <memory>

#include <fmt/format.h>
#include <unistd.h>

#include "base/hash.h"
#include "base/new_file.h"
#include "solver/certificate_classes.h"
#include "solver/certificate_diagram.h"
#include "solver/certificate_formula.h"
#include "solver/certificate_sets.h"
#include "solver/graph_text.h"

namespace cutset::solver {

namespace {

class CertificateWriter {
 public:
  CertificateWriter(const FaultGraph& graph, const CertificateClaim& claim,
                    const std::function<bool()>& stop, Recomputation recomputation,
                    std::FILE* file)
      : graph_(graph),
        claim_(claim),
        stop_(stop),
        recomputation_(recomputation),
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
  void put(std::string_view text) { std::fwrite(text.data(), 1, text.size(), file_); }
  void put(std::string_view word, std::span<const uint32_t> numbers) {
    line_.assign(word);
    for (const uint32_t number : numbers) {
      const fmt::format_int digits(number);
      line_ += ' ';
      line_.append(digits.data(), digits.size());
    }
    line_ += '\n';
    put(line_);
  }

  Status head() {
    put(fmt::format("cutset-certificate/1\ngraph {} {} {}\n", graph_.dag.fault_count(),
                    graph_.dag.gate_count(), hex16(digest_of(graph_))));
    CUTSET_ASSIGN(budget_, certificate_budget(claim_.budget, graph_.faults.kinds()));
    put(budget_.total == kUnlimited ? "budget any\n"
                                    : fmt::format("budget {}\n", budget_.total));
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

  Status parts() {
    if (graph_.dag.root() == kFalse) {
      return Error::internal("certificate: the empty set cuts, but is not listed");
    }
    const std::vector<Child> roots = conjuncts_of(graph_.dag);
    size_.conjuncts = roots.size();
    // What overlaps too much to be walked root by root is refuted together.
    const size_t most_work = 16 * (graph_.dag.edge_count() + graph_.dag.fault_count());
    constexpr size_t kLeastWork = size_t{1} << 22;
    std::vector<Child> together;
    ConjunctClasses classes(graph_, budget_);
    for (const Child root : roots) {
      if (walk_.work() > most_work + kLeastWork) {
        together.push_back(root);
        continue;
      }
      walk_.walk({&root, 1}, cone_);
      classes.add(root, cone_, {});
    }
    std::vector<ConjunctClasses::Class> found = classes.take();
    CUTSET_TRY(joint_part(found));
    for (const ConjunctClasses::Class& each : found)
      CUTSET_TRY(part({&each.root, 1}, each.same));
    if (!together.empty()) CUTSET_TRY(part(together, {}));
    return {};
  }

  /// Conjuncts that have no equal often share faults, and then a set of one is within a
  /// set of another. Recomputed together, they have the listed sets and no others. Takes
  /// them out of `classes` if that is possible.
  Status joint_part(std::vector<ConjunctClasses::Class>& classes) {
    std::vector<Child> roots;
    for (const ConjunctClasses::Class& each : classes) {
      if (!each.same.empty()) continue;
      walk_.walk({&each.root, 1}, cone_);
      if (sets_.any_inside(cone_)) roots.push_back(each.root);
    }
    if (roots.size() < 2) return {};
    std::sort(roots.begin(), roots.end());
    walk_.walk(roots, cone_);
    CUTSET_ASSIGN(const bool is_written, recomputed(roots, {}));
    if (!is_written) return {};
    std::erase_if(classes, [&roots](const ConjunctClasses::Class& each) {
      return std::binary_search(roots.begin(), roots.end(), each.root);
    });
    return {};
  }

  /// Whatever is the least work for the verifier.
  Status part(std::span<const Child> roots, std::span<const Child> same) {
    walk_.walk(roots, cone_);
    if (!sets_.any_inside(cone_) && packed(roots, same)) return {};
    CUTSET_ASSIGN(const bool is_written, recomputed(roots, same));
    if (is_written) return {};
    if (same.empty()) return proven(roots, {});
    // A proof holds for those that have the same sets, too.
    ConjunctClasses classes(graph_, budget_);
    const auto add = [&](Child root) {
      walk_.walk({&root, 1}, cone_);
      sets_.inside(cone_, slots_);
      classes.add(root, cone_, slots_);
    };
    add(roots.front());
    for (const Child root : same) add(root);
    for (const ConjunctClasses::Class& each : classes.take())
      CUTSET_TRY(proven({&each.root, 1}, each.same));
    return {};
  }

  void begin_part(std::span<const Child> roots) {
    line_ = "part";
    for (const Child root : roots) line_ += fmt::format(" {}", number(root));
    put(line_ + "\n");
    ++size_.parts;
  }
  void end_part(std::span<const Child> same) {
    put("done\n");
    for (const Child root : same) put(fmt::format("same {}\n", number(root)));
  }

  static int64_t number(Child child) {
    return is_enabled(child) ? -1 - static_cast<int64_t>(child & ~kEnabledBit)
                             : static_cast<int64_t>(child);
  }

  std::vector<uint8_t> kinds() const {
    std::vector<uint8_t> kinds;
    for (const FaultId fault : cone_.faults) kinds.push_back(graph_.faults[fault].kind);
    return kinds;
  }

  // Requires of the three: cone_ is that of the roots. False: it cannot be done that way.

  bool packed(std::span<const Child> roots, std::span<const Child> same) {
    const std::vector<std::vector<uint32_t>> supports =
        packing_of({cone_, kinds(), budget_, {}});
    if (supports.empty()) return false;
    begin_part(roots);
    ++size_.packings;
    for (const std::vector<uint32_t>& support : supports) {
      FaultSet faults;
      for (const uint32_t slot : support) faults.push_back(cone_.faults[slot]);
      std::sort(faults.begin(), faults.end());
      put("p", faults);
    }
    end_part(same);
    return true;
  }

  /// Error: a cut set is not listed.
  Result<bool> recomputed(std::span<const Child> roots, std::span<const Child> same) {
    if (recomputation_ == Recomputation::kNever) return false;
    if (cone_.faults.size() >= too_large_) return false;
    const PartDiagram diagram(cone_, kinds(), budget_, stop_);
    if (!diagram.fits()) {
      // Nor would others of that size, after as much work.
      too_large_ = cone_.faults.size() - cone_.faults.size() / 8;
      return false;
    }
    CUTSET_TRY(all_listed(diagram));
    for (const Child root : same) {
      walk_.walk({&root, 1}, cone_);
      CUTSET_TRY(all_listed(diagram));
    }
    begin_part(roots);
    ++size_.recomputed;
    put("recomputed\n");
    end_part(same);
    return true;
  }

  Status all_listed(const PartDiagram& diagram) const {
    const std::optional<FaultSet> missing = diagram.first_not_listed(cone_, sets_);
    return missing ? Status(not_listed(*missing)) : Status();
  }

  Error not_listed(const FaultSet& missing) const {
    std::string text = "certificate: a cut set is not listed:";
    for (const FaultId fault : missing) text += " " + graph_.faults.describe(fault);
    return Error::internal(std::move(text));
  }

  Status proven(std::span<const Child> roots, std::span<const Child> same) {
    walk_.walk(roots, cone_);
    sets_.inside(cone_, slots_);
    if (slots_.empty() && packed(roots, same)) return {};
    begin_part(roots);
    std::vector<uint32_t> missing;
    const Status written =
        write_proof({cone_, kinds(), budget_, slots_}, stop_, file_, missing);
    if (!written.ok() && !missing.empty()) {
      FaultSet faults;
      for (const uint32_t slot : missing) faults.push_back(cone_.faults[slot]);
      return not_listed(faults);
    }
    CUTSET_TRY(written);
    end_part(same);
    return {};
  }

  const FaultGraph& graph_;
  const CertificateClaim& claim_;
  const std::function<bool()>& stop_;
  Recomputation recomputation_;
  std::FILE* file_;
  CertificateWalk walk_;
  CertificateCone cone_;  // of the part at hand
  SetsOfCones sets_;
  std::vector<std::vector<uint32_t>> slots_;  // sets of the part at hand
  size_t too_large_ = SIZE_MAX;               // faults of a part that did not fit
  CertificateBudget budget_;
  CertificateSize size_;
  std::string line_;
};

}  // namespace

Result<CertificateSize> write_certificate(const FaultGraph& graph,
                                          const CertificateClaim& claim,
                                          const std::function<bool()>& stop,
                                          const std::string& path,
                                          Recomputation recomputation) {
  CUTSET_ASSIGN(NewFile file, NewFile::open(path));
  const auto close = [](std::FILE* stream) { std::fclose(stream); };
  const std::unique_ptr<std::FILE, decltype(close)> stream(
      ::fdopen(::dup(file.descriptor()), "w"), close);
  if (!stream) return Error::system("cannot write " + path);
  CUTSET_ASSIGN(const CertificateSize size,
                CertificateWriter(graph, claim, stop, recomputation, stream.get()).run());
  if (std::fflush(stream.get()) != 0 || std::ferror(stream.get()) != 0)
    return Error::system("cannot write " + path);
  CUTSET_TRY(file.commit());
  return size;
}

}  // namespace cutset::solver
