import { z } from 'zod'

/** Which requests a fault touches. All of them, unless it says less. */
export const faultRule = z.strictObject({
  /** `POST /charges`, `RCPT`: only these. */
  on: z.string().min(1).optional(),
  /** Lets so many matching requests pass first. */
  skip: z.int().min(0).default(0),
  /** Touches so many, then lets all pass. */
  times: z.int().min(1).optional(),
  /** Heals by itself after so long. */
  forMs: z.int().min(1).optional(),
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
    const slot = { id: this.#slots.length + 1, fault, seen: 0, landed: 0, healed: false }
    this.#slots.push(slot)
    if (fault.forMs !== undefined) setTimeout(() => this.heal(slot.id), fault.forMs).unref()
    await this.#changed()
    return { ...slot }
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
    return this.#slots.some(slot => !slot.healed && !spent(slot) && matches(slot.fault))
  }

  /** The first fault in force for this request, counted as landed. */
  take(request: string, matches: (fault: Fault) => boolean = () => true): Fault | undefined {
    for (const slot of this.#slots) {
      if (slot.healed || spent(slot) || !matches(slot.fault)) continue
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

function spent(slot: Slot<FaultRule>): boolean {
  return slot.fault.times !== undefined && slot.landed >= slot.fault.times
}
