#include "report/play_html.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include "base/check.h"
#include "report/escape.h"
#include "report/html_parts.h"

namespace cutset::report {

namespace {

using nlohmann::ordered_json;

constexpr size_t kMostLines = 20'000;   // of the log
constexpr size_t kMostPoints = 4'000;   // of one line of a chart
constexpr size_t kLongestText = 2'000;  // of one line of the log

/// Six digits are enough for a picture.
double rounded(double value) {
  if (value == 0 || !std::isfinite(value)) return 0;
  const double scale = std::pow(10, 5 - std::floor(std::log10(std::abs(value))));
  return std::round(value * scale) / scale;
}
double milliseconds(Seconds time) {
  return std::round(time * 1000) / 1000;
}

ordered_json or_null(const std::optional<Seconds>& time) {
  return time ? ordered_json(milliseconds(*time)) : ordered_json();
}

/// Moments that fired: one line each.
ordered_json moments_json(const PlayView& view) {
  ordered_json all = ordered_json::array();
  std::vector<std::string> seen;
  for (const PlayedAction& action : view.actions) {
    if (!action.fired || std::count(seen.begin(), seen.end(), action.moment) > 0)
      continue;
    seen.push_back(action.moment);
    std::string name = action.moment;
    if (action.what == "mark") {
      const ordered_json text = ordered_json::parse(action.how, nullptr, false);
      if (text.is_string()) name = text.get<std::string>();
    }
    all.push_back({{"t", milliseconds(*action.fired)}, {"name", clean_text(name)}});
  }
  return all;
}

ordered_json actions_json(const PlayView& view) {
  ordered_json all = ordered_json::array();
  for (const PlayedAction& action : view.actions) {
    ordered_json json = {{"number", action.number},
                         {"id", clean_text(action.id)},
                         {"what", clean_text(action.what)},
                         {"how", clean_text(action.how)},
                         {"target", clean_text(action.target())},
                         {"fate", action.fate},
                         {"fine", action.acceptable},
                         {"relayed", action.relayed}};
    json["due"] = or_null(action.due);
    json["fired"] = or_null(action.fired);
    json["undone"] = or_null(action.undone);
    json["late"] = action.late_ns
                       ? ordered_json(rounded(static_cast<double>(*action.late_ns) / 1e6))
                       : ordered_json();
    json["on"] = clean_text(action.fired_on);
    json["seen"] = clean_text(action.verified_by);
    json["error"] = clean_text(action.error);
    all.push_back(std::move(json));
  }
  return all;
}

/// Points in between are averaged where there are too many for a picture.
ordered_json series_json(const std::vector<PlayedRate>& rates) {
  const size_t each = (rates.size() + kMostPoints - 1) / kMostPoints;
  ordered_json points = ordered_json::array();
  for (size_t i = 0; each > 0 && i < rates.size(); i += each) {
    const size_t end = std::min(rates.size(), i + each);
    double sums[6] = {};
    for (size_t k = i; k < end; ++k) {
      const PlayedRate& rate = rates[k];
      const double values[6] = {rate.cores, rate.memory_bytes, rate.received,
                                rate.sent,  rate.read,         rate.written};
      for (size_t v = 0; v < 6; ++v) sums[v] += values[v] / static_cast<double>(end - i);
    }
    ordered_json point = ordered_json::array({milliseconds(rates[end - 1].time)});
    for (const double sum : sums) point.push_back(rounded(sum));
    points.push_back(std::move(point));
  }
  return points;
}

ordered_json log_json(const PlayView& view, int64_t& left_out) {
  struct Line {
    Seconds time;
    ordered_json json;
  };
  std::vector<Line> lines;
  const auto add = [&lines](Seconds time, const std::string& host, const std::string& who,
                            const std::string& kind, const std::string& text) {
    lines.push_back(
        {time, ordered_json::array({milliseconds(time), clean_text(host), clean_text(who),
                                    kind, shorten(text, kLongestText)})});
  };
  for (const PlayedEvent& event : view.events) {
    std::string text = event.step;
    for (const std::string& more : {event.detail, event.error}) {
      if (more.empty()) continue;
      if (!text.empty()) text += ": ";
      text += more;
    }
    add(event.time, event.host.empty() ? "controller" : event.host, event.instance,
        event.kind, text);
  }
  for (const PlayedLine& line : view.output) {
    add(line.time, line.host, line.instance, "output", line.text);
  }
  std::stable_sort(lines.begin(), lines.end(), [](const Line& one, const Line& other) {
    return one.time < other.time;
  });
  ordered_json all = ordered_json::array();
  for (size_t i = 0; i < lines.size() && i < kMostLines; ++i) {
    all.push_back(std::move(lines[i].json));
  }
  left_out = view.left_out +
             static_cast<int64_t>(lines.size() - std::min(lines.size(), kMostLines));
  return all;
}

ordered_json view_json(const PlayView& view) {
  ordered_json json = {{"name", clean_text(view.name)},
                       {"run", clean_text(view.run)},
                       {"verdict", clean_text(view.verdict)},
                       {"begun", milliseconds(view.begun)},
                       {"ended", milliseconds(view.ended)}};
  json["moments"] = moments_json(view);
  json["actions"] = actions_json(view);
  json["instances"] = ordered_json::array();
  for (const PlayedInstance& instance : view.instances) {
    json["instances"].push_back({{"name", clean_text(instance.name())},
                                 {"service", clean_text(instance.service)},
                                 {"host", clean_text(instance.host)}});
  }
  json["spans"] = ordered_json::array();
  for (const PlayedSpan& span : spans_of(view)) {
    json["spans"].push_back(ordered_json::array(
        {clean_text(span.instance), milliseconds(span.from), milliseconds(span.to)}));
  }
  json["series"] = ordered_json::array();
  for (const auto& [thing, rates] : rates_of(view)) {
    json["series"].push_back({{"host", clean_text(thing.host)},
                              {"instance", clean_text(thing.instance)},
                              {"points", series_json(rates)}});
  }
  int64_t left_out = 0;
  json["log"] = log_json(view, left_out);
  json["left_out"] = left_out;
  return json;
}

/// JSON inside a script element: nothing in it may end the element.
std::string in_script(const ordered_json& json) {
  const std::string text =
      json.dump(-1, ' ', true, ordered_json::error_handler_t::replace);
  std::string safe;
  for (const char letter : text) {
    if (letter == '<') {
      safe += "\\u003c";
    } else {
      safe += letter;
    }
  }
  return safe;
}

std::string box(const std::string& number, std::string_view what) {
  return fmt::format("<div><b>{}</b><span>{}</span></div>\n", number, what);
}

std::string run_head(const PlayView& view) {
  const bool good = view.verdict == "fired";
  std::string out = fmt::format(
      "<div class=\"run\"><h2 class=\"name\">{}</h2>\n<p class=\"verdict {}\">{}</p>\n",
      escape_markup(view.name), good ? "good" : "warn",
      good ? "every action fired" : escape_markup(view.verdict));
  if (!view.reason.empty()) {
    out += fmt::format("<p class=\"statement\">{}</p>\n", escape_markup(view.reason));
  }
  std::vector<double> late;
  for (const PlayedAction& action : view.actions) {
    if (action.late_ns) late.push_back(static_cast<double>(*action.late_ns) / 1e6);
  }
  std::sort(late.begin(), late.end());
  const auto fired =
      std::count_if(view.actions.begin(), view.actions.end(),
                    [](const PlayedAction& action) { return action.fate == "fired"; });
  int64_t error = 0;
  double cost = 0;
  for (const PlayedHost& host : view.hosts) {
    error = std::max(error, host.clock_error_ns);
    if (view.ended > view.begun) {
      cost = std::max(cost, static_cast<double>(host.sampling_cost_ns) / 1e7 /
                                (view.ended - view.begun));
    }
  }
  out += "<div class=\"numbers\">\n";
  out += box(fmt::format("{:.1f} s", view.ended - view.begun), "from start to end");
  out += box(fmt::format("{} of {}", fired, view.actions.size()), "actions fired");
  if (!late.empty()) {
    out += box(fmt::format("{:.1f} ms", late[late.size() / 2]), "after plan, median");
    out += box(fmt::format("{:.1f} ms", late.back()), "after plan, most");
  }
  out += box(fmt::format("±{:.2f} ms", static_cast<double>(error) / 1e6), "clocks");
  if (cost > 0) out += box(fmt::format("{:.2f} %", cost), "of a core for sampling");
  out += "</div>\n";
  for (const std::string& problem : view.problems) {
    out += fmt::format("<p class=\"problem\">{}</p>\n", escape_markup(problem));
  }
  for (const PlayedHost& host : view.hosts) {
    for (const std::string& problem : host.problems) {
      out += fmt::format("<p class=\"problem\">not undone on {}: {}</p>\n",
                         escape_markup(host.name), escape_markup(problem));
    }
  }
  return out + "</div>\n";
}

}  // namespace

std::string play_html(const std::vector<PlayView>& views) {
  CHECK(!views.empty() && views.size() <= kMostPlaysOfPage);
  std::string page =
      "<!doctype html>\n<html lang=\"en\">\n<head>\n<meta charset=\"utf-8\">\n";
  // Nothing may be loaded, whatever the record holds.
  page +=
      "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; "
      "style-src 'unsafe-inline'; script-src 'unsafe-inline'\">\n"
      "<meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\n";
  std::string title;
  for (const PlayView& view : views) {
    title += (title.empty() ? "" : " | ") + escape_markup(view.name);
  }
  page += fmt::format("<title>cutset play: {}</title>\n<style>\n{}{}</style>\n</head>\n",
                      title, html_style(), play_css());
  page += fmt::format(
      "<body class=\"runs-{}\">\n<header>\n<h1>{}</h1>\n", views.size(),
      views.size() == 1 ? "A schedule, played" : "A schedule, played: runs side by side");
  page += "<div class=\"side\">\n";
  for (const PlayView& view : views) page += run_head(view);
  page +=
      "</div>\n</header>\n<main>\n<noscript><p class=\"statement\">The pictures of this "
      "page are drawn by a script in it.</p></noscript>\n"
      "<div class=\"controls\" id=\"controls\"></div>\n<div id=\"charts\"></div>\n"
      "</main>\n";
  ordered_json data = ordered_json::array();
  for (const PlayView& view : views) data.push_back(view_json(view));
  page += fmt::format(
      "<script type=\"application/json\" "
      "id=\"data\">{}</script>\n<script>\n{}{}</script>\n"
      "</body>\n</html>\n",
      in_script(data), play_script(), play_tables_script());
  return page;
}

}  // namespace cutset::report
