import { Counter, Gauge, Histogram, Registry } from 'prom-client'
import { labMetrics } from './lab-metrics.ts'

type Described = typeof labMetrics
type OfType<Type> = {
  [Name in keyof Described]: Described[Name]['type'] extends Type ? Name : never
}[keyof Described]
type LabelsOf<Name extends keyof Described> = Described[Name]['labels'][number]

const durationBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

/** The described metrics of one run, in a registry of their own. */
export class MetricSet {
  readonly registry = new Registry()

  /** Of each name one, made when it is first asked for. `collect` runs before each scrape. */
  gauge<Name extends OfType<'gauge'>>(name: Name, collect?: () => void): Gauge<LabelsOf<Name>> {
    const { help, labels } = labMetrics[name]
    const known = this.registry.getSingleMetric(name)
    if (known instanceof Gauge) return known
    const labelNames: LabelsOf<Name>[] = [...labels]
    return new Gauge({ ...this.#common(name, help, collect), labelNames })
  }

  counter<Name extends OfType<'counter'>>(
    name: Name,
    collect?: () => void,
  ): Counter<LabelsOf<Name>> {
    const { help, labels } = labMetrics[name]
    const known = this.registry.getSingleMetric(name)
    if (known instanceof Counter) return known
    const labelNames: LabelsOf<Name>[] = [...labels]
    return new Counter({ ...this.#common(name, help, collect), labelNames })
  }

  histogram<Name extends OfType<'histogram'>>(name: Name): Histogram<LabelsOf<Name>> {
    const { help, labels } = labMetrics[name]
    const known = this.registry.getSingleMetric(name)
    if (known instanceof Histogram) return known
    const labelNames: LabelsOf<Name>[] = [...labels]
    return new Histogram({ ...this.#common(name, help), labelNames, buckets: durationBuckets })
  }

  #common(name: string, help: string, collect?: () => void) {
    return { name, help, registers: [this.registry], ...(collect && { collect }) }
  }
}
