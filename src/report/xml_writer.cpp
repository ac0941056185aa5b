#include "report/xml_writer.h"

#include <utility>

#include "base/check.h"
#include "report/escape.h"

namespace cutset::report {

XmlWriter::XmlWriter() : out_("<?xml version=\"1.0\" encoding=\"UTF-8\"?>") {}

void XmlWriter::end_start_tag() {
  if (in_start_tag_) out_ += '>';
  in_start_tag_ = false;
}

void XmlWriter::open(std::string_view tag) {
  end_start_tag();
  out_ += "\n" + std::string(2 * open_.size(), ' ') + "<";
  out_ += tag;
  open_.emplace_back(tag);
  in_start_tag_ = true;
  has_text_ = false;
}

void XmlWriter::attribute(std::string_view name, std::string_view value) {
  CHECK(in_start_tag_);
  out_ += ' ';
  out_ += name;
  out_ += "=\"" + escape_markup(value) + "\"";
}

void XmlWriter::text(std::string_view value) {
  CHECK(!open_.empty());
  end_start_tag();
  out_ += escape_markup(value, true);
  has_text_ = true;
}

void XmlWriter::close() {
  CHECK(!open_.empty());
  const std::string tag = std::move(open_.back());
  open_.pop_back();
  if (in_start_tag_) {
    out_ += "/>";
  } else {
    if (!has_text_) out_ += "\n" + std::string(2 * open_.size(), ' ');
    out_ += "</" + tag + ">";
  }
  in_start_tag_ = false;
  has_text_ = false;
}

std::string XmlWriter::finish() {
  while (!open_.empty()) close();
  return std::move(out_) + "\n";
}

}  // namespace cutset::report
