import type { Logger } from 'pino'
import type { Defences } from '../../defences.ts'
import { createClassify, reasonOf } from '../../failure.ts'
import type { Transact } from '../../postgres/transaction.ts'
import type { Queue } from '../../queue/queue.ts'
import { createWorker } from '../../queue/worker.ts'
import type { Runs } from './repository.ts'
import type { Run } from './run.ts'
import type { UserContexts } from './user-context.ts'

interface Parts {
  readonly transact: Transact
  readonly queue: Queue<Run>
  readonly runs: Runs
  readonly contexts: UserContexts
  readonly defences: Defences
  readonly log: Pick<Logger, 'info' | 'warn'>
}

/** Takes a run to its end, from wherever another worker left it; false when there was none. */
export function createAgent(parts: Parts): () => Promise<boolean> {
  const { transact, queue, runs, contexts, defences, log } = parts

  /** One transaction each: the state, its event and what the tool did come together or not at all. */
  const step = (held: Run) =>
    transact(async trx => {
      const run = await queue.hold(trx, held)
      if (!run) return false
      using context = contexts.open(run.userId, trx)
      const uses = run.state === 'executing'
      const data = uses ? await context.use(run.task) : { tool: run.task.tool }
      await runs.advance(trx, run, run.state, data)
      return true
    })
  return createWorker<Run>({
    name: 'agent-run',
    queue,
    log,
    classify: createClassify(defences),
    handle: async run => {
      while (await step(run));
      log.info({ event: 'agent-run-ended', run: run.id }, 'ended')
    },
    failed: async (run, error) => {
      log.warn({ event: 'agent-run-failed', run: run.id, err: error }, 'failed')
      await transact(async trx => {
        if (await queue.hold(trx, run)) await runs.fail(trx, run, reasonOf(error))
      })
    },
  })
}
