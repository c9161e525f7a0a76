// Tables that are sorted by their columns.
'use strict';

// columns: [{name, of: row -> value, show: value -> text or element, number: true}]
function sortableTable(columns, rows, options = {}) {
  const state = { column: options.sort === undefined ? -1 : options.sort, down: Boolean(options.down) };
  const body = make('tbody');
  const heads = columns.map((column, k) => make('th', { scope: 'col', class: column.number ? 'number' : null },
    column.of ? make('button', { type: 'button', onclick: () => { sortBy(k); } }, column.name) : column.name));
  function compare(a, b) {
    const [x, y] = [columns[state.column].of(a), columns[state.column].of(b)];
    if (!isNumber(x) && !isNumber(y)) return String(x ?? '').localeCompare(String(y ?? ''), 'en', { numeric: true });
    if (!isNumber(x) || !isNumber(y)) return (isNumber(y) - isNumber(x)) * (state.down ? -1 : 1);  // what is missing is last
    return x - y;
  }
  function show() {
    const sorted = rows.slice();
    if (state.column >= 0) sorted.sort((a, b) => (state.down ? -compare(a, b) : compare(a, b)));
    heads.forEach((head, k) => head.setAttribute('aria-sort', k !== state.column ? 'none' : state.down ? 'descending' : 'ascending'));
    body.replaceChildren(...sorted.map((row) => make('tr', {}, columns.map((column) => {
      const value = column.of ? column.of(row) : null;
      const shown = column.show ? column.show(value, row) : short(value);
      return make(column.head ? 'th' : 'td', { class: column.number ? 'number' : null, scope: column.head ? 'row' : null, 'data-value': isNumber(value) ? value : null }, shown);
    }))));
  }
  function sortBy(k) {
    state.down = k === state.column ? !state.down : Boolean(columns[k].number);
    state.column = k;
    show();
    if (options.sorted) options.sorted(state);
  }
  show();
  const caption = options.caption ? make('caption', {}, options.caption) : null;
  return scrolling(make('table', { class: options.class }, caption, make('thead', {}, make('tr', {}, heads)), body), options.label || options.caption);
}
// Wide tables scroll by themselves, also with the keyboard.
function scrolling(element, label) {
  return make('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': label || word('table') }, element);
}
function folded(name, content) {
  const details = make('details', {}, make('summary', {}, name));
  details.addEventListener('toggle', () => { if (details.open && details.children.length === 1) details.append(content()); });
  return details;
}
