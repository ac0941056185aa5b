// The few SVG elements that the diagrams are made of, as text. Thread rule: pure
// functions.
#pragma once

#include <string>
#include <string_view>

namespace cutset::report {

struct Position {
  double x = 0;
  double y = 0;
};

/// The point `distance` before `to` on the way from `from`; `from` itself if that is
/// nearer.
Position short_of(Position from, Position to, double distance);

std::string svg_line(Position from, Position to, std::string_view css_class);
/// A line whose head ends exactly at `to`.
std::string svg_arrow(Position from, Position to, std::string_view css_class);
/// A small cross.
std::string svg_cross(Position center, std::string_view css_class);
std::string svg_bar(Position left_top, double width, double height,
                    std::string_view css_class);
/// `anchor` is start, middle or end. The text is escaped here.
std::string svg_text(Position place, std::string_view text, std::string_view css_class,
                     std::string_view anchor);
/// Text turned around its start.
std::string svg_turned_text(Position place, double degrees, std::string_view text,
                            std::string_view css_class);
/// A disc with a number in it.
std::string svg_badge(Position center, int number, std::string_view css_class);

}  // namespace cutset::report
