// Histograms over time: weights and gradients from the event files, one line for each moment.
'use strict';
function histogramPicture(series) {
  const width = 460, top = 30, each = Math.min(13, Math.max(3.5, 150 / series.steps.length)), peak = 90, left = 26, right = 62, steps = series.steps;
  const edges = series.edges, low = edges[0], high = edges[edges.length - 1];
  const range = high - low || 1, height = top + peak + each * steps.length + 26;
  const x = (value) => left + (value - low) / range * (width - left - right);
  const largest = Math.max(...steps.map((step) => Math.max(...step.counts))) || 1;
  const lines = steps.map((step, k) => {
    const base = top + peak + each * k, heights = step.counts;
    let path = `M${x(low)},${base}`;
    heights.forEach((value, i) => { path += ` L${x((edges[i] + edges[i + 1]) / 2).toFixed(1)},${(base - value / largest * peak).toFixed(1)}`; });
    path += ` L${x(high)},${base} Z`;
    const label = k % Math.ceil(steps.length / 6) === 0 || k === steps.length - 1;
    return [draw('path', { d: path, fill: color(0), 'fill-opacity': 0.25 + 0.5 * (k + 1) / steps.length, stroke: 'var(--back)', 'stroke-width': 0.8 }, title(word('step') + ' ' + step.step)),
      label ? draw('text', { class: 'soft', x: width - right + 6, y: base + 4 }, whole(step.step)) : null];
  });
  const ticks = ticksOf(low, high, 5).map((value) => draw('text', { x: x(value), y: height - 6, 'text-anchor': 'middle' }, labelOf(value)));
  const name = series.name + word('colon') + splitWord(series.part) + word('comma') + stepsText(steps);
  const columns = [{ name: word('step'), of: (row) => row.step, number: true }, { name: 'min', of: (row) => row.min, number: true }, { name: 'max', of: (row) => row.max, number: true }, { name: word('count'), of: (row) => row.count, number: true }];
  return make('div', { class: 'panel' }, make('h3', {}, name), draw('svg', { viewBox: `0 0 ${width} ${height}`, width: '100%', role: 'img', 'aria-label': name }, lines, ticks), folded(word('table'), () => sortableTable(columns, steps, { label: name })));
}
function histogramsSection(events) {
  const all = (events && events.histograms) || [];
  if (all.length === 0) return null;
  const groups = [...new Set(all.map((each) => each.name.split('/')[0]))];
  const pictures = make('div', { class: 'panels' });
  const choice = make('select', { onchange: () => show() }, groups.map((group) => make('option', { value: group }, group)));
  const first = 8;
  const more = make('button', { type: 'button', onclick: () => show(true) });
  const show = (whole_) => {
    const group = all.filter((each) => each.name.split('/')[0] === choice.value);
    pictures.replaceChildren(...group.slice(0, whole_ ? group.length : first).map(histogramPicture));
    more.hidden = whole_ || group.length <= first;
    more.textContent = word('showAll', { count: group.length });
  };
  show();
  return section('histograms', word('histograms'), make('p', { class: 'note' }, word('histogramHelp')), make('div', { class: 'bar' }, make('label', {}, word('which'), choice)), pictures, make('div', { class: 'bar' }, more));
}
