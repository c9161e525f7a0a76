// The page of one run.
'use strict';

const LONG_REASON = 80;
// What the error of a training says takes a box of its own, a line for each part.
function reasonNote(run) {
  if (!run.reason || run.reason.length <= LONG_REASON) return null;
  return make('div', { class: 'problem', role: 'alert' }, make('b', {}, word('reason')), make('ul', {}, run.reason.split('; ').map((part) => make('li', {}, part))));
}
function overviewFacts(run) {
  const best = run.best, last = run.last, counts = (run.model_facts && run.model_facts.samples) || {};
  const figure = (row, name) => (row && isNumber(row[name]) ? short(row[name]) : '–');
  const shown = last ? measuredBy([last]).filter((name) => name !== 'learning_rate' && !name.includes('.')).slice(0, 8) : [];
  return facts([
    [word('status'), statusMark(run.status), run.reason && run.reason.length <= LONG_REASON ? word('reason') + word('colon') + run.reason : ''],
    run.trainings ? [word('trainings'), whole(run.trainings)] : [word('epochs'), whole(run.epochs), run.planned ? word('ofPlanned', { planned: run.planned }) : ''],
    [word('time'), duration(run.seconds)],
    best ? [word('best'), whole(best.epoch), word('by', { monitor: run.monitor }) + ': ' + figure(best, run.monitor)] : null,
    ...(run.ensemble ? Object.entries(run.ensemble) : []).map(([name, value]) => [name, make('span', { 'data-figure': name, 'data-value': value }, short(value)), word('ofTheJoint')]),
    ...(last ? [] : run.spread || []).map((each) => [each.name, short(each.mean) + ' ± ' + short(each.deviation), word('meanOf', { count: run.trainings })]),
    ...shown.map((name) => [name, make('span', { 'data-figure': name, 'data-value': (best || last)[name] }, figure(best || last, name)), word('inEpoch', { epoch: (best || last).epoch })]),
    counts.training !== undefined ? [word('trainingSamples'), whole(counts.training)] : null,
    counts.validation !== undefined ? [word('validationSamples'), whole(counts.validation)] : null,
    run.model_facts && isNumber(run.model_facts.parameters) ? [word('parameters'), whole(run.model_facts.parameters)] : null,
  ]);
}
function problemsNote(run) {
  const all = run.problems || [];
  return all.length ? make('div', { class: 'problem', role: 'alert' }, make('b', {}, word('problems')), make('ul', {}, all.map((each) => make('li', {}, each)))) : null;
}
function trainingsSection(run) {
  if (!run.runs || run.runs.length === 0) return null;
  const names = measuredBy(run.runs.map((each) => each.best || {})).filter((name) => name !== 'learning_rate' && !name.includes('.'));
  const rows = sortableTable([{ name: word('name'), of: (row) => row.name, head: true, show: (value, row) => (page.mode === 'board' ? make('a', { href: '#run=' + encodeURIComponent(row.whole) }, value) : value) }, { name: word('status'), of: (row) => row.status, show: (value) => statusMark(value) }, { name: word('epochs'), of: (row) => row.epochs, number: true },
    { name: word('best'), of: (row) => (row.best ? row.best.epoch : null), number: true }, ...names.map((name) => ({ name, of: (row) => (row.best ? row.best[name] : null), number: true })), { name: word('time'), of: (row) => row.seconds, number: true, show: duration }], run.runs, { label: word('trainings') });
  const spread = (run.spread || []).map((each) => ({ ...each }));
  return section('trainings', word('trainings'), rows, spread.length ? sortableTable([{ name: word('name'), of: (row) => row.name, head: true }, { name: word('mean'), of: (row) => row.mean, number: true }, { name: word('deviation'), of: (row) => row.deviation, number: true }], spread, { label: word('mean') }) : null);
}
function machineSection(run) {
  const model = run.model_facts || {}, machine = model.machine, plan = model.plan;
  if (!machine) return null;
  const list = plain([[word('processor'), machine.processor], [word('threads'), `${machine.threads} ${word('ofProcessors', { count: machine.processors })}`], [word('sets'), (machine.instruction_sets || []).join(' ')],
    [word('memory'), bytes(machine.memory_bytes)], [word('host'), machine.host], [word('version'), machine.version]]);
  const memory = plan ? [make('h3', {}, word('stepMemory', { batch: plan.batch }) + ': ' + bytes(plan.peak_bytes)), plain([[word('arena'), bytes(plan.arena_bytes)], [word('workspace'), bytes(plan.workspace_bytes)], [word('state'), bytes(plan.state_bytes)], [word('inputs'), bytes(plan.input_bytes)], [word('kernels'), whole(plan.kernel_calls)]])] : null;
  return section('machine', word('machine'), list, memory);
}
function configSection(run) {
  const all = (run.config_list || []).filter((each) => each.value !== null);
  if (all.length === 0) return null;
  const place = make('div'), given = make('input', { type: 'checkbox', onchange: () => show() });
  given.checked = true;
  const show = () => place.replaceChildren(sortableTable([{ name: word('key'), of: (row) => row.key, head: true }, { name: word('value'), of: (row) => text(row.value), show: (value) => value }, { name: word('source'), of: (row) => row.source, show: (value) => value }],
    all.filter((each) => !given.checked || each.source !== 'default'), { label: word('config') }));
  show();
  return section('config', word('config'), make('div', { class: 'bar' }, make('label', {}, given, word('onlyGiven'))), place);
}
function filesSection(run) {
  if (page.mode !== 'board' || !run.files) return null;
  const shown = run.files.filter((name) => /\.(html|png|svg|csv|json|jsonl|toml|txt)$/.test(name));
  return section('files', word('files'), make('ul', {}, shown.map((name) => make('li', {}, make('a', { href: 'files/' + run.name.split('/').map(encodeURIComponent).join('/') + '/' + encodeURIComponent(name) }, name)))));
}
// What differs between the configurations of some runs: [{name, config}].
function differencesSection(runs) {
  if (runs.length < 2) return null;
  const keys = [...new Set(runs.flatMap((run) => Object.keys(run.config || {})))];
  const rows = keys.filter((key) => !key.startsWith('about.') && new Set(runs.map((run) => JSON.stringify((run.config || {})[key]))).size > 1)
    .map((key) => ({ key, values: runs.map((run) => (run.config || {})[key]) }));
  const table = rows.length === 0 ? make('p', {}, word('same')) : sortableTable([{ name: word('key'), of: (row) => row.key, head: true },
    ...runs.map((run, k) => ({ name: run.name, of: (row) => row.values[k], show: (value) => (value === undefined ? '–' : text(value)) }))], rows, { label: word('differences') });
  return section('differences', word('differences'), table);
}
// What more samples are worth, as luge train with shares= draws it.
function learningCurveSection(run) {
  if (!run.learning_curve) return null;
  return section('learning-curve', word('learningCurve'), make('img', { class: 'logged', src: run.learning_curve, alt: word('learningCurve') }));
}
const shortName = (name, before) => (name.startsWith(before + '/') ? name.slice(before.length + 1) : name);

function runView(run) {
  const below = (run.runs || []).map((each, k) => ({ ...each, whole: each.name, name: shortName(each.name, run.name), k }));
  const curves = below.length ? curvesSection('curves', word('curves'), () => panelsOfRuns(below))
    : (run.epoch_rows || []).length ? curvesSection('curves', word('curves'), () => panelsOfRun(run)) : null;
  const joint = run.evaluation && run.evaluation.split && below.length ? { ...run.evaluation, members: below.length } : run.evaluation;
  const evaluated = below.length && isNumber((run.config || {})['data.folds']) ? joinedFolds(below) : joint;
  const scalars = scalarsSection(run);
  const parts = [trainingsSection({ ...run, runs: below }), learningCurveSection(run), curves, ...evaluationSections(evaluated), scalars, picturesSection(run.events), eventCurvesSection(run.events), textsSection(run.events), histogramsSection(run.events),
    layersSection(run.model_facts && run.model_facts.layers ? run.model_facts : below.length && below[0].model_facts), machineSection(below.length && !(run.model_facts && run.model_facts.machine) ? below[0] : run),
    below.length ? differencesSection(below) : null, configSection(run), filesSection(run)].filter((each) => each);
  const model = run.model || (run.model_facts && run.model_facts.name) || '';
  const view = make('article', {}, page.mode === 'board' ? make('p', {}, make('a', { href: '#' }, '← ' + word('back'))) : null,
    make('h1', {}, run.name), make('p', { class: 'soft' }, [model && `${word('model')} ${model}`, run.data && `${word('data')} ${run.data}`, run.created && `${word('begun')} ${run.created.replace('T', ' ').replace('Z', ' UTC')}`].filter((each) => each).join(' · ')),
    problemsNote(run), overviewFacts(run), reasonNote(run),
    make('nav', { 'aria-label': word('overview') }, make('ul', { class: 'sections' }, parts.map((part) => {
      const head = part.querySelector('h2');
      return make('li', {}, make('a', { href: '#' + part.id, onclick: (event) => { event.preventDefault(); part.scrollIntoView(); head.focus({ preventScroll: true }); } }, head.textContent));
    }))), parts);
  view.begin = () => [curves, scalars].forEach((each) => { if (each) each.begin(); });
  return view;
}
