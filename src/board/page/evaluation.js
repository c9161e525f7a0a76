// What the best network says about the samples that were held back.
'use strict';

// Which samples, and which network.
function evaluatedAbout(found) {
  const network = found.folds ? word('networksOfFolds', { count: found.folds }) : found.members ? word('jointNetwork', { count: found.members }) : word('networkOf', { epoch: found.epoch ?? '–' });
  return word('evaluated', { data: found.data, split: splitWord(found.split), samples: whole(found.samples), network });
}
function evaluatedTitle(name, found) {
  const decides = found.kind !== 'classes' && found.kind !== 'boxes' ? '' : word('comma') + (isNumber(found.threshold) ? word('threshold', { threshold: found.threshold }) : word('largestDecides'));
  return name + word('colon') + evaluatedAbout(found) + decides;
}
function partNote(found) {
  return found.samples < found.whole ? make('p', { class: 'note' }, word('partOf', { samples: whole(found.samples), whole: whole(found.whole) })) : null;
}

function confusionTable(found, shares) {
  const rows = found.confusion, names = found.classes;
  const head = make('thead', {}, make('tr', {}, make('td'), names.map((name) => make('th', { scope: 'col' }, make('span', {}, name)))));
  const body = make('tbody', {}, rows.map((row, i) => {
    const sum = row.reduce((a, b) => a + b, 0) || 1;
    return make('tr', {}, make('th', { scope: 'row' }, names[i]), row.map((count, k) => {
      const part = count / sum, strength = Math.sqrt(part);
      const cell = make('td', { class: (i === k ? 'hit ' : '') + (strength > 0.62 ? 'dark' : ''), title: `${names[i]} → ${names[k]}: ${count}`, 'data-value': count }, shares ? (count ? (100 * part).toFixed(part < 0.1 ? 1 : 0) : '') : count || '');
      cell.style.background = count ? `rgba(var(--heat), ${(0.06 + 0.9 * strength).toFixed(3)})` : '';
      return cell;
    }));
  }));
  return make('table', { class: names.length > 4 ? 'matrix' : 'matrix few' }, make('caption', {}, word('confusionHelp')), head, body);
}
function mostConfused(found, most) {
  const pairs = [];
  found.confusion.forEach((row, i) => row.forEach((count, k) => { if (i !== k && count > 0) pairs.push({ label: found.classes[i], guess: found.classes[k], count }); }));
  pairs.sort((a, b) => b.count - a.count);
  return sortableTable([{ name: word('label'), of: (row) => row.label }, { name: word('guess'), of: (row) => row.guess }, { name: word('count'), of: (row) => row.count, number: true }], pairs.slice(0, most), { label: word('confusedMost') });
}
function confusionSection(found) {
  if (!found.confusion) return null;
  const name = make('h3', {}, evaluatedTitle(word('confusion'), found));
  if (found.classes.length > 40) return section('confusion', word('confusion'), name, partNote(found), make('p', { class: 'note' }, word('tooManyClasses', { count: found.classes.length })), mostConfused(found, 40));
  const place = make('div');
  const buttons = [false, true].map((shares) => make('button', { type: 'button', onclick: () => show(shares) }, word(shares ? 'shares' : 'counts')));
  function show(shares) {
    buttons.forEach((button, k) => button.setAttribute('aria-pressed', String(Boolean(k) === shares)));
    place.replaceChildren(scrolling(confusionTable(found, shares), word('confusion')));
  }
  show(false);
  return section('confusion', word('confusion'), name, partNote(found), make('div', { class: 'bar' }, buttons), place, folded(word('confusedMost'), () => mostConfused(found, 20)));
}
// Figures of single classes, "dice.cell" and "val_dice.cell", as rows; those of the validation where there are both.
function figuresByClass(found) {
  const metrics = [], rows = new Map();
  Object.entries(found.figures || {}).forEach(([name, value]) => {
    const parts = /^(val_)?([^.]+)\.(.+)$/.exec(name);
    if (!parts || (!parts[1] && `val_${name}` in found.figures)) return;
    if (!metrics.includes(parts[2])) metrics.push(parts[2]);
    if (!rows.has(parts[3])) rows.set(parts[3], { label: parts[3] });
    rows.get(parts[3])[parts[2]] = value;
  });
  return { metrics, rows: [...rows.values()] };
}
function classesSection(found) {
  const figure = (value) => (isNumber(value) ? value.toFixed(4) : '–');
  if (!found.per_class) {
    const { metrics, rows } = figuresByClass(found);
    if (rows.length === 0) return null;
    return section('classes', word('perClass'), make('h3', {}, evaluatedTitle(word('perClass'), found)), sortableTable([
      { name: word('label'), of: (row) => row.label, head: true }, ...metrics.map((name) => ({ name, of: (row) => row[name], number: true, show: figure }))], rows, { label: word('perClass') }));
  }
  return section('classes', word('perClass'), make('h3', {}, evaluatedTitle(word('perClass'), found)), sortableTable([
    { name: word('label'), of: (row) => row.label, head: true }, { name: word('samples'), of: (row) => row.samples, number: true, show: whole },
    { name: word('precision'), of: (row) => row.precision, number: true, show: figure }, { name: word('recall'), of: (row) => row.recall, number: true, show: figure },
    { name: word('f1'), of: (row) => row.f1, number: true, show: figure }], found.per_class, { label: word('perClass') }));
}

function shownSample(sample, name) {
  if (sample.picture) return make('img', { src: sample.picture, alt: name, width: sample.width, height: sample.height, loading: 'lazy' });
  if (sample.text) return make('blockquote', {}, sample.text);
  if (sample.row) return folded(word('inputs'), () => make('table', {}, make('tbody', {}, sample.row.map(([column, value]) => make('tr', {}, make('td', {}, column), make('td', { class: 'number' }, short(value)))))));
  return null;
}
function wrongSection(found) {
  if (!found.wrong || found.kind !== 'classes') return null;
  const items = found.wrong.map((sample) => make('li', {}, shownSample(sample, word('sampleNumber', { index: sample.index }) + ': ' + sample.label),
    make('div', {}, word('isA') + ' ', make('b', {}, sample.label), ' ' + percent(sample.label_probability)), make('div', {}, word('said') + ' ', make('b', {}, sample.guess), ' ' + percent(sample.probability)),
    make('div', { class: 'soft' }, word('loss') + ' ' + short(sample.loss) + ', ' + (sample.of ? sample.of + ' ' : '') + word('sampleNumber', { index: sample.index }))));
  const wide = found.wrong.length > 0 && !found.wrong[0].picture;
  return section('wrong', word('wrong'), make('h3', {}, evaluatedTitle(word('wrong'), found)),
    make('p', { class: 'note' }, items.length ? word('wrongHelp', { shown: items.length, all: whole(found.wrong_count) }) : word('allRight')), make('ul', { class: wide ? 'wrong wide' : 'wrong' }, items));
}

// The classes that are taken for others most often.
function confusedSection(found) {
  if (!found.confused || !found.confused.length) return null;
  const items = found.confused.map((pair) => make('li', {}, make('div', {}, word('isA') + ' ', make('b', {}, pair.label), ', ' + word('said') + ' ', make('b', {}, pair.guess), ': ' + word('times', { count: whole(pair.count) })),
    make('div', { class: 'samples' }, pair.samples.map((sample) => make('figure', {}, shownSample(sample, word('sampleNumber', { index: sample.index }) + ': ' + pair.label),
      make('figcaption', { class: 'soft' }, word('sampleNumber', { index: sample.index }) + ', ' + percent(sample.probability)))))));
  return section('confused', word('confused'), make('h3', {}, evaluatedTitle(word('confused'), found)), make('p', { class: 'note' }, word('confusedHelp')), make('ul', { class: 'confused' }, items));
}

// Round numbers between two limits.
function ticksOf(low, high, count) {
  const raw = (high - low) / Math.max(1, count), power = 10 ** Math.floor(Math.log10(raw || 1));
  const step = [1, 2, 5, 10].map((each) => each * power).find((each) => each >= raw) || 1;
  const ticks = [];
  for (let at = Math.ceil(low / step) * step; at <= high + step * 1e-9; at += step) ticks.push(Number(at.toPrecision(12)));
  return ticks;
}
const PLOT = { width: 420, height: 300, left: 56, right: 12, top: 10, bottom: 40 };
function plotFrame(name, x, y, xName, yName, ...content) {
  const atX = (value) => PLOT.left + (value - x[0]) / (x[1] - x[0]) * (PLOT.width - PLOT.left - PLOT.right);
  const atY = (value) => PLOT.height - PLOT.bottom - (value - y[0]) / (y[1] - y[0]) * (PLOT.height - PLOT.top - PLOT.bottom);
  const axes = [
    ...ticksOf(x[0], x[1], 5).map((value) => [draw('line', { class: 'axis', x1: atX(value), x2: atX(value), y1: PLOT.top, y2: PLOT.height - PLOT.bottom }), draw('text', { x: atX(value), y: PLOT.height - PLOT.bottom + 15, 'text-anchor': 'middle' }, labelOf(value))]),
    ...ticksOf(y[0], y[1], 5).map((value) => [draw('line', { class: 'axis', x1: PLOT.left, x2: PLOT.width - PLOT.right, y1: atY(value), y2: atY(value) }), draw('text', { x: PLOT.left - 6, y: atY(value) + 4, 'text-anchor': 'end' }, labelOf(value))])];
  return make('div', { class: 'panel' }, make('h3', {}, name), draw('svg', { viewBox: `0 0 ${PLOT.width} ${PLOT.height}`, width: '100%', role: 'img', 'aria-label': name }, axes,
    draw('text', { class: 'soft', x: (PLOT.left + PLOT.width) / 2, y: PLOT.height - 6, 'text-anchor': 'middle' }, xName),
    draw('text', { class: 'soft', x: 12, y: PLOT.height / 2, 'text-anchor': 'middle', transform: `rotate(-90 12 ${PLOT.height / 2})` }, yName), content.map((make_) => make_(atX, atY))));
}
function limitsOf(values) {
  const finite = values.filter(isNumber), low = Math.min(...finite), high = Math.max(...finite), pad = (high - low || 1) * 0.04;
  return [low - pad, high + pad];
}
function numbersSection(found) {
  if (found.kind !== 'numbers') return null;
  const figures = facts([['mse', short(found.mse), isNumber(found.baseline_mse) ? word('baseline') + ' ' + short(found.baseline_mse) : ''], ['mae', short(found.mae)], isNumber(found.r2) ? ['r2', short(found.r2)] : null]);
  const parts = [];
  const points = (found.points || []).filter(([is, said]) => isNumber(is) && isNumber(said));
  if (points.length > 0) {
    const both = limitsOf(points.flat()), residuals = points.map(([is, said]) => said - is), xs = limitsOf(residuals);
    const bins = 25, counts = new Array(bins).fill(0);
    residuals.forEach((value) => { counts[Math.min(bins - 1, Math.floor((value - xs[0]) / (xs[1] - xs[0]) * bins))] += 1; });
    parts.push(plotFrame(evaluatedTitle(word('againstTrue'), found), both, both, word('target') + (found.target ? ': ' + found.target : ''), word('predicted'),
      (x, y) => draw('line', { x1: x(both[0]), y1: y(both[0]), x2: x(both[1]), y2: y(both[1]), stroke: 'currentColor', 'stroke-dasharray': '4 3' }),
      (x, y) => points.map(([is, said]) => draw('circle', { cx: x(is), cy: y(said), r: 2.5, fill: color(0), 'fill-opacity': 0.6 }, title(`${short(is)} → ${short(said)}`)))));
    parts.push(plotFrame(evaluatedTitle(word('residuals'), found), xs, [0, Math.max(...counts) * 1.05], word('residuals'), word('count'),
      (x, y) => counts.map((count, k) => draw('rect', { x: x(xs[0] + (xs[1] - xs[0]) * k / bins) + 0.5, y: y(count), width: (x(xs[1]) - x(xs[0])) / bins - 1, height: y(0) - y(count), fill: color(0) }, title(String(count))))));
  }
  const rows = sortableTable([{ name: word('sampleNumber', { index: '' }).trim(), of: (row) => row.index, number: true }, { name: word('target'), of: (row) => row.label, number: true }, { name: word('predicted'), of: (row) => row.guess, number: true },
    { name: word('error'), of: (row) => row.loss, number: true }, { name: word('inputs'), show: (value, row) => (row.row ? row.row.map(([column, each]) => `${column} ${short(each)}`).join(', ') : shownSample(row, '') || '–') }], found.wrong || [], { label: word('largestErrors') });
  return section('numbers', word('evaluation'), make('h3', {}, evaluatedTitle(word('evaluation'), found)), partNote(found), figures, make('div', { class: 'panels' }, parts),
    found.wrong ? [make('h3', {}, evaluatedTitle(word('largestErrors'), found)), rows] : null);
}
function textSection(found) {
  if (!found.text) return null;
  return section('text', word('sampleText'), make('h3', {}, evaluatedTitle(word('sampleText'), found)), make('p', { class: 'note' }, word('sampleHelp', { split: splitWord(found.split) })), make('p', { class: 'sample' }, make('mark', {}, found.prompt), found.text));
}
function drawnSection(found) {
  if (!found.picture) return null;
  const name = word('drawnTitle', { about: evaluatedAbout(found), drawn: found.drawn });
  return section('drawn', word('drawn'), make('h3', {}, name), make('img', { class: 'logged', src: found.picture, alt: name }));
}
function firstBatchSection(found) {
  if (!found.first_batch) return null;
  return section('first-batch', word('firstBatch'), make('h3', {}, word('firstBatchTitle', { data: found.data })), make('img', { class: 'logged', src: found.first_batch, alt: word('firstBatch') }));
}
// One curve for each class that all folds have samples of: what they took at each threshold adds up. The average is over the thresholds.
function joinedRecall(all) {
  const labels = (all[0].curves || []).map((curve) => curve.label);
  return labels.map((label) => ({ label, parts: all.map((found) => (found.curves || []).find((curve) => curve.label === label)) }))
    .filter(({ parts }) => parts.every((curve) => curve && curve.points.every((point) => point.length === 5)))
    .map(({ label, parts }) => {
      const positives = parts.reduce((sum, curve) => sum + curve.positives, 0), longest = parts.reduce((a, b) => (b.points.length > a.points.length ? b : a)).points;
      const points = longest.map(([threshold], k) => {
        const [right, taken] = [3, 4].map((at) => parts.reduce((sum, curve) => sum + (curve.points[k] ? curve.points[k][at] : 0), 0));
        return [threshold, right / taken, right / positives, right, taken];
      });
      const average = points.reduce((sum, point, k) => sum + point[1] * (point[2] - (points[k + 1] ? points[k + 1][2] : 0)), 0);
      return { label, positives, average_precision: average, points };
    });
}
// The folds together: each has answered for what it has not seen. Nothing where they do not fit together.
function joinedFolds(runs) {
  const all = runs.map((run) => ({ ...run.evaluation, of: run.name })).filter((found) => found.split);
  const same = (key) => new Set(all.map((found) => JSON.stringify(found[key]))).size === 1;
  if (all.length < 2 || all.length < runs.length || !['kind', 'classes', 'data', 'split', 'threshold'].every(same)) return null;
  const sum = (of) => all.reduce((before, found) => before + of(found), 0), first = all[0], samples = sum((found) => found.samples);
  const mean = (key) => sum((found) => found.samples * found[key]) / samples;
  const wrong = all.flatMap((found) => (found.wrong || []).map((sample) => ({ ...sample, of: found.of }))).sort((a, b) => b.loss - a.loss).slice(0, 24);
  const joined = { kind: first.kind, data: first.data, split: first.split, threshold: first.threshold, samples, whole: sum((found) => found.whole), folds: all.length, wrong };
  if (first.kind === 'numbers') return { ...joined, target: first.target, mse: mean('mse'), mae: mean('mae'), points: all.flatMap((found) => found.points || []) };
  if (first.kind !== 'classes') return null;
  const confusion = first.confusion.map((row, i) => row.map((count, k) => sum((found) => found.confusion[i][k])));
  const perClass = first.classes.map((label, k) => {
    const hits = confusion[k][k], of = confusion[k].reduce((a, b) => a + b, 0), guessed = confusion.reduce((before, row) => before + row[k], 0);
    const precision = guessed ? hits / guessed : 0, recall = of ? hits / of : 0;
    return { label, samples: of, precision, recall, f1: precision + recall > 0 ? 2 * precision * recall / (precision + recall) : 0 };
  });
  return { ...joined, classes: first.classes, confusion, per_class: perClass, curves: joinedRecall(all), wrong_count: sum((found) => found.wrong_count) };
}
function evaluationSections(found) {
  if (!found || !found.split) return [];
  return [confusionSection(found), classesSection(found), recallSection(found), wrongSection(found), confusedSection(found), numbersSection(found), textSection(found), drawnSection(found), firstBatchSection(found)];
}
