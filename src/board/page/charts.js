// Curves, drawn by dygraphs, each with a legend and a table.
'use strict';
// Of each section with charts, kept while the page is drawn again.
const settingsOfSections = {};
let chartSettings = {};
function useSettings(id, axis) {
  settingsOfSections[id] = settingsOfSections[id] || { smoothing: 0, log: false, axis };
  chartSettings = settingsOfSections[id];
}
let charts = [];

// An exponential mean as TensorBoard's: gaps stay gaps, and the beginning is not drawn to 0.
function smoothed(values, weight) {
  let last = 0, parts = 0;
  return values.map((value) => {
    if (!isNumber(value)) return null;
    last = last * weight + (1 - weight) * value;
    parts = parts * weight + (1 - weight);
    return last / parts;
  });
}
// The horizontal value of each row of metrics.jsonl.
function across(rows) {
  let seconds = 0;
  return rows.map((row, k) => {
    seconds += isNumber(row.seconds) ? row.seconds : 0;
    return chartSettings.axis === 'step' ? row.step : chartSettings.axis === 'seconds' ? seconds : k + 1;
  });
}
// One table of all lines: [x, y of line 1, y of line 2, ...] by x.
function merged(lines) {
  const rows = new Map();
  lines.forEach((line, k) => line.points.forEach(([x, y]) => {
    if (!rows.has(x)) rows.set(x, new Array(lines.length).fill(null));
    rows.get(x)[k] = isNumber(y) ? y : null;
  }));
  return [...rows.entries()].sort((a, b) => a[0] - b[0]).map(([x, ys]) => [x, ...ys]);
}
function legendMark(k) {
  return draw('svg', { width: 22, height: 8, 'aria-hidden': 'true' }, draw('line', { x1: 0, x2: 22, y1: 4, y2: 4, 'stroke-width': 3, stroke: color(k), 'stroke-dasharray': dash(k) ? dash(k).join(' ') : null }));
}
function markStages(marks) {
  return (canvas, area, graph) => {
    canvas.save();
    canvas.strokeStyle = canvas.fillStyle = theme() === 'dark' ? '#a3b0bc' : '#57606a';
    canvas.font = '11px system-ui, sans-serif';
    canvas.setLineDash([3, 3]);
    for (const [x, name] of marks) {
      const at = graph.toDomXCoord(x);
      if (at < area.x || at > area.x + area.w) continue;
      canvas.beginPath(); canvas.moveTo(at, area.y); canvas.lineTo(at, area.y + area.h); canvas.stroke();
      canvas.fillText(name, at + 3, area.y + 11);
    }
    canvas.restore();
  };
}
// lines: [{name, points: [[x, y]], k: its color}]; marks: [[x, name]].
function chartPanel(name, lines, marks = []) {
  const place = make('div', { class: 'chart', role: 'img', 'aria-label': name + '. ' + word('table') });
  const values = lines.map(() => make('output', {}));
  const legend = make('ul', { class: 'legend' }, lines.map((line, k) => make('li', {}, legendMark(line.k ?? k), line.name, ' ', values[k])));
  const settings = chartSettings, axisName = word(settings.axis);
  const columns = [{ name: axisName, of: (row) => row[0], number: true }, ...lines.map((line, k) => ({ name: line.name, of: (row) => row[k + 1], number: true, show: (value) => (isNumber(value) ? String(value) : '–') }))];
  const whole = make('button', { type: 'button', class: 'zoom', hidden: true, onclick: () => place.graph.resetZoom() }, word('resetZoom'));
  const panel = make('div', { class: 'panel' }, make('h3', {}, name), legend, place, whole, folded(word('table'), () => sortableTable(columns, merged(lines), { label: name })));
  panel.begin = () => {
    const raw = merged(lines);
    if (raw.length === 0) return;
    const weight = settings.smoothing;
    const ys = lines.map((line, k) => (weight > 0 ? smoothed(raw.map((row) => row[k + 1]), weight) : raw.map((row) => row[k + 1])));
    const shown = raw.map((row, i) => [row[0], ...ys.map((y) => y[i]), ...(weight > 0 ? row.slice(1) : [])]);
    const labels = [axisName, ...lines.map((line, k) => k + '. ' + line.name), ...(weight > 0 ? lines.map((line, k) => 'raw ' + k) : [])];
    const series = {}, one = raw.length === 1;
    lines.forEach((line, k) => {
      const own = line.k ?? k;
      series[labels[k + 1]] = { color: color(own), strokePattern: dash(own), strokeWidth: 2, drawPoints: raw.length <= 60, pointSize: one ? 4.5 : 2.5 };
      if (weight > 0) series['raw ' + k] = { color: color(own) + '55', strokeWidth: 1, highlightCircleSize: 0 };
    });
    const grid = theme() === 'dark' ? '#35414d' : '#d0d7de';
    const positive = ys.every((y) => y.every((value) => value === null || value > 0));
    const all = ys.flat().filter(isNumber), low = all.reduce((a, b) => Math.min(a, b), Infinity), high = all.reduce((a, b) => Math.max(a, b), -Infinity), middle = (low + high) / 2;
    // What is constant is drawn in the middle, also where rounding makes it differ in its last digit.
    const flat = all.length > 0 && high - low <= 1e-9 * Math.abs(middle);
    place.graph = new Dygraph(place, shown, {
      labels, series, legend: 'never', connectSeparatedPoints: true, logscale: settings.log && positive,
      xlabel: axisName, xLabelHeight: 16, gridLineColor: grid, axisLineColor: grid, labelsKMB: true, rightGap: 24,
      includeZero: false, yRangePad: 12, valueRange: flat ? (middle === 0 ? [-1, 1] : [middle - 0.1 * Math.abs(middle), middle + 0.1 * Math.abs(middle)]) : null, xRangePad: 8, dateWindow: one ? [raw[0][0] - 1, raw[0][0] + 1] : null, underlayCallback: markStages(marks),
      axes: { x: { axisLabelWidth: 44, pixelsPerLabel: 44, valueFormatter: (x) => String(x), axisLabelFormatter: (x) => (settings.axis !== 'seconds' && !Number.isInteger(x) ? '' : labelOf(x)) },
        y: { axisLabelFormatter: labelOf, axisLabelWidth: 56 } },
      highlightCallback: (event, x, points) => points.forEach((point) => { const k = labels.indexOf(point.name) - 1; if (k >= 0 && k < values.length) values[k].textContent = short(point.yval); }),
      unhighlightCallback: () => values.forEach((each) => { each.textContent = ''; }),
      zoomCallback: () => { whole.hidden = !place.graph.isZoomed(); },
    });
    charts.push({ graph: place.graph, place });
  };
  return panel;
}
function labelOf(value) {
  const size = Math.abs(value);
  if (size !== 0 && (size < 1e-3 || size >= 1e6)) return value.toExponential(1).replace('.0e', 'e');
  return String(Number(value.toPrecision(4)));
}
function beginCharts(root) { root.querySelectorAll('.panel').forEach((panel) => { if (panel.begin) panel.begin(); }); }
// Those within an element, or all.
function forgetCharts(root) {
  const theirs = charts.filter((chart) => !root || root.contains(chart.place));
  theirs.forEach((chart) => chart.graph.destroy());
  charts = charts.filter((chart) => !theirs.includes(chart));
}

function chartControls(settings, withAxis, changed) {
  const amount = make('output', {}, settings.smoothing.toFixed(2));
  const range = make('input', { type: 'range', min: 0, max: 0.95, step: 0.05, value: settings.smoothing, oninput: (event) => {
    settings.smoothing = Number(event.target.value); amount.textContent = settings.smoothing.toFixed(2); changed(); } });
  const log = make('input', { type: 'checkbox', onchange: (event) => { settings.log = event.target.checked; changed(); } });
  log.checked = settings.log;
  const axis = make('select', { onchange: (event) => { settings.axis = event.target.value; changed(); } },
    ['epoch', 'step', 'seconds'].map((name) => make('option', { value: name, selected: name === settings.axis }, word(name))));
  return make('div', { class: 'bar' }, make('label', {}, word('smoothing'), range, amount), make('label', {}, log, word('logScale')), withAxis ? make('label', {}, word('across'), axis) : null);
}

const NOT_MEASURED = ['stage', 'epoch', 'step', 'seconds'];
function measuredBy(rows) {
  const names = [];
  for (const row of rows) for (const name of Object.keys(row)) if (!NOT_MEASURED.includes(name) && !names.includes(name)) names.push(name);
  return names;
}
function pointsOf(rows, name) { const xs = across(rows); return rows.map((row, k) => [xs[k], row[name]]); }
function stagesOf(rows) {
  const xs = across(rows);
  return rows.map((row, k) => [xs[k], row.stage, k > 0 ? rows[k - 1].stage : undefined]).filter(([, stage, before]) => stage && stage !== before).map(([x, stage]) => [x, stage]);
}
// A panel for each figure of one run, training and validation together.
function panelsOfRun(run) {
  const rows = run.epoch_rows || [], counts = (run.model_facts && run.model_facts.samples) || {};
  const names = measuredBy(rows), panels = [];
  for (const name of names.filter((each) => !each.startsWith('val_') || !names.includes(each.slice(4)))) {
    if (name === 'learning_rate') continue;
    const lines = [], parts = [];
    for (const [figure, part] of [[name, name.startsWith('val_') ? 'validation' : 'training'], ['val_' + name, 'validation']]) {
      if (!names.includes(figure)) continue;
      lines.push({ name: word(part), points: pointsOf(rows, figure), k: part === 'training' ? 0 : 1 });
      parts.push(word(part === 'training' ? 'partTraining' : 'partValidation', { count: whole(counts[part]) }));
    }
    panels.push(chartPanel(word('curveTitle', { metric: name.replace(/^val_/, ''), parts: parts.join(word('semicolon')) }), lines, stagesOf(rows)));
  }
  if (names.includes('learning_rate')) panels.push(chartPanel(word('learningRate'), [{ name: 'learning_rate', points: pointsOf(rows, 'learning_rate'), k: 2 }], stagesOf(rows)));
  return panels;
}
// A panel for each figure of several runs: [{name, epoch_rows, k}].
function panelsOfRuns(runs) {
  const names = [];
  for (const run of runs) for (const name of measuredBy(run.epoch_rows || [])) if (!names.includes(name)) names.push(name);
  const order = (name) => (name === 'learning_rate' ? 2 : name.startsWith('val_') ? 0 : 1);
  names.sort((a, b) => order(a) - order(b));
  return names.map((name) => {
    const lines = runs.filter((run) => measuredBy(run.epoch_rows).includes(name)).map((run) => ({ name: run.name, points: pointsOf(run.epoch_rows, name), k: run.k }));
    const part = name.startsWith('val_') ? 'validation' : 'training';
    const counts = runs.map((run) => ((run.model_facts && run.model_facts.samples) || {})[part]).filter(isNumber);
    const many = counts.length === 0 ? '–' : [...new Set([Math.min(...counts), Math.max(...counts)])].map(whole).join(' – ');
    return chartPanel(name === 'learning_rate' ? word('metricOfRuns', { metric: name, count: lines.length })
      : word('splitOfRuns', { metric: name, split: splitWord(part), samples: many, count: lines.length }), lines);
  });
}
// `axis`: the only horizontal axis, where there is no choice.
function curvesSection(id, name, panelsNow, axis) {
  useSettings(id, axis || 'epoch');
  const settings = chartSettings;
  const panels = make('div', { class: 'panels' });
  const show = () => { forgetCharts(panels); chartSettings = settings; panels.replaceChildren(...panelsNow()); if (panels.isConnected) beginCharts(panels); };
  const element = section(id, name, chartControls(settings, !axis, show), make('p', { class: 'note' }, word('zoomHelp')), panels);
  show();
  element.begin = () => beginCharts(panels);
  return element;
}
