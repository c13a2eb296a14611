// Checks deploy/grafana/dashboards/falcon.json: types, then rules; then that changed copies are refused where they should be.
// Exit status: 0 all well, 1 not.
import { readFileSync } from 'node:fs';
import { rules } from './rules.mjs';
import { typeCheck } from './types.mjs';

const text = readFileSync(new URL('../dashboards/falcon.json', import.meta.url), 'utf8');
const panel = (dashboard, id) => dashboard.panels.find((one) => one.id === id);

// name, change, who refuses the copy: types, rules, or nobody. "Nobody" is the honest part: what gets through.
const MUTANTS = [
  ['unknown panel type', (d) => { panel(d, 10).type = 'graph'; }, 'types'],
  ['state timeline called statetimeline', (d) => { panel(d, 20).type = 'statetimeline'; }, 'types'],
  ['unknown field of a panel', (d) => { panel(d, 10).nullPointMode = 'null'; }, 'types'],
  ['unknown field of the dashboard', (d) => { d.rows = []; }, 'types'],
  ['options of another panel type', (d) => { panel(d, 10).options.rowHeight = 0.9; }, 'types'],
  ['required option missing', (d) => { delete panel(d, 20).options.rowHeight; }, 'types'],
  ['custom field of another panel type', (d) => { panel(d, 20).fieldConfig.defaults.custom.drawStyle = 'line'; }, 'types'],
  ['wrong value of an enum', (d) => { panel(d, 10).fieldConfig.defaults.custom.drawStyle = 'lines'; }, 'types'],
  ['wrong value of a numeric enum', (d) => { d.templating.list[1].refresh = 3; }, 'types'],
  ['text where a number belongs', (d) => { panel(d, 10).gridPos.h = '8'; }, 'types'],
  ['misspelt unit', (d) => { panel(d, 11).fieldConfig.defaults.unit = 'seconds'; }, 'types'],
  ['misspelt colour mode', (d) => { panel(d, 11).fieldConfig.defaults.color.mode = 'palette'; }, 'types'],
  ['value mapping without its type', (d) => { delete panel(d, 20).fieldConfig.defaults.mappings[0].type; }, 'types'],
  ['override of an unknown property', (d) => { panel(d, 12).fieldConfig.overrides[0].properties[0].id = 'colour'; }, 'types'],
  ['override with a wrong value', (d) => { panel(d, 12).fieldConfig.overrides[0].properties[1].value = 'thick'; }, 'types'],
  ['query without an expression', (d) => { delete panel(d, 10).targets[0].expr; }, 'types'],
  ['fixed data source', (d) => { panel(d, 10).targets[0].datasource.uid = 'prometheus'; }, 'types'],
  ['unknown type of variable', (d) => { d.templating.list[1].type = 'list'; }, 'types'],
  ['misspelt field of an annotation', (d) => { d.annotations.list[1].tittleFormat = ''; }, 'types'],
  ['table column option misspelt', (d) => { panel(d, 61).fieldConfig.defaults.custom.cellOptions.type = 'colour-text'; }, 'types'],
  ['old schemaVersion', (d) => { d.schemaVersion = 39; }, 'rules'],
  ['id used twice', (d) => { panel(d, 11).id = 10; }, 'rules'],
  ['panels that overlap', (d) => { panel(d, 11).gridPos.x = 7; }, 'rules'],
  ['panel outside the grid', (d) => { panel(d, 12).gridPos.w = 9; }, 'rules'],
  ['unknown metric', (d) => { panel(d, 10).targets[0].expr = 'sum(inference_request_total)'; }, 'rules'],
  ['label that the metric does not have', (d) => { panel(d, 21).targets[0].expr = 'inference_errors_total{model=~"$model"}'; }, 'rules'],
  ['expression that does not parse', (d) => { panel(d, 10).targets[0].expr = 'sum by worker (up)'; }, 'rules'],
  ['variable that does not exist', (d) => { panel(d, 10).targets[0].expr = 'up{worker=~"$workers"}'; }, 'rules'],
  ['link to a heading that does not exist', (d) => { panel(d, 10).links[0].url += 's'; }, 'rules'],
  ['thresholds that fall', (d) => { panel(d, 11).fieldConfig.defaults.thresholds.steps.reverse(); }, 'rules'],
  ['override for a query that does not exist', (d) => { panel(d, 50).fieldConfig.overrides[0].matcher.options = 'E'; }, 'rules'],
  ['colour that does not exist', (d) => { panel(d, 11).fieldConfig.overrides[0].properties[0].value.fixedColor = 'gren'; }, 'nobody'],
  ['statistic of a legend that does not exist', (d) => { panel(d, 10).options.legend.calcs = ['average']; }, 'nobody'],
  ['legend sorted by a column that does not exist', (d) => { panel(d, 10).options.legend.sortBy = 'Maximum'; }, 'nobody'],
  ['override whose pattern matches no series', (d) => { panel(d, 11).fieldConfig.overrides[0].matcher.options = '^p51$'; }, 'nobody'],
  ['legend with a label that the series do not have', (d) => { panel(d, 10).targets[0].legendFormat = '{{pod}}'; }, 'nobody'],
  ['grouping by a label that the metric does not have', (d) => { panel(d, 10).targets[0].expr = 'sum by (pod) (up)'; }, 'nobody'],
  ['refresh that is no interval', (d) => { d.refresh = 'often'; }, 'nobody'],
];

const sources = { falcon: text };
const copies = MUTANTS.map(([, change], i) => {
  const copy = JSON.parse(text);
  change(copy);
  sources[`mutant${i}`] = JSON.stringify(copy, null, 1);
  if (sources[`mutant${i}`] === JSON.stringify(JSON.parse(text), null, 1)) throw new Error(`${MUTANTS[i][0]}: changes nothing`);
  return copy;
});

const typed = typeCheck(sources);
const { faults, skipped } = rules(JSON.parse(text));
const problems = [...typed[''].map((fault) => `dashboard.ts:${fault}`), ...typed.falcon.map((fault) => `falcon.json:${fault}`), ...faults];
const refused = { types: 0, rules: 0, nobody: 0 };
copies.forEach((copy, i) => {
  const [name, , expected] = MUTANTS[i];
  let byRules;
  try { byRules = rules(copy).faults.length > faults.length; } catch { byRules = true; }
  const by = typed[`mutant${i}`].length > 0 ? 'types' : byRules ? 'rules' : 'nobody';
  if (by === expected) refused[by]++;
  else if (!(expected === 'rules' && by === 'nobody' && skipped.length > 0 && name.startsWith('link'))) problems.push(`changed copy "${name}": refused by ${by}, expected ${expected}`);
});

for (const line of problems) console.error(`  ${line}`);
for (const line of skipped) console.log(`  SKIPPED ${line}`);
console.log(`types and rules: ${problems.length} problems, ${skipped.length} skipped; changed copies: ${refused.types} refused by types, ${refused.rules} by rules, ${refused.nobody} known to get through`);
process.exitCode = problems.length === 0 ? 0 : 1;
