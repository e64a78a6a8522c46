import { LabError } from '../lab/base/errors.ts'
import type { Experiment } from '../lab/model/experiment.ts'
import type { Plans, RunningSystem, SystemTarget } from '../targets/index.ts'
import type { CommonOptions } from './common-options.ts'
import { ofLeaks } from './of-leaks.ts'
import { ofPostgres } from './of-postgres.ts'
import { ofRedis } from './of-redis.ts'
import { ofServices } from './of-services.ts'
import { ofUpstreams } from './of-upstreams.ts'
import { partsOf } from './parts.ts'
import { type Question, questionOf } from './question.ts'

/**
 * The questions that nearly every service should be asked, about the parts that this target has: a
 * COMMIT whose answer is lost; a Postgres that restarts, is demoted, or whose connections die; a Redis
 * that is away, slow, or empty; an instance that is killed, a rolling restart, a herd; a third party
 * that is half sick; trouble again and again, of which nothing may be kept. In each: nothing that was confirmed is lost or doubled, no process crashes, every
 * answer comes in time, and all is well again. None has a defence to prove it: `held` at best.
 * @throws {LabError} `no-read-back` when the writes cannot be asked for in the end.
 */
export function commonExperiments<Parts extends Plans>(
  target: SystemTarget<Parts>,
  options: CommonOptions,
): Readonly<Record<string, Experiment<RunningSystem>>> {
  if (!options.write.finale) throw noReadBack(options.write.name)
  const parts = partsOf(target)
  const questions: readonly Question[] = [
    ...ofPostgres(parts, options),
    ...ofRedis(parts, options),
    ...ofServices(parts, options),
    ...ofUpstreams(parts, options),
    ...ofLeaks(parts, options),
  ]
  return Object.fromEntries(
    questions.map(question => [question.name, questionOf(target, parts, question, options)]),
  )
}

function noReadBack(name: string): LabError {
  return new LabError(
    {
      code: 'no-read-back',
      expected: `${name} to say by readBack how what it wrote is asked for in the end`,
      found: 'traffic without readBack',
      why: 'Nobody could tell whether a confirmed write was lost.',
      next: 'Give httpTraffic a readBack, and its requests a key.',
    },
    'usage',
  )
}
