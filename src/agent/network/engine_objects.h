// What a controller made in a container engine: containers, Swarm services and networks
// with one label. The controller makes them; the agent removes them when its lease ends,
// whatever has become of it.
//
// The undo record engine-objects has the engine's socket and the mark (128 random bits)
// that is the value of the label: nobody else has objects with it.
//
// Thread rule: thread-safe; removing blocks for at most kEnginePatience.
#pragma once

#include <chrono>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

#include "agent/faults/record.h"
#include "base/result.h"

namespace cutset::agent {

inline constexpr const char* kEngineObjectsRecord = "engine-objects";
inline constexpr const char* kMarkLabel = "org.cutset.mark";
inline constexpr std::chrono::milliseconds kEnginePatience{20'000};

/// What controllers of this agent claimed, until it is removed.
class EngineClaims {
 public:
  /// `intents` must outlive the claims.
  explicit EngineClaims(Intents& intents) : intents_(intents) {}

  /// Returns when the record is on disk.
  Status claim(const std::string& engine, const std::string& mark);
  /// Error: the first that stays.
  Status remove_all();

 private:
  Intents& intents_;
  std::mutex mutex_;
  std::vector<OpenRecord> claims_;
};

/// Words: socket, mark. An engine that is not there any more has no containers.
Status undo_engine_objects(const std::vector<std::string>& words);

/// 32 hex digits.
bool is_mark(std::string_view text);

/// The values of `key` ("Id") in an answer of the engine that are names of objects.
std::vector<std::string> object_ids(std::string_view answer, std::string_view key);

}  // namespace cutset::agent
