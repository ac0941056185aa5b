// Script of the page of a play, the second part: the tables of actions and of the log,
// the controls of all charts.
#include "report/play_html.h"

namespace cutset::report {

std::string_view play_tables_script() {
  return R"JS(// The actions as a table.
const number = (value, digits) => value === null ? '' : value.toFixed(digits);
const actions = html('section', {class: 'chart'}, html('h2', {}, 'Actions'));
root.append(actions);
for (const run of runs) {
  const body = html('tbody');
  for (const one of run.actions) {
    body.append(html('tr', {},
        html('td', {class: 'number'}, String(one.number)), html('td', {}, one.id),
        html('td', {class: 'fate ' + (one.fate !== 'fired' && one.fine ? 'fine' : one.fate)}, one.fate.replace('_', ' ')),
        html('td', {class: 'number'}, number(one.due, 3)), html('td', {class: 'number'}, number(one.fired, 3)),
        html('td', {class: 'number'}, number(one.late, 1)), html('td', {class: 'number'}, number(one.undone, 3)),
        html('td', {}, [one.relayed ? 'relayed' : '', one.on, one.seen, one.error].filter(Boolean).join('; '))));
  }
  const head = html('tr');
  for (const name of ['no.', 'action', 'fate', 'planned s', 'fired s', 'late ms', 'undone s', 'on, seen']) {
    head.append(html('th', / s$| ms$|no/.test(name) ? {class: 'number'} : {}, name));
  }
  if (runs.length > 1) actions.append(html('h3', {}, run.name));
  actions.append(html('div', {class: 'scroll'}, html('table', {class: 'actions'}, html('thead', {}, head), body)));
}

// The log.
const MOST_ROWS = 1500;
const log = html('section', {class: 'chart'}, html('h2', {}, 'Log'));
root.append(log);
const entries = runs.flatMap((run, index) => run.log.map(line => ({index, line, text: line.slice(1).join(' ').toLowerCase()})));
entries.sort((one, other) => one.line[0] - other.line[0]);
const kinds = [...new Set(entries.map(entry => entry.line[3]))].sort();
const filter = html('input', {type: 'search', placeholder: 'filter: words, all must be there', 'aria-label': 'filter the log'});
const kind = html('select', {'aria-label': 'kind'}, html('option', {value: ''}, 'all kinds'), ...kinds.map(name => html('option', {value: name}, name)));
const who = html('select', {'aria-label': 'instance'}, html('option', {value: ''}, 'all instances'), ...things.map(name => html('option', {value: name}, name)));
const count = html('span', {class: 'soft'});
log.append(html('div', {class: 'filter'}, filter, kind, who, count));
const rows = html('tbody');
const heads = html('tr');
for (const name of ['s', 'host', 'instance', 'kind', 'text']) heads.append(html('th', {}, name));
log.append(html('div', {class: 'log'}, html('table', {}, html('thead', {}, heads), rows)));
const list = () => {
  const words = filter.value.toLowerCase().split(/\s+/).filter(Boolean);
  const found = entries.filter(({line, text}) => (!kind.value || line[3] === kind.value) &&
      (!who.value || line[2] === who.value) && words.every(word => text.includes(word)));
  rows.replaceChildren(...found.slice(0, MOST_ROWS).map(({index, line}) => html('tr', {class: line[3]},
      html('td', {}, line[0].toFixed(3)), html('td', {}, runs.length > 1 ? `${runs[index].name}: ${line[1]}` : line[1]),
      html('td', {}, line[2]), html('td', {}, line[3]), html('td', {}, line[4]))));
  const left_out = runs.reduce((sum, run) => sum + run.left_out, 0);
  count.textContent = `${found.length} of ${entries.length}` + (found.length > MOST_ROWS ? `, the first ${MOST_ROWS} are listed` : '') +
      (left_out > 0 ? `; ${left_out} more are in the record only` : '');
};
for (const control of [filter, kind, who]) control.addEventListener('input', list);
list();

// Controls of all charts.
const redraw = () => { for (const again of drawn) again(); };
const chips = html('div', {class: 'chips'});
const make_chips = () => {
  const names = state.shown === 'hosts' ? hosts : things;
  chips.replaceChildren(...names.map((name, index) => {
    const mark = html('i');
    mark.style.setProperty('--c', color(index));
    const chip = html('button', {class: 'chip', 'aria-pressed': String(!state.hidden.has(name))}, mark, name);
    chip.addEventListener('click', () => {
      if (!state.hidden.delete(name)) state.hidden.add(name);
      make_chips();
      redraw();
    });
    return chip;
  }));
};
const show = html('select', {'aria-label': 'resources of'}, html('option', {value: 'hosts'}, 'hosts'), html('option', {value: 'instances'}, 'instances'));
show.addEventListener('input', () => {
  state.shown = show.value;
  make_chips();
  redraw();
});
const averaging = html('input', {type: 'number', min: '0', step: '0.5', value: '0', 'aria-label': 'averaging window in seconds'});
averaging.addEventListener('input', () => {
  state.window = Math.max(0, Number(averaging.value) || 0);
  redraw();
});
controls.append(html('label', {}, 'Resources of ', show), html('label', {}, 'averaged over ', averaging, ' s'), chips);
make_chips();
)JS";
}

}  // namespace cutset::report
