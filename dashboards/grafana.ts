import {
  AnnotationQueryBuilder,
  type Dashboard,
  DashboardBuilder,
  DatasourceVariableBuilder,
} from '@grafana/grafana-foundation-sdk/dashboard'
import { DataqueryBuilder } from '@grafana/grafana-foundation-sdk/prometheus'
import * as stat from '@grafana/grafana-foundation-sdk/stat'
import * as states from '@grafana/grafana-foundation-sdk/statetimeline'
import * as lines from '@grafana/grafana-foundation-sdk/timeseries'
import { type Board, type Panel, withWindow } from './panel.ts'

const datasource = { type: 'prometheus', uid: '$datasource' }
const units = {
  none: 'short',
  seconds: 's',
  bytes: 'bytes',
  perSecond: 'ops',
  bytesPerSecond: 'Bps',
  share: 'percentunit',
  time: 'dateTimeAsIso',
} as const

/** A dashboard as Grafana imports it, with the faults as bands across all panels. */
export function grafanaDashboard({ name, title, panels }: Board): Dashboard {
  const builder = new DashboardBuilder(title)
    .uid(`resilience-${name}`)
    .tags(['resilience-lab'])
    .refresh('5s')
    .time({ from: 'now-5m', to: 'now' })
    .withVariable(
      new DatasourceVariableBuilder('datasource').label('Prometheus').type('prometheus'),
    )
    .annotation(faultBands())
  for (const panel of panels) builder.withPanel(panelOf(panel))
  return builder.build()
}

/** By a query, so that no tool needs to write into Grafana. */
function faultBands() {
  return new AnnotationQueryBuilder()
    .name('Faults')
    .datasource(datasource)
    .enable(true)
    .iconColor('red')
    .expr('lab_fault_active == 1')
    .step('1s')
    .titleFormat('{{strike}}')
    .textFormat('{{fault}}')
}

function panelOf({ title, kind, unit, queries }: Panel) {
  const builder = builderOf(kind).title(title).datasource(datasource).unit(units[unit])
  builder.height(8).span(12)
  for (const [index, query] of queries.entries()) {
    builder.withTarget(
      new DataqueryBuilder()
        .refId(String.fromCharCode(65 + index))
        .expr(withWindow(query, '$__rate_interval'))
        .legendFormat(query.legend),
    )
  }
  return builder
}

function builderOf(kind: Panel['kind']) {
  if (kind === 'lines') return new lines.PanelBuilder()
  return kind === 'states' ? new states.PanelBuilder() : new stat.PanelBuilder()
}
