// The PromQL of the dashboard, as a Prometheus gets it.
//   node expressions.mjs rules             a rule file with each expression, for promtool
//   node expressions.mjs rules --broken    the same with a fault in each: promtool must refuse it
//   node expressions.mjs live URL          asks a running Prometheus; each expression must return series
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

export const dashboard = JSON.parse(readFileSync(new URL('../dashboards/falcon.json', import.meta.url), 'utf8'));

/** What a healthy fleet under load has no series for. An expression here that does return some is fine too. */
const NEEDS_A_FAULT = {
  'panel 60 A': 'Firing alerts: on a healthy fleet nothing but Watchdog fires',
  'annotation Alerts P0, P1': 'on a healthy fleet nothing fires',
  'annotation Alerts P2, P3': 'on a healthy fleet nothing but Watchdog fires',
  'annotation Worker starts': 'no worker need have started in the time asked for',
};
const SECONDS = 900;
const STEP = 15;

/** Variables by their values for "All", intervals by a minute. Throws at a variable that is left. */
export function filled(text, where, of = dashboard) {
  const all = Object.fromEntries(of.templating.list.filter((variable) => variable.allValue).map((variable) => [variable.name, variable.allValue]));
  const result = text
    .replace(/\$__(rate_interval|interval)\b/g, '1m')
    .replace(/\$(\w+)/g, (whole, name) => all[name] ?? whole);
  if (result.includes('$')) throw new Error(`${where}: a variable that does not exist: ${result}`);
  return result;
}

/** { where, title, expr } of every panel's query, every annotation and the selectors of the variables. */
export function expressions(of = dashboard) {
  const found = [];
  for (const panel of of.panels) {
    for (const target of panel.targets ?? []) found.push({ where: `panel ${panel.id} ${target.refId}`, title: panel.title, raw: target.expr });
  }
  for (const annotation of of.annotations.list) {
    if (annotation.expr) found.push({ where: `annotation ${annotation.name}`, title: 'annotations', raw: annotation.expr });
  }
  for (const variable of of.templating.list) {
    if (variable.type !== 'query') continue;
    const match = /^label_values\((.+), \w+\)$/.exec(variable.query.query);
    if (!match) throw new Error(`variable ${variable.name}: not of the form label_values(selector, label)`);
    found.push({ where: `variable ${variable.name}`, title: 'variables', raw: match[1] });
  }
  return found.map(({ raw, ...rest }) => ({ ...rest, expr: filled(raw, rest.where, of) }));
}

function ruleFile(broken) {
  const rules = expressions().map(({ where, expr }) => ({
    record: `dashboard:${where.replace(/\W+/g, '_').toLowerCase()}`,
    expr: broken ? `sum by worker (${expr})` : expr,
  }));
  // JSON is YAML.
  return JSON.stringify({ groups: [{ name: 'dashboard', rules }] }, null, 1);
}

async function live(url) {
  const end = Math.floor(Date.now() / 1000);
  let failed = 0;
  let excused = 0;
  const all = expressions();
  for (const { where, title, expr } of all) {
    const body = new URLSearchParams({ query: expr, start: end - SECONDS, end, step: STEP });
    const response = await fetch(new URL('/api/v1/query_range', url), { method: 'POST', body, signal: AbortSignal.timeout(30_000) });
    const answer = await response.json();
    // A series of nothing but NaN (no traffic, an empty histogram) draws nothing.
    const series = (answer.data?.result ?? []).filter(({ values }) => values.some(([, value]) => value !== 'NaN'));
    if (answer.status === 'success' && series.length > 0) continue;
    if (answer.status === 'success' && NEEDS_A_FAULT[where]) {
      excused++;
      console.log(`  ${where}: no series. ${NEEDS_A_FAULT[where]}.`);
      continue;
    }
    failed++;
    console.error(`  ${where} (${title}): ${answer.status === 'success' ? 'no series' : answer.error}\n    ${expr}`);
  }
  for (const where of Object.keys(NEEDS_A_FAULT)) {
    if (!all.some((one) => one.where === where)) {
      failed++;
      console.error(`  ${where} is excused and does not exist`);
    }
  }
  console.log(`${all.length} expressions asked over the last ${SECONDS / 60} minutes: ${all.length - failed - excused} returned series, ${excused} need a fault, ${failed} failed`);
  return failed === 0;
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [verb, argument] = process.argv.slice(2);
  if (verb === 'rules') console.log(ruleFile(argument === '--broken'));
  else if (verb === 'live' && argument) process.exitCode = (await live(argument)) ? 0 : 1;
  else throw new Error('expressions.mjs rules [--broken] | live URL');
}
