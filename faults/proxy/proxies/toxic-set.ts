import { toxicExists, toxicNotFound } from '../base/api-error.ts'
import type { Random } from '../base/random.ts'
import type { Claim, ListenerPort } from '../contracts/listener-port.ts'
import type { WireEvent } from '../observe/events.ts'
import { ActiveToxic, type ToxicSettings } from '../pipe/active-toxic.ts'
import type { TimerEntry, TimerQueue } from '../time/timer-queue.ts'

/** What a set of toxics needs of the proxy it belongs to. */
export interface ToxicSetHost {
  readonly timers: TimerQueue
  /** Chance of a toxic of this name. */
  chanceOf(toxic: string): Random
  /** Ids of the connections that are open now. */
  openIds(): readonly number[]
  /** Every connection takes over the set as it is now. */
  applyToxics(): void
  /** While it runs, nothing else changes the listener. */
  changeListener(task: (listener: ListenerPort) => Promise<void>): Promise<void>
  emit(event: Omit<WireEvent, 'kind' | 'link'>): void
}

/** The toxics in force on one proxy, in their order, with their leases and their claims on its listener. */
export class ToxicSet {
  readonly #host: ToxicSetHost
  readonly #leases = new Map<ActiveToxic, TimerEntry>()
  readonly #claims = new Map<ActiveToxic, Claim>()
  #all: readonly ActiveToxic[] = []

  constructor(host: ToxicSetHost) {
    this.#host = host
  }

  get all(): readonly ActiveToxic[] {
    return this.#all
  }

  /** @throws {ApiError} 404 */
  get(name: string): ActiveToxic {
    const toxic = this.#all.find(({ settings }) => settings.name === name)
    if (!toxic) throw toxicNotFound()
    return toxic
  }

  /** @throws {ApiError} 409 for a name that is there; 501 where the system cannot do it. */
  async add(settings: ToxicSettings): Promise<ActiveToxic> {
    const { name, bound } = settings
    if (this.#all.some(toxic => toxic.settings.name === name)) throw toxicExists()
    const toxic = new ActiveToxic(this.#withPresent(settings), this.#host.chanceOf(name))
    this.#all = [...this.#all, toxic]
    this.#renewLease(toxic)
    this.#host.applyToxics()
    if (bound.level !== 'listener') return toxic
    try {
      await this.#host.changeListener(async listener => {
        if (this.#all.includes(toxic)) this.#claims.set(toxic, await bound.apply(listener))
      })
    } catch (error) {
      await this.remove([toxic])
      throw error
    }
    return toxic
  }

  /** All in one step: each connection is looked at once, however many they are. */
  async remove(toxics: readonly ActiveToxic[]): Promise<void> {
    const leaving = new Set(toxics)
    for (const toxic of leaving) {
      this.#host.timers.cancel(this.#leases.get(toxic))
      this.#leases.delete(toxic)
      toxic.remove()
    }
    this.#all = this.#all.filter(toxic => !leaving.has(toxic))
    this.#host.applyToxics()
    for (const toxic of leaving) {
      if (toxic.settings.bound.level !== 'listener') continue
      await this.#host.changeListener(async () => this.#claims.get(toxic)?.release())
      this.#claims.delete(toxic)
    }
  }

  /** Asks the kernel what the toxics on the listener have touched. */
  async measure(): Promise<void> {
    for (const [toxic, { unanswered }] of this.#claims) toxic.unanswered = await unanswered?.()
  }

  /** Renews a lease that lives by heartbeats; others run out when they said. */
  heartbeat(toxic: ActiveToxic): void {
    if (toxic.settings.lease?.heartbeat) this.#renewLease(toxic)
  }

  /** Starts a lease's time anew; nothing for a toxic without one. */
  #renewLease(toxic: ActiveToxic): void {
    const { lease, name } = toxic.settings
    if (!lease) return
    const { timers } = this.#host
    timers.cancel(this.#leases.get(toxic))
    const expire = () => {
      this.#host.emit({ connection: 0, what: 'toxic', message: 'lease-expired', detail: name })
      this.remove([toxic]).catch((error: Error) => {
        this.#host.emit({ connection: 0, what: 'toxic', error: error.message, detail: name })
      })
    }
    this.#leases.set(toxic, timers.in(lease.ttlMs, expire))
  }

  /** Names the connections that are open now, where the toxic is for these alone. */
  #withPresent(settings: ToxicSettings): ToxicSettings {
    const { connections } = settings
    if (connections?.which !== 'present') return settings
    const { ids: wanted } = connections
    const open = this.#host.openIds()
    const ids = wanted ? open.filter(id => wanted.includes(id)) : open
    return { ...settings, connections: { ...connections, ids } }
  }
}
