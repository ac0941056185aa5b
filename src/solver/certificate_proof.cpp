#include <algorithm>

#include <cadical.hpp>

#include "solver/certificate_formula.h"

namespace cutset::solver {

namespace {

using Local = CertificateCone::Local;

constexpr int kUnsatisfiable = 20;
constexpr int kSatisfiable = 10;

class ProofWriter : private CaDiCaL::Terminator {
 public:
  ProofWriter(const CertificatePart& part, const std::function<bool()>& stop,
              std::FILE* file)
      : part_(part),
        cone_(part.cone),
        stop_(stop),
        file_(file),
        variables_(static_cast<int>(cone_.faults.size() + cone_.gate_count())) {
    solver_.set("quiet", 1);
    solver_.set("binary", 0);
    if (cone_.roots.size() > 1) {
      // Clauses that were eliminated come back between two calls, without a derivation.
      for (const char* pass : {"elim", "block", "cover", "condition"})
        solver_.set(pass, 0);
    }
    solver_.trace_proof(file, "certificate");
    if (stop_) solver_.connect_terminator(this);
  }
  ~ProofWriter() override {
    if (stop_) solver_.disconnect_terminator();
  }
  ProofWriter(const ProofWriter&) = delete;
  ProofWriter& operator=(const ProofWriter&) = delete;

  Status run(std::vector<uint32_t>& missing) {
    add_gates();
    for (const std::vector<uint32_t>& set : part_.sets) {
      for (const uint32_t slot : set) solver_.add(-static_cast<int>(slot + 1));
      solver_.add(0);
    }
    if (!add_counters()) {
      return Error::internal("a part of the certificate is too large for a proof");
    }
    if (cone_.roots.size() > 1) {
      for (const Local root : cone_.roots) {
        solver_.assume(fails(root));
        CUTSET_TRY(refute(missing));
        // It follows from what was learned, and helps with the roots that come.
        solver_.flush_proof_trace();
        std::fprintf(file_, "%d 0\n", -fails(root));
        add({-fails(root)});
      }
    }
    CUTSET_TRY(refute(missing));
    solver_.flush_proof_trace();
    return {};
  }

 private:
  bool terminate() override { return stop_ && stop_(); }

  Status refute(std::vector<uint32_t>& missing) {
    const int answer = solver_.solve();
    if (answer == kUnsatisfiable) return {};
    if (answer != kSatisfiable) return Error::interrupted("stopped: no certificate");
    for (uint32_t slot = 0; slot < cone_.faults.size(); ++slot) {
      const int variable = static_cast<int>(slot + 1);
      if (variable <= solver_.vars() && solver_.val(variable) > 0)
        missing.push_back(slot);
    }
    return Error::internal("a cut set is not listed");
  }

  static int active(uint32_t slot) { return static_cast<int>(slot + 1); }
  int fails(Local node) const {
    switch (node.type()) {
      case Local::Type::kLost:
        return active(node.number());
      case Local::Type::kEnabled:
        return -active(node.number());
      case Local::Type::kGate:
        break;
    }
    return static_cast<int>(cone_.faults.size() + node.number() + 1);
  }

  void add(std::initializer_list<int> clause) {
    for (const int literal : clause) solver_.add(literal);
    solver_.add(0);
  }

  void add_gates() {
    for (uint32_t gate = 0; gate < cone_.gate_count(); ++gate) {
      const int broken = static_cast<int>(cone_.faults.size() + gate + 1);
      if (cone_.is_and[gate] == 0) {
        for (const Local child : cone_.children(gate)) add({-broken, fails(child)});
        continue;
      }
      solver_.add(-broken);
      for (const Local child : cone_.children(gate)) solver_.add(fails(child));
      solver_.add(0);
    }
    for (const Local root : cone_.roots) solver_.add(fails(root));
    solver_.add(0);
  }

  bool add_counters() {
    std::vector<uint32_t> slots;
    for (uint32_t slot = 0; slot < cone_.faults.size(); ++slot) {
      slots.push_back(slot);
      const CertificateBudget::Limit* limit = part_.budget.limit_of(part_.kinds[slot]);
      if (limit != nullptr && limit->most == 0) add({-active(slot)});
    }
    if (!add_counter(slots, part_.budget.total)) return false;
    for (const CertificateBudget::Limit& limit : part_.budget.limits) {
      slots.clear();
      for (uint32_t slot = 0; slot < cone_.faults.size(); ++slot) {
        if (part_.kinds[slot] == limit.kind) slots.push_back(slot);
      }
      if (limit.most != 0 && !add_counter(slots, limit.most)) return false;
    }
    return true;
  }

  /// Sinz 2005, upwards only, cut off at most+1, which is forbidden.
  bool add_counter(const std::vector<uint32_t>& slots, uint32_t most) {
    constexpr uint64_t kMostOutputs = uint64_t{1} << 27;
    if (most >= slots.size()) return true;
    if ((uint64_t{most} + 1) * slots.size() > kMostOutputs) return false;
    std::vector<int> before;
    std::vector<int> after;
    for (const uint32_t slot : slots) {
      after.clear();
      const size_t size = std::min<size_t>(before.size() + 1, size_t{most} + 1);
      for (size_t j = 0; j < size; ++j) {
        const int output = ++variables_;
        after.push_back(output);
        if (j < before.size()) add({-before[j], output});
        if (j == 0) {
          add({-active(slot), output});
        } else {
          add({-active(slot), -before[j - 1], output});
        }
      }
      std::swap(before, after);
    }
    add({-before[most]});
    return true;
  }

  const CertificatePart& part_;
  const CertificateCone& cone_;
  const std::function<bool()>& stop_;
  std::FILE* file_;
  int variables_;
  CaDiCaL::Solver solver_;
};

}  // namespace

Status write_proof(const CertificatePart& part, const std::function<bool()>& stop,
                   std::FILE* file, std::vector<uint32_t>& missing) {
  return ProofWriter(part, stop, file).run(missing);
}

}  // namespace cutset::solver
