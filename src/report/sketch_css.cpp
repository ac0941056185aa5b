// How the parts of the space-time diagram of nodes look.
#include "report/sketch_svg.h"

namespace cutset::report {

std::string_view sketch_css() {
  return R"(.sketch{display:block;width:100%;height:auto;font:10.5px system-ui,sans-serif}
.sketch text{fill:var(--ink)}
.sketch .run{font-size:13px;font-weight:700;fill:var(--good)}
.sketch .run.broken{fill:var(--bad)}
.sketch .place{font-size:11px;font-weight:600}
.sketch .node,.sketch .tick,.sketch .at,.sketch .legend,.sketch .fate{fill:var(--soft)}
.sketch .note,.sketch .at{paint-order:stroke;stroke:var(--paper);stroke-width:3px;stroke-linejoin:round}
.sketch .at{font-variant-numeric:tabular-nums}
.sketch .grid{stroke:var(--rule);stroke-width:.7;stroke-dasharray:1 4}
.sketch .grid.origin{stroke:var(--soft);stroke-dasharray:none}
.sketch .lane{stroke:var(--soft);stroke-width:1}
.sketch .lane.clients{stroke-dasharray:2 3}
.sketch .holds{stroke:var(--good);stroke-width:7;stroke-opacity:.85}
.sketch .holds.last{stroke:var(--bad)}
.sketch .window{stroke:var(--warn);stroke-width:1;fill:var(--warn);fill-opacity:.16}
.sketch .window.links{stroke-dasharray:4 3}
.sketch .window.down{fill-opacity:.34}
.sketch .other{stroke:var(--missing);stroke-width:1;stroke-opacity:.45;color:var(--missing)}
.sketch .other.head{fill:var(--missing);fill-opacity:.6;stroke:none}
.sketch .other.none{stroke-dasharray:2 4;stroke-opacity:.9}
.sketch .cross.none{stroke:var(--missing);stroke-width:1.4;fill:none}
.sketch .carries{stroke:var(--usual);stroke-width:1.8}
.sketch .carries.head{fill:var(--usual);stroke:none}
.sketch .answer{stroke:var(--usual);stroke-width:1.4;stroke-dasharray:3 3}
.sketch .answer.head{fill:var(--usual);stroke:none}
.sketch .copied{stroke:var(--extra);stroke-width:2.4}
.sketch .copied.head{fill:var(--extra);stroke:none}
.sketch line.fatal{stroke:var(--bad);stroke-width:3.2}
.sketch .fatal.head{fill:var(--bad);stroke:none}
.sketch .cross{stroke:var(--bad);stroke-width:2.6;fill:none}
.sketch .cross.last{stroke-width:4}
.sketch .spot{fill:var(--paper);stroke:var(--ink);stroke-width:1.4}
.sketch .spot.fault,.sketch .spot.heal{stroke:var(--warn)}
.sketch .spot.reaction{stroke:var(--extra)}
.sketch .spot.lost,.sketch .spot.death,.sketch .spot.fatal{stroke:var(--bad)}
.sketch .lead{stroke:var(--soft);stroke-width:.6;stroke-opacity:.7;stroke-dasharray:1 2}
.sketch .note.fault,.sketch .note.heal{fill:var(--warn);font-weight:600}
.sketch .note.reaction{fill:var(--extra)}
.sketch .note.lost,.sketch .note.death{fill:var(--bad)}
.sketch .note.fatal{fill:var(--bad);font-weight:700}
)";
}

}  // namespace cutset::report
