import { type Duration, toMs } from '../../base/duration.ts'
import type { Journal } from '../../journal/journal.ts'
import type { Checker, Finding, Lie } from '../../model/checker.ts'
import { conclude, gapsIn, tooFew, type Violation } from '../shared/conclude.ts'
import { changed, firstThat, stretched, told, without } from '../shared/falsify.ts'
import { type EntryOf, ofKind } from '../shared/history.ts'
import { isCalm, strikesCalled } from '../shared/strikes.ts'

export interface ShutdownOptions {
  /** The strike that asks processes to stop; its name without a number means all of them. */
  readonly from: string
  /** From the asking to the end of the process. */
  readonly within: Duration
}

/** Signals that ask; any other one is a crash or a kill. */
const polite: ReadonlySet<string> = new Set(['SIGTERM', 'SIGINT', 'SIGHUP'])

/** A process that a strike asked to stop, and how it ended. */
interface Stop {
  readonly process: string
  readonly askedMs: number
  readonly exit: EntryOf<'process'> | undefined
  readonly strike: readonly number[]
}

/**
 * Whoever is asked to stop does: each process that the named strike may end exits within the time,
 * by itself (code 0, or a signal that asks), neither by a kill nor by a crash. Unknown when the
 * strike was never made, names no process, or when nothing of such a process is in the journal.
 */
export function shutdownInTime(options: ShutdownOptions): Checker {
  return {
    name: `shuts down within ${options.within} of ${options.from}`,
    timed: true,
    check: journal => judge(journal, options),
    lies: liesOf(options),
  }
}

function stopsIn(journal: Journal, { from }: ShutdownOptions): readonly Stop[] {
  const entries = ofKind(journal, 'process')
  return strikesCalled(journal, from).flatMap(
    ({ plannedMs, appliedMs, mayEnd, entries: strike }) => {
      const askedMs = plannedMs ?? appliedMs
      if (askedMs === undefined || appliedMs === undefined) return []
      return mayEnd.map((process): Stop => {
        const own = entries.filter(each => each.process === process && each.atMs >= askedMs)
        // A process that was started again is another one.
        const again = own.findIndex(({ step }) => step === 'spawned')
        const exit = own
          .slice(0, again < 0 ? own.length : again)
          .find(({ step }) => step === 'exited')
        return { process, askedMs, exit, strike }
      })
    },
  )
}

function judge(journal: Journal, options: ShutdownOptions): Finding {
  const stops = stopsIn(journal, options)
  const known = new Set(ofKind(journal, 'process').map(({ process }) => process))
  const strangers = stops.filter(({ process }) => !known.has(process)).length
  const longestMs = stops.reduce((most, { exit, askedMs }) => {
    return Math.max(most, exit ? exit.atMs - askedMs : 0)
  }, 0)
  return conclude({
    journal,
    violations: stops.flatMap(stop => (known.has(stop.process) ? ofStop(stop, options) : [])),
    figures: { stops: stops.length, longestMs: Math.round(longestMs) },
    unseen: [
      ...(isCalm(journal)
        ? []
        : tooFew(`Processes that ${options.from} asked to stop`, stops.length, 1)),
      ...(strangers > 0
        ? [`Nothing is known of ${strangers} processes that were asked to stop`]
        : []),
      ...gapsIn(journal),
    ],
    story: `${stops.length} processes ended by themselves, the slowest in ${Math.round(longestMs)} ms.`,
  })
}

function ofStop({ process, askedMs, exit, strike }: Stop, options: ShutdownOptions) {
  const violation = (kind: string, what: string): readonly Violation[] => {
    return [
      {
        kind,
        what,
        entries: [...(exit ? [exit.index] : []), ...strike],
        atMs: exit?.atMs ?? askedMs,
      },
    ]
  }
  if (!exit) return violation('neverEnded', `${process} was asked to stop and never ended`)
  const tookMs = Math.round(exit.atMs - askedMs)
  const { signal, code } = exit
  return [
    ...(tookMs > toMs(options.within)
      ? violation('tooLate', `${process} took ${tookMs} ms to stop`)
      : []),
    ...(signal !== undefined && !polite.has(signal)
      ? violation('killed', `${process} was ended by ${signal}`)
      : []),
    ...(code !== undefined && code !== 0
      ? violation('failed', `${process} ended with code ${code}`)
      : []),
  ]
}

function liesOf(options: ShutdownOptions): readonly Lie[] {
  const lie = (
    name: string,
    change: (journal: Journal, exit: EntryOf<'process'>, askedMs: number) => Journal,
  ): Lie => ({
    name,
    found: 'invalid',
    tell: (journal, random) =>
      firstThat(
        random,
        stopsIn(journal, options),
        ({ exit, askedMs, strike }) =>
          exit && told(change(journal, exit, askedMs), [exit.index, ...strike]),
      ),
  })
  return [
    lie('lets one process take a little too long', (journal, exit, askedMs) =>
      stretched(journal, exit.atMs, toMs(options.within) + 1 - (exit.atMs - askedMs)),
    ),
    lie('ends one process by a kill', (journal, { index }) =>
      changed(journal, [index], entry => {
        if (entry.kind !== 'process') return entry
        const { code: _, ...rest } = entry
        return { ...rest, signal: 'SIGKILL' }
      }),
    ),
    lie('never ends one process', (journal, { index }) => without(journal, [index])),
  ]
}
