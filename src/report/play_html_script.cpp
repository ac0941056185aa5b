// Script of the page of a play: draws the charts from the data in the page. What follows
// it is in play_html_tables.cpp.
#include "report/play_html.h"

namespace cutset::report {

std::string_view play_script() {
  return R"JS('use strict';
const runs = JSON.parse(document.getElementById('data').textContent);
const SVG = 'http://www.w3.org/2000/svg';
const root = document.getElementById('charts');
const controls = document.getElementById('controls');

// Elements. Foreign text is only ever set as text.
const html = (name, attributes = {}, ...children) => {
  const made = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  made.append(...children);
  return made;
};
const svg = (name, attributes = {}, text) => {
  const made = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  if (text !== undefined) made.textContent = text;
  return made;
};
const hover = (element, text) => {
  element.append(svg('title', {}, text));
  return element;
};
const cut = (text, most) => text.length > most ? text.slice(0, most - 1) + '\u2026' : text;

// One scale of time for all runs.
const first = Math.min(0, ...runs.map(run => Math.max(run.begun, -3)));
const last = Math.max(0.1, ...runs.map(run => run.ended));
const width = runs.length === 1 ? 1240 : Math.round(1780 / runs.length);
const LEFT = runs.length === 1 ? 74 : 66;
const RIGHT = 10;
const x = time => LEFT + (time - first) / (last - first) * (width - LEFT - RIGHT);
const time_at = place => first + (place - LEFT) / (width - LEFT - RIGHT) * (last - first);

const ticks = (low, high, most) => {
  const step = [1, 2, 2.5, 5, 10].map(f => f * 10 ** Math.floor(Math.log10((high - low) / most)))
      .find(s => (high - low) / s <= most) || high - low;
  const found = [];
  for (let t = Math.ceil(low / step) * step; t <= high + step * 1e-9; t += step) {
    found.push(Math.abs(t) < step * 1e-9 ? 0 : t);
  }
  return found;
};
const plain = value => String(Number(value.toPrecision(4)));
const units = value => {
  const size = Math.abs(value);
  for (const [limit, name] of [[1e12, 'T'], [1e9, 'G'], [1e6, 'M'], [1e3, 'k']]) {
    if (size >= limit) return plain(value / limit) + ' ' + name;
  }
  return plain(value) + ' ';
};
const bytes = value => units(value) + 'B';
const rate = value => units(value) + 'B/s';

// Colours: by service for instances, by position for hosts.
const services = [...new Set(runs.flatMap(run => run.instances.map(one => one.service)))];
const hosts = [...new Set(runs.flatMap(run => run.series.filter(one => !one.instance).map(one => one.host)))];
const things = [...new Set(runs.flatMap(run => run.instances.map(one => one.name)))];
const color = index => `var(--s${index % 10})`;

const state = {window: 0, shown: 'hosts', hidden: new Set()};
const drawn = [];  // functions that draw again

// Lasting faults.
const bands = run => run.actions.filter(
    one => one.fired !== null && one.undone !== null && one.undone > one.fired);

const frame = (run, height, top) => {
  const box = svg('svg', {class: 'chart', viewBox: `0 0 ${width} ${height}`, role: 'img'});
  for (const t of ticks(first, last, runs.length === 1 ? 14 : 8)) {
    box.append(svg('line', {class: 'grid', x1: x(t), x2: x(t), y1: top, y2: height - 20}));
    box.append(svg('text', {x: x(t), y: height - 6, 'text-anchor': 'middle'}, plain(t) + ' s'));
  }
  box.append(svg('line', {class: 'axis', x1: LEFT, x2: width - RIGHT, y1: height - 20, y2: height - 20}));
  return box;
};
// Vertical lines at the moments, with names where there is room for them.
const add_moments = (box, run, top, bottom) => {
  const ends = [-1e9, -1e9];
  for (const moment of run.moments) {
    if (moment.t < first || moment.t > last) continue;
    const at = x(moment.t);
    box.append(hover(svg('line', {class: 'moment', x1: at, x2: at, y1: top, y2: bottom}),
                     `${moment.name}, ${plain(moment.t)} s`));
    const name = cut(moment.name, 22);
    const long = name.length * 5.9 + 8;
    const left = at + 3 + long > width ? at - 3 - long : at + 3;
    const level = ends.findIndex(end => end <= left);
    if (level < 0) continue;
    ends[level] = left + long;
    box.append(hover(svg('text', {class: 'moment-name', x: left, y: top - 4 - 12 * level}, name),
                     `${moment.name}, ${plain(moment.t)} s`));
  }
};

const tip = html('div', {id: 'tip'});
document.body.append(tip);
const show_tip = (event, rows) => {
  tip.replaceChildren(...rows);
  tip.style.visibility = 'visible';
  const size = tip.getBoundingClientRect();
  const left = event.clientX + 14 + size.width > innerWidth ? event.clientX - 14 - size.width : event.clientX + 14;
  tip.style.left = Math.max(4, left) + 'px';
  tip.style.top = Math.min(event.clientY + 14, innerHeight - size.height - 4) + 'px';
};
const hide_tip = () => { tip.style.visibility = 'hidden'; };

const section = (title, words, draw) => {
  const holder = html('div', {class: 'side'});
  root.append(html('section', {class: 'chart'}, html('h2', {}, title),
                   ...(words.length > 0 ? [html('p', {}, ...[words].flat())] : []), holder));
  const again = () => holder.replaceChildren(...runs.map(draw));
  again();
  drawn.push(again);
};

// What happened to whom.
// Faults that overlap on one instance get a lane each.
const is_lasting = one => one.fired !== null && one.undone !== null && one.undone - one.fired > 0.02 && one.target;
const lanes_of = run => {
  const ends = new Map();  // by instance: the end of the last fault of each lane
  const lanes = new Map();
  for (const one of run.actions.filter(is_lasting).sort((a, b) => a.fired - b.fired)) {
    const its = ends.get(one.target) || [];
    ends.set(one.target, its);
    let lane = its.findIndex(end => end <= one.fired);
    if (lane < 0) lane = its.length;
    its[lane] = one.undone;
    lanes.set(one.id, lane);
  }
  return {lanes, most: name => (ends.get(name) || []).length};
};
const all_lanes = runs.map(lanes_of);

section('What happened', 'Bars: the instance is up. Red: a fault that lasts; a dot is one at a point in time. Dashed: a moment.', (run, index) => {
  const TOP = 30;
  const LANE = 18;
  const {lanes} = all_lanes[index];
  const rows = [...things, ...(runs.some(one => one.actions.some(action => !action.target)) ? [''] : [])];
  const tops = new Map();
  let bottom = TOP;
  for (const name of rows) {
    const count = Math.max(1, ...all_lanes.map(one => one.most(name)));
    tops.set(name, {y: bottom, height: count * LANE + 4});
    bottom += count * LANE + 8;
  }
  const box = frame(run, bottom + 20, TOP);
  const middle = name => tops.get(name).y + tops.get(name).height / 2;
  for (const name of rows) {
    box.append(svg('text', {class: 'row', x: LEFT - 6, y: middle(name) + 4, 'text-anchor': 'end'}, cut(name || 'all', 11)));
  }
  for (const [name, from, to] of run.spans) {
    const left = Math.max(from, first);
    if (!tops.has(name) || to < left) continue;
    box.append(hover(svg('rect', {class: 'up', x: x(left), y: tops.get(name).y + 2, rx: 3,
                                  width: Math.max(1, x(to) - x(left)), height: tops.get(name).height - 4}),
                     `${name} up from ${plain(from)} s to ${plain(to)} s`));
  }
  add_moments(box, run, TOP, bottom);
  for (const one of run.actions) {
    const words = `${one.id}: ${one.fate}` + (one.how ? `\n${one.how}` : '') + (one.on ? `\non ${one.on}` : '') + (one.error ? `\n${one.error}` : '');
    const row = tops.get(one.target);
    if (is_lasting(one) && row) {
      const y = row.y + 2 + lanes.get(one.id) * LANE;
      const room = x(one.undone) - x(one.fired);
      box.append(hover(svg('rect', {class: 'fault', x: x(one.fired), y, rx: 2, width: Math.max(2, room), height: LANE}),
                       `${words}\nundone at ${plain(one.undone)} s`));
      if (room > one.what.length * 7) box.append(svg('text', {class: 'row', x: x(one.fired) + 4, y: y + 13}, one.what));
      continue;
    }
    const at = one.fired !== null ? one.fired : one.due;
    if (at === null || one.what === 'start' || !row) continue;
    box.append(hover(svg('circle', {class: one.fate === 'fired' ? 'point' : 'point unfired',
                                    cx: x(at), cy: middle(one.target), r: 4.5}), words));
  }
  return box;
});

// Nothing is drawn where nothing was sampled: the instance was down.
const usual_gap = points => {
  const gaps = points.slice(1).map((point, i) => point[0] - points[i][0]).sort((one, other) => one - other);
  return gaps.length > 0 ? gaps[gaps.length >> 1] : Infinity;
};

// A chart of lines; `series`: [{name, color, points: [[t, value]], step}].
const chart = (run, series, format, limit, all) => {
  const TOP = 32;
  const height = runs.length === 1 ? 210 : 200;
  const box = frame(run, height, TOP);
  const bottom = height - 20;
  const high = Math.max(limit || 0, ...all.flatMap(one => one.points.map(point => point[1]))) || 1;
  const marks = ticks(0, high, series.some(one => one.step) ? Math.min(4, high) : 4);
  const top_value = Math.max(high, marks[marks.length - 1]);
  const y = value => bottom - value / top_value * (bottom - TOP);
  for (const mark of marks) {
    box.append(svg('line', {class: 'grid', x1: LEFT, x2: width - RIGHT, y1: y(mark), y2: y(mark)}));
    box.append(svg('text', {x: LEFT - 6, y: y(mark) + 4, 'text-anchor': 'end'}, format(mark)));
  }
  for (const band of bands(run)) {
    const left = Math.max(first, band.fired);
    box.append(hover(svg('rect', {class: 'band', x: x(left), y: TOP, height: bottom - TOP,
                                  width: Math.max(1, x(band.undone) - x(left))}),
                     `${band.id}, ${plain(band.fired)} s to ${plain(band.undone)} s`));
  }
  add_moments(box, run, TOP, bottom);
  for (const one of series) {
    let path = '';
    let before = null;
    let before_t = -Infinity;
    const gap = one.step ? Infinity : usual_gap(one.points) * 3;
    for (const [t, value] of one.points) {
      if (t < first) { before = value; continue; }
      const apart = t - before_t > gap;
      before_t = t;
      if (one.step && path === '' && before !== null) path = `M${x(first).toFixed(1)} ${y(before).toFixed(1)}`;
      const place = `${x(t).toFixed(1)} ${y(value).toFixed(1)}`;
      if (path === '' || apart) path += 'M' + place;
      else path += one.step ? `H${x(t).toFixed(1)}V${y(value).toFixed(1)}` : 'L' + place;
      before = value;
    }
    if (one.step && before !== null) path += (path === '' ? `M${x(first).toFixed(1)} ${y(before).toFixed(1)}` : '') + `H${x(run.ended).toFixed(1)}`;
    const line = svg('path', {class: one.thin ? 'line instance' : 'line', d: path});
    line.style.setProperty('--c', one.color);
    box.append(line);
  }
  if (series.length === 0) box.append(svg('text', {class: 'none', x: LEFT + 12, y: TOP + 30}, 'nothing was sampled'));
  const cursor = svg('line', {class: 'cursor', y1: TOP, y2: bottom});
  box.append(cursor);
  box.addEventListener('mousemove', event => {
    const size = box.getBoundingClientRect();
    const place = (event.clientX - size.left) / size.width * width;
    const t = time_at(place);
    if (t < first || t > last) return;
    cursor.setAttribute('x1', place);
    cursor.setAttribute('x2', place);
    cursor.style.visibility = 'visible';
    const rows = [html('div', {}, plain(t) + ' s')];
    for (const one of series.slice(0, 24)) {
      const near = one.step
          ? one.points.filter(point => point[0] <= t).pop()
          : one.points.reduce((best, point) => !best || Math.abs(point[0] - t) < Math.abs(best[0] - t) ? point : best, null);
      if (!near) continue;
      const mark = html('i');
      mark.style.setProperty('--c', one.color);
      rows.push(html('div', {}, mark, one.name, html('b', {}, format(near[1]))));
    }
    for (const band of bands(run)) if (band.fired <= t && t <= band.undone) rows.push(html('div', {}, 'fault: ' + band.id));
    show_tip(event, rows);
  });
  box.addEventListener('mouseleave', () => { cursor.style.visibility = 'hidden'; hide_tip(); });
  return box;
};

const counts = run => services.map((service, index) => {
  const changes = [];
  for (const [name, from, to] of run.spans) {
    const instance = run.instances.find(one => one.name === name);
    if (!instance || instance.service !== service) continue;
    changes.push([from, 1]);
    if (to < run.ended) changes.push([to, -1]);
  }
  changes.sort((one, other) => one[0] - other[0]);
  let up = 0;
  return {name: service, color: color(index), step: true, points: changes.map(([t, change]) => [t, up += change])};
}).filter(one => one.points.length > 0);
const all_counts = runs.map(counts);
const legend = services.map((service, index) => {
  const mark = html('i');
  mark.style.setProperty('--c', color(index));
  return html('span', {class: 'key'}, mark, service);
});
section('Instances of each service', legend, (run, index) => chart(run, all_counts[index], plain, 1, all_counts.flat()));

// The mean over a window of time around each point.
const averaged = points => {
  const half = state.window / 2;
  if (half <= 0) return points;
  const result = [];
  let from = 0;
  let to = 0;
  let sum = 0;
  for (const [t] of points) {
    while (to < points.length && points[to][0] <= t + half) sum += points[to++][1];
    while (points[from][0] < t - half) sum -= points[from++][1];
    result.push([t, sum / (to - from)]);
  }
  return result;
};
const lines_of = (run, column) => run.series
    .filter(one => state.shown === 'hosts' ? !one.instance : one.instance)
    .filter(one => !state.hidden.has(one.instance || one.host))
    .map(one => ({
      name: one.instance || one.host,
      color: color(one.instance ? things.indexOf(one.instance) : hosts.indexOf(one.host)),
      thin: Boolean(one.instance),
      points: averaged(one.points.map(point => [point[0], point[column]])),
    }));
const resources = [
  ['CPU', 'Cores in use.', 1, plain],
  ['Memory', '', 2, bytes],
  ['Network, received', '', 3, rate],
  ['Network, sent', '', 4, rate],
  ['Disk, read', '', 5, rate],
  ['Disk, written', '', 6, rate],
];
for (const [title, words, column, format] of resources) {
  section(title, words, run => chart(run, lines_of(run, column), format, 0, runs.flatMap(one => lines_of(one, column))));
}

)JS";
}

}  // namespace cutset::report
