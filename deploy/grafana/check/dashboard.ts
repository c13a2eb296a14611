// What the dashboard's JSON must be. @grafana/schema's own Dashboard leaves options, custom fields, targets and the
// values of overrides open (Record<string, unknown>); here they are bound to the panel's type.
import type { Dashboard, DashboardLink, GraphFieldConfig, Panel, RowPanel, VariableModel } from '@grafana/schema';
import type * as Raw from '@grafana/schema/dist/esm/raw/dashboard/x/dashboard_types.gen.d.ts';
import type * as Stat from '@grafana/schema/dist/esm/raw/composable/stat/panelcfg/x/StatPanelCfg_types.gen.d.ts';
import type * as StateTimeline from '@grafana/schema/dist/esm/raw/composable/statetimeline/panelcfg/x/StateTimelinePanelCfg_types.gen.d.ts';
import type * as Table from '@grafana/schema/dist/esm/raw/composable/table/panelcfg/x/TablePanelCfg_types.gen.d.ts';
import type * as TimeSeries from '@grafana/schema/dist/esm/raw/composable/timeseries/panelcfg/x/TimeSeriesPanelCfg_types.gen.d.ts';

/** T as JSON holds it: a value of a string enum is a plain string, but only one of the enum's. */
export type Plain<T> = 0 extends 1 & T ? T
  : unknown extends T ? T
  : T extends string ? `${T}`
  : T extends number | boolean | null | undefined ? T
  : T extends readonly (infer E)[] ? Plain<E>[]
  : T extends object ? { [K in keyof T]: Plain<T[K]> }
  : T;

type PrometheusRef = { type: 'prometheus'; uid: '${datasource}' };

/** @grafana/schema 11 has no type of a Prometheus query; written after that of @grafana/prometheus. */
type Target = {
  refId: 'A' | 'B' | 'C' | 'D' | 'E' | 'F';
  datasource: PrometheusRef;
  editorMode: 'code';
  expr: string;
  legendFormat: string;
  instant: boolean;
  range: boolean;
  format: 'time_series' | 'table';
};

/** The schema takes any string. These are the ones in use; a new one is looked up in Grafana's list first. */
type Unit = 'none' | 'short' | 's' | 'bytes' | 'percentunit' | 'reqps' | 'cps' | 'ops' | `suffix:${string}`;

type Defaults<Custom> = Plain<Omit<Raw.FieldConfig, 'custom' | 'unit'>> & { unit?: Unit; custom?: Plain<Custom> };

type Property<F> = { [K in keyof F & string]-?: { id: K; value: F[K] } }[keyof F & string];
type CustomProperty<C> = { [K in keyof C & string]-?: { id: `custom.${K}`; value: C[K] } }[keyof C & string];
interface Override<Custom> {
  matcher: { id: 'byName' | 'byRegexp' | 'byFrameRefID'; options: string };
  properties: (Property<Omit<Required<Defaults<Custom>>, 'custom'>> | CustomProperty<Plain<Required<Custom>>>)[];
}

/** "Organize fields" of the tables; the schema leaves every transformation's options open. */
type Organize = {
  id: 'organize';
  options: {
    excludeByName: Record<string, boolean>;
    includeByName: Record<string, boolean>;
    indexByName: Record<string, number>;
    renameByName: Record<string, string>;
  };
};

interface FalconPanel<Type extends string, Options, Custom> {
  id: number;
  type: Type;
  title: string;
  description: string;
  gridPos: Plain<Raw.GridPos>;
  datasource: PrometheusRef;
  /** Grafana itself stores these three of a panel's link; the schema asks for those of a dashboard's link. */
  links: Plain<Pick<DashboardLink, 'title' | 'url' | 'targetBlank'>>[];
  targets: Target[];
  options: Plain<Options>;
  fieldConfig: { defaults: Defaults<Custom>; overrides: Override<Custom>[] };
  transformations?: Organize[];
}

type Row = Plain<Omit<RowPanel, 'panels'>> & { panels: never[] };

/** What Grafana 11's Prometheus data source reads of an annotation query, beside what the schema knows. */
interface AlertAnnotation extends Omit<Plain<Raw.AnnotationQuery>, 'datasource' | 'target' | 'builtIn' | 'type'> {
  datasource: PrometheusRef;
  builtIn?: never;
  expr: string;
  step: string;
  titleFormat: string;
  textFormat: string;
  tagKeys: string;
  useValueForTime: boolean;
}
type BuiltInAnnotation = Omit<Plain<Raw.AnnotationQuery>, 'builtIn' | 'target'> & { builtIn: 1; type: 'dashboard' };

type Variable = Omit<Plain<VariableModel>, 'type' | 'query' | 'datasource'> & (
  | { type: 'datasource'; query: 'prometheus' }
  | { type: 'query'; datasource: PrometheusRef; query: { qryType: 1; query: string; refId: string } });

export type FalconPanels =
  | FalconPanel<'timeseries', TimeSeries.Options, GraphFieldConfig>
  | FalconPanel<'state-timeline', StateTimeline.Options, StateTimeline.FieldConfig>
  | FalconPanel<'stat', Stat.Options, Record<never, never>>
  | FalconPanel<'table', Table.Options, Table.FieldConfig>
  | Row;

export type FalconDashboard = Plain<Omit<Dashboard, 'panels' | 'annotations' | 'templating' | 'uid' | 'title' | 'id'>> & {
  id: null;
  uid: 'falcon';
  title: 'Falcon ML Inference Platform';
  panels: FalconPanels[];
  annotations: { list: (AlertAnnotation | BuiltInAnnotation)[] };
  templating: { list: Variable[] };
};

// What is narrower than Grafana's types must still be one of them. Panel links are the one exception.
type PanelOfGrafana = Omit<Plain<Panel>, 'links'>;
export const panelsAreGrafanas = (panel: Omit<Exclude<FalconPanels, Row>, 'links'>): PanelOfGrafana => panel;
export const rowsAreGrafanas = (panel: Row): Plain<RowPanel> => panel;
export const theRestIsGrafanas = (it: Omit<FalconDashboard, 'panels'>): Omit<Plain<Dashboard>, 'panels'> => it;
