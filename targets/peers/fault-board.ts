import { z } from 'zod'

/** Which requests a fault touches. All of them, unless it says less. */
export const faultRule = z.strictObject({
  /** `POST /charges`, `RCPT`: only these. */
  on: z.string().min(1).optional(),
  /** Lets so many matching requests pass first. */
  skip: z.int().min(0).default(0),
  /** Touches so many, then lets all pass. */
  times: z.int().min(1).optional(),
  /** Heals by itself after so long; with `everyMs`, only until it comes again. */
  forMs: z.int().min(1).optional(),
  /** Comes again each time so long after it last came, until it is healed. Longer than `forMs`. */
  everyMs: z.int().min(1).optional(),
})

type FaultRule = z.infer<typeof faultRule>

export interface PostedFault<Fault> {
  readonly id: number
  readonly fault: Fault
  /** Requests really touched. */
  readonly landed: number
  /** Healed faults stay listed, so that what they touched can be asked afterwards. */
  readonly healed: boolean
}

interface Slot<Fault> {
  readonly id: number
  readonly sinceMs: number
  readonly fault: Fault
  seen: number
  landed: number
  healed: boolean
}

/** The faults a peer is told to have. They are memory only: a restarted peer is a healthy one. */
export class FaultBoard<Fault extends FaultRule> {
  readonly #slots: Slot<Fault>[] = []
  readonly #watchers: (() => Promise<void>)[] = []

  /** Called, and waited for, after each change of what is in force. */
  watch(watcher: () => Promise<void>): void {
    this.#watchers.push(watcher)
  }

  async post(fault: Fault): Promise<PostedFault<Fault>> {
    const id = this.#slots.length + 1
    const slot = { id, fault, sinceMs: performance.now(), seen: 0, landed: 0, healed: false }
    this.#slots.push(slot)
    const { forMs, everyMs } = fault
    if (forMs !== undefined && everyMs === undefined) {
      setTimeout(() => this.heal(id), forMs).unref()
    }
    await this.#changed()
    return { id, fault, landed: 0, healed: false }
  }

  list(): readonly PostedFault<Fault>[] {
    return this.#slots.map(({ id, fault, landed, healed }) => ({ id, fault, landed, healed }))
  }

  /** Heals this fault, or all. Harmless when there is none. */
  async heal(id?: number): Promise<void> {
    for (const slot of this.#slots) if (id === undefined || slot.id === id) slot.healed = true
    await this.#changed()
  }

  /** Whether one of these is in force, without counting it as landed. */
  inForce(matches: (fault: Fault) => boolean): boolean {
    return this.#slots.some(slot => isStriking(slot) && matches(slot.fault))
  }

  /** The first fault in force for this request, counted as landed. */
  take(request: string, matches: (fault: Fault) => boolean = () => true): Fault | undefined {
    for (const slot of this.#slots) {
      if (!isStriking(slot) || !matches(slot.fault)) continue
      if (slot.fault.on !== undefined && slot.fault.on !== request) continue
      slot.seen++
      if (slot.seen <= slot.fault.skip) continue
      slot.landed++
      return slot.fault
    }
    return undefined
  }

  async #changed(): Promise<void> {
    for (const watcher of this.#watchers) await watcher()
  }
}

function isStriking({ fault, sinceMs, landed, healed }: Slot<FaultRule>): boolean {
  const { times, forMs, everyMs } = fault
  if (healed || (times !== undefined && landed >= times)) return false
  if (forMs === undefined || everyMs === undefined) return true
  return (performance.now() - sinceMs) % everyMs < forMs
}
