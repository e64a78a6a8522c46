import type { TimedStrike } from '../../admission/strikes.ts'
import type { Clock } from '../../base/clock.ts'
import type { CrewAct } from '../../journal/crew.ts'
import type { Fault } from '../../model/fault.ts'
import type { LabSystem } from '../../model/target.ts'
import type { Injector } from '../../run/injector.ts'

type Why = Extract<CrewAct, { did: 'healed' }>['why']
const measureEveryMs = 1_000

interface Standing {
  readonly made: Promise<void>
  readonly leaseMs: number | undefined
  leaseUntilMs: number
  healing?: Promise<void>
}

/** Makes injections, ends them when their lease is over, and heals them: each once. */
export class Roster<System extends LabSystem> {
  readonly #injector: Injector<System>
  readonly #clock: Clock
  readonly #tellHealed: (strike: number, why: Why) => void
  readonly #standing = new Map<number, Standing>()

  constructor(
    injector: Injector<System>,
    clock: Clock,
    tellHealed: (strike: number, why: Why) => void,
  ) {
    this.#injector = injector
    this.#clock = clock
    this.#tellHealed = tellHealed
  }

  /** Resolves when the fault is in force; one that is over by itself is also measured by then. */
  async inject(id: number, fault: Fault<System>, leaseMs: number | undefined): Promise<void> {
    const made = this.#injector.strike(timed(id, fault))
    const standing: Standing = { made, leaseMs, leaseUntilMs: Number.POSITIVE_INFINITY }
    this.#standing.set(id, standing)
    try {
      await made
    } catch (error) {
      // What it had begun is undone; its owed undo is on disk.
      await this.heal(id, 'asked')
      throw error
    }
    if (leaseMs !== undefined) standing.leaseUntilMs = this.#clock.nowMs() + leaseMs
    if (fault.kind !== 'lasting') await this.heal(id, 'end')
  }

  has(id: number): boolean {
    return this.#standing.has(id)
  }

  /** From now on it lasts so long. */
  extend(id: number, leaseMs: number): void {
    const standing = this.#standing.get(id)
    if (standing) standing.leaseUntilMs = this.#clock.nowMs() + leaseMs
  }

  /** Resolves when it is undone; asked twice it is undone once. */
  async heal(id: number, why: Why): Promise<void> {
    const standing = this.#standing.get(id)
    if (!standing) return
    standing.healing ??= this.#end(id, standing, why)
    await standing.healing
  }

  /** All at once, those that are being made as soon as they are whole; resolves to how many there were. */
  async healAll(why: Why): Promise<number> {
    const ids = [...this.#standing.keys()]
    await Promise.all(ids.map(id => this.heal(id, why)))
    return ids.length
  }

  /** Ends what has outlived its lease, and measures what stands; until the signal aborts. */
  async watch(signal: AbortSignal): Promise<void> {
    let measuredMs = 0
    while (!signal.aborted) {
      await this.#clock.sleep(100, signal).catch(() => {})
      const nowMs = this.#clock.nowMs()
      for (const [id, { leaseUntilMs }] of this.#standing) {
        if (nowMs >= leaseUntilMs) void this.heal(id, 'lease')
      }
      if (nowMs < measuredMs + measureEveryMs) continue
      measuredMs = nowMs
      await Promise.all(
        [...this.#standing].map(([id, { healing }]) =>
          healing ? undefined : this.#injector.measure(id),
        ),
      )
    }
  }

  async #end(id: number, { made }: Standing, why: Why): Promise<void> {
    await made.catch(() => {})
    this.#tellHealed(id, why)
    await this.#injector.heal(id)
    this.#standing.delete(id)
  }
}

function timed<System extends LabSystem>(id: number, fault: Fault<System>): TimedStrike<System> {
  return {
    id,
    name: `injection-${id}`,
    fault,
    moment: { kind: 'at', at: '0ms' },
    movedMs: 0,
    forMs: undefined,
    least: 1,
    leastEach: 0,
  }
}
