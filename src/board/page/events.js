// What event files hold besides the figures of the epochs: scalars, pictures, curves and texts, by step.
'use strict';

// A choice of the moment, the newest at first; show(moment) gives its content.
function byStep(moments, show) {
  const place = make('div'), said = make('output', {});
  const choose = (k) => {
    said.textContent = `${whole(moments[k].step)} (${k + 1} / ${moments.length})`;
    place.replaceChildren(show(moments[k]));
  };
  const range = make('input', { type: 'range', min: 0, max: moments.length - 1, step: 1, value: moments.length - 1, oninput: (event) => choose(Number(event.target.value)) });
  choose(moments.length - 1);
  return [moments.length > 1 ? make('div', { class: 'bar' }, make('label', {}, word('step'), range, said)) : null, place];
}
function eventTitle(each, more) { return each.name + word('colon') + splitWord(each.part) + (more ? word('comma') + more : ''); }
function stepsText(moments) {
  const first = moments[0].step, last = moments[moments.length - 1].step;
  return first === last ? word('oneStep', { step: whole(first) }) : word('stepsTo', { first: whole(first), last: whole(last) });
}

// One panel for each name; training and validation are lines of it.
function scalarPanels(scalars, samples) {
  const names = [...new Set(scalars.map((each) => each.name))];
  return names.map((name) => {
    const own = scalars.filter((each) => each.name === name);
    const parts = own.map((each) => word('scalarPart', { part: splitWord(each.part), samples: isNumber(samples[each.part]) ? word('comma') + word('samplesOf', { count: whole(samples[each.part]) }) : '',
      points: each.points.length < each.count ? word('pointsOf', { shown: whole(each.points.length), all: whole(each.count) }) : word(each.count === 1 ? 'onePoint' : 'points', { count: whole(each.count) }) }));
    return chartPanel(word('curveTitle', { metric: name, parts: parts.join(word('semicolon')) }), own.map((each) => ({ name: splitWord(each.part), points: each.points, k: each.part === 'validation' ? 1 : 0 })));
  });
}
function scalarsSection(run) {
  const scalars = (run.events && run.events.scalars) || [], samples = (run.model_facts && run.model_facts.samples) || {};
  if (scalars.length === 0) return null;
  return curvesSection('scalars', word('scalars'), () => scalarPanels(scalars, samples), 'step');
}
function picturesSection(events) {
  const all = ((events && events.pictures) || []).filter((each) => each.moments.length > 0);
  if (all.length === 0) return null;
  return section('pictures', word('pictures'), make('div', { class: 'panels' }, all.map((each) => make('div', { class: 'panel' },
    make('h3', {}, eventTitle(each, word('picturesOf', { shown: each.moments.length, all: whole(each.count) }) + word('comma') + stepsText(each.moments))),
    byStep(each.moments, (moment) => make('img', { class: 'logged', src: moment.picture, width: moment.width, height: moment.height, alt: eventTitle(each, word('step') + ' ' + moment.step) }))))));
}
function textsSection(events) {
  const all = ((events && events.texts) || []).filter((each) => each.moments.length > 0);
  if (all.length === 0) return null;
  return section('texts', word('texts'), all.map((each) => [make('h3', {}, eventTitle(each)), byStep(each.moments, (moment) => make('p', { class: 'sample' }, moment.text))]));
}

// Precision by recall. curves: [{label, points: [[threshold, precision, recall]], k}].
function recallPlot(name, curves) {
  return plotFrame(name, [0, 1], [0, 1.02], word('recall'), word('precision'), ...curves.map((curve) => (x, y) => {
    const points = curve.points.map(([threshold, precision, recall]) => `${x(recall).toFixed(1)},${y(precision).toFixed(1)}`);
    return [draw('polyline', { points: points.join(' '), fill: 'none', stroke: color(curve.k), 'stroke-width': 1.8, 'stroke-dasharray': dash(curve.k) ? dash(curve.k).join(' ') : null }, title(curve.label)),
      curve.points.filter((point, k) => k % 10 === 0).map(([threshold, precision, recall]) => draw('circle', { cx: x(recall), cy: y(precision), r: 3, fill: color(curve.k) }, title(`${curve.label}: ${word('threshold', { threshold })}, ${word('precision')} ${short(precision)}, ${word('recall')} ${short(recall)}`)))];
  }));
}
// F1 by the score from which detections count.
function f1Plot(name, curves) {
  const f1 = (precision, recall) => (precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0);
  return plotFrame(name, [0, 1], [0, 1.02], word('score'), word('f1'), ...curves.map((curve) => (x, y) => {
    const points = curve.points.map(([threshold, precision, recall]) => `${x(threshold).toFixed(1)},${y(f1(precision, recall)).toFixed(1)}`);
    return draw('polyline', { class: 'f1', points: points.join(' '), fill: 'none', stroke: color(curve.k), 'stroke-width': 1.8, 'stroke-dasharray': dash(curve.k) ? dash(curve.k).join(' ') : null }, title(curve.label));
  }));
}
function curveTable(curves, label) {
  return sortableTable([{ name: word('label'), of: (row) => row.label, head: true }, { name: word('thresholdName'), of: (row) => row.at, number: true }, { name: word('precision'), of: (row) => row.precision, number: true }, { name: word('recall'), of: (row) => row.recall, number: true }],
    curves.flatMap((curve) => curve.points.map(([at, precision, recall]) => ({ label: curve.label, at, precision, recall }))), { label });
}
function eventCurvesSection(events) {
  const all = ((events && events.curves) || []).filter((each) => each.moments.length > 0);
  if (all.length === 0) return null;
  return section('event-curves', word('curvesBySteps'), make('div', { class: 'panels' }, all.map((each) => make('div', {}, byStep(each.moments, (moment) =>
    recallPlot(eventTitle(each, word('curveSamples', { samples: whole(moment.samples), positives: whole(moment.positives), step: whole(moment.step), thresholds: moment.points.length })), [{ label: each.name, points: moment.points, k: 0 }]))))));
}
// Of the network that was evaluated: each class against the others.
function recallSection(found) {
  const all = (found.curves || []).map((each, k) => ({ ...each, k }));
  if (all.length === 0) return null;
  const name = word('recallTitle', { about: evaluatedAbout(found), count: all.length });
  const place = make('div', { class: 'panels' });
  const choice = make('select', { onchange: () => show() }, make('option', { value: '' }, word('allClasses')), all.map((each) => make('option', { value: each.k }, each.label)));
  const show = () => {
    const shown = all.filter((each) => choice.value === '' || each.k === Number(choice.value));
    const byScore = found.kind === 'boxes' ? [f1Plot(word('f1Title', { about: evaluatedAbout(found) }), shown)] : [];
    place.replaceChildren(recallPlot(name, shown), ...byScore, make('div', { class: 'panel' }, make('h3', {}, word('averagePrecision') + word('colon') + evaluatedAbout(found)), sortableTable([
      { name: word('label'), of: (row) => row.label, head: true, show: (value, row) => [legendMark(row.k), ' ', value] }, { name: word('positives'), of: (row) => row.positives, number: true, show: whole },
      { name: word('averagePrecision'), of: (row) => row.average_precision, number: true, show: (value) => value.toFixed(4) }], shown, { label: word('averagePrecision') }), folded(word('table'), () => curveTable(shown, name))));
  };
  show();
  return section('recall', word('recallCurves'), make('p', { class: 'note' }, word('recallHelp')), all.length > 1 ? make('div', { class: 'bar' }, make('label', {}, word('which'), choice)) : null, place);
}
