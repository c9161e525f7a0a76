// The table of all runs, and the curves of those that are chosen.
'use strict';
const board = { filter: '', column: -1, down: false, chosen: new Set(), documents: new Map() };

// "adam optimizer.width=2 lenet": words of the name, and values of the configuration.
function matches(run, filter) {
  return filter.trim().split(/\s+/).filter((part) => part).every((part) => {
    const at = part.indexOf('=');
    if (at < 0) return (run.name + ' ' + run.status + ' ' + run.model + ' ' + run.data).toLowerCase().includes(part.toLowerCase());
    const key = part.slice(0, at).toLowerCase(), wanted = part.slice(at + 1).toLowerCase();
    return Object.entries(run.config || {}).some(([name, value]) => {
      const own = name.toLowerCase();
      return (own === key || own.endsWith('.' + key) || own === key + '.name') && text(value).toLowerCase().startsWith(wanted);
    });
  });
}
// Of several trainings the means.
function bestOf(run) {
  return run.best || (run.spread ? Object.fromEntries(run.spread.map((each) => [each.name, each.mean])) : null);
}
function bestFigures(runs) {
  const names = [];
  for (const run of runs) for (const name of measuredBy([bestOf(run) || {}])) if (!names.includes(name) && name !== 'learning_rate' && !name.includes('.')) names.push(name);
  const validation = names.filter((name) => name.startsWith('val_'));  // as `luge runs`
  return (validation.length ? validation : names).slice(0, 6);
}
function runsTable(runs) {
  const pick = (run) => make('input', { type: 'checkbox', 'aria-label': word('compare') + ' ' + run.name, checked: board.chosen.has(run.name), onchange: (event) => {
    if (event.target.checked) board.chosen.add(run.name); else board.chosen.delete(run.name);
    showChosen(); } });
  return sortableTable([{ name: word('compare'), show: (value, run) => pick(run) },
    { name: word('name'), of: (run) => run.name, head: true, show: (value) => make('a', { href: '#run=' + encodeURIComponent(value) }, value) },
    { name: word('status'), of: (run) => run.status, show: (value, run) => [statusMark(value), run.problems && run.problems.length ? ' ⚠' : ''] },
    ...bestFigures(runs).map((name) => ({ name, of: (run) => (bestOf(run) || {})[name] ?? null, number: true })),
    { name: word('best'), of: (run) => (run.best ? run.best.epoch : null), number: true },
    { name: word('epochs'), of: (run) => run.epochs, number: true, show: (value, run) => (run.trainings ? run.trainings + ' ×' : run.planned ? `${value} / ${run.planned}` : String(value)) },
    { name: word('time'), of: (run) => run.seconds, number: true, show: duration },
    { name: word('begun'), of: (run) => run.sequence, show: (value, run) => (run.created || '').replace('T', ' ').replace('Z', '') }], runs,
  { class: 'runs', label: word('runs'), sort: board.column, down: board.down, sorted: (state) => { board.column = state.column; board.down = state.down; } });
}

const PICKED = () => byId('picked');
// Draws the curves of the chosen runs when their files have come.
async function showChosen() {
  const place = PICKED();
  if (!place) return;
  const names = page.runs.map((run) => run.name).filter((name) => board.chosen.has(name));
  const documents = (await Promise.all(names.map(documentOf))).filter((each) => each);
  if (!PICKED() || PICKED() !== place) return;
  forgetCharts();
  const runs = documents.flatMap((run) => (run.runs && run.runs.length ? run.runs : [run])).map((run, k) => ({ ...run, k }));
  const drawn = runs.filter((run) => (run.epoch_rows || []).length > 0);
  if (drawn.length === 0) return place.replaceChildren();
  const curves = curvesSection('curves', word('curves'), () => panelsOfRuns(drawn));
  place.replaceChildren(curves, ...[differencesSection(runs)].filter((each) => each));
  curves.begin();
}
async function documentOf(name) {
  if (!board.documents.has(name)) board.documents.set(name, await ask('api/run/' + name.split('/').map(encodeURIComponent).join('/')));
  return board.documents.get(name);
}

function runsView() {
  const place = make('div'), count = make('span', { class: 'soft', role: 'status' });
  let shown = [];
  const input = make('input', { type: 'search', id: 'filter', value: board.filter, 'aria-describedby': 'filter-help', oninput: (event) => { board.filter = event.target.value; show(); } });
  function show() {
    shown = page.runs.filter((run) => matches(run, board.filter));
    count.textContent = word('shownOf', { shown: shown.length, all: page.runs.length });
    place.replaceChildren(page.runs.length === 0 ? make('p', {}, word('noRuns', { folder: page.folder })) : shown.length === 0 ? make('p', {}, word('noneLeft')) : runsTable(shown));
  }
  show();
  const all = make('button', { type: 'button', onclick: () => { shown.slice(0, 30).forEach((run) => board.chosen.add(run.name)); show(); showChosen(); } }, word('chooseAll'));
  const none = make('button', { type: 'button', onclick: () => { board.chosen.clear(); show(); showChosen(); } }, word('chooseNone'));
  const view = make('article', {}, make('h1', {}, word('runs') + ': ' + page.folder),
    make('div', { class: 'bar' }, make('label', { for: 'filter' }, word('filter')), input, make('span', { id: 'filter-help', class: 'soft' }, word('filterHelp'))), make('div', { class: 'bar' }, all, none, count), page.leftOut.length ? make('p', { class: 'problem' }, word('leftOut') + word('colon') + page.leftOut.map((name) => JSON.stringify(name)).join(', ')) : null, place, make('div', { id: 'picked' }));
  view.begin = showChosen;
  return view;
}
