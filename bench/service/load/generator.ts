import { z } from 'zod'
import { startChild } from './child.ts'
import type { Door } from './connection.ts'
import { type PlanInput, plan, type Report, report } from './plan.ts'

/** The load generator as a process, with its connections held between plans. */
export interface Generator extends AsyncDisposable {
  readonly pid: number
  readonly open: number
  play(input: PlanInput): Promise<Report>
}

export async function startGenerator(
  doors: readonly Door[],
  connections: number,
): Promise<Generator> {
  const child = startChild('main.ts')
  try {
    const opened = await child.tell({ kind: 'open', doors, connections })
    const { open } = z.object({ open: z.int() }).parse(opened)
    return {
      pid: child.pid,
      open,
      play: async input =>
        report.parse(await child.tell({ kind: 'play', plan: plan.parse(input) })),
      [Symbol.asyncDispose]: () => child[Symbol.asyncDispose](),
    }
  } catch (error) {
    await child[Symbol.asyncDispose]()
    throw error
  }
}
