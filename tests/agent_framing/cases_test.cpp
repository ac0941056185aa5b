// Each file of cases/: a stream, and the messages in it; also when it is cut at every
// byte.
//
//   framing KIND request|answer|unknown [joined] [width=N] [little] [itself]
//   [label=AT,SIZE] bytes "..."        C escapes; may be repeated skip N | asked "LABEL"
//   | finish
//   ---
//   what is expected: BEGIN-END LABEL, BEGIN-? LABEL (open), BEGIN-! LABEL, lost at N
#include <algorithm>
#include <filesystem>
#include <fstream>
#include <functional>
#include <sstream>

#include "framing_testing.h"
#include <gtest/gtest.h>

namespace cutset::agent::framing {

namespace {

struct Case {
  Framing framing;
  Side side = Side::kUnknown;
  bool joined = false;
  std::vector<std::pair<std::string, std::string>> steps;
  std::string expected;
};

std::string unescaped(const std::string& quoted) {
  std::string text;
  const size_t first = quoted.find('"');
  const size_t last = quoted.rfind('"');
  EXPECT_LT(first, last) << quoted;
  for (size_t i = first + 1; i < last; ++i) {
    if (quoted[i] != '\\') {
      text += quoted[i];
      continue;
    }
    switch (quoted[++i]) {
      case 'r':
        text += '\r';
        break;
      case 'n':
        text += '\n';
        break;
      case 'x':
        text += static_cast<char>(std::stoi(quoted.substr(i + 1, 2), nullptr, 16));
        i += 2;
        break;
      default:
        text += quoted[i];
    }
  }
  return text;
}

void read_framing(std::istringstream line, Case& result) {
  std::string word;
  line >> word;
  for (const Kind kind :
       {Kind::kDatagram, Kind::kHttp1, Kind::kHttp2, Kind::kResp, Kind::kLengthPrefix}) {
    if (kind_name(kind) == word) result.framing.kind = kind;
  }
  EXPECT_NE(result.framing.kind, Kind::kNone) << word;
  LengthPrefix& prefix = result.framing.prefix;
  while (line >> word) {
    if (word == "request") result.side = Side::kRequest;
    if (word == "answer") result.side = Side::kAnswer;
    if (word == "joined") result.joined = true;
    if (word == "little") prefix.big_endian = false;
    if (word == "itself") prefix.includes_itself = true;
    if (word.starts_with("width="))
      prefix.width = static_cast<unsigned>(std::stoi(word.substr(6)));
    if (word.starts_with("label=")) {
      prefix.label_at = static_cast<unsigned>(std::stoi(word.substr(6)));
      prefix.label_size =
          static_cast<unsigned>(std::stoi(word.substr(word.find(',') + 1)));
    }
  }
}

Case read_case(const std::filesystem::path& path) {
  Case result;
  std::ifstream file(path);
  std::string line;
  while (std::getline(file, line) && line != "---") {
    if (line.empty() || line[0] == '#') continue;
    const std::string word = line.substr(0, line.find(' '));
    const std::string rest = line.substr(std::min(word.size() + 1, line.size()));
    if (word == "framing") {
      read_framing(std::istringstream(rest), result);
    } else {
      result.steps.emplace_back(word, rest);
    }
  }
  while (std::getline(file, line)) result.expected += line + "\n";
  return result;
}

std::string run(const Case& one, size_t piece) {
  const std::unique_ptr<Framer> framer = make_framer(one.framing, one.side, !one.joined);
  std::vector<Event> events;
  for (const auto& [word, rest] : one.steps) {
    if (word == "bytes") {
      const std::string bytes = unescaped(rest);
      for (size_t at = 0; at < bytes.size(); at += piece)
        framer->feed(bytes.substr(at, piece), events);
    } else if (word == "skip") {
      framer->skip(std::stoull(rest), events);
    } else if (word == "asked") {
      framer->asked(unescaped(rest));
    } else if (word == "finish") {
      framer->finish(events);
    } else {
      ADD_FAILURE() << "no such step: " << word;
    }
  }
  expect_sound(events, *framer);
  return describe(events);
}

TEST(FramingCases, GiveTheMessagesTheyState) {
  std::vector<std::filesystem::path> paths;
  const std::string folder = CUTSET_SOURCE_DIR "/tests/agent_framing/cases";
  for (const auto& entry : std::filesystem::directory_iterator(folder))
    paths.push_back(entry.path());
  std::sort(paths.begin(), paths.end());
  ASSERT_GE(paths.size(), 20u);
  for (const auto& path : paths) {
    SCOPED_TRACE(path.filename());
    const Case one = read_case(path);
    ASSERT_FALSE(one.steps.empty());
    EXPECT_EQ(run(one, 1 << 20), one.expected);
    if (one.framing.kind == Kind::kDatagram) continue;
    for (const size_t piece : {1, 2, 3, 7, 16})
      EXPECT_EQ(run(one, piece), one.expected) << "in pieces of " << piece;
  }
}

}  // namespace
}  // namespace cutset::agent::framing
