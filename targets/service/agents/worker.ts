import type { Kysely } from 'kysely'
import type { Logger } from 'pino'
import { inTrace } from '../context.ts'
import type { Defences } from '../defences.ts'
import { isConnectionLost } from '../postgres/errors.ts'
import type { Waiting } from '../postgres/lookout.ts'
import type { Runs } from './repository.ts'
import type { Run } from './run.ts'
import type { UserContexts } from './user-context.ts'

interface Parts {
  readonly db: Kysely<unknown>
  readonly runs: Runs
  readonly contexts: UserContexts
  readonly defences: Defences
  readonly log: Pick<Logger, 'info' | 'warn'>
}

/** Both do one run at a time; false when there was none. */
export interface Worker {
  /** For `carryOn`. */
  readonly untaken: Waiting
  /** For `giveUp`. */
  readonly lost: Waiting
  /** Takes a run to its end, from wherever another worker left it. */
  carryOn(): Promise<boolean>
  /** Ends a run that as many workers as may try it died with. */
  giveUp(): Promise<boolean>
}

export function createWorker({ db, runs, contexts, defences, log }: Parts): Worker {
  const { leaseMs, attempts } = defences.settings('agent-takeover')
  const takesOver = defences.on('agent-takeover')

  /** One transaction each: the state, its event and what the tool did come together or not at all. */
  const step = (run: Run) =>
    db.transaction().execute(async trx => {
      const state = await runs.hold(trx, run)
      if (state === undefined) return false
      using context = contexts.open(run.userId, trx)
      const data = state === 'executing' ? await context.use(run.task) : { tool: run.task.tool }
      await runs.advance(trx, run, state, data)
      return true
    })
  const carryOut = async (run: Run) => {
    try {
      while (await step(run));
      log.info({ event: 'agent-run-ended', run: run.id }, 'ended')
    } catch (error) {
      // The database being away is not the run's fault: it is taken over when its lease ends.
      if (isConnectionLost(error)) throw error
      const reason = error instanceof Error ? error.message : String(error)
      log.warn({ event: 'agent-run-failed', run: run.id, reason }, 'failed')
      await db.transaction().execute(async trx => {
        if (await runs.hold(trx, run)) await runs.fail(trx, run, reason)
      })
    }
  }
  const most = takesOver ? attempts : 1
  return {
    untaken: runs.untaken(most),
    lost: runs.lost(attempts),
    carryOn: async () => {
      const run = await runs.take(leaseMs, most)
      if (run) await inTrace(run.trace, () => carryOut(run))
      return run !== undefined
    },
    giveUp: () => runs.giveUp(attempts),
  }
}
