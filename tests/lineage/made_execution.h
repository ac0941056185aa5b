// Executions written by hand: one line a call, its identity and what happened to it.
//
//   a:GET /#1                      the entry
//   a:GET /#1 > b:GET /x#1 !       a call that failed
//   a:GET /#1 > b:GET /x#2 ^       the retry of the attempt before it
//   a:GET /#1 > b:GET /x#2 =       at the same time as an equal one
//   a:GET /#1 > q:send#1 ~         nobody waits for it
#pragma once

#include <string>
#include <vector>

#include "lineage/execution.h"

namespace cutset::lineage {

Execution made_execution(const std::string& run, const std::vector<std::string>& calls);

}  // namespace cutset::lineage
