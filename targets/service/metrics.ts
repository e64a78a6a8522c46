import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'

interface Described<Label extends string> {
  readonly name: string
  readonly help: string
  readonly labelNames?: readonly Label[]
}

/** The process's metrics. Asking twice for one name gives the same metric. */
export interface Metrics {
  counter<Label extends string>(described: Described<Label>): Counter<Label>
  gauge<Label extends string>(described: Described<Label>): Gauge<Label>
  /** In seconds. */
  histogram<Label extends string>(described: Described<Label>): Histogram<Label>
  /** Read when scraped. */
  gaugeOf(described: Described<never>, read: () => number): void
  readonly registry: Registry
}

const secondsBuckets = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10]

export function createMetrics(instance: string): Metrics {
  const registry = new Registry()
  registry.setDefaultLabels({ instance })
  collectDefaultMetrics({ register: registry })
  const known = new Map<string, unknown>()
  const once = <T>(kind: new (...args: never[]) => T, name: string, make: () => T): T => {
    const existing = known.get(name)
    if (existing instanceof kind) return existing
    const made = make()
    known.set(name, made)
    return made
  }
  const options = <Label extends string>({ name, help, labelNames = [] }: Described<Label>) => ({
    name,
    help,
    labelNames: [...labelNames],
    registers: [registry],
  })
  return {
    registry,
    counter: described => once(Counter, described.name, () => new Counter(options(described))),
    gauge: described => once(Gauge, described.name, () => new Gauge(options(described))),
    histogram: described =>
      once(
        Histogram,
        described.name,
        () => new Histogram({ ...options(described), buckets: secondsBuckets }),
      ),
    gaugeOf: (described, read) => {
      new Gauge({
        ...options(described),
        collect() {
          this.set(read())
        },
      })
    },
  }
}
