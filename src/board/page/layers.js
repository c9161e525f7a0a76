// The network: layers as boxes in the order in which they compute, and scopes that fold into one box.
'use strict';
const LAYER = { width: 256, height: 44, across: 26, down: 30, pad: 12 };

// The scopes of a path, the outermost first: a.b.c is in "a" and in "a.b".
function scopesOf(path) {
  const parts = path.split('.');
  return parts.slice(0, -1).map((part, k) => parts.slice(0, k + 1).join('.'));
}
// Scopes that hold one layer alone are no help: they are left out.
function scopesWithLayers(layers) {
  const counts = new Map();
  for (const layer of layers) for (const scope of scopesOf(layer.path)) counts.set(scope, (counts.get(scope) || 0) + 1);
  return new Map([...counts].filter(([, count]) => count > 1));
}
// The boxes that are to be seen, and the links between them.
function visibleGraph(facts, scopes, closed) {
  const boxOf = (path) => scopesOf(path).find((scope) => scopes.has(scope) && closed.has(scope)) || path;
  const boxes = new Map([['', { id: '', kind: 'input' }]]);
  const known = new Set(facts.layers.map((layer) => layer.path));
  // A layer of layers that has parameters of its own is no box: its scope shows it.
  const links = facts.links || [];
  const linked = new Set(links.flat());
  // What an open scope makes of its layers, such as a sum, is a box of its own after them.
  const joins = [...new Set(links.flat())].filter((path) => path !== '' && (!known.has(path) || scopes.has(path))).sort((a, b) => b.length - a.length);
  const waiting = new Set(joins);
  const finish = (next) => joins.forEach((path) => {
    if (!waiting.has(path) || next.startsWith(path + '.') || !facts.layers.some((layer) => layer.path.startsWith(path + '.') && boxes.has(boxOf(layer.path)))) return;
    waiting.delete(path);
    const id = boxOf(path + '.');
    if (id === path + '.') boxes.set(path, { id: path, kind: 'join', parameters: 0 });
  });
  for (const layer of facts.layers) {
    if (scopes.has(layer.path) || (links.length > 0 && !linked.has(layer.path))) continue;
    const id = boxOf(layer.path);
    finish(layer.path);
    const box = boxes.get(id) || { id, kind: id === layer.path ? 'layer' : 'scope', layer, count: 0, parameters: 0 };
    box.count += 1; box.parameters += layer.parameters; box.last = layer;
    boxes.set(id, box);
  }
  finish('');
  boxes.set('output', { id: 'output', kind: 'output' });
  const pairs = new Map();
  const chain = links.length > 0 ? links : [...known].map((path, k, all) => [k ? all[k - 1] : '', path]).concat([[[...known].pop(), '']]);
  for (const [from, to] of chain) {
    const boxFor = (path) => (joins.includes(path) && !boxes.has(path) ? boxOf(path + '.') : boxOf(path));
    const a = from === '' ? '' : boxFor(from), b = to === '' ? 'output' : boxFor(to);
    if (a !== b && boxes.has(a) && boxes.has(b)) pairs.set(a + '\n' + b, [a, b]);
  }
  return { boxes: [...boxes.values()], links: [...pairs.values()] };
}
// Each box is below all boxes that it takes something from.
function placed(graph) {
  const order = new Map(graph.boxes.map((box, k) => [box.id, k]));
  const rows = [];
  for (const box of graph.boxes) {
    box.row = 0;
    for (const [from, to] of graph.links) {
      if (to === box.id && order.get(from) < order.get(to)) box.row = Math.max(box.row, graph.boxes[order.get(from)].row + 1);
    }
    if (box.kind === 'output') box.row = Math.max(box.row, ...graph.boxes.map((each) => (each === box ? 0 : each.row + 1)));
    (rows[box.row] = rows[box.row] || []).push(box);
  }
  const wide = Math.max(...rows.filter((row) => row).map((row) => row.length));
  const width = wide * LAYER.width + (wide - 1) * LAYER.across;
  rows.forEach((row, r) => row.forEach((box, k) => {
    const own = row.length * LAYER.width + (row.length - 1) * LAYER.across;
    box.x = (width - own) / 2 + k * (LAYER.width + LAYER.across) + 60;
    box.y = r * (LAYER.height + LAYER.down) + 30;
  }));
  return { width: width + 120, height: rows.length * (LAYER.height + LAYER.down) + 30 };
}
function linkPath(a, b, sides) {
  const x0 = a.x + LAYER.width / 2, y0 = a.y + LAYER.height, x1 = b.x + LAYER.width / 2, y1 = b.y;
  if (b.row - a.row <= 1) return `M${x0},${y0} C${x0},${y0 + 15} ${x1},${y1 - 15} ${x1},${y1}`;
  const side = Math.max(a.x, b.x) + LAYER.width + 12 + (sides.count++ % 3) * 9;  // around what is between
  return `M${a.x + LAYER.width},${y0 - LAYER.height / 2} C${side + 14},${y0 - LAYER.height / 2} ${side},${y0} ${side},${y0 + 20} L${side},${y1 - 20} C${side},${y1} ${side + 14},${y1 + LAYER.height / 2} ${b.x + LAYER.width},${y1 + LAYER.height / 2}`;
}
function cut(name, length) { return name.length > length ? '…' + name.slice(1 - length) : name; }

function layersSection(facts) {
  if (!facts || !facts.layers || facts.layers.length === 0) return null;
  const scopes = scopesWithLayers(facts.layers);
  const outer = [...scopes.keys()].filter((scope) => !scopesOf(scope).some((each) => scopes.has(each)));
  const closed = new Set(facts.layers.length > 24 ? outer : []);
  const picture = make('div', { class: 'layers', tabindex: '0', role: 'region', 'aria-label': word('layers') });
  const bar = make('div', { class: 'bar' });

  function toggle(scope) { if (closed.has(scope)) closed.delete(scope); else closed.add(scope); show(scope); }
  function boxOf(box) {
    const isScope = box.kind === 'scope', layer = isScope ? box.last : box.layer;
    const name = box.kind === 'input' ? word('input') : box.kind === 'output' ? word('output') : box.id;
    const below = box.kind === 'input' ? facts.input : box.kind === 'output' ? '' : box.kind === 'join' ? word('joins') : isScope
      ? word('layersInside', { count: box.count }) + ' → ' + layer.output : layer.type + ' → ' + layer.output;
    const parameters = box.parameters ? ', ' + whole(box.parameters) + ' ' + word('parameters') : '';
    const lines = [title(name + ': ' + below + parameters), draw('rect', { width: LAYER.width, height: LAYER.height, rx: 7 }),
      draw('text', { x: 10, y: 18, class: 'name' }, (isScope ? '▸ ' : '') + cut(name, 30)),
      draw('text', { x: 10, y: 35, class: 'soft' }, cut(below, 36))];
    const at = { class: 'node ' + box.kind, transform: `translate(${box.x},${box.y})`, 'data-path': box.id };
    if (!isScope) return draw('g', at, lines);
    const act = () => toggle(box.id);
    return draw('g', { ...at, role: 'button', tabindex: '0', 'aria-expanded': 'false', 'aria-label': name + ', ' + below, onclick: act, onkeydown: (event) => { if (event.key === 'Enter' || event.key === ' ') { event.preventDefault(); act(); } } }, lines);
  }
  // A frame around the boxes of each scope that is open.
  function frames(graph) {
    return [...scopes.keys()].filter((scope) => !closed.has(scope)).map((scope) => {
      const inside = graph.boxes.filter((box) => box.id === scope || box.id.startsWith(scope + '.'));
      if (inside.length === 0) return null;
      const pad = LAYER.pad - 3 * Math.min(3, scopesOf(scope).length);
      const x = Math.min(...inside.map((box) => box.x)) - pad, y = Math.min(...inside.map((box) => box.y)) - pad;
      const right = Math.max(...inside.map((box) => box.x)) + LAYER.width + pad, end = Math.max(...inside.map((box) => box.y)) + LAYER.height + pad;
      return draw('rect', { class: 'group', x, y, width: right - x, height: end - y, rx: 9 }, title(scope));
    });
  }
  function show(focus) {
    const graph = visibleGraph(facts, scopes, closed), size = placed(graph), sides = { count: 0 };
    const byName = new Map(graph.boxes.map((box) => [box.id, box]));
    const svg = draw('svg', { width: size.width, height: size.height, viewBox: `0 0 ${size.width} ${size.height}`, role: 'group', 'aria-label': word('layers') },
      draw('defs', {}, draw('marker', { id: 'arrow', viewBox: '0 0 8 8', refX: 7, refY: 4, markerWidth: 7, markerHeight: 7, orient: 'auto' }, draw('path', { d: 'M0,0 L8,4 L0,8 z', fill: 'currentColor' }))),
      frames(graph), graph.links.map(([a, b]) => draw('path', { class: 'edge', 'marker-end': 'url(#arrow)', d: linkPath(byName.get(a), byName.get(b), sides) })), graph.boxes.map(boxOf));
    picture.replaceChildren(svg);
    bar.replaceChildren(...(scopes.size === 0 ? [] : [
      make('button', { type: 'button', onclick: () => { closed.clear(); show(); } }, word('unfoldAll')),
      make('button', { type: 'button', onclick: () => { outer.forEach((scope) => closed.add(scope)); show(); } }, word('foldAll')),
      ...[...scopes.keys()].filter((scope) => !scopesOf(scope).some((each) => closed.has(each))).slice(0, 40).map((scope) =>
        make('button', { type: 'button', 'data-scope': scope, 'aria-expanded': String(!closed.has(scope)), onclick: () => toggle(scope) }, (closed.has(scope) ? '▸ ' : '▾ ') + scope))]));
    if (focus) { const again = bar.querySelector(`[data-scope="${CSS.escape(focus)}"]`); if (again) again.focus(); }
  }
  show();
  const table = folded(word('table'), () => sortableTable([
    { name: word('layer'), of: (row) => row.path, head: true }, { name: word('type'), of: (row) => row.type }, { name: word('output'), of: (row) => row.output },
    { name: word('parameters'), of: (row) => row.parameters, number: true }, { name: word('macs'), of: (row) => row.macs, number: true }], facts.layers, { label: word('layers') }));
  return section('layers', word('layers'), make('h3', {}, word('layersTitle', { name: facts.name, count: facts.layers.length, parameters: whole(facts.parameters) })), bar, picture, table);
}
