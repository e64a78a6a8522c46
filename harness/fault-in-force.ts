import type { Clock } from '../lab/base/clock.ts'
import { inTime } from '../lab/base/deadline.ts'
import { LabError } from '../lab/base/errors.ts'
import type { Fault, Injection, Landed } from '../lab/model/fault.ts'
import type { Context, LabSystem } from '../lab/model/target.ts'

/** The first of its kind loads its modules. */
const planWithinMs = 30_000
const applyWithinMs = 30_000
const healWithinMs = 30_000
const askWithinMs = 5_000
const askEveryMs = 20

/** A fault that is in force until it is disposed, or its test ends. */
export interface FaultInForce extends AsyncDisposable {
  /** `loseAcknowledgement(postgres, statement COMMIT, first 1)` */
  readonly label: string
  /** What it has really touched: messages, bytes, connections, by what it is. After healing, in all. */
  landed(): Promise<number>
  /**
   * Resolves once it has touched so much: default 1, within 5 s.
   * @throws {LabError} `not-landed`
   */
  untilLanded(least?: number, withinMs?: number): Promise<void>
  /** Ends it; again is harmless. The same as disposing it. */
  heal(): Promise<void>
  /** The test is about something else: that it touches nothing is no failure. */
  mayTouchNothing(): this
}

/** As its scope sees it. */
export interface HeldFault extends FaultInForce {
  /** Known once it is healed: it touched nothing, and was expected to. */
  readonly missed: boolean
}

/** The undo is on disk before the fault is made; what is half made when that fails is undone. */
export async function putInForce(
  fault: Fault,
  system: LabSystem,
  context: Context,
  tell: (text: string) => void,
): Promise<HeldFault> {
  const { clock, ledger, signal } = context
  const { label } = fault
  const planning = fault.plan(system, context)
  const planned = await inTime(`${label} to be planned`, planWithinMs, planning, clock)
  if (fault.kind === 'lasting' && !planned.undo) throw withoutUndo(label)
  signal.throwIfAborted()
  const owed = planned.undo && (await ledger.owe(label, planned.undo))
  const settle = async () => {
    if (owed === undefined) return
    await inTime(`${label} to be undone`, healWithinMs, ledger.settle(owed), clock)
  }
  try {
    signal.throwIfAborted()
    const injection = await inTime(`${label} to be made`, applyWithinMs, planned.apply(), clock)
    return new InForce(label, injection, settle, clock, tell)
  } catch (error) {
    await settle()
    throw error
  }
}

class InForce implements HeldFault {
  readonly label: string
  readonly #injection: Injection
  readonly #settle: () => Promise<void>
  readonly #clock: Clock
  readonly #tell: (text: string) => void
  #mayTouchNothing = false
  #landed: number | undefined
  #healing: Promise<void> | undefined

  constructor(
    label: string,
    injection: Injection,
    settle: () => Promise<void>,
    clock: Clock,
    tell: (text: string) => void,
  ) {
    this.label = label
    this.#injection = injection
    this.#settle = settle
    this.#clock = clock
    this.#tell = tell
  }

  get missed(): boolean {
    return this.#landed === 0 && !this.#mayTouchNothing
  }

  async landed(): Promise<number> {
    if (this.#landed !== undefined) return this.#landed
    const asking = Promise.resolve(this.#injection.landed())
    const told = await inTime(`${this.label} to be counted`, askWithinMs, asking, this.#clock)
    return this.#landed ?? inAll(told)
  }

  async untilLanded(least = 1, withinMs = 5_000): Promise<void> {
    const deadline = this.#clock.nowMs() + withinMs
    for (;;) {
      const landed = await this.landed()
      if (landed >= least) return
      if (this.#clock.nowMs() > deadline || this.#healing) {
        throw notLanded(this.label, least, landed, withinMs)
      }
      await this.#clock.sleep(askEveryMs)
    }
  }

  heal(): Promise<void> {
    this.#healing ??= this.#heal()
    return this.#healing
  }

  mayTouchNothing(): this {
    this.#mayTouchNothing = true
    return this
  }

  [Symbol.asyncDispose](): Promise<void> {
    return this.heal()
  }

  async #heal(): Promise<void> {
    try {
      this.#landed = await this.landed()
    } finally {
      await this.#settle()
      this.#tell(`${this.label} ended, having touched ${this.#landed ?? 'what nobody can tell'}`)
    }
  }
}

function inAll(landed: Landed): number {
  if (typeof landed === 'number') return landed
  return Object.values(landed).reduce((sum, one) => sum + one, 0)
}

function withoutUndo(label: string): LabError {
  return new LabError({
    code: 'no-undo',
    expected: `${label} to say how it is undone before it is made`,
    found: 'no undo, of a fault that is lasting',
    why: 'what cannot be undone would reach into other tests',
    next: "return an undo from plan(), or call the fault 'momentary' or 'destructive'",
  })
}

export function notLanded(label: string, least: number, found: number, withinMs: number): LabError {
  return new LabError({
    code: 'not-landed',
    expected: `${label} to touch at least ${least} within ${withinMs} ms`,
    found: `${found}`,
    why: 'a fault that touched nothing shows nothing of the code under test',
    next: 'does the code use the URL of the link? Does `on` fit what it sends?',
  })
}
