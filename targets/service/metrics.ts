import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import { metricCatalogue } from './metric-catalogue.ts'

type Catalogue = typeof metricCatalogue
type OfType<Type> = {
  [Name in keyof Catalogue]: Catalogue[Name]['type'] extends Type ? Name : never
}[keyof Catalogue]
type LabelsOf<Name extends keyof Catalogue> = Catalogue[Name]['labels'][number]

/** The process's metrics. Asking twice for one name gives the same metric. */
export interface Metrics {
  counter<Name extends OfType<'counter'>>(name: Name): Counter<LabelsOf<Name>>
  gauge<Name extends OfType<'gauge'>>(name: Name): Gauge<LabelsOf<Name>>
  /** In seconds. */
  histogram<Name extends OfType<'histogram'>>(name: Name): Histogram<LabelsOf<Name>>
  /** Read when scraped. */
  gaugeOf(name: OfType<'gauge'>, read: () => number): void
  readonly registry: Registry
}

const secondsBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

export function createMetrics(instance: string): Metrics {
  const registry = new Registry()
  registry.setDefaultLabels({ instance })
  collectDefaultMetrics({ register: registry })
  const options = <Name extends keyof Catalogue>(name: Name) => {
    const { help, labels } = metricCatalogue[name]
    const labelNames: LabelsOf<Name>[] = [...labels]
    return { name, help, labelNames, registers: [registry] }
  }
  return {
    registry,
    counter: name => {
      const known = registry.getSingleMetric(name)
      return known instanceof Counter ? known : new Counter(options(name))
    },
    gauge: name => {
      const known = registry.getSingleMetric(name)
      return known instanceof Gauge ? known : new Gauge(options(name))
    },
    histogram: name => {
      const known = registry.getSingleMetric(name)
      if (known instanceof Histogram) return known
      return new Histogram({ ...options(name), buckets: secondsBuckets })
    },
    gaugeOf: (name, read) => {
      new Gauge({
        ...options(name),
        collect() {
          this.set(read())
        },
      })
    },
  }
}
