import { proxyExists, proxyNotFound } from '../base/api-error.ts'
import { Mutex } from '../base/mutex.ts'
import { addressesDiffer, type ProxyRequest } from './proxy-settings.ts'
import { type ProxyContext, TcpProxy } from './tcp-proxy.ts'

/** The proxies by name. Reading never waits for a change that is under way. */
export class ProxyCollection {
  readonly #context: ProxyContext
  readonly #proxies = new Map<string, TcpProxy>()
  readonly #changes = new Mutex()

  constructor(context: ProxyContext) {
    this.#context = context
  }

  get all(): Iterable<TcpProxy> {
    return this.#proxies.values()
  }

  /** Somebody began or stopped to listen to events. */
  listenersChanged(): void {
    for (const proxy of this.all) proxy.listenersChanged()
  }

  get(name: string): TcpProxy {
    const proxy = this.#proxies.get(name)
    if (!proxy) throw proxyNotFound()
    return proxy
  }

  add(request: ProxyRequest): Promise<TcpProxy> {
    return this.#changes.run(async () => {
      if (this.#proxies.has(request.settings.name)) throw proxyExists()
      return this.#create(request)
    })
  }

  /** Same name, listen and upstream: kept with its toxics, unless the request says otherwise. */
  addOrReplace(request: ProxyRequest): Promise<TcpProxy> {
    return this.#changes.run(async () => {
      const existing = this.#proxies.get(request.settings.name)
      if (!existing || addressesDiffer(existing.settings, request.settings)) {
        await existing?.setEnabled(false)
        return this.#create(request)
      }
      if (request.toxics) await existing.toxics.remove(existing.toxics.all)
      const settings = { ...existing.settings, ...request.said }
      await existing.change(settings, request.enabled ?? existing.enabled)
      for (const toxic of request.toxics ?? []) await existing.toxics.add(toxic)
      return existing
    })
  }

  remove(name: string): Promise<void> {
    return this.#changes.run(async () => {
      const proxy = this.get(name)
      this.#proxies.delete(name)
      await proxy.setEnabled(false)
      await proxy.toxics.remove(proxy.toxics.all)
    })
  }

  /** Enables every proxy and removes every toxic. */
  async reset(): Promise<void> {
    for (const proxy of this.all) {
      await proxy.toxics.remove(proxy.toxics.all)
      await proxy.setEnabled(true)
    }
  }

  async close(): Promise<void> {
    for (const name of [...this.#proxies.keys()]) await this.remove(name)
  }

  /** Toxics are in place before the first connection can come. */
  async #create({ settings, enabled, toxics }: ProxyRequest): Promise<TcpProxy> {
    const proxy = new TcpProxy(settings, this.#context)
    for (const toxic of toxics ?? []) await proxy.toxics.add(toxic)
    if (enabled ?? true) await proxy.setEnabled(true)
    this.#proxies.set(settings.name, proxy)
    return proxy
  }
}
