// Random syntax trees of every form that the grammar has, and their equality.
#pragma once

#include <cstdint>
#include <deque>
#include <random>
#include <string>
#include <string_view>

#include "dedalus/language/syntax.h"

namespace cutset::dedalus {

/// Its texts live as long as it does.
class RandomTree {
 public:
  explicit RandomTree(uint64_t seed);

  const syntax::Tree& tree() const { return tree_; }

 private:
  size_t below(size_t end) { return random_() % end; }
  bool chance(size_t of) { return below(of) == 0; }
  std::string_view keep(std::string text) { return texts_.emplace_back(std::move(text)); }

  std::string characters(std::string_view from, size_t most);
  std::string_view relation();
  std::string_view variable();
  syntax::Operand operand();
  /// A condition, or a column.
  syntax::Atom atom(bool expression);
  syntax::Predicate predicate();
  syntax::Clause clause();

  std::mt19937_64 random_;
  std::deque<std::string> texts_;
  syntax::Tree tree_;
};

/// Equality of all but places.
bool equal(const syntax::Clause& left, const syntax::Clause& right);

}  // namespace cutset::dedalus
