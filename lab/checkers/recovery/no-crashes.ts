import { causeOfEnd } from '../../base/cause-of-end.ts'
import type { Journal } from '../../journal/journal.ts'
import type { Checker, Finding, Lie } from '../../model/checker.ts'
import { unhandledError } from '../../model/service-log.ts'
import { conclude, gapsIn, tooFew, type Violation } from '../shared/conclude.ts'
import { oneOf, told, withMore } from '../shared/falsify.ts'
import { type EntryOf, ofKind } from '../shared/history.ts'
import { isCalm } from '../shared/strikes.ts'

export interface CrashOptions {
  /** Which processes; default all of the run: a database that ends is a crash, too. */
  readonly of?: RegExp
}

const everything = /^/

/** A fault's doing may show a moment after it was healed. */
const dyingMs = 1_000

/**
 * No process ends unless the lab or a strike made it end, and none writes of an error that nobody in it
 * handled (an unhandled rejection, an uncaught exception, a panic). The first thing most services do
 * under a fault. Unknown when no such process was ever ready.
 */
export function noCrashes(options: CrashOptions = {}): Checker {
  const { of = everything } = options
  return {
    name: of === everything ? 'no process crashes' : `no process like ${of} crashes`,
    check: journal => judge(journal, of),
    lies: [endsByItself(of), writesOfOne(of)],
  }
}

function judge(journal: Journal, of: RegExp): Finding {
  const own = ofKind(journal, 'process').filter(({ process }) => of.test(process))
  const ready = new Set(own.filter(({ step }) => step === 'ready').map(({ process }) => process))
  const crashes = own.filter(entry => isCrash(journal, entry))
  const errors = ofKind(journal, 'service').filter(
    ({ instance, event }) => of.test(instance) && event === unhandledError,
  )
  return conclude({
    journal,
    violations: [...crashes.map(crash), ...errors.map(unhandled)],
    figures: { processes: ready.size, crashed: 0, unhandled: 0 },
    unseen: [...tooFew('Processes that were ready', ready.size, 1), ...gapsIn(journal)],
    story: `None of ${ready.size} processes crashed${isCalm(journal) ? ', in a run without faults' : ''}.`,
  })
}

function isCrash(journal: Journal, { step, asked, process, atMs }: EntryOf<'process'>): boolean {
  if (step !== 'exited' || asked) return false
  const planned = ofKind(journal, 'fault').filter(
    fault => fault.step === 'planned' && fault.atMs <= atMs && fault.mayEnd?.includes(process),
  )
  return !planned.some(({ id }) => {
    const healed = ofKind(journal, 'fault').find(one => one.id === id && one.step === 'healed')
    return atMs <= (healed?.atMs ?? Number.POSITIVE_INFINITY) + dyingMs
  })
}

function crash({ process, code, signal, log, index, atMs }: EntryOf<'process'>): Violation {
  const how = signal === undefined ? `with code ${code ?? 'unknown'}` : `by ${signal}`
  const why = log === undefined ? '' : ` ${reasonIn(log)}`
  return { kind: 'crashed', what: `${process} ended ${how}${why}`, entries: [index], atMs }
}

/** In words, where its log tells them, else the last line of it. */
function reasonIn(log: string): string {
  const cause = causeOfEnd(log)
  if (cause) return `of ${cause.words}`
  const last = log.split('\n').findLast(line => /\w/.test(line)) ?? ''
  return `after it had written: ${last.trim().slice(0, 200)}`
}

function unhandled({ instance, detail, index, atMs }: EntryOf<'service'>): Violation {
  const text = typeof detail === 'object' && detail !== null && 'text' in detail ? detail.text : ''
  const what = `${instance} wrote of an error that nobody handled: ${text}`
  return { kind: 'unhandled', what, entries: [index], atMs }
}

function endsByItself(of: RegExp): Lie {
  return {
    name: 'lets one process end by itself',
    found: 'invalid',
    tell: (journal, random) => {
      const ends = ofKind(journal, 'process')
        .filter(({ step, process }) => step === 'ready' && of.test(process))
        .map(one => ({ ...one, step: 'exited', asked: false, code: 1 }) as const)
        .filter(end => isCrash(journal, end))
      const end = oneOf(random, ends)
      return end && told(withMore(journal, [end]), [end.index])
    },
  }
}

function writesOfOne(of: RegExp): Lie {
  return {
    name: 'lets one process write of an error that nobody handled',
    found: 'invalid',
    tell: (journal, random) => {
      const all = ofKind(journal, 'process').filter(({ process }) => of.test(process))
      const one = oneOf(random, all)
      if (!one) return undefined
      const { index, atMs, source, process: instance } = one
      const line = { kind: 'service', instance, event: unhandledError, detail: {} } as const
      return told(withMore(journal, [{ ...line, index, atMs, source }]), [index])
    },
  }
}
