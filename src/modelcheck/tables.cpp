#include "modelcheck/tables.h"

#include <algorithm>

namespace cutset::modelcheck {

namespace {

using dedalus::TupleId;
using report::Presence;

constexpr size_t kMostRows = 20'000;

}  // namespace

void add_tables(const dedalus::Simulator& simulator, const dedalus::Run& good,
                const dedalus::Run& bad, report::ProtocolFinding& finding) {
  size_t rows = 0;
  const size_t relations = simulator.program().relations.size();
  for (dedalus::RelationId relation = 0; relation < relations; ++relation) {
    for (dedalus::Time time = 1; time <= simulator.spec().eot; ++time) {
      const std::vector<TupleId> before = good.tuples(relation, time);
      const std::vector<TupleId> now = bad.tuples(relation, time);
      report::ProtocolTable table;
      table.relation = simulator.relation_name(relation);
      table.time = static_cast<uint32_t>(time);
      const auto add = [&](TupleId tuple, Presence presence) {
        if (++rows > kMostRows) {
          ++finding.rows_left_out;
          return;
        }
        table.rows.push_back({simulator.to_text(tuple), presence});
      };
      for (const TupleId tuple : before) {
        const bool both = bad.holds(dedalus::Goal{tuple, time});
        add(tuple, both ? Presence::kBoth : Presence::kGoodOnly);
      }
      for (const TupleId tuple : now) {
        if (!good.holds(dedalus::Goal{tuple, time})) add(tuple, Presence::kBadOnly);
      }
      if (!table.rows.empty()) finding.tables.push_back(std::move(table));
    }
  }
}

}  // namespace cutset::modelcheck
