import type { Socket } from 'node:net'
import { formatAddress, withoutLocalhost } from '../base/address.ts'
import { ApiError } from '../base/api-error.ts'
import { Mutex } from '../base/mutex.ts'
import type { Random } from '../base/random.ts'
import type { ListenerPort } from '../contracts/listener-port.ts'
import type { Registry } from '../contracts/registry.ts'
import { protocolMismatch } from '../contracts/toxic.ts'
import { ProxyListener } from '../listener/proxy-listener.ts'
import type { Events } from '../observe/events.ts'
import { Traffic } from '../observe/traffic.ts'
import type { ActiveToxic } from '../pipe/active-toxic.ts'
import { neverStrikes } from '../protocols/faults/strikeable.ts'
import { acceptedTransport, describeTls, dialledTransport } from '../sockets/tls.ts'
import type { TimerQueue } from '../time/timer-queue.ts'
import { Connection, type ConnectionHost } from './connection.ts'
import { addressesDiffer, type ProxySettings } from './proxy-settings.ts'
import { ToxicSet, type ToxicSetHost } from './toxic-set.ts'

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
export class TcpProxy implements ConnectionHost, ToxicSetHost {
  readonly traffic: Traffic
  readonly timers: TimerQueue
  readonly toxics: ToxicSet
  readonly #context: ProxyContext
  readonly #changes = new Mutex()
  readonly #connections = new Set<Connection>()
  #settings: ProxySettings
  readonly #listener = new ProxyListener(socket => this.#accept(socket))
  #ordinal = 0
  /** Somebody listens to its messages. */
  #isHeard = false

  constructor(settings: ProxySettings, context: ProxyContext) {
    this.#settings = settings
    this.#context = context
    this.timers = context.timers
    this.#isHeard = context.events.wantsMessages(settings.name)
    this.traffic = new Traffic()
    this.toxics = new ToxicSet(this)
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

  updateToxic(toxic: ActiveToxic, change: { attributes?: unknown; toxicity?: number | undefined }) {
    toxic.settings.bound.update(change.attributes)
    toxic.toxicity = change.toxicity ?? toxic.toxicity
    for (const connection of this.#connections) connection.updated(toxic)
  }

  chanceOf(toxic: string): Random {
    return this.#context.random.fork(`${this.#settings.name}/${toxic}`)
  }

  openIds(): readonly number[] {
    return [...this.#connections].map(({ facts }) => facts.id)
  }

  applyToxics(): void {
    for (const connection of this.#connections) connection.applyToxics()
  }

  changeListener(task: (listener: ListenerPort) => Promise<void>): Promise<void> {
    return this.#changes.run(() => task(this.#listener))
  }

  get tellsMessages(): boolean {
    return this.#settings.messages && this.#isHeard
  }

  /** Somebody began or stopped to listen to events. */
  listenersChanged(): void {
    this.#isHeard = this.#context.events.wantsMessages(this.#settings.name)
    for (const { filter } of this.#connections) filter?.listenersChanged()
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
    for (const toxic of this.toxics.all) toxic.forget(connection.facts)
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
    const codec = this.#context.registry.protocols.get(protocol)
    const transports = [
      acceptedTransport(client, tls, codec?.encryption),
      dialledTransport(upstream, tls, codec?.encryption),
    ] as const
    const connection = new Connection(facts, this.#ordinal, ...transports, this, codec?.open())
    this.#connections.add(connection)
    this.traffic.opened()
  }

  /** A toxic that could do nothing any more must not be kept as if it did. */
  #refuseProtocol(protocol: string): void {
    for (const { settings } of this.toxics.all) {
      const kind = this.#context.registry.toxics.get(settings.type)
      const problem = (kind && protocolMismatch(kind, protocol)) ?? neverStrikes(settings, protocol)
      if (problem !== undefined) {
        throw ApiError.badRequest(`protocol: toxic '${settings.name}' is there, and ${problem}`)
      }
    }
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
      toxics: this.toxics.all,
      counters: this.#counters(),
      ...(protocol !== 'tcp' && { protocol, messages }),
      ...(tls && { encryption: describeTls(tls) }),
    }
  }
}
