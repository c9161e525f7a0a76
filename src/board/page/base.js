// Elements, numbers, colors, and what the page remembers.
'use strict';
const byId = (id) => document.getElementById(id);

// make('p', {class: 'note'}, 'text', element, ...). Text is never read as HTML.
function fill(element, attributes, children) {
  for (const [name, value] of Object.entries(attributes || {})) {
    if (name.startsWith('on')) element.addEventListener(name.slice(2), value);
    else if (value === true) element.setAttribute(name, '');
    else if (value !== false && value !== null && value !== undefined) element.setAttribute(name, value);
  }
  for (const child of children.flat(Infinity)) {
    if (child !== null && child !== undefined && child !== false) element.append(child);
  }
  return element;
}
function make(tag, attributes, ...children) { return fill(document.createElement(tag), attributes, children); }
function draw(tag, attributes, ...children) {
  return fill(document.createElementNS('http://www.w3.org/2000/svg', tag), attributes, children);
}
// The text behind a figure of an SVG, for people who hear it.
function title(text) { return draw('title', {}, text); }

const isNumber = (value) => typeof value === 'number' && Number.isFinite(value);
function short(value) {
  if (value === null || value === undefined) return '–';
  if (!isNumber(value)) return String(value);
  if (Number.isInteger(value)) return whole(value);
  const size = Math.abs(value);
  if (size >= 1e5 || size < 1e-3) return value.toExponential(3);
  return value.toFixed(size >= 100 ? 1 : size >= 10 ? 2 : 4);
}
function whole(value) { return isNumber(value) ? value.toLocaleString('en-US') : '–'; }
function percent(value) { return isNumber(value) ? (100 * value).toFixed(value > 0 && value < 0.001 ? 2 : 1) + '\u00a0%' : '–'; }
function bytes(value) {
  for (const [unit, size] of [['GiB', 2 ** 30], ['MiB', 2 ** 20], ['KiB', 2 ** 10]]) {
    if (value >= size) return (value / size).toFixed(1) + ' ' + unit;
  }
  return value + ' B';
}
function duration(seconds) {
  if (!isNumber(seconds) || seconds <= 0) return '–';
  if (seconds < 60) return seconds.toFixed(1) + ' s';
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return minutes + ' min ' + Math.round(seconds % 60) + ' s';
  return Math.floor(minutes / 60) + ' h ' + (minutes % 60) + ' min';
}
function text(value) { return Array.isArray(value) ? value.map(text).join(', ') : value === '' ? '""' : String(value); }

const COLORS = {
  light: ['#0072b2', '#d55e00', '#00805c', '#a8467f', '#8a6d00', '#3b6fd4', '#7a4a3f', '#5a5a5a'],
  dark: ['#5ab4f0', '#ff9455', '#45d6a6', '#ee9fcd', '#f5c84c', '#9db8ff', '#d3a08e', '#c4c4c4'],
};
const DASHES = [null, [6, 3], [2, 2], [8, 3, 2, 3]];
const theme = () => document.documentElement.dataset.theme;
const color = (k) => COLORS[theme()][k % 8];
const dash = (k) => DASHES[Math.floor(k / 8) % 4];

// Kept for the next visit where the browser allows it.
function remembered(key) { try { return localStorage.getItem('luge.' + key); } catch { return null; } }
function remember(key, value) { try { localStorage.setItem('luge.' + key, value); } catch { /* not kept */ } }

function section(id, name, ...children) {
  return make('section', { id, 'aria-label': name }, make('h2', { id: id + '-h', tabindex: '-1' }, name), ...children);
}
function facts(list) {
  return make('dl', { class: 'facts' }, list.filter((each) => each).map(([name, value, small]) =>
    make('div', { class: 'fact' }, make('dt', {}, name), make('dd', {}, value, small ? make('small', {}, small) : null))));
}
function plain(list) {
  return make('dl', { class: 'plain' }, list.filter((each) => each && each[1] !== '' && each[1] !== null && each[1] !== undefined)
    .map(([name, value]) => [make('dt', {}, name), make('dd', {}, String(value))]));
}
function statusMark(status) { return make('span', { class: 'status ' + status }, word(status)); }
