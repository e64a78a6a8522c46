import { join } from 'node:path'
import { type Clock, systemClock } from '../base/clock.ts'
import { endedInTime, inTime } from '../base/deadline.ts'
import { LabError, messageOf } from '../base/errors.ts'
import { seeded } from '../base/random.ts'
import type { Experiment } from '../model/experiment.ts'
import { demandAllowed, isListed } from '../model/external/allow-list.ts'
import type { ExternalSystem } from '../model/external/external-system.ts'
import { demandNoProductionIn } from '../model/external/production-host.ts'
import type { Context, LabSystem } from '../model/target.ts'
import type { RunOptions } from './run-options.ts'
import { strikesOf } from './strikes.ts'

const attachWithinMs = 30_000
const planWithinMs = 10_000

/**
 * Looks at the system that runs already, without starting or touching anything, and holds every strike
 * to what its description allows.
 * @throws {LabError} with file and field for what it does not (64), or for a system that does not
 * answer as described (5).
 */
export async function admitExternal<System extends LabSystem>(
  experiment: Experiment<System>,
  external: ExternalSystem,
  options: RunOptions,
): Promise<void> {
  refuseWhatWouldChangeIt(experiment, options)
  demandNoProductionIn(external)
  using looking = contextOf(external, options)
  const { context } = looking
  const { clock } = context
  const system = await inTime(
    `${experiment.target.name} to be looked at`,
    attachWithinMs,
    experiment.target.start(context).catch((error: unknown) => {
      throw error instanceof LabError ? error : notAsDescribed(external.file, error)
    }),
    clock,
  )
  await using _end = endedInTime('the look at it to end', attachWithinMs, system, clock)
  demandMeant(
    external,
    system.links.map(({ name }) => name),
  )
  for (const { fault } of strikesOf(experiment, options)) {
    const planning = fault.plan(system, context)
    const planned = await inTime(`${fault.label} to be planned`, planWithinMs, planning, clock)
    demandAllowed(external, fault, planned.touches)
  }
}

/** It stands as it stands: nothing of it can be switched off, or be another. */
function refuseWhatWouldChangeIt<System extends LabSystem>(
  { controls = [] }: Experiment<System>,
  { defencesOff = [], planted = [] }: RunOptions,
): void {
  const other = controls.find(one => one.target && planted.includes(one.name))
  const found = other ? `--plant '${other.name}'` : defencesOff.map(name => `--without ${name}`)[0]
  if (found === undefined) return
  throw new LabError(
    {
      code: 'cannot-change-external',
      expected: 'a run that leaves the system as it stands',
      found,
      why: 'The lab did not start it, and cannot start it otherwise.',
      next: 'Run it so with --runtime embedded, or configure the system and run it without this.',
    },
    'usage',
  )
}

function contextOf(
  external: ExternalSystem,
  { root = process.cwd(), seed, proxy = 'embedded' }: RunOptions,
): Disposable & { readonly context: Context } {
  const over = new AbortController()
  const clock: Clock = systemClock
  const context: Context = {
    runId: 'look',
    runFolder: join(root, '.lab'),
    scratchFolder: join(root, '.lab'),
    clock,
    random: seeded(seed),
    recorder: { record: event => ({ ...event, index: 0, atMs: 0, source: 'lab' }) },
    ledger: { owe: forbidden, settle: forbidden },
    guardian: {
      pid: 0,
      ledger: { owe: forbidden, settle: forbidden },
      lost: over.signal,
      spawn: forbidden,
      [Symbol.asyncDispose]: async () => {},
    },
    signal: over.signal,
    needs: [],
    defencesOff: [],
    proxy,
    runtime: 'external',
    external: { ...external, onlyLooks: true },
    progress: () => {},
  }
  return { context, [Symbol.dispose]: () => over.abort(new Error('it has been looked at')) }
}

async function forbidden(): Promise<never> {
  throw new Error('Nothing may be started or hurt while a system is only looked at.')
}

/** A name that fits nothing is a name misspelt, and what it was meant for is not protected or not hurt. */
function demandMeant({ file, parts, links, ...lists }: ExternalSystem, found: readonly string[]) {
  const there = [...Object.keys(parts), ...Object.keys(links ?? {}), ...found]
  for (const field of ['mayHurt', 'mayLose'] as const) {
    const stray = lists[field].find(pattern => !there.some(name => isListed([pattern], name)))
    if (stray === undefined) continue
    throw new LabError(
      {
        code: 'names-nothing',
        expected: `external.${field} in ${file} to name parts and links: ${[...new Set(there)].join(', ')}`,
        found: `'${stray}'`,
        why: 'A name that fits nothing is misspelt, or what it meant is described by another.',
        next: 'Correct it, or take it off the list.',
      },
      'usage',
    )
  }
}

function notAsDescribed(file: string, cause: unknown): LabError {
  return new LabError(
    {
      code: 'not-as-described',
      expected: `the system that ${file} describes to answer`,
      found: messageOf(cause),
      why: 'Nothing was started and nothing was hurt.',
      next: 'Start it, or correct its description.',
      cause,
    },
    'unable',
  )
}
