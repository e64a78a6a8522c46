import { type CauseOfEnd, causeOfEnd } from '../base/cause-of-end.ts'
import { called } from '../base/installation.ts'
import { phases } from '../journal/journal.ts'
import type { Demand } from './demand.ts'
import type { Facts } from './facts.ts'

/** Of the run as a whole: whether it came to its end, undisturbed and completely recorded. */
export const runDemands: readonly Demand[] = [
  {
    name: 'a plan',
    word: 'inconclusive',
    missing: ({ plan }) => (plan ? [] : ['the journal does not say what the run was to show']),
    next: 'Judge a journal that begins with the entry of its run.',
  },
  {
    name: 'no error of the lab',
    word: 'error',
    missing: facts =>
      facts.of('error').flatMap(one => (one.verdict === 'not-restored' ? [] : [one.message])),
    next: 'Correct what the message names; the journal has the stack.',
  },
  {
    name: 'nothing left behind',
    word: 'not-restored',
    missing: facts =>
      facts.of('error').flatMap(one => (one.verdict === 'not-restored' ? [one.message] : [])),
    next: `${called('heal')} tries again and says what is left.`,
  },
  {
    name: 'traffic on every link that is to be hurt',
    word: 'inconclusive',
    missing: facts =>
      facts
        .of('preflight')
        .filter(({ passed }) => !passed)
        .map(({ link, detail }) => `a fault would hit link ${link}, but ${detail}`),
    next: 'Hurt a link that a workload uses, or add a workload that uses this one.',
  },
  {
    name: 'no abort',
    word: 'inconclusive',
    missing: facts => facts.of('abort').map(({ reason }) => `aborted: ${reason}`),
    next: 'Run it again and let it come to its end.',
  },
  {
    name: 'every phase entered and left',
    word: 'inconclusive',
    missing: unfinishedPhases,
    next: 'Run it again; the journal shows how far it came.',
    ofWholeRuns: true,
  },
  {
    name: 'a complete journal',
    word: 'inconclusive',
    missing: facts => facts.of('overflow').map(({ why }) => `the journal has a gap: ${why}`),
    next: 'Let the workloads do less, or subscribe to fewer links.',
  },
  {
    name: 'one run, in the order of time',
    word: 'inconclusive',
    missing: notOneRun,
    next: 'Judge the journal as the run wrote it; one that was put together shows nothing.',
  },
  {
    name: 'every process alive',
    word: 'inconclusive',
    missing: unexplainedEnds,
    next: 'Look at the end of its log; an end that is meant is a strike of the schedule.',
  },
]

function unfinishedPhases(facts: Facts): readonly string[] {
  const missed = phases.filter(phase => !facts.phases.has(phase))
  if (missed.length > 0) return [`the run never entered: ${missed.join(', ')}`]
  const order = phases.map(phase => facts.phases.get(phase) ?? 0)
  const sorted = order.every((atMs, index) => index === 0 || (order[index - 1] ?? 0) <= atMs)
  return sorted ? [] : ['the phases of the run are not in their order']
}

/** What no recorder writes: a second run, a phase entered again, a time before that of the line above. */
function notOneRun({ of, backwards }: Facts): readonly string[] {
  const names = of('phase').map(({ phase }) => phase)
  const again = phases.filter(phase => names.indexOf(phase) !== names.lastIndexOf(phase))
  const runs = of('run').length
  return [
    ...(runs > 1 ? [`the journal has ${runs} runs in it`] : []),
    ...again.map(phase => `the run entered its phase ${phase} twice`),
    ...(backwards ? [`entry ${backwards.index} is earlier than the one before it`] : []),
  ]
}

/** An end is a strike's doing until so long after it was healed: dying may take a moment. */
const dyingMs = 1_000

/**
 * A process that ended though nobody asked, and no strike in force by then is known to end it. One that
 * ends again and again of the same cause is told once.
 */
function unexplainedEnds(facts: Facts): readonly string[] {
  const ends = facts
    .of('process')
    .filter(({ step, asked, process, atMs }) => {
      const doing = facts.faults.some(
        ({ plannedAtMs = Infinity, healedAtMs = Infinity, mayEnd = [] }) =>
          plannedAtMs <= atMs && atMs <= healedAtMs + dyingMs && mayEnd.includes(process),
      )
      return step === 'exited' && !asked && !doing
    })
    .map(({ process, atMs, code, signal, log }) => {
      const how = signal === undefined ? `with code ${code ?? 'unknown'}` : `by ${signal}`
      const cause = log === undefined ? undefined : causeOfEnd(log)
      return {
        process,
        atMs,
        how: cause ? `${how}, of ${cause.words}` : how,
        end: endOf(log, cause),
      }
    })
  const alike = Map.groupBy(ends, ({ process, how }) => `${process} ${how}`)
  return [...alike.values()].flatMap(([first, ...others]) => {
    if (!first) return []
    const { process, atMs, how, end } = first
    const more = others.length === 0 ? '' : ` and ${others.length} times more`
    return [`${process} ended by itself at ${Math.round(atMs)} ms${more}, ${how}; ${end}`]
  })
}

const mostLines = 10

function endOf(log: string | undefined, cause: CauseOfEnd | undefined): string {
  if (log === undefined) return 'it left no log'
  const lines = cause?.lines ?? log.split('\n').slice(-mostLines)
  return `its log ${cause ? 'says' : 'ends'}:\n${lines.join('\n')}`
}
