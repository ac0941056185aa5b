// Style and script of the page of an analysis, beyond what all pages share.
#include "report/analysis_html_parts.h"

namespace cutset::report {

std::string_view analysis_css() {
  return R"(:root{--good-paper:#e6f4ea}
@media (prefers-color-scheme:dark){:root{--good-paper:#12301b}}
article.kind{scroll-margin-top:12px}
article.kind>h2{margin:0 0 2px;padding:0;border:0;font-size:19px;overflow-wrap:anywhere}
article.kind>h3{margin:20px 0 6px}
.diagram{max-height:80vh;overflow:auto}
.legend{display:flex;flex-wrap:wrap;gap:6px 18px;margin:10px 0 22px;font-size:13px;color:var(--soft)}
.legend span{display:inline-flex;align-items:center;gap:6px}
.legend i{width:24px;height:14px;border:1.4px solid var(--missing);border-radius:4px;background:var(--panel)}
.legend .single{border-color:var(--bad);background:var(--bad-paper)}
.legend .redundant{border-color:var(--good);background:var(--good-paper)}
.legend .loose{border-style:dashed}
.legend .unstable{border-style:dotted;border-color:var(--warn)}
.legend .retry{border:0;background:none;width:auto;height:auto;color:var(--extra);font-style:normal}
.shows{cursor:pointer}
.shows:hover td,.shows:focus td,.shows.pinned td{background:var(--panel)}
.shows:focus-visible{outline:2px solid var(--usual);outline-offset:-2px}
.shows.pinned td:first-child{box-shadow:inset 3px 0 var(--bad)}
td .size{color:var(--soft)}
td div+div::before{content:"and ";color:var(--soft)}
table.breaks th:first-child,table.breaks td:first-child{padding-left:8px}
table.kinds a{color:inherit}
table.kinds td.number,table.stability td.number,table.passes td.number{text-align:right;padding-right:18px}
th.number{text-align:right;padding-right:18px}
.words{color:var(--warn)}
ul.plain{padding-left:20px;margin:6px 0}
p,li{overflow-wrap:anywhere}
footer{max-width:1240px;margin:34px auto;padding:0 24px;color:var(--soft)}
@media print{.diagram{max-height:none}:root{--good-paper:#e6f4ea;--good:#1a7f37;--warn:#8a5a00}.shows{cursor:auto}}
)";
}

std::string_view analysis_script() {
  return R"('use strict';
const numbers = text => (text || '').split(',').filter(Boolean);
const crossOf = rect => {
  const box = rect.getBBox();
  const x = box.x + box.width - 20;
  const y = box.y + 9;
  const path = document.createElementNS('http://www.w3.org/2000/svg', 'path');
  path.setAttribute('class', 'cross');
  path.setAttribute('d', `M${x} ${y}l9 9m0 -9l-9 9`);
  return path;
};
for (const article of document.querySelectorAll('article.kind')) {
  const picture = article.querySelector('svg.calls');
  if (!picture) continue;
  const boxes = new Map();
  for (const box of picture.querySelectorAll('[data-box]')) boxes.set(box.dataset.box, box);
  const clear = () => {
    picture.classList.remove('showing');
    for (const box of boxes.values()) box.classList.remove('failing', 'instead', 'lost');
    for (const cross of picture.querySelectorAll('.cross')) cross.remove();
  };
  const show = row => {
    clear();
    if (!row) return;
    picture.classList.add('showing');
    for (const number of numbers(row.dataset.failing)) {
      const box = boxes.get(number);
      if (!box || box.classList.contains('failing')) continue;
      box.classList.add('failing');
      box.append(crossOf(box.querySelector('rect')));
    }
    for (const number of numbers(row.dataset.instead)) {
      const box = boxes.get(number);
      if (box) box.classList.add('instead');
    }
    if (row.dataset.lost) {
      const box = boxes.get('0');
      if (box) box.classList.add('lost');
    }
  };
  let pinned = null;
  const rows = article.querySelectorAll('.shows');
  const pin = row => {
    if (pinned) pinned.classList.remove('pinned');
    pinned = pinned === row ? null : row;
    if (pinned) pinned.classList.add('pinned');
    show(pinned);
  };
  for (const row of rows) {
    row.tabIndex = 0;
    row.addEventListener('mouseenter', () => show(row));
    row.addEventListener('mouseleave', () => show(pinned));
    row.addEventListener('focus', () => show(row));
    row.addEventListener('blur', () => show(pinned));
    row.addEventListener('click', () => pin(row));
    row.addEventListener('keydown', event => {
      if (event.key !== 'Enter' && event.key !== ' ') return;
      event.preventDefault();
      pin(row);
    });
  }
}
const filter = document.getElementById('filter');
if (filter) {
  const articles = [...document.querySelectorAll('article.kind')];
  const rows = [...document.querySelectorAll('table.kinds tbody tr')];
  const texts = articles.map(article => article.textContent.toLowerCase());
  const shown = document.getElementById('shown');
  const apply = () => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    articles.forEach((article, i) => {
      const hit = words.every(word => texts[i].includes(word));
      article.hidden = !hit;
      if (rows[i]) rows[i].hidden = !hit;
      if (hit) ++count;
    });
    shown.textContent = count + ' of ' + articles.length;
  };
  filter.addEventListener('input', apply);
  apply();
}
)";
}

}  // namespace cutset::report
