// What types cannot say: layout, references within the dashboard, and names that other files define.
import { existsSync, readFileSync } from 'node:fs';
import { defaultDashboard } from '@grafana/schema';
import { parser } from '@prometheus-io/lezer-promql';
import { expressions } from './expressions.mjs';

const root = new URL('../../../', import.meta.url);
const read = (path) => (existsSync(new URL(path, root)) ? readFileSync(new URL(path, root), 'utf8') : null);

/** Panels that operators and the runbook go by; their titles stay. */
const TITLES = ['RPS by worker', 'Latency p50, p95, p99', 'Error Rate', 'Refusals by reason', 'Cache hit rate by tier', 'Circuit Breaker State',
  'Inference log: pending', 'Inference log: written and dropped', 'Database latency', 'Worker Memory Usage', 'GC pauses', 'In flight against the limit',
  'SLO burn: availability', 'SLO burn: latency'];

/** Not in docs/REFERENCE.md: Prometheus' own, the probe's, and those of the JVM that "come besides". Labels of each. */
const OTHER_METRICS = {
  up: [], ALERTS: ['alertname', 'alertstate', 'severity', 'dependency', 'model'], front_door_infer_success: [],
  jvm_gc_collection_seconds_sum: ['gc'], jvm_gc_collection_seconds_count: ['gc'], jvm_memory_max_bytes: ['area'],
  process_cpu_seconds_total: [], process_start_time_seconds: [],
};
const EVERYWHERE = ['worker', 'worker_id', 'instance', 'job'];

function knownMetrics(reference, recording) {
  const known = new Map(Object.entries(OTHER_METRICS));
  const section = reference.split('\n## Metrics\n')[1].split('\n## ')[0];
  for (const [, name, type, labels] of section.matchAll(/^\| `(\w+)` \| (\w+) \|([^|]*)\|/gm)) {
    const of = [...labels.matchAll(/`(\w+)`/g)].map((match) => match[1]);
    if (type === 'histogram') {
      known.set(`${name}_count`, of).set(`${name}_sum`, of).set(`${name}_bucket`, [...of, 'le']);
    } else known.set(name, of);
  }
  // The first part of a recorded name lists its labels; falcon is the whole fleet.
  for (const [, name] of (recording ?? '').matchAll(/record: (\S+)/g)) {
    known.set(name, name.split(':')[0].split('_').filter((label) => label !== 'falcon'));
  }
  return known;
}

/** Metrics of an expression with the labels that their selectors match on. */
function selectors(expr) {
  const found = [];
  parser.parse(expr).iterate({
    enter: (node) => {
      if (node.type.isError) throw new Error(`does not parse at ${node.from}: ${expr}`);
      if (node.name !== 'VectorSelector') return;
      const name = node.node.getChild('Identifier');
      const labels = [];
      node.node.getChild('LabelMatchers')?.cursor().iterate((inner) => {
        if (inner.name === 'LabelName') labels.push(expr.slice(inner.from, inner.to));
      });
      found.push({ name: name && expr.slice(name.from, name.to), labels });
    },
  });
  return found;
}

/** Answers { faults, skipped }. */
export function rules(dashboard) {
  const faults = [];
  const skipped = [];
  const fault = (text) => faults.push(text);

  if (dashboard.schemaVersion !== defaultDashboard.schemaVersion) fault(`schemaVersion is ${dashboard.schemaVersion}, that of @grafana/schema ${defaultDashboard.schemaVersion}`);

  // ---- ids, titles, layout
  const ids = new Map();
  const cells = new Map();
  for (const panel of dashboard.panels) {
    const who = `panel ${panel.id} (${panel.title})`;
    if (ids.has(panel.id)) fault(`${who}: id used twice`);
    ids.set(panel.id, panel);
    const { x, y, w, h } = panel.gridPos;
    if (x < 0 || x + w > 24) fault(`${who}: outside the 24 columns`);
    for (let row = y; row < y + h; row++) {
      for (let column = x; column < x + w; column++) {
        const cell = `${column},${row}`;
        if (cells.has(cell)) { fault(`${who}: covers ${cells.get(cell)}`); row = y + h; break; }
        cells.set(cell, who);
      }
    }
    if (panel.type === 'row') continue;
    if (!(panel.description.length > 20)) fault(`${who}: no description`);
    const refs = panel.targets.map((target) => target.refId);
    if (new Set(refs).size !== refs.length) fault(`${who}: a refId used twice`);
    if (panel.links.length === 0) fault(`${who}: no link to the runbook`);
    const values = panel.fieldConfig.defaults.thresholds?.steps.map((step) => step.value) ?? [null];
    if (values[0] !== null || values.slice(1).some((value, i) => !(value > (values[i] ?? -Infinity)))) fault(`${who}: thresholds do not start at null and rise`);
    for (const { matcher } of panel.fieldConfig.overrides) {
      if (matcher.id === 'byFrameRefID' && !refs.includes(matcher.options)) fault(`${who}: an override for query ${matcher.options}, which does not exist`);
      if (matcher.id === 'byRegexp') new RegExp(matcher.options);
      const columns = panel.transformations?.flatMap((step) => Object.values(step.options.renameByName)) ?? [];
      if (matcher.id === 'byName' && !columns.includes(matcher.options)) fault(`${who}: an override for the column ${matcher.options}, which does not exist`);
    }
  }
  for (let y = 0, bottom = Math.max(...[...cells.keys()].map((cell) => +cell.split(',')[1])); y <= bottom; y++) {
    for (let x = 0; x < 24; x++) if (!cells.has(`${x},${y}`)) { fault(`a gap in the layout at column ${x}, row ${y}`); x = 24; }
  }
  for (const title of TITLES) if (!dashboard.panels.some((panel) => panel.title === title)) fault(`no panel "${title}"`);

  // ---- expressions
  const recording = read('deploy/prometheus/rules/recording.yml');
  if (!recording) skipped.push('names of recording rules: deploy/prometheus/rules/recording.yml does not exist');
  const known = knownMetrics(read('docs/REFERENCE.md'), recording);
  for (const { where, title, expr } of expressions(dashboard)) {
    let parts = [];
    try { parts = selectors(expr); } catch (error) { fault(`${where} (${title}): ${error.message}`); }
    for (const { name, labels } of parts) {
      if (!recording && name?.includes(':')) continue;
      if (!known.has(name)) { fault(`${where} (${title}): no metric ${name}`); continue; }
      for (const label of labels) if (![...known.get(name), ...EVERYWHERE].includes(label)) fault(`${where} (${title}): ${name} has no label ${label}`);
    }
  }

  // ---- links to the runbook
  const alerts = read('deploy/prometheus/rules/alerts.yml');
  const runbook = read('docs/RUNBOOK.md');
  const urls = dashboard.panels.flatMap((panel) => panel.links?.map((link) => link.url) ?? []);
  const base = dashboard.links[0].url;
  for (const url of urls) if (!url.startsWith(`${base}#`)) fault(`${url} does not start with ${base}#`);
  const anchors = [...new Set(urls.map((url) => url.split('#')[1]))];
  if (alerts) {
    const theirs = new Set([...alerts.matchAll(/runbook_url: (\S+)/g)].map((match) => match[1]));
    for (const anchor of anchors) if (!theirs.has(`${base}#${anchor}`)) fault(`no alert has the runbook_url ${base}#${anchor}`);
    for (const url of theirs) if (!urls.includes(url)) fault(`no panel links to ${url}`);
  } else skipped.push('links against alerts: deploy/prometheus/rules/alerts.yml does not exist');
  if (runbook) {
    const headings = new Set([...runbook.matchAll(/^#+ (.+)$/gm)].map((match) => match[1].trim().toLowerCase().replace(/[^\w\- ]/g, '').replace(/ /g, '-')));
    for (const anchor of anchors) if (!headings.has(anchor)) fault(`docs/RUNBOOK.md has no heading for #${anchor}`);
  } else skipped.push('links against headings: docs/RUNBOOK.md does not exist');

  // ---- what Grafana is started with
  const compose = read('docker-compose.yml');
  if (compose) {
    const image = /grafana\/grafana:([\d.]+)/.exec(compose)?.[1];
    const schema = JSON.parse(readFileSync(new URL('package.json', import.meta.url), 'utf8')).devDependencies['@grafana/schema'];
    if (image !== schema) fault(`docker-compose.yml starts Grafana ${image}, checked against the types of ${schema}`);
  } else skipped.push("version of Grafana's image: docker-compose.yml does not exist");
  const uid = /^ +uid: (\S+)$/m.exec(read('deploy/grafana/provisioning/datasources/prometheus.yml'))?.[1];
  if (uid !== dashboard.templating.list.find((variable) => variable.name === 'datasource')?.current.value) fault(`the data source's uid ${uid} is not the variable's value`);
  return { faults, skipped };
}
