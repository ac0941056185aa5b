// The families of graphs on which the solver is measured (solver.md section 8). A graph
// is a function of its parameters and its seed, the same on every machine.
//
// quorum   t rounds; each needs q of n replicas, each reached by request and reply with r
//          attempts. Rounds share nothing. Smallest sets: (n-q+1)r faults,
//          t C(n,q-1) 2^((n-q+1)r) of them, and no others.
// quorumc  the same with replicas that persist: one that crashed in a round is gone in
//          all later ones. With r > 1: C(n,q-1) t^(n-q+1) smallest sets of n-q+1 crashes.
// rb       n nodes relay a message in each of t rounds; all must have it at the end.
//          Smallest sets: (t-1)(n-1)+1 faults.
// micro    layers of services, `width` in each; a service needs `deps` services of the
//          layer below, each with a fallback in `pfallback` percent; `entries` requests,
//          each served by any of `replicas` services of the top layer.
// tree     read-once: random gates of at most `fan` children, leaves earlier in `mix`
//          percent. Least size, its count and the count of all sets are computed.
// rnd      random gates of at most `fanin` children among the last `width` nodes, AND in
//          `pand` percent; what the last gate does not need is left out.
//
// Thread rule: pure functions.
#pragma once

#include <map>
#include <optional>
#include <string>

#include "family_graph.h"

namespace cutset::benchmark {

/// Parameters by name, with their defaults; nullopt: there is no such family.
std::optional<std::map<std::string, int64_t>> defaults_of(const std::string& family);
std::string family_names();

/// Requires: `params` has the names of defaults_of(family), all above 0.
FamilyGraph make_graph(const std::string& family,
                       const std::map<std::string, int64_t>& params, uint64_t seed);

}  // namespace cutset::benchmark
