// What a recording of messages shows, for text, JSON and HTML: who sent what to whom,
// which roles and reactions there were, and how writes fared, those that fared alike
// together.
//
// Thread rule: values; pure function. Pointers go into the execution and the lineages.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "lineage/messages/copies.h"
#include "lineage/messages/happens_before.h"
#include "lineage/messages/identities.h"
#include "lineage/messages/message_execution.h"
#include "lineage/messages/reactions.h"
#include "lineage/messages/roles.h"

namespace cutset::report {

struct LinkMessages {
  lineage::messages::Link link;
  uint64_t messages = 0;
  uint64_t arrived = 0;
  uint64_t bytes = 0;
  std::map<std::string, uint64_t> classes;  // the framer's label, else size and bytes
};

/// One message of a support, and how surely the one before it on the way came before.
struct SupportStep {
  size_t message = 0;
  lineage::messages::HappensBefore::Proof after =
      lineage::messages::HappensBefore::Proof::kNot;  // of the first: kNot
};

struct WritesAlike {
  std::vector<std::string> tokens;
  bool lost = false;
  const lineage::messages::Lineage* first = nullptr;
  std::vector<std::vector<SupportStep>> supports;  // of `first`
};

struct MessagesAnalysis {
  const lineage::messages::MessageExecution* execution = nullptr;
  lineage::messages::Roles roles;
  std::map<std::string, lineage::messages::Lineage> lineages;
  lineage::messages::Identities identities;
  std::vector<lineage::messages::Reaction> reactions;
  std::vector<LinkMessages> links;  // by ends; the clients' first
  std::vector<WritesAlike> writes;  // those that can be read first
  size_t acknowledged = 0;          // writes; without operations, all
  size_t lost = 0;
  size_t undelivered = 0;  // messages
  size_t opaque = 0;       // connections
  size_t proven_edges = 0;
  size_t assumed_edges = 0;
};

/// `execution` must outlive it.
MessagesAnalysis analyze_messages(const lineage::messages::MessageExecution& execution);

/// "client -> a -> b"
std::string chain_words(const lineage::messages::MessageExecution& execution,
                        const lineage::messages::Support& support);
std::string_view proof_name(lineage::messages::HappensBefore::Proof proof);
/// "crashed", ...
std::string_view life_name(lineage::messages::LifeEvent::Kind kind);

}  // namespace cutset::report
