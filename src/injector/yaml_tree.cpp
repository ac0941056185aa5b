#include "injector/yaml_tree.h"

#include <algorithm>
#include <map>
#include <sstream>
#include <utility>

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/yaml.h>

namespace cutset::injector {

namespace {

/// Leaves the parser from inside its callbacks; never leaves this file.
struct Refused {
  std::string message;
  int line = 0;
  int column = 0;
};

/// Without bounds on both, a few aliases of aliases (or of one long text) fill the
/// memory.
constexpr size_t kMostText = 4 * kLargestFile;

struct Size {
  int nodes = 0;
  size_t text = 0;
};

void add_size(const YamlNode& node, Size& size) {
  ++size.nodes;
  size.text += node.text.size();
  for (const YamlNode& item : node.items) add_size(item, size);
  for (const YamlEntry& entry : node.entries) {
    size.text += entry.key.size();
    add_size(entry.value, size);
  }
}

int height(const YamlNode& node) {
  int deepest = 0;
  for (const YamlNode& item : node.items) deepest = std::max(deepest, height(item));
  for (const YamlEntry& entry : node.entries) {
    deepest = std::max(deepest, height(entry.value));
  }
  return deepest + 1;
}

class TreeBuilder : public YAML::EventHandler {
 public:
  explicit TreeBuilder(std::vector<Error>* repeated_keys)
      : repeated_keys_(repeated_keys) {}

  void OnDocumentStart(const YAML::Mark&) override {}
  void OnDocumentEnd() override {}

  void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    add(node_at(mark), anchor);
  }

  void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                const std::string& value) override {
    YamlNode node = node_at(mark);
    node.quoted = tag == "!";
    check_tag(tag, node);
    if (node.quoted || !is_null_word(value)) {
      node.kind = YamlNode::Kind::kScalar;
      node.text = value;
    }
    add(std::move(node), anchor);
  }

  void OnAlias(const YAML::Mark& mark, YAML::anchor_t anchor) override {
    const auto found = anchors_.find(anchor);
    if (found == anchors_.end()) {
      refuse(mark, "an alias to a node that contains it or that is not known");
    }
    Size size;
    add_size(found->second, size);
    nodes_ += size.nodes - 1;  // add() counts one
    text_ += size.text;
    check_size(mark.line + 1, mark.column + 1);
    YamlNode copy = found->second;
    if (static_cast<int>(open_.size()) + height(copy) > kDeepest) refuse_depth(mark);
    copy.line = mark.line + 1;
    copy.column = mark.column + 1;
    add(std::move(copy), 0);
  }

  void OnSequenceStart(const YAML::Mark& mark, const std::string& tag,
                       YAML::anchor_t anchor, YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, YamlNode::Kind::kList);
  }
  void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  YAML::EmitterStyle::value) override {
    open(mark, tag, anchor, YamlNode::Kind::kMap);
  }
  void OnSequenceEnd() override { close(); }
  void OnMapEnd() override { close(); }

  YamlNode take_root() { return std::move(root_); }

 private:
  struct Open {
    YamlNode node;
    YAML::anchor_t anchor = 0;
    std::map<std::string, size_t> index_of_keys;  // in node.entries
    bool has_key = false;
    bool is_merge = false;         // the key that waits is "<<"
    YamlEntry entry;               // the key that waits for its value
    std::vector<YamlNode> merged;  // values of "<<"
  };

  static bool is_null_word(const std::string& value) {
    return value.empty() || value == "~" || value == "null" || value == "Null" ||
           value == "NULL";
  }

  [[noreturn]] static void refuse(const YAML::Mark& mark, std::string message) {
    throw Refused{std::move(message), mark.line + 1, mark.column + 1};
  }
  [[noreturn]] static void refuse_depth(const YAML::Mark& mark) {
    refuse(mark, fmt::format("nested deeper than {} levels", kDeepest));
  }

  static YamlNode node_at(const YAML::Mark& mark) {
    YamlNode node;
    node.line = mark.line + 1;
    node.column = mark.column + 1;
    return node;
  }

  static void check_tag(const std::string& tag, const YamlNode& node) {
    if (tag.empty() || tag == "?" || tag == "!") return;
    throw Refused{fmt::format("the tag \"{:.200}\" is not supported; remove it", tag),
                  node.line, node.column};
  }

  void check_size(int line, int column) const {
    if (nodes_ > kMostNodes) {
      throw Refused{
          fmt::format("more than {} values (aliases count as copies)", kMostNodes), line,
          column};
    }
    if (text_ > kMostText)
      throw Refused{"aliases make this file too large", line, column};
  }

  void open(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
            YamlNode::Kind kind) {
    if (static_cast<int>(open_.size()) >= kDeepest) refuse_depth(mark);
    Open frame;
    frame.node = node_at(mark);
    frame.node.kind = kind;
    frame.anchor = anchor;
    check_tag(tag, frame.node);
    open_.push_back(std::move(frame));
  }

  void close() {
    Open frame = std::move(open_.back());
    open_.pop_back();
    for (YamlNode& source : frame.merged) merge(frame, source);
    add(std::move(frame.node), frame.anchor);
  }

  void add(YamlNode node, YAML::anchor_t anchor) {
    ++nodes_;
    check_size(node.line, node.column);
    if (anchor != 0) anchors_[anchor] = node;
    if (open_.empty()) {
      root_ = std::move(node);
      return;
    }
    Open& parent = open_.back();
    if (parent.node.kind == YamlNode::Kind::kList) {
      parent.node.items.push_back(std::move(node));
      return;
    }
    if (parent.has_key) {
      parent.has_key = false;
      if (std::exchange(parent.is_merge, false)) {
        note_merge(parent, std::move(node));
        return;
      }
      parent.entry.value = std::move(node);
      put(parent, std::move(parent.entry));
      parent.entry = {};
      return;
    }
    begin_entry(parent, node);
  }

  static void put(Open& parent, YamlEntry entry) {
    const size_t index = parent.index_of_keys.at(entry.key);
    std::vector<YamlEntry>& entries = parent.node.entries;
    if (index < entries.size()) {
      entries[index] = std::move(entry);
    } else {
      entries.push_back(std::move(entry));
    }
  }

  static void note_merge(Open& parent, YamlNode node) {
    const auto must_be_map = [](const YamlNode& value) {
      if (value.is_map()) return;
      throw Refused{fmt::format("\"<<\" merges maps; found {}", value.described()),
                    value.line, value.column};
    };
    if (node.is_list()) {
      for (YamlNode& item : node.items) {
        must_be_map(item);
        parent.merged.push_back(std::move(item));
      }
      return;
    }
    must_be_map(node);
    parent.merged.push_back(std::move(node));
  }

  /// What a map says itself comes before what it merges.
  static void merge(Open& frame, YamlNode& source) {
    for (YamlEntry& entry : source.entries) {
      const size_t end = frame.node.entries.size();
      if (!frame.index_of_keys.emplace(entry.key, end).second) continue;
      frame.node.entries.push_back(std::move(entry));
    }
  }

  void begin_entry(Open& parent, const YamlNode& key) {
    if (!key.is_scalar()) {
      throw Refused{fmt::format("a key must be a word, found {}", key.described()),
                    key.line, key.column};
    }
    if (repeated_keys_ != nullptr && key.text == "<<" && !key.quoted) {
      parent.is_merge = true;
      parent.has_key = true;
      return;
    }
    const auto [first, is_new] =
        parent.index_of_keys.emplace(key.text, parent.node.entries.size());
    if (!is_new) {
      Refused twice{fmt::format("the key \"{:.200}\" stands here twice, first in line {}",
                                key.text, parent.node.entries[first->second].line),
                    key.line, key.column};
      if (repeated_keys_ == nullptr) throw twice;
      repeated_keys_->push_back(
          Error::bad_input(twice.message, "", twice.line, twice.column));
    }
    parent.entry.key = key.text;
    parent.entry.line = key.line;
    parent.entry.column = key.column;
    parent.has_key = true;
  }

  std::vector<Open> open_;
  std::map<YAML::anchor_t, YamlNode> anchors_;
  std::vector<Error>* repeated_keys_;
  YamlNode root_;
  int nodes_ = 0;
  size_t text_ = 0;  // of aliases; the rest is bounded by the file
};

Error refused_at(std::string message, const std::string& file, int line, int column) {
  return Error::bad_input(std::move(message), file, line, column);
}

}  // namespace

const YamlNode* YamlNode::find(std::string_view key) const {
  for (const YamlEntry& entry : entries) {
    if (entry.key == key) return &entry.value;
  }
  return nullptr;
}

std::string YamlNode::described() const {
  switch (kind) {
    case Kind::kNull:
      return "nothing";
    case Kind::kList:
      return "a list";
    case Kind::kMap:
      return "a map";
    case Kind::kScalar:
      break;
  }
  const std::string shown = text.size() > 60 ? text.substr(0, 57) + "..." : text;
  return fmt::format("\"{}\"{}", shown, quoted ? " (in quotes)" : "");
}

Result<YamlNode> parse_yaml(std::string_view text, const std::string& file,
                            std::vector<Error>* repeated_keys) {
  if (text.size() > kLargestFile) {
    return Error::bad_input(fmt::format("larger than {} bytes", kLargestFile), file);
  }
  if (const size_t zero = text.find('\0'); zero != std::string_view::npos) {
    const std::string_view before = text.substr(0, zero);
    const auto line = std::count(before.begin(), before.end(), '\n') + 1;
    const size_t column = zero - (before.rfind('\n') + 1) + 1;
    return Error::bad_input("a zero byte: not a text file", file, static_cast<int>(line),
                            static_cast<int>(column));
  }
  TreeBuilder builder(repeated_keys);
  try {
    std::istringstream stream{std::string(text)};
    YAML::Parser parser(stream);
    if (!parser.HandleNextDocument(builder)) {
      return Error::bad_input("the file is empty", file, 1, 1);
    }
    YamlNode root = builder.take_root();
    TreeBuilder second(repeated_keys);
    if (parser.HandleNextDocument(second)) {
      const YamlNode other = second.take_root();
      return refused_at("a second document in the file (\"---\"); expected one", file,
                        other.line, other.column);
    }
    return root;
  } catch (const Refused& refused) {
    return refused_at(refused.message, file, refused.line, refused.column);
  } catch (const YAML::Exception& error) {
    return refused_at(fmt::format("not valid YAML: {}", error.msg), file,
                      error.mark.line + 1, error.mark.column + 1);
  }
}

}  // namespace cutset::injector
