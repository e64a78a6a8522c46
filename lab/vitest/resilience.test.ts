import { describe, expect, test } from 'vitest'
import { capabilitiesOf } from '../admission/capabilities.ts'
import { isRequired } from '../admission/lacking.ts'
import { print } from '../base/print.ts'
import { printable } from '../base/printable.ts'
import { exitCodes } from '../base/verdict.ts'
import { listAll } from '../model/list-all.ts'
import { Berths, mostSideBySide } from '../rounds/berths.ts'
import { isMissed, notRunWords, type Planned, planRound } from '../rounds/plan-round.ts'
import { openRound } from '../rounds/round.ts'
import { conclusion } from '../verdict/conclusion.ts'
import { isShortOfTime, mostRepeats } from '../verdict/short-of-time.ts'
import { demandHeld, runExperiment } from './index.ts'

/**
 * Every experiment of the project, or those that `pnpm resilience` asks for: first, where it wants
 * that, those that measure no time, side by side; then the others one by one.
 */
const root = process.cwd()
const { RESILIENCE_EXPERIMENTS, RESILIENCE_ROUND, RESILIENCE_BESIDE, RESILIENCE_ASKED_BY } =
  process.env
const all = await listAll(root)
const names = RESILIENCE_EXPERIMENTS?.split(',') ?? all
const planned = await planRound(root, names, capabilitiesOf({}))
const round =
  RESILIENCE_ROUND === undefined
    ? undefined
    : await openRound({ file: RESILIENCE_ROUND, ...unnamed(), result: conclusion })
const most = RESILIENCE_BESIDE === undefined ? 1 : mostSideBySide()
const berths = new Berths(most)
/** So long for one run and its repeats; runs side by side wait for each other meanwhile. */
const timeout = 1_800_000

describe('resilience', () => {
  const tests = planned.map(one => ({ ...one, title: printable(one.name) }))
  const beside = tests.filter(({ alone }) => !alone && most > 1)
  const alone = tests.filter(one => !beside.includes(one))
  test.concurrent.for(beside)('$title holds', { timeout }, hold)
  test.for(alone)('$title holds', { timeout }, hold)

  test('there is something to run', () => {
    expect(all).not.toEqual([])
  })
})

async function hold(one: Planned, { skip }: { skip: (note: string) => never }): Promise<void> {
  const { name, alone, lacking } = one
  if (!isAskedFor()) throw new Error('The command that asked for this run is gone.')
  const words = printable(notRunWords(lacking))
  if (isMissed(one)) throw new Error(`${name} was not run: it ${words}`)
  if (lacking.length > 0) return skip(words)
  const before = round?.done.get(name)
  if (before) print(process.stdout, `${name} was run in this round already: ${before.verdict}`)
  const concluded = before ?? (await run(name, alone))
  if (!before && concluded.exitCode !== exitCodes.interrupted) await round?.keep(name, concluded)
  // A server that cannot be had here; what brings it stands in the reason.
  const unable = concluded.exitCode === exitCodes.unable && !isRequired([])
  if (unable) return skip(printable(concluded.reasons[0]?.text ?? ''))
  demandHeld(concluded)
}

/** What the machine had no time for is made again with the machine for itself. */
async function run(name: string, alone: boolean) {
  const make = () => runExperiment(name, { root })
  let made = await (alone ? berths.alone(make) : berths.beside(make))
  for (let again = 0; again < mostRepeats && isShortOfTime(made); again++) {
    print(process.stdout, printable(`${name} is made again: ${made.reasons[0]?.text}`))
    made = await berths.alone(make)
  }
  return made
}

/** A command that was killed can stop nobody: what it asked for must not go on for an hour. */
function isAskedFor(): boolean {
  if (RESILIENCE_ASKED_BY === undefined) return true
  try {
    return process.kill(Number(RESILIENCE_ASKED_BY), 0)
  } catch {
    return false
  }
}

/** Whoever asked for this run has begun the round already, and said of what. */
function unnamed() {
  return { fresh: false, startedAt: '', commit: '' }
}
