import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import type { ProxyCollection } from './proxy-collection.ts'
import { proxyMetrics } from './proxy-metrics.ts'

/**
 * Prometheus metrics, read from the live counters when asked: bytes count as they flow. Labels are in
 * alphabetic order, as Go's library writes them.
 */
export class Metrics {
  readonly #registry = new Registry()

  constructor(proxies: ProxyCollection, options: { readonly runtime: boolean }) {
    for (const { name, help, type, labels, read } of proxyMetrics) {
      const described = { name, help, labelNames: [...labels], registers: [this.#registry] }
      if (type === 'counter') {
        new Counter({
          ...described,
          collect() {
            this.reset()
            for (const proxy of proxies.all) {
              for (const series of read(proxy)) this.inc(series.labels, series.value)
            }
          },
        })
      } else {
        new Gauge({
          ...described,
          collect() {
            this.reset()
            for (const proxy of proxies.all) {
              for (const series of read(proxy)) this.set(series.labels, series.value)
            }
          },
        })
      }
    }
    if (options.runtime) collectDefaultMetrics({ register: this.#registry })
  }

  get contentType(): string {
    return this.#registry.contentType
  }

  text(): Promise<string> {
    return this.#registry.metrics()
  }
}
