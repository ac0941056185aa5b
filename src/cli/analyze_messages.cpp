#include "cli/analyze_messages.h"

#include <cstdio>

#include <fmt/format.h>

#include "base/file.h"
#include "lineage/messages/messages_json.h"
#include "lineage/messages/run_sketch.h"
#include "report/messages_analysis.h"
#include "report/messages_html.h"
#include "report/messages_json.h"
#include "report/messages_text.h"

namespace cutset::cli {

namespace {

using namespace lineage::messages;  // NOLINT(google-build-using-namespace)

/// Of a recording with more nodes than can be drawn, none.
RunSketch sketch_for(const MessageExecution& execution,
                     const report::MessagesAnalysis& analysis, const std::string& token) {
  if (execution.nodes.size() > kMostSketchedNodes) return {};
  SketchWish wish;
  wish.origin_ns = origin_of(execution);
  if (!token.empty()) wish.wanted.push_back(token);
  return sketch_of(execution, analysis.lineages, wish);
}

const SketchWrite* followed(const RunSketch& sketch, const std::string& token) {
  const SketchWrite* lost = nullptr;
  for (const SketchWrite& write : sketch.writes) {
    if (!token.empty() && write.token == token) return &write;
    if (lost == nullptr && write.lost) lost = &write;
  }
  if (!token.empty() || sketch.writes.empty()) return nullptr;
  return lost != nullptr ? lost : &sketch.writes[sketch.writes.size() / 2];
}

Result<std::string> analyse(const MessagesOptions& options, bool as_json) {
  CUTSET_ASSIGN(const std::string content, read_file(options.file, kLargestMessagesFile));
  CUTSET_ASSIGN(const MessageExecution execution, from_json(content, options.file));
  const report::MessagesAnalysis analysis = report::analyze_messages(execution);
  const RunSketch sketch = sketch_for(execution, analysis, options.write);
  const SketchWrite* write = followed(sketch, options.write);
  if (write == nullptr && !options.write.empty()) {
    return Error::bad_input(
        fmt::format("no write \"{}\" that was acknowledged{}", options.write,
                    sketch.writes.empty()
                        ? ""
                        : fmt::format("; one is \"{}\"", sketch.writes.front().token)),
        options.file);
  }
  if (!options.html.empty()) {
    CUTSET_TRY(write_file(options.html,
                          report::messages_html(analysis, options.file, sketch, write)));
  }
  const SketchWrite* asked = options.write.empty() ? nullptr : write;
  if (as_json) return report::messages_json(analysis, sketch, asked);
  std::string text = report::messages_text(analysis);
  if (asked != nullptr) text += report::write_text(sketch, *asked);
  return text;
}

}  // namespace

int analyze_messages(const MessagesOptions& options, const GlobalOptions& global) {
  const Result<std::string> text = analyse(options, global.json);
  if (!text.ok()) return fail(text.error(), global);
  std::fwrite(text->data(), 1, text->size(), stdout);
  return kExitHeld;
}

}  // namespace cutset::cli
