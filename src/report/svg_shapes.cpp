#include "report/svg_shapes.h"

#include <cmath>

#include <fmt/format.h>

#include "report/escape.h"

namespace cutset::report {

Position short_of(Position from, Position to, double distance) {
  const double length = std::hypot(to.x - from.x, to.y - from.y);
  if (length <= distance) return from;
  const double part = (length - distance) / length;
  return {from.x + (to.x - from.x) * part, from.y + (to.y - from.y) * part};
}

std::string svg_line(Position from, Position to, std::string_view css_class) {
  return fmt::format(
      "<line class=\"{}\" x1=\"{:.1f}\" y1=\"{:.1f}\" x2=\"{:.1f}\" y2=\"{:.1f}\"/>",
      css_class, from.x, from.y, to.x, to.y);
}

std::string svg_arrow(Position from, Position to, std::string_view css_class) {
  constexpr double kLength = 7;
  constexpr double kHalfWidth = 3.2;
  const Position neck = short_of(from, to, kLength);
  const double angle = std::atan2(to.y - from.y, to.x - from.x);
  const double across_x = -std::sin(angle) * kHalfWidth;
  const double across_y = std::cos(angle) * kHalfWidth;
  return svg_line(from, neck, css_class) + fmt::format(
                                               "<path class=\"{} head\" d=\"M{:.1f} "
                                               "{:.1f}L{:.1f} {:.1f}L{:.1f} {:.1f}Z\"/>",
                                               css_class, to.x, to.y, neck.x + across_x,
                                               neck.y + across_y, neck.x - across_x,
                                               neck.y - across_y);
}

std::string svg_cross(Position center, std::string_view css_class) {
  constexpr double kArm = 4.5;
  return fmt::format(
      "<path class=\"{}\" d=\"M{:.1f} {:.1f}l{:.1f} {:.1f}m0 {:.1f}l{:.1f} {:.1f}\"/>",
      css_class, center.x - kArm, center.y - kArm, 2 * kArm, 2 * kArm, -2 * kArm,
      -2 * kArm, 2 * kArm);
}

std::string svg_bar(Position left_top, double width, double height,
                    std::string_view css_class) {
  return fmt::format(
      "<rect class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\" width=\"{:.1f}\" height=\"{:.1f}\" "
      "rx=\"2\"/>",
      css_class, left_top.x, left_top.y, width, height);
}

std::string svg_text(Position place, std::string_view text, std::string_view css_class,
                     std::string_view anchor) {
  return fmt::format(
      "<text class=\"{}\" x=\"{:.1f}\" y=\"{:.1f}\" text-anchor=\"{}\">{}</text>",
      css_class, place.x, place.y, anchor, escape_markup(text));
}

std::string svg_turned_text(Position place, double degrees, std::string_view text,
                            std::string_view css_class) {
  return fmt::format(
      "<text class=\"{}\" transform=\"translate({:.1f} {:.1f}) "
      "rotate({:.0f})\">{}</text>",
      css_class, place.x, place.y, degrees, escape_markup(text));
}

std::string svg_badge(Position center, int number, std::string_view css_class) {
  return fmt::format("<circle class=\"{}\" cx=\"{:.1f}\" cy=\"{:.1f}\" r=\"7.5\"/>",
                     css_class, center.x, center.y) +
         svg_text({center.x, center.y + 3.2}, std::to_string(number), "badge-number",
                  "middle");
}

}  // namespace cutset::report
