#include "dedalus/language/reading.h"

#include <filesystem>
#include <map>
#include <utility>

#include "base/text.h"
#include "dedalus/language/parser.h"

namespace cutset::dedalus {

namespace {

/// The same for two names of one file, as far as names and symbolic links show it.
std::string identity_of(const std::string& path) {
  namespace fs = std::filesystem;
  std::error_code failure;
  const fs::path absolute = fs::absolute(path, failure);
  const fs::path found = fs::weakly_canonical(absolute, failure);
  return (failure ? absolute.lexically_normal() : found).string();
}

class Reader {
 public:
  Reader(const std::string& first, const FileReader& read, Problems& problems,
         Reading& into)
      : folder_(std::filesystem::path(first).parent_path()),
        read_(read),
        problems_(problems),
        into_(into) {}

  void named(const std::string& path) {
    if (const auto known = opened_.find(identity_of(path)); known != opened_.end()) {
      into_.included[known->second] = false;
      return;
    }
    if (into_.sources.size() == kMaxFiles) {
      problems_.error(Error::bad_input("more than " + std::to_string(kMaxFiles) +
                                       " files in one program"));
      return;
    }
    const auto text = read_(path);
    if (!text.ok()) {
      problems_.error(text.error());
      return;
    }
    if (const std::string refused = add(path, *text); !refused.empty()) {
      problems_.error(Error::bad_input(refused, path));
    }
  }

 private:
  /// Reads, parses, and goes into its includes. Returns why it was refused, or "".
  std::string add(const std::string& path, const std::string& text) {
    bytes_ += text.size();
    if (text.size() > kMaxFileBytes || bytes_ > kMaxProgramBytes) {
      return "the program is too large; at most " + std::to_string(kMaxFileBytes >> 20U) +
             " MiB a file and " + std::to_string(kMaxProgramBytes >> 20U) + " MiB in all";
    }
    const auto file = static_cast<uint32_t>(into_.sources.size());
    const std::string identity = identity_of(path);
    opened_.emplace(identity, file);
    into_.sources.push_back(std::make_unique<Source>(path, text));
    into_.included.push_back(!open_.empty());
    into_.trees.push_back(std::make_unique<syntax::Tree>());
    const Source& source = *into_.sources.back();
    syntax::Tree& tree = *into_.trees.back();
    tree = parse(source, file, problems_);
    open_.push_back(file);
    for (const syntax::Clause& clause : tree.clauses) {
      if (const auto* include = std::get_if<syntax::Include>(&clause.what)) {
        this->include(*include, source, file);
      } else if (into_.clauses.size() == kMaxClauses) {
        problems_.error(
            source, file, clause.begin,
            "more than " + std::to_string(kMaxClauses) + " clauses in the program");
        break;
      } else {
        into_.clauses.push_back({file, &clause});
      }
    }
    open_.pop_back();
    return "";
  }

  void include(const syntax::Include& include, const Source& source, uint32_t file) {
    const auto error = [&](std::string message) {
      problems_.error(source, file, include.path_offset, std::move(message));
    };
    if (include.path.empty() || include.path.find('\0') != std::string_view::npos) {
      return error("expected the name of a file");
    }
    const std::string path = (folder_ / std::string(include.path)).string();
    const auto known = opened_.find(identity_of(path));
    if (known != opened_.end()) {
      if (const std::string cycle = cycle_to(known->second); !cycle.empty()) {
        error("files include each other in a circle: " + cycle);
      }
      return;
    }
    if (open_.size() == kMaxIncludeDepth) {
      return error("includes are nested deeper than " + std::to_string(kMaxIncludeDepth) +
                   " files");
    }
    if (into_.sources.size() == kMaxFiles) {
      return error("more than " + std::to_string(kMaxFiles) + " files in one program");
    }
    const auto text = read_(path);
    if (!text.ok()) {
      return error(text.error().text() +
                   " (includes are found from the folder of the first file, " +
                   into_.sources.front()->name() + ")");
    }
    if (const std::string refused = add(path, *text); !refused.empty()) error(refused);
  }

  /// "a.ded -> b.ded -> a.ded", or "" if `file` is not being read.
  std::string cycle_to(uint32_t file) const {
    std::string cycle;
    bool inside = false;
    for (const uint32_t open : open_) {
      inside = inside || open == file;
      if (inside) cycle += into_.sources[open]->name() + " -> ";
    }
    return inside ? cycle + into_.sources[file]->name() : "";
  }

  std::filesystem::path folder_;
  const FileReader& read_;
  Problems& problems_;
  Reading& into_;
  std::map<std::string, uint32_t> opened_;
  std::vector<uint32_t> open_;  // the files on the way from a named one to this
  size_t bytes_ = 0;
};

}  // namespace

Reading read_program(const std::vector<std::string>& paths, const FileReader& read,
                     Problems& problems) {
  CHECK(!paths.empty());
  Reading reading;
  Reader reader(paths.front(), read, problems, reading);
  for (const std::string& path : paths) reader.named(path);
  return reading;
}

}  // namespace cutset::dedalus
