// Style of the page of a play, beyond what all pages share.
#include "report/play_html.h"

namespace cutset::report {

std::string_view play_css() {
  return R"(:root{--s0:#2a6fb0;--s1:#c2571a;--s2:#2f8a4c;--s3:#8a4bb5;--s4:#b02a4f;--s5:#0f8b8d;--s6:#7a6a10;--s7:#5b6b7a;--s8:#d0479b;--s9:#4f7d1f;--band:#c6282822;--band-edge:#c62828;--up:#2a6fb0}
@media (prefers-color-scheme:dark){:root{--s0:#79b8ff;--s1:#ffab70;--s2:#6fdd8b;--s3:#d2a8ff;--s4:#ff7b93;--s5:#5ad1d3;--s6:#e3c74a;--s7:#a9b4c0;--s8:#ff8fd0;--s9:#b3e06b;--band:#ff7b7226;--band-edge:#ff7b72;--up:#4f94d6}}
header,main{max-width:1320px}
.side{display:grid;gap:0 28px;grid-template-columns:minmax(0,1fr)}
.runs-2 .side{grid-template-columns:repeat(2,minmax(0,1fr))}
.runs-3 .side{grid-template-columns:repeat(3,minmax(0,1fr))}
.runs-4 .side{grid-template-columns:repeat(4,minmax(0,1fr))}
.runs-2 main,.runs-2 header,.runs-3 main,.runs-3 header,.runs-4 main,.runs-4 header{max-width:1900px}
h2.name{border:0;margin:14px 0 0;padding:0;font-size:17px;overflow-wrap:anywhere}
.numbers div{min-width:92px;padding:6px 12px}
.numbers b{font-size:17px}
.problem{color:var(--bad);overflow-wrap:anywhere}
.controls{position:sticky;top:0;z-index:2;background:var(--paper);display:flex;flex-wrap:wrap;gap:6px 16px;align-items:center;padding:10px 0;border-bottom:1px solid var(--rule);font-size:14px}
.controls input[type=number]{font:inherit;width:76px;padding:3px 6px;border:1px solid var(--rule);border-radius:6px;background:var(--paper);color:inherit}
.chips{display:flex;flex-wrap:wrap;gap:4px}
.chip{display:inline-flex;align-items:center;gap:5px;border-radius:12px;padding:1px 9px}
.chip i{width:10px;height:10px;border-radius:3px;background:var(--c)}
.chip[aria-pressed=false]{opacity:.42}
section.chart>h2{margin:30px 0 4px;border:0;padding:0;font-size:17px}
section.chart>p{color:var(--soft);font-size:13px;margin:0 0 4px}
.key{display:inline-flex;align-items:center;gap:5px;margin-right:14px}
.key i{width:10px;height:10px;border-radius:3px;background:var(--c)}
svg.chart{display:block;width:100%;height:auto;overflow:visible}
svg.chart text{font:11px system-ui,-apple-system,"Segoe UI",sans-serif;fill:var(--soft)}
svg.chart .axis{stroke:var(--rule);stroke-width:1}
svg.chart .grid{stroke:var(--rule);stroke-width:1;opacity:.55}
svg.chart .moment{stroke:var(--extra);stroke-width:1;stroke-dasharray:4 3}
svg.chart text.moment-name{fill:var(--extra);stroke:none}
svg.chart .band{fill:var(--band)}
svg.chart .fault{fill:var(--band);stroke:var(--band-edge);stroke-width:1}
svg.chart .point{fill:var(--band-edge)}
svg.chart .point.unfired{fill:none;stroke:var(--warn);stroke-width:1.6}
svg.chart .up{fill:var(--up);opacity:.75}
svg.chart text.row{fill:var(--ink);font-size:12px}
svg.chart .line{fill:none;stroke:var(--c);stroke-width:1.6;stroke-linejoin:round}
svg.chart .line.instance{stroke-width:1.2}
svg.chart .cursor{stroke:var(--ink);stroke-width:1;opacity:.5;visibility:hidden}
svg.chart.empty text.none{fill:var(--soft);font-size:13px}
#tip{position:fixed;pointer-events:none;z-index:3;background:var(--panel);border:1px solid var(--rule);border-radius:6px;padding:5px 9px;font-size:12px;line-height:1.45;max-width:420px;visibility:hidden;box-shadow:0 2px 8px #0003}
#tip div{display:flex;gap:6px;align-items:center;white-space:nowrap}
#tip i{width:9px;height:9px;border-radius:2px;background:var(--c);flex:none}
#tip b{margin-left:auto;padding-left:14px;font-variant-numeric:tabular-nums;font-weight:600}
.log{max-height:560px;overflow:auto;border:1px solid var(--rule);border-radius:8px}
.log table{font-size:13px}
.log th{position:sticky;top:0;background:var(--panel);padding-left:8px}
.log td{padding-left:8px;font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,monospace;font-size:12px}
.log td:first-child,.log th:first-child,.actions .number{text-align:right;white-space:nowrap;font-variant-numeric:tabular-nums}
.log td:nth-child(-n+4){white-space:nowrap}
.log tr.failed td,.log tr.not_reached td{background:var(--bad-paper)}
.log tr.fired td:nth-child(4){color:var(--bad)}
select{font:inherit;font-size:13px;padding:4px 6px;border:1px solid var(--rule);border-radius:6px;background:var(--paper);color:inherit}
.actions{font-size:13px;width:auto;min-width:70%}
.actions .fate{white-space:nowrap}
.actions .fired{color:var(--good)}.actions .failed,.actions .not_reached{color:var(--bad)}.actions .fine{color:var(--soft)}
.actions td,.actions th{padding-right:14px}
.scroll{overflow-x:auto}
@media print{.controls{display:none}.log{max-height:none}}
)";
}

}  // namespace cutset::report
