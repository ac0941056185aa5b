// The derivation graph of a class of requests for other tools: cutset-dag/1
// (graph_dag.h), Graphviz, W3C PROV-JSON, plain JSON.
//
// PROV-JSON: the answer of a call is an entity, the call an activity, its service an
// agent. Each rule of a call is one activity that used the answers it needs (AND) and
// generated the call's answer; several activities generate one entity where there are
// alternatives (OR). PROV has no words for that, so attributes say it: cutset:gate and
// cutset:condition.
//
// Guarantees: the same class gives the same bytes; foreign text is valid UTF-8
// afterwards.
//
// Thread rule: pure functions.
#pragma once

#include <string>
#include <vector>

#include "lineage/class_graph.h"
#include "lineage/graph_dag.h"
#include "lineage/request_classes.h"

namespace cutset::lineage {

/// Faults are the calls: call(caller, identity, attempt).
Dag dag_of(const RequestClass& one, const ClassGraph& graph);

/// `single_points`: calls that alone cut, drawn as such; what has alternatives is drawn
/// in another colour, conditions as dashed edges.
std::string dot_of(const RequestClass& one, const ClassGraph& graph,
                   const std::vector<uint32_t>& single_points);

std::string prov_json_of(const RequestClass& one, const ClassGraph& graph);

/// {"format":"cutset-graph/1","class",...,"calls":[...],"nodes":[...],"root"}
std::string graph_json_of(const RequestClass& one, const ClassGraph& graph);

}  // namespace cutset::lineage
