import {
  atMost,
  type Experiment,
  errorRatio,
  experiment,
  httpTraffic,
  hypothesis,
  noLostWrites,
} from '../../../lab/index.ts'
import { postgres, type RunningSystem, redis, service, system } from '../../../targets/index.ts'

/** The system of `standingSystem`, as a target: what starts its parts elsewhere is never run. */
export const target = system({
  postgres: postgres({ migrate: 'never.sql' }),
  redis: redis(),
  api: service<'postgres' | 'redis'>({
    command: 'never started',
    env: ({ postgres, redis }) => ({ DATABASE_URL: postgres.url, REDIS_URL: redis.url }),
  }),
})

const noting = httpTraffic({
  name: 'noting',
  perSecond: 40,
  request: (random, number) => {
    const id = `note-${number}-${random.integer(0, 1e9)}`
    const body = { id, text: `of ${number}` }
    return { method: 'POST', path: `/notes/${id}`, key: id, body }
  },
  readBack: id => ({ path: `/notes/${id}` }),
})

export function notesExperiment(
  schedule: Experiment<RunningSystem>['schedule'],
): Experiment<RunningSystem> {
  return experiment({
    title: 'A note is kept once, though the answer to it is lost and the cache dies',
    because: 'Who writes one note wants to read one.',
    target,
    steadyState: [
      hypothesis('nearly every note is kept', errorRatio(noting), atMost(0.02), { over: '1s' }),
    ],
    workloads: [noting],
    baseline: '1s',
    recoverWithin: '8s',
    schedule,
    abortWhen: [errorRatio(noting).above(0.95).for('10s')],
    checks: { onceEach: noLostWrites(noting) },
    defences: [],
  })
}
