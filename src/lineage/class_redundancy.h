// Failures that a class of requests was seen to survive, and what was called instead.
//
// Thread rule: values; pure functions.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "lineage/request_identities.h"

namespace cutset::lineage {

struct Redundancy {
  std::vector<uint32_t> failed;   // calls of one caller, which answered; ascending
  std::vector<uint32_t> instead;  // calls of it that it never makes when nothing fails
  int64_t runs = 0;
  std::string example;  // the first of those runs
};

/// From runs whose entry answered. A call that was retried with success stands by itself;
/// the other failures under one caller are taken together. `instead` is empty where no
/// run of the caller without failures was seen. Most runs first, then by calls.
std::vector<Redundancy> redundancies_of(const RequestIdentities& identities);

}  // namespace cutset::lineage
