import type { Socket } from 'node:net'
import { formatAddress, withoutLocalhost } from '../base/address.ts'
import { ApiError, toxicExists, toxicNotFound } from '../base/api-error.ts'
import { Mutex } from '../base/mutex.ts'
import type { Random } from '../base/random.ts'
import type { Claim } from '../contracts/listener-port.ts'
import type { Registry } from '../contracts/registry.ts'
import { protocolMismatch } from '../contracts/toxic.ts'
import { ProxyListener } from '../listener/proxy-listener.ts'
import type { Events } from '../observe/events.ts'
import { Traffic } from '../observe/traffic.ts'
import { ActiveToxic, type ToxicSettings } from '../pipe/active-toxic.ts'
import { neverStrikes } from '../protocols/faults/strikeable.ts'
import { describeTls, plugClient, plugUpstream } from '../sockets/tls.ts'
import type { TimerEntry, TimerQueue } from '../time/timer-queue.ts'
import { Connection, type ConnectionHost } from './connection.ts'
import { addressesDiffer, type ProxySettings } from './proxy-settings.ts'

/** What all proxies of one process share. */
export interface ProxyContext {
  readonly timers: TimerQueue
  readonly events: Events
  readonly random: Random
  readonly registry: Registry
  /** Ids are unique in the process, so that one stream of events can tell all connections apart. */
  nextConnectionId(): number
}

/** A listener, its upstream, its connections and its toxics. */
export class TcpProxy implements ConnectionHost {
  readonly traffic: Traffic
  readonly timers: TimerQueue
  readonly #context: ProxyContext
  readonly #changes = new Mutex()
  readonly #connections = new Set<Connection>()
  readonly #leases = new Map<ActiveToxic, TimerEntry>()
  #settings: ProxySettings
  readonly #listener = new ProxyListener(socket => this.#accept(socket))
  readonly #claims = new Map<ActiveToxic, Claim>()
  #toxics: readonly ActiveToxic[] = []
  #ordinal = 0
  /** Somebody listens to its messages. */
  #isHeard = false

  constructor(settings: ProxySettings, context: ProxyContext) {
    this.#settings = settings
    this.#context = context
    this.timers = context.timers
    this.#isHeard = context.events.wantsMessages(settings.name)
    this.traffic = new Traffic()
  }

  get settings(): ProxySettings {
    return this.#settings
  }

  get enabled(): boolean {
    return this.#listener.enabled
  }

  get connections(): Iterable<Connection> {
    return this.#connections
  }

  toxics(): readonly ActiveToxic[] {
    return this.#toxics
  }

  toxic(name: string): ActiveToxic {
    const toxic = this.#toxics.find(({ settings }) => settings.name === name)
    if (!toxic) throw toxicNotFound()
    return toxic
  }

  /** Does nothing when it is as asked already. */
  setEnabled(enabled: boolean): Promise<void> {
    return this.#changes.run(async () => {
      if (enabled && !this.enabled) await this.#start()
      if (!enabled) await this.#stop()
    })
  }

  /** A changed listen or upstream drops the connections. When it cannot listen, all is as before. */
  change(next: ProxySettings, enabled: boolean): Promise<void> {
    return this.#changes.run(async () => {
      this.#refuseProtocol(next.protocol)
      const before = this.#settings
      const wasEnabled = this.enabled
      if (addressesDiffer(before, next)) await this.#stop()
      this.#settings = next
      if (!enabled) return this.#stop()
      if (this.enabled) return
      try {
        await this.#start()
      } catch (error) {
        this.#settings = before
        if (wasEnabled) await this.#start()
        throw error
      }
    })
  }

  async addToxic(settings: ToxicSettings): Promise<ActiveToxic> {
    if (this.#toxics.some(toxic => toxic.settings.name === settings.name)) throw toxicExists()
    const toxic = new ActiveToxic(
      this.#withPresent(settings),
      this.#context.random.fork(`${this.#settings.name}/${settings.name}`),
    )
    this.#toxics = [...this.#toxics, toxic]
    this.renewLease(toxic)
    this.#applyToxics()
    const { bound } = settings
    if (bound.level === 'listener') {
      try {
        await this.#changes.run(async () => {
          if (this.#toxics.includes(toxic))
            this.#claims.set(toxic, await bound.apply(this.#listener))
        })
      } catch (error) {
        await this.removeToxic(toxic)
        throw error
      }
    }
    return toxic
  }

  /** Names the connections that are open now, where the toxic is for these alone. */
  #withPresent(settings: ToxicSettings): ToxicSettings {
    const { connections } = settings
    if (connections?.which !== 'present') return settings
    const { ids: wanted } = connections
    const open = [...this.#connections].map(({ facts }) => facts.id)
    const ids = wanted ? open.filter(id => wanted.includes(id)) : open
    return { ...settings, connections: { ...connections, ids } }
  }

  /** Asks the kernel what the toxics on the way in have touched. */
  async measure(): Promise<void> {
    for (const [toxic, { unanswered }] of this.#claims) toxic.unanswered = await unanswered?.()
  }

  updateToxic(toxic: ActiveToxic, change: { attributes?: unknown; toxicity?: number | undefined }) {
    toxic.settings.bound.update(change.attributes)
    toxic.toxicity = change.toxicity ?? toxic.toxicity
    for (const connection of this.#connections) connection.updated(toxic)
  }

  async removeToxic(toxic: ActiveToxic): Promise<void> {
    await this.#remove([toxic])
  }

  async removeAllToxics(): Promise<void> {
    await this.#remove(this.#toxics)
  }

  /** All in one step: each connection is looked at once, however many they are. */
  async #remove(toxics: readonly ActiveToxic[]): Promise<void> {
    const leaving = new Set(toxics)
    for (const toxic of leaving) {
      this.timers.cancel(this.#leases.get(toxic))
      this.#leases.delete(toxic)
      toxic.remove()
    }
    this.#toxics = this.#toxics.filter(toxic => !leaving.has(toxic))
    this.#applyToxics()
    for (const toxic of leaving) {
      if (toxic.settings.bound.level !== 'listener') continue
      await this.#changes.run(async () => this.#claims.get(toxic)?.release())
      this.#claims.delete(toxic)
    }
  }

  /** Starts a lease's time anew; nothing for a toxic without one. */
  renewLease(toxic: ActiveToxic): void {
    const { lease, name } = toxic.settings
    if (!lease) return
    this.timers.cancel(this.#leases.get(toxic))
    const expire = () => {
      this.emit({ connection: 0, what: 'toxic', message: 'lease-expired', detail: name })
      this.removeToxic(toxic).catch((error: Error) => {
        this.emit({ connection: 0, what: 'toxic', error: error.message, detail: name })
      })
    }
    this.#leases.set(toxic, this.timers.in(lease.ttlMs, expire))
  }

  get tellsMessages(): boolean {
    return this.#settings.messages && this.#isHeard
  }

  /** Somebody began or stopped to listen to events. */
  listenersChanged(): void {
    this.#isHeard = this.#context.events.wantsMessages(this.#settings.name)
    for (const { filter } of this.#connections) filter?.listenersChanged()
  }

  /** Renews a lease that lives by heartbeats; others run out when they said. */
  heartbeat(toxic: ActiveToxic): void {
    if (toxic.settings.lease?.heartbeat) this.renewLease(toxic)
  }

  /** Counters since the proxy was created. */
  counts(): Record<string, number> {
    return this.traffic.counts(this.#connections)
  }

  emit(event: Parameters<ConnectionHost['emit']>[0]): void {
    // What was applied is still counted when the toxic is gone.
    if (event.what === 'toxic' && event.connection > 0) {
      this.traffic.message('toxic', event.detail ?? '')
    }
    this.#context.events.emit({ kind: 'wire', link: this.#settings.name, ...event })
  }

  refused({ facts }: Connection, error: NodeJS.ErrnoException): void {
    this.traffic.refused++
    const { code = 'unknown', message } = error
    this.emit({ connection: facts.id, what: 'refused', error: code, detail: message })
  }

  closed(connection: Connection): void {
    this.#connections.delete(connection)
    this.traffic.closed(connection)
    for (const toxic of this.#toxics) toxic.forget(connection.facts)
    this.emit({ connection: connection.facts.id, what: 'close' })
  }

  async #start(): Promise<void> {
    const listen = await this.#listener.open(withoutLocalhost(this.#settings.listen))
    this.#settings = { ...this.#settings, listen }
  }

  async #stop(): Promise<void> {
    await this.#listener.shut()
    for (const connection of this.#connections) connection.destroy()
  }

  #accept(client: Socket): void {
    const facts = {
      id: this.#context.nextConnectionId(),
      link: this.#settings.name,
      client: formatAddress({ host: client.remoteAddress ?? '', port: client.remotePort ?? 0 }),
      openedAtMs: performance.now(),
      wasOpen: false,
    }
    this.#ordinal++
    this.emit({ connection: facts.id, what: 'connect', detail: facts.client })
    const { upstream, protocol, tls } = this.#settings
    const spoken = this.#context.registry.protocols.get(protocol)
    const plugs = [
      plugClient(client, tls, spoken?.encryption),
      plugUpstream(upstream, tls, spoken?.encryption),
    ] as const
    const connection = new Connection(facts, this.#ordinal, ...plugs, this, spoken?.open())
    this.#connections.add(connection)
    this.traffic.opened()
  }

  /** A toxic that could do nothing any more must not be kept as if it did. */
  #refuseProtocol(protocol: string): void {
    for (const { settings } of this.#toxics) {
      const kind = this.#context.registry.toxics.get(settings.type)
      const problem = (kind && protocolMismatch(kind, protocol)) ?? neverStrikes(settings, protocol)
      if (problem !== undefined) {
        throw ApiError.badRequest(`protocol: toxic '${settings.name}' is there, and ${problem}`)
      }
    }
  }

  #applyToxics(): void {
    for (const connection of this.#connections) connection.applyToxics()
  }

  /** Connections open now, connections so far, and bytes received so far, in all and by direction. */
  #counters(): object {
    const { received } = this.traffic.totals(this.#connections)
    const bytes = received.upstream + received.downstream
    return { open: this.#connections.size, connections: this.traffic.connects, bytes, received }
  }

  toJSON(): object {
    const { name, listen, upstream, protocol, messages, tls } = this.#settings
    return {
      name,
      listen: formatAddress(listen),
      upstream: formatAddress(upstream),
      enabled: this.enabled,
      toxics: this.#toxics,
      counters: this.#counters(),
      ...(protocol !== 'tcp' && { protocol, messages }),
      ...(tls && { encryption: describeTls(tls) }),
    }
  }
}
