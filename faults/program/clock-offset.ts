import { z } from 'zod'
import { type Duration, toMs } from '../../lab/base/duration.ts'
import type { Json } from '../../lab/base/json.ts'
import type { Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { duration } from '../forms/fields.ts'
import type { NodeProcess } from './event-loop-stall.ts'
import { common } from './form.ts'
import { openInspector, tellProcess } from './node-inspector.ts'
import { livingProcess } from './own-process.ts'
import { tellAgain, toldProcess } from './told-process.ts'

export const undoArgs = toldProcess

/** Where the process keeps its true clock: a key that nobody else has. */
const key = 'globalThis[Symbol.for("lab-clock-offset")]'

/**
 * The wall clock of a Node process jumps ahead by `ahead`, or back by `behind`, while it runs: `Date` and
 * nothing else, as where somebody sets a machine's clock. Timers and monotonic time stay true. Lasting:
 * it jumps to the true time again. Lands on the times that the process asked what time it is.
 */
export function clockOffset<System extends LabSystem>(
  select: Selector<System, NodeProcess>,
  by: { readonly ahead: Duration } | { readonly behind: Duration },
): Fault<System> {
  const offMs = 'ahead' in by ? toMs(by.ahead) : -toMs(by.behind)
  const off = Object.entries(by).flat().toReversed().join(' ')
  return {
    name: 'clockOffset',
    label: `clockOffset(${select.label ?? 'process'}, ${off})`,
    needs: ['own-process'],
    kind: 'lasting',
    plan: async (system, { clock }) => {
      const part = await select(system)
      const process = livingProcess(part)
      return {
        undo: { module: import.meta.url, args: { process, logFile: part.logFile } },
        touches: [part.name],
        apply: async () => {
          const url = await openInspector(process.pid, part.logFile, clock)
          await tellProcess(url, wrongBy(offMs))
          return { landed: async () => Number(await tellProcess(url, `${key}?.asked ?? 0`)) }
        },
      }
    },
  }
}

function wrongBy(offMs: number): string {
  return `{
    const TrueDate = ${key}?.TrueDate ?? Date
    const state = (${key} = { TrueDate, asked: 0 })
    const now = () => {
      state.asked++
      return TrueDate.now() + ${offMs}
    }
    globalThis.Date = new Proxy(TrueDate, {
      construct: (date, args, target) =>
        Reflect.construct(date, args.length === 0 ? [now()] : args, target),
      apply: date => new date(now()).toString(),
      get: (date, name) => (name === 'now' ? now : Reflect.get(date, name)),
    })
    0
  }`
}

/** Sets it right; harmless where it ended, or its clock was never wrong. */
export async function undo(args: Json): Promise<void> {
  await tellAgain(
    undoArgs.parse(args),
    `if (${key}) globalThis.Date = ${key}.TrueDate; delete ${key}; 0`,
  )
}

export const form = faultForm({
  ...common,
  name: 'clockOffset',
  says: 'Its wall clock is wrong; timers stay true.',
  settings: z.object({ ahead: duration('Ahead by', '60m') }),
  make: (select, settings) => clockOffset(select, settings),
})

export const examples: Examples<NodeProcess> = part => [clockOffset(part, { ahead: '60m' })]
