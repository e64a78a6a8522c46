import { collectDefaultMetrics, Registry } from 'prom-client'
import { proxyMetrics } from '../faults/proxy/proxies/proxy-metrics.ts'
import { labMetrics } from '../lab/report/metrics/lab-metrics.ts'
import { metricCatalogue } from '../targets/service/metric-catalogue.ts'

/** A metric that `/metrics` of somebody exposes. */
export interface KnownMetric {
  readonly name: string
  readonly type: string
  readonly labels: readonly string[]
  readonly unit: string
  readonly help: string
}

/** Every metric of lab, proxy and service, by whose page it is on. */
export function allMetrics(): Readonly<
  Record<'lab' | 'proxy' | 'service', readonly KnownMetric[]>
> {
  const named = (of: Readonly<Record<string, Omit<KnownMetric, 'name'>>>) =>
    Object.entries(of).map(([name, metric]) => ({ name, ...metric }))
  return {
    lab: named(labMetrics),
    proxy: proxyMetrics,
    service: [...named(metricCatalogue), ...defaultMetrics()],
  }
}

/** The names of the series of a metric, as a query has to call them. */
export function seriesOf({ name, type }: KnownMetric): readonly string[] {
  return type === 'histogram' ? [`${name}_bucket`, `${name}_sum`, `${name}_count`] : [name]
}

/** Node's own, which prom-client adds to every process of the service. */
function defaultMetrics(): readonly KnownMetric[] {
  const registry = new Registry()
  collectDefaultMetrics({ register: registry })
  return registry.getMetricsAsArray().map(metric => ({
    name: metric.name,
    type: `${metric.type}`,
    labels: labelsOf(metric),
    unit: unitIn(metric.name),
    help: metric.help,
  }))
}

function labelsOf(metric: object): readonly string[] {
  const { labelNames } = Object(metric)
  return Array.isArray(labelNames) ? labelNames.map(String) : []
}

function unitIn(name: string): string {
  if (name.endsWith('_time_seconds')) return 'Unix time'
  return /_(seconds|bytes)(_total)?$/.exec(name)?.[1] ?? '1'
}
