import { parser } from '@prometheus-io/lezer-promql'
import { allMetrics, seriesOf } from './all-metrics.ts'

/** Metrics that Prometheus itself and redis_exporter have. */
const foreign = ['up', 'ALERTS', 'redis_up', 'redis_connected_slaves']

/** Every series that `/metrics` of somebody exposes. */
export function exposedNames(): ReadonlySet<string> {
  return new Set([...foreign, ...Object.values(allMetrics()).flat().flatMap(seriesOf)])
}

/** The series that a query reads. @throws {SyntaxError} where it is no PromQL. */
export function metricNamesIn(expr: string): readonly string[] {
  const names: string[] = []
  parser.parse(expr).iterate({
    enter: ({ name, type, from, to, node }) => {
      if (type.isError) throw new SyntaxError(`No PromQL at ${from}: ${expr}`)
      if (name !== 'Identifier' || node.parent?.name !== 'VectorSelector') return
      names.push(expr.slice(from, to))
    },
  })
  return names
}
