// Style and script of the HTML report, and the small parts that several sections use.
#include <fmt/format.h>

#include "report/escape.h"
#include "report/html_parts.h"
#include "report/words.h"

namespace cutset::report {

std::string html_state(ExperimentState state) {
  const std::string_view name = state_name(state);
  std::string css_class(name.substr(0, name.find(' ')));
  return fmt::format("<span class=\"state {}\">{}</span>", css_class, name);
}

std::string html_faults(const campaign::FaultSet& faults) {
  if (faults.empty()) return "<span class=\"soft\">no fault</span>";
  std::string out;
  for (const campaign::Fault& fault : faults) {
    out += fmt::format("<div title=\"{}\"><code class=\"mode-name\">{}</code> {}</div>",
                       escape_markup(fault.event), escape_markup(fault.mode.text()),
                       escape_markup(fault_words(fault)));
  }
  return out;
}

std::string_view html_style() {
  return R"(:root{color-scheme:light dark;--paper:#fff;--ink:#1b1f24;--soft:#59636e;--rule:#d0d7de;--panel:#f6f8fa;
--bad:#c62828;--bad-paper:#fdecea;--good:#1a7f37;--warn:#9a6700;--usual:#35618f;--extra:#8250df;--missing:#8c959f}
@media (prefers-color-scheme:dark){:root{--paper:#0f1419;--ink:#e6edf3;--soft:#9aa4af;--rule:#363d47;--panel:#171d24;
--bad:#ff7b72;--bad-paper:#3c1618;--good:#56d364;--warn:#e3b341;--usual:#79b8ff;--extra:#d2a8ff;--missing:#7d8590}}
*{box-sizing:border-box}
body{margin:0;background:var(--paper);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",sans-serif}
header,main{max-width:1240px;margin:0 auto;padding:0 24px}
header{padding-top:28px}
h1{font-size:26px;margin:0 0 4px}
h2{font-size:20px;margin:44px 0 12px;padding-bottom:6px;border-bottom:1px solid var(--rule)}
h3{font-size:17px;margin:0 0 10px;overflow-wrap:anywhere}
h4{font-size:14px;margin:18px 0 6px}
p{margin:6px 0}
code{font:13px/1.4 ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;overflow-wrap:anywhere}
.soft{color:var(--soft)}
.verdict{font-size:18px;font-weight:600;margin:6px 0 14px}
.verdict.bad{color:var(--bad)}.verdict.good{color:var(--good)}.verdict.warn{color:var(--warn)}
.numbers{display:flex;flex-wrap:wrap;gap:10px;margin:16px 0}
.numbers div{background:var(--panel);border:1px solid var(--rule);border-radius:8px;padding:8px 14px;min-width:104px}
.numbers b{display:block;font-size:20px;font-variant-numeric:tabular-nums}
.numbers span{color:var(--soft);font-size:13px}
.statement{background:var(--panel);border-left:4px solid var(--rule);padding:10px 14px;border-radius:0 8px 8px 0}
article{border:1px solid var(--rule);border-radius:10px;padding:16px 18px;margin:0 0 22px}
article.confirmed{border-left:5px solid var(--bad)}
article.flaky,article.accepted{border-left:5px solid var(--warn)}
.and{color:var(--soft);font-weight:400}
.facts{display:grid;grid-template-columns:110px 1fr;gap:4px 12px;margin:0}
.facts dt{color:var(--soft)}
.facts dd{margin:0;overflow-wrap:anywhere}
.command{display:inline-flex;gap:8px;align-items:center;flex-wrap:wrap}
.command code{background:var(--panel);border:1px solid var(--rule);border-radius:6px;padding:3px 8px}
button{font:inherit;font-size:13px;padding:2px 10px;border:1px solid var(--rule);border-radius:6px;background:var(--panel);color:inherit;cursor:pointer}
button:focus-visible,input:focus-visible,summary:focus-visible{outline:2px solid var(--usual);outline-offset:2px}
.diagram{overflow-x:auto;border:1px solid var(--rule);border-radius:8px;padding:8px;margin:6px 0;background:var(--paper)}
table{border-collapse:collapse;width:100%;font-size:14px}
th,td{text-align:left;vertical-align:top;padding:5px 10px 5px 0;border-bottom:1px solid var(--rule);overflow-wrap:anywhere}
th{color:var(--soft);font-weight:600;white-space:nowrap}
td.number{font-variant-numeric:tabular-nums;white-space:nowrap}
tr.gone td{color:var(--missing)}
tr.hit td{background:var(--bad-paper)}
.mode-name{color:var(--bad);white-space:nowrap}
.state{white-space:nowrap;border:1px solid currentColor;border-radius:10px;padding:0 8px;font-size:13px}
.state.held{color:var(--good)}.state.violated,.state.did{color:var(--bad)}
.state.accepted,.state.inconclusive,.state.vacuous,.state.unfinished{color:var(--warn)}
.state.unreachable{color:var(--soft)}
summary{cursor:pointer;color:var(--soft);margin:8px 0 4px}
input[type=search]{font:inherit;width:100%;max-width:420px;padding:5px 10px;border:1px solid var(--rule);border-radius:6px;background:var(--paper);color:inherit}
.filter{display:flex;gap:14px;align-items:center;flex-wrap:wrap;margin:0 0 10px}
footer,li{margin:4px 0}
@media print{:root{--paper:#fff;--ink:#000;--soft:#444;--rule:#bbb;--panel:#f4f4f4;--bad:#b00020;--bad-paper:#fdecea;--usual:#24507f;--extra:#6a3fc0;--missing:#777}
body{font-size:11px}button,.filter{display:none}article{break-inside:auto}.diagram{overflow:visible;break-inside:avoid}
.spacetime,.sketch{min-width:0!important}h2,h3,h4{break-after:avoid}tr{break-inside:avoid}@page{size:A4 landscape;margin:12mm}}
)";
}

std::string_view html_script() {
  return R"('use strict';
for (const button of document.querySelectorAll('button[data-copy]')) {
  button.addEventListener('click', async () => {
    const text = button.dataset.copy;
    let copied = false;
    try {
      await navigator.clipboard.writeText(text);
      copied = true;
    } catch (error) {
      const area = document.createElement('textarea');
      area.value = text;
      document.body.append(area);
      area.select();
      copied = document.execCommand('copy');
      area.remove();
    }
    button.textContent = copied ? 'copied' : 'not copied';
    setTimeout(() => { button.textContent = 'copy'; }, 1500);
  });
}
const filter = document.getElementById('filter');
if (filter) {
  const rows = [...document.querySelectorAll('#history tbody tr')];
  const texts = rows.map(row => row.textContent.toLowerCase());
  const shown = document.getElementById('shown');
  const apply = () => {
    const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
    let count = 0;
    rows.forEach((row, i) => {
      row.hidden = !words.every(word => texts[i].includes(word));
      if (!row.hidden) ++count;
    });
    shown.textContent = count + ' of ' + rows.length;
  };
  filter.addEventListener('input', apply);
  apply();
}
)";
}

}  // namespace cutset::report
