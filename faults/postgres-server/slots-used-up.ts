import type pg from 'pg'
import { z } from 'zod'
import type { Clock } from '../../lab/base/clock.ts'
import { systemClock } from '../../lab/base/clock.ts'
import type { Json } from '../../lab/base/json.ts'
import type { Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { none } from '../forms/fields.ts'
import { logLines } from '../log-lines.ts'
import { common } from './form.ts'
import { endSessions, type LoggingPostgres, openPostgres, unlessGone } from './postgres-server.ts'

export const undoArgs = z.object({ url: z.url(), session: z.string() })

/** The sessions that this process holds, by the name that they and the undo know them by. */
const held = new Map<string, readonly pg.Client[]>()
/** An undo has five seconds; sessions of a lab that died end a moment after it. */
const retryForMs = 4_000

/**
 * Idle sessions hold every slot that is free (`max_connections`), those reserved for superusers too, as
 * when another service's pools leak. Sessions that are open stay; a new one is refused with 53300.
 * Lasting: the idle ones end. Lands on the sessions refused, as the server's log tells.
 */
export function slotsUsedUp<System extends LabSystem>(
  select: Selector<System, LoggingPostgres>,
): Fault<System> {
  const label = `slotsUsedUp(${select.label ?? 'postgres'})`
  return {
    name: 'slotsUsedUp',
    label,
    needs: [],
    kind: 'lasting',
    plan: async (system, { random }) => {
      const { name, url, logFile } = await select(system)
      const session = `slotsUsedUp-${random.fork(label).integer(0, 0xffffff).toString(16)}`
      return {
        undo: { module: import.meta.url, args: { url, session } },
        touches: [name],
        apply: async () => {
          held.set(session, await takeAll(url, session))
          return { landed: await logLines(logFile, /FATAL: .*(too many clients|reserved for)/) }
        },
      }
    },
  }
}

export const form = faultForm({
  ...common,
  name: 'slotsUsedUp',
  says: 'All connections of the server are taken.',
  settings: none,
  make: select => slotsUsedUp(select),
})

export const examples: Examples<LoggingPostgres> = part => [slotsUsedUp(part)]

async function takeAll(url: string, session: string): Promise<readonly pg.Client[]> {
  const taken: pg.Client[] = []
  for (;;) {
    const next = await openPostgres(url, session).catch(refusal)
    if (!next) return taken
    taken.push(next)
  }
}

/** Undefined for the refusal that is waited for. */
function refusal(error: unknown): undefined {
  if (error instanceof Error && 'code' in error && error.code === '53300') return undefined
  throw error
}

/** By the process that holds them, or by another, once the server has a slot for it. */
export async function undo(args: Json): Promise<void> {
  const { url, session } = undoArgs.parse(args)
  await Promise.all((held.get(session) ?? []).map(client => client.end()))
  held.delete(session)
  await whenThereIsASlot(systemClock, () =>
    unlessGone(url, admin => endSessions(admin, session)).then(() => true),
  )
}

async function whenThereIsASlot(clock: Clock, end: () => Promise<true>): Promise<void> {
  const deadline = clock.nowMs() + retryForMs
  while (!(await end().catch(error => clock.nowMs() < deadline && refusal(error)))) {
    await clock.sleep(20)
  }
}
