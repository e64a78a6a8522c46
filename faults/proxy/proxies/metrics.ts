import { Counter, collectDefaultMetrics, Gauge, Registry } from 'prom-client'
import { formatAddress } from '../base/address.ts'
import type { ProxyCollection } from './proxy-collection.ts'

/**
 * Prometheus metrics, read from the live counters when asked: bytes count as they flow. Labels are in
 * alphabetic order, as Go's library writes them.
 */
export class Metrics {
  readonly #registry = new Registry()

  constructor(proxies: ProxyCollection, options: { readonly runtime: boolean }) {
    this.#bytes('toxiproxy_proxy_received_bytes_total', 'received', proxies)
    this.#bytes('toxiproxy_proxy_sent_bytes_total', 'sent', proxies)
    this.#connections(proxies)
    this.#toxics(proxies)
    if (options.runtime) collectDefaultMetrics({ register: this.#registry })
  }

  get contentType(): string {
    return this.#registry.contentType
  }

  text(): Promise<string> {
    return this.#registry.metrics()
  }

  #bytes(name: string, field: 'received' | 'sent', proxies: ProxyCollection): void {
    new Counter({
      name,
      help: `Bytes ${field} per proxy and direction`,
      labelNames: ['direction', 'listener', 'proxy', 'upstream'],
      registers: [this.#registry],
      collect() {
        this.reset()
        for (const proxy of proxies.all) {
          const totals = proxy.traffic.totals(proxy.connections)[field]
          const labels = {
            listener: formatAddress(proxy.settings.listen),
            proxy: proxy.settings.name,
            upstream: formatAddress(proxy.settings.upstream),
          }
          this.inc({ direction: 'downstream', ...labels }, totals.downstream)
          this.inc({ direction: 'upstream', ...labels }, totals.upstream)
        }
      },
    })
  }

  #connections(proxies: ProxyCollection): void {
    new Gauge({
      name: 'toxiproxy_proxy_connections',
      help: 'Open connections per proxy',
      labelNames: ['proxy'],
      registers: [this.#registry],
      collect() {
        this.reset()
        for (const proxy of proxies.all) {
          this.set({ proxy: proxy.settings.name }, [...proxy.connections].length)
        }
      },
    })
    new Counter({
      name: 'toxiproxy_proxy_events_total',
      help: 'Connects, closes, refused connects, messages by kind and toxics applied, per proxy',
      labelNames: ['event', 'proxy'],
      registers: [this.#registry],
      collect() {
        this.reset()
        for (const proxy of proxies.all) {
          for (const [event, count] of Object.entries(proxy.counts())) {
            if (!event.startsWith('bytes')) this.inc({ event, proxy: proxy.settings.name }, count)
          }
        }
      },
    })
  }

  #toxics(proxies: ProxyCollection): void {
    new Gauge({
      name: 'toxiproxy_toxic_landed',
      help: 'What each toxic in force really touched',
      labelNames: ['proxy', 'toxic', 'type', 'unit'],
      registers: [this.#registry],
      collect() {
        this.reset()
        for (const proxy of proxies.all) {
          for (const { settings, landed, unanswered } of proxy.toxics.all) {
            const labels = {
              proxy: proxy.settings.name,
              toxic: settings.name,
              type: settings.type,
            }
            this.set({ ...labels, unit: 'connections' }, landed.connections)
            this.set({ ...labels, unit: 'bytes' }, landed.bytes)
            this.set({ ...labels, unit: 'messages' }, landed.messages)
            if (unanswered !== undefined) this.set({ ...labels, unit: 'packets' }, unanswered)
          }
        }
      },
    })
  }
}
