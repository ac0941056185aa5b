// How the parts of a space-time diagram look.
#include "report/spacetime_svg.h"

namespace cutset::report {

std::string_view spacetime_css() {
  return R"(.spacetime{display:block;width:100%;height:auto;font:10px system-ui,sans-serif}
.spacetime text{fill:var(--ink)}
.spacetime .row{stroke:var(--rule);stroke-width:1}
.spacetime .row.client{stroke-dasharray:2 3}
.spacetime .service{font-size:12px;font-weight:600}
.spacetime .axis{stroke:var(--rule)}
.spacetime .time,.spacetime .legend{fill:var(--soft);font-size:10px}
.spacetime .guide{stroke:var(--rule);stroke-width:.6;stroke-dasharray:1 3}
.spacetime .arrow{stroke:currentColor;stroke-width:1.3;fill:none}
.spacetime .head{fill:currentColor;stroke:none}
.spacetime .usual{color:var(--usual)}
.spacetime .extra{color:var(--extra)}
.spacetime .faulted{color:var(--bad)}
.spacetime .missing{color:var(--missing)}
.spacetime .arrow.faulted{stroke-width:2}
.spacetime .arrow.head.faulted{stroke-width:0}
.spacetime .arrow.missing{stroke-dasharray:4 3}
.spacetime .arrow.forged{stroke-dasharray:5 2}
.spacetime .bar{fill:currentColor;fill-opacity:.38;stroke:currentColor;stroke-width:.8}
.spacetime .bar.unfinished{stroke-dasharray:3 3}
.spacetime .cross{stroke:var(--bad);stroke-width:2.6;fill:none}
.spacetime .mode{fill:var(--bad);font-weight:600}
.spacetime .badge{fill:var(--paper);stroke:currentColor;stroke-width:1.2}
.spacetime .badge.faulted{fill:var(--bad-paper)}
.spacetime .badge.missing{stroke-dasharray:2 2}
.spacetime .badge-number{font-size:9px}
.spacetime .label.usual{fill:var(--ink)}
.spacetime .label.extra{fill:var(--extra)}
.spacetime .label.faulted{fill:var(--bad);font-weight:600}
.spacetime .label.missing{fill:var(--missing)}
.spacetime .status{font-size:10px;paint-order:stroke;stroke:var(--paper);stroke-width:3px;stroke-linejoin:round}
.spacetime .status.bad{fill:var(--bad)}
.spacetime .status.changed{font-weight:700}
)";
}

}  // namespace cutset::report
