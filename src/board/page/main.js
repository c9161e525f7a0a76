// What is shown: a run that is in the page, or the runs that a board has, live.
'use strict';
const page = { mode: 'report', runs: [], folder: '', leftOut: [], run: null };

async function ask(path) {
  try {
    const answer = await fetch(path, { cache: 'no-store' });
    return answer.ok ? await answer.json() : null;
  } catch { return null; }
}
function chosenRun() { return location.hash.startsWith('#run=') ? decodeURIComponent(location.hash.slice(5)) : ''; }

function showFrame() {
  document.documentElement.lang = language === 'zh' ? 'zh-CN' : 'en';
  byId('skip').textContent = word('skip');
  byId('language').textContent = word('otherLanguage');
  byId('language').lang = language === 'zh' ? 'en' : 'zh-CN';
  byId('theme').textContent = word(theme() === 'dark' ? 'light' : 'dark');
  byId('about').textContent = word('about');
  const facts_ = page.run && page.run.model_facts && page.run.model_facts.machine;
  byId('about-text').textContent = word('aboutText', { version: facts_ ? facts_.version : '', charts: Dygraph.VERSION });
}
function showView(view) {
  forgetCharts();
  byId('main').replaceChildren(view);
  if (view.begin) view.begin();
}
let asked = 0;
async function show() {
  showFrame();
  if (page.mode === 'report') return showView(runView(page.run));
  const name = chosenRun(), mine = ++asked;
  document.title = name ? name + ' - Luge' : 'Luge';
  if (!name) return showView(runsView());
  const run = await documentOf(name);
  if (mine !== asked) return undefined;
  page.run = run;
  return showView(run ? runView(run) : make('article', {}, make('p', {}, make('a', { href: '#' }, '← ' + word('back'))), make('h1', {}, name), make('p', { class: 'problem', role: 'alert' }, word('gone'))));
}
// The view again, at the same part of it and with the focus where it was.
async function showAgain() {
  const at = window.scrollY, focus = document.activeElement && document.activeElement.id;
  await show();
  window.scrollTo({ top: at, behavior: 'instant' });
  if (focus && byId(focus)) byId(focus).focus({ preventScroll: true });
}
async function loadRuns() {
  const found = await ask('api/runs');
  if (found) { page.runs = found.runs; page.folder = found.folder; page.leftOut = found.left_out || []; }
  return Boolean(found);
}
function listen() {
  const events = new EventSource('api/events');
  events.onopen = () => { byId('live').textContent = '● ' + word('live'); };
  events.onerror = () => { byId('live').textContent = word('offline'); };
  events.addEventListener('changed', async (event) => {
    const changed = JSON.parse(event.data).runs, name = chosenRun();
    changed.forEach((each) => [...board.documents.keys()].filter((known) => known === each || known.startsWith(each + '/')).forEach((known) => board.documents.delete(known)));
    await loadRuns();
    if (!name || changed.some((each) => name === each || name.startsWith(each + '/'))) await showAgain();
  });
}
async function begin() {
  const wanted = remembered('language') || navigator.language || 'en';
  language = wanted.toLowerCase().startsWith('zh') ? 'zh' : 'en';
  const dark = window.matchMedia('(prefers-color-scheme: dark)');
  const setTheme = () => { document.documentElement.dataset.theme = remembered('theme') || (dark.matches ? 'dark' : 'light'); };
  setTheme();
  dark.addEventListener('change', () => { setTheme(); showAgain(); });
  byId('theme').addEventListener('click', () => { const next = theme() === 'dark' ? 'light' : 'dark'; remember('theme', next); document.documentElement.dataset.theme = next; showAgain(); });
  byId('language').addEventListener('click', () => { language = language === 'zh' ? 'en' : 'zh'; remember('language', language); showAgain(); });
  byId('skip').addEventListener('click', (event) => { event.preventDefault(); byId('main').focus(); });
  const data = JSON.parse(byId('data').textContent);
  if (data) { page.run = data.run; byId('home').removeAttribute('href'); return show(); }
  page.mode = 'board';
  byId('home').href = '#';
  window.addEventListener('hashchange', () => { show().then(() => { window.scrollTo(0, 0); byId('main').focus({ preventScroll: true }); }); });
  showFrame();
  byId('main').replaceChildren(make('p', {}, word('loading')));
  if (!await loadRuns()) byId('live').textContent = word('offline');
  page.runs.filter((run) => run.epochs > 0 || run.trainings > 0).slice(0, 5).forEach((run) => board.chosen.add(run.name));
  await show();
  return location.search.includes('still') ? undefined : listen();
}
begin();
