import { z } from 'zod'
import { type Duration, toMs } from '../../lab/base/duration.ts'
import type { Json } from '../../lab/base/json.ts'
import type { Killable, Linked, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { duration } from '../forms/fields.ts'
import { arrivals } from '../process/arrivals.ts'
import { common } from './form.ts'
import { openInspector, tellProcess } from './node-inspector.ts'
import { livingProcess } from './own-process.ts'
import { tellAgain, toldProcess } from './told-process.ts'

/** A Node process that was started with `--inspect-port=0`, and where its output goes. */
export interface NodeProcess extends Pick<Killable, 'name' | 'processId'>, Linked {
  readonly logFile: string
}

export const undoArgs = toldProcess

/** What the stall goes by in the process: a key that nobody else has. */
const key = 'globalThis[Symbol.for("lab-event-loop-stall")]'

/**
 * Every turn of a Node process's event loop takes `stall` of computing, on its own thread, as a
 * regular expression that runs away or a large JSON does: nothing that it serves goes on meanwhile.
 * Between two turns it rests for `rest`, default none. Lasting: ends at once, in the middle of a turn.
 * Lands on the bytes and connections that arrive for it meanwhile.
 */
export function eventLoopStall<System extends LabSystem>(
  select: Selector<System, NodeProcess>,
  { stall, rest = '0ms' }: { readonly stall: Duration; readonly rest?: Duration },
): Fault<System> {
  const [stallMs, restMs] = [toMs(stall), toMs(rest)]
  return {
    name: 'eventLoopStall',
    label: `eventLoopStall(${select.label ?? 'process'}, ${stall})`,
    needs: ['own-process'],
    kind: 'lasting',
    plan: async (system, { clock }) => {
      const part = await select(system)
      const { name, logFile, links } = part
      const process = livingProcess(part)
      return {
        undo: { module: import.meta.url, args: { process, logFile } },
        touches: [name],
        apply: async () => {
          const landed = await arrivals(links, name)
          const url = await openInspector(process.pid, logFile, clock)
          await tellProcess(url, turning(stallMs, restMs))
          return { landed }
        },
      }
    },
  }
}

function turning(stallMs: number, restMs: number): string {
  return `(() => {
    const state = { on: true }
    ${key} = state
    const turn = () => {
      const endsAt = performance.now() + ${stallMs}
      while (state.on && performance.now() < endsAt);
      if (state.on) setTimeout(turn, ${restMs})
    }
    setTimeout(turn, 0)
  })()`
}

/** Lets it go on; harmless where it ended, or nothing was told to it. */
export async function undo(args: Json): Promise<void> {
  await tellAgain(undoArgs.parse(args), `${key} && (${key}.on = false)`)
}

export const form = faultForm({
  ...common,
  name: 'eventLoopStall',
  says: 'Every turn of its event loop takes so much computing.',
  settings: z.object({
    stall: duration('Each turn takes', '600ms'),
    rest: duration('Rest between two', '1ms'),
  }),
  make: (select, settings) => eventLoopStall(select, settings),
})

export const examples: Examples<NodeProcess> = part => [eventLoopStall(part, { stall: '60s' })]
