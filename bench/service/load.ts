import { measured, type Usage } from './cpu.ts'
import type { Door } from './load/connection.ts'
import { startGenerator } from './load/generator.ts'
import type { PlanInput, Report } from './load/plan.ts'
import type { System } from './system.ts'

export interface Played {
  readonly report: Report
  /** Of the machine while it was played. */
  readonly usage: Usage
}

/** Clients of the system, in a process of their own. */
export interface Load extends AsyncDisposable {
  play(plan: PlanInput): Promise<Played>
}

interface Elsewhere {
  /** Instead of the system's. */
  readonly doors: readonly Door[]
  /** The process behind them. */
  readonly extra: number
}

export async function startLoad(
  system: System,
  connections: number,
  elsewhere?: Elsewhere,
): Promise<Load> {
  const generator = await startGenerator(elsewhere?.doors ?? system.doors, connections)
  const parts = [
    ...system.parts,
    ...(elsewhere ? [{ name: 'service: one more api', pids: [elsewhere.extra] }] : []),
    { name: 'load generator', pids: [generator.pid] },
  ]
  return {
    play: async plan => {
      const { result, usage } = await measured(parts, () => generator.play(plan))
      const { errors } = result
      if (Object.keys(errors).length > 0) console.error(`errors: ${JSON.stringify(errors)}`)
      return { report: result, usage }
    },
    [Symbol.asyncDispose]: () => generator[Symbol.asyncDispose](),
  }
}
