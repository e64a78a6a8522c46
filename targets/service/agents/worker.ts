import type { Logger } from 'pino'
import { inTrace } from '../context.ts'
import type { Defences } from '../defences.ts'
import { createClassify, reasonOf } from '../failure.ts'
import type { Waiting } from '../postgres/lookout.ts'
import type { Transact } from '../postgres/transaction.ts'
import { tryAgain } from '../resilience/try-again.ts'
import type { Runs } from './repository.ts'
import type { Run } from './run.ts'
import type { UserContexts } from './user-context.ts'

interface Parts {
  readonly transact: Transact
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

const soonMs = 500

export function createWorker({ transact, runs, contexts, defences, log }: Parts): Worker {
  const { leaseMs, attempts } = defences.settings('agent-takeover')
  const takesOver = defences.on('agent-takeover')

  /** One transaction each: the state, its event and what the tool did come together or not at all. */
  const step = (run: Run) =>
    transact(async trx => {
      const state = await runs.hold(trx, run)
      if (state === undefined) return false
      using context = contexts.open(run.userId, trx)
      const data = state === 'executing' ? await context.use(run.task) : { tool: run.task.tool }
      await runs.advance(trx, run, state, data)
      return true
    })
  const classify = createClassify(defences)
  const isPassing = (error: unknown) => ['server', 'victim'].includes(classify(error).fault)
  /** What the database is in right now counts as no attempt, however long it lasts. */
  const putBack = (run: Run) =>
    tryAgain(() => runs.putBack(run, soonMs), {
      baseMs: soonMs,
      capMs: soonMs,
      forMs: leaseMs,
      isWorthIt: isPassing,
    })
  const carryOut = async (run: Run) => {
    try {
      while (await step(run));
      log.info({ event: 'agent-run-ended', run: run.id }, 'ended')
    } catch (error) {
      if (isPassing(error)) {
        log.warn({ event: 'agent-run-put-back', run: run.id, err: error }, 'tried again soon')
        return putBack(run)
      }
      const reason = reasonOf(error)
      log.warn({ event: 'agent-run-failed', run: run.id, err: error }, 'failed')
      await transact(async trx => {
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
