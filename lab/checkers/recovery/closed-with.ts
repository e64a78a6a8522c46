import { z } from 'zod'
import type { Journal } from '../../journal/journal.ts'
import type { Checker, Finding, Lie } from '../../model/checker.ts'
import { conclude, gapsIn, tooFew } from '../shared/conclude.ts'
import { changed, oneOf, told } from '../shared/falsify.ts'
import { type Named, ofKind } from '../shared/history.ts'
import { faultWindow, isCalm } from '../shared/strikes.ts'

export interface ClosedOptions {
  /** The code of RFC 6455 that the service says, such as 1012 when it restarts. */
  readonly code: number
}

const closing = z.object({ code: z.int() })
/** Ordinary, and what a client is left with where nothing was said. */
const cutOff = 1006

/**
 * Nobody is cut off without a word: since the first fault every connection that a client lost was
 * closed with this code. Closings are `observed` events `closed {code}`; an attempt that never
 * stood is none. Unknown when none was lost, unless the run had no faults, or one could not be read.
 */
export function closedWith(workload: Named, options: ClosedOptions): Checker {
  return {
    name: `connections of ${workload.name} are closed with ${options.code}`,
    check: journal => judge(journal, workload, options),
    lies: [
      closesOne(workload, 'cuts one connection off without a word', { code: cutOff }),
      closesOne(workload, 'tells one client something else', { code: options.code + 1 }),
    ],
  }
}

function closingsIn(journal: Journal, { name }: Named) {
  const fromMs = faultWindow(journal)?.fromMs ?? Number.POSITIVE_INFINITY
  return ofKind(journal, 'observed').flatMap(({ workload, client, what, value, index, atMs }) => {
    if (workload !== name || what !== 'closed' || atMs < fromMs) return []
    return [{ client, code: closing.safeParse(value).data?.code, index, atMs }]
  })
}

function judge(journal: Journal, workload: Named, { code: wanted }: ClosedOptions): Finding {
  const closings = closingsIn(journal, workload)
  const unread = closings.filter(({ code }) => code === undefined).length
  return conclude({
    journal,
    violations: closings
      .filter(({ code }) => code !== undefined && code !== wanted)
      .map(({ client, code, index, atMs }) => {
        const what = `client ${client} was closed with ${code} instead of ${wanted}`
        return { kind: 'untold', what, entries: [index], atMs }
      }),
    figures: { closed: closings.length },
    unseen: [
      ...(isCalm(journal) ? [] : tooFew('Connections that were closed', closings.length, 1)),
      ...(unread > 0 ? [`${unread} closings could not be read`] : []),
      ...gapsIn(journal),
    ],
    story: `All ${closings.length} connections that clients lost were closed with ${wanted}.`,
  })
}

function closesOne(workload: Named, name: string, value: { readonly code: number }): Lie {
  return {
    name,
    found: 'invalid',
    tell: (journal, random) => {
      const one = oneOf(random, closingsIn(journal, workload))
      if (!one) return undefined
      const cut = changed(journal, [one.index], entry =>
        entry.kind === 'observed' ? { ...entry, value } : entry,
      )
      return told(cut, [one.index])
    },
  }
}
