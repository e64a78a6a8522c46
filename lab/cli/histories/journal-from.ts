import type { Json } from '../../base/json.ts'
import type { Entry, Event, Journal, Outcome } from '../../journal/journal.ts'
import { HistoryError, type OperationEvent } from './operation-events.ts'

/** The name of the one workload that a history from elsewhere becomes. */
export const workload = 'history'

export interface Translation {
  readonly journal: Journal
  /** The line of the file by the index of the entry. */
  readonly lines: readonly number[]
}

/** How a checker wants what others write down in another way. */
export interface Dialect {
  input(f: string, value: Json): Json
  answer(f: string, value: Json): Json
  /** What is known of one that failed; undefined: that it did not happen. */
  failed?(f: string, value: Json): Json | undefined
}

/**
 * A journal of one workload. Who is no client, as a nemesis, is left out: what it does is no operation.
 * @throws {HistoryError} where a process ends what it did not begin, or begins before it has ended.
 */
export function journalFrom(events: readonly OperationEvent[], dialect: Dialect): Translation {
  const open = new Map<string, { readonly op: number; readonly f: string }>()
  const entries: Entry[] = []
  const lines: number[] = []
  const add = (event: Event, { line, timeMs }: OperationEvent) => {
    entries.push({
      ...event,
      index: entries.length,
      atMs: timeMs ?? entries.length,
      source: 'file',
    })
    lines.push(line)
  }
  let count = 0
  for (const event of events) {
    const { process, type, f, value, key, line } = event
    if (!/^\d+$/.test(process)) continue
    const client = Number(process)
    const before = open.get(process)
    if (type === 'invoke') {
      if (before) throw new HistoryError(`process ${process} invokes before it has ended`, line)
      const input = dialect.input(f, value)
      const common = { workload, op: count, client, f, input, intendedMs: event.timeMs ?? line }
      add({ kind: 'invoke', ...common, ...(key === undefined ? {} : { key }) }, event)
      open.set(process, { op: count++, f })
      continue
    }
    if (!before) throw new HistoryError(`process ${process} ends what it did not invoke`, line)
    if (before.f !== f)
      throw new HistoryError(`process ${process} ends ${f}, not ${before.f}`, line)
    open.delete(process)
    const outcome = outcomeOf(event, dialect)
    add({ kind: 'complete', workload, op: before.op, client, f, outcome, latencyMs: 0 }, event)
  }
  return { journal: entries, lines }
}

function outcomeOf({ type, f, value }: OperationEvent, dialect: Dialect): Outcome {
  if (type === 'ok') return { kind: 'ok', value: dialect.answer(f, value) }
  const error = typeof value === 'string' ? value : 'told by the history'
  if (type === 'info') return { kind: 'info', ended: 'gave-up', error }
  const known = dialect.failed?.(f, value)
  if (known !== undefined) return { kind: 'ok', value: known }
  return { kind: 'fail', ended: 'refused', error }
}
