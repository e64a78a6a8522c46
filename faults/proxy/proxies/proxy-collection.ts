import type { ProxyOrder } from '../api/bodies.ts'
import { proxyExists, proxyNotFound } from '../base/api-error.ts'
import { Mutex } from '../base/mutex.ts'
import { addressesDiffer, Link, type Surroundings } from './proxy.ts'

/** The proxies by name. Reading never waits for a change that is under way. */
export class Collection {
  readonly #around: Surroundings
  readonly #proxies = new Map<string, Link>()
  readonly #changes = new Mutex()

  constructor(around: Surroundings) {
    this.#around = around
  }

  get all(): Iterable<Link> {
    return this.#proxies.values()
  }

  get(name: string): Link {
    const proxy = this.#proxies.get(name)
    if (!proxy) throw proxyNotFound()
    return proxy
  }

  add(order: ProxyOrder): Promise<Link> {
    return this.#changes.run(async () => {
      if (this.#proxies.has(order.settings.name)) throw proxyExists()
      return this.#create(order)
    })
  }

  /** Same name, listen and upstream: kept with its toxics, unless the order says otherwise. */
  addOrReplace(order: ProxyOrder): Promise<Link> {
    return this.#changes.run(async () => {
      const existing = this.#proxies.get(order.settings.name)
      if (!existing || addressesDiffer(existing.settings, order.settings)) {
        await existing?.setEnabled(false)
        return this.#create(order)
      }
      if (order.toxics) await existing.removeAllToxics()
      const settings = { ...existing.settings, ...order.said }
      await existing.change(settings, order.enabled ?? existing.enabled)
      for (const toxic of order.toxics ?? []) await existing.addToxic(toxic)
      return existing
    })
  }

  remove(name: string): Promise<void> {
    return this.#changes.run(async () => {
      const proxy = this.get(name)
      this.#proxies.delete(name)
      await proxy.setEnabled(false)
      await proxy.removeAllToxics()
    })
  }

  /** Enables every proxy and removes every toxic. */
  async reset(): Promise<void> {
    for (const proxy of this.all) {
      await proxy.removeAllToxics()
      await proxy.setEnabled(true)
    }
  }

  async close(): Promise<void> {
    for (const name of [...this.#proxies.keys()]) await this.remove(name)
  }

  /** Toxics are in place before the first connection can come. */
  async #create({ settings, enabled, toxics }: ProxyOrder): Promise<Link> {
    const proxy = new Link(settings, this.#around)
    for (const toxic of toxics ?? []) await proxy.addToxic(toxic)
    if (enabled ?? true) await proxy.setEnabled(true)
    this.#proxies.set(settings.name, proxy)
    return proxy
  }
}
