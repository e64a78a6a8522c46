import { isDeepStrictEqual } from 'node:util'
import type { Json } from '../../base/json.ts'
import type { Journal } from '../../journal/journal.ts'
import type { Checker, Figures, Finding } from '../../model/checker.ts'
import { clearest, entriesOf, history, type Named, type Performed } from '../shared/history.ts'

export interface WriteOptions {
  /** The operation that writes; default each but the reads. Its `key` is unique to the request. */
  readonly write?: string
  /** The operation of the final reads; default `read`. */
  readonly read?: string
  /**
   * What the final reads must find of a write; default the value of its ok answer. Undefined: any
   * value will do, as for a write whose answer never came.
   */
  readonly promised?: (write: Performed) => Json | undefined
  /**
   * What a final read found, effect by effect: none, one, or (doubled) several for one key. By
   * default an answer of `null` is none, an array is one effect per element, all else is one.
   */
  readonly found?: (key: string, answer: Json) => readonly Effect[]
}

export interface Effect {
  readonly key: string
  readonly value: Json
}

/** Each is also the name of the figure that counts it. */
const sins = ['lost', 'doubled', 'changed', 'phantom', 'refusedYetDone'] as const
type Sin = (typeof sins)[number]

const words: Readonly<Record<Sin, { readonly one: string; readonly many: string }>> = {
  lost: { one: 'was confirmed and is gone', many: 'lost' },
  doubled: { one: 'has been done more than once', many: 'doubled' },
  changed: { one: 'holds another value than was written', many: 'changed' },
  phantom: { one: 'was found, and nobody wrote it', many: 'never written but found' },
  refusedYetDone: { one: 'was refused and done all the same', many: 'refused yet done' },
}

interface Offence {
  readonly sin: Sin
  readonly key: string
  readonly entries: readonly number[]
  readonly atMs: number
  readonly seenMs: number
}

interface Sight {
  readonly read: Performed
  readonly effects: readonly Effect[]
}

/**
 * The effects ledger: acknowledged, attempted and found are compared key by key. A confirmed write
 * must be found once and unchanged; a refused one must not be found; one that ended `info` may be
 * either. Unknown when nothing was confirmed, or when a confirmed write was never read back.
 */
export function noLostWrites(workload: Named, options: WriteOptions = {}): Checker {
  return {
    name: `no lost writes in ${workload.name}`,
    check: journal => judge(journal, workload, options),
  }
}

function judge(journal: Journal, workload: Named, options: WriteOptions): Finding {
  const all = history(journal, workload)
  const writes = Map.groupBy(
    all.filter(each => isWrite(each, options)),
    each => each.key ?? '',
  )
  const sights = sightsOf(all, options)
  const offences = [...writes].flatMap(([key, attempts]) =>
    offencesOf(key, attempts, sights.get(key) ?? [], options),
  )
  const phantoms = [...sights].flatMap(([key, seen]) =>
    writes.has(key) ? [] : offence('phantom', key, [], seen.filter(hasEffect)),
  )
  const unread = [...writes].filter(([key, attempts]) => attempts.some(isAcked) && !sights.has(key))
  const figures = figuresOf([...writes.values()].flat(), unread.length, [...offences, ...phantoms])
  return conclude(figures, clearest(journal, [...offences, ...phantoms]))
}

/** What the final reads saw of each key that was read, also when it was nothing. */
function sightsOf(all: readonly Performed[], options: WriteOptions) {
  const sights = new Map<string, Sight[]>()
  for (const read of all) {
    if (read.phase !== 'final-reads' || read.f !== (options.read ?? 'read')) continue
    if (read.answer?.outcome.kind !== 'ok') continue
    const key = read.key ?? ''
    const effects = (options.found ?? eachValue)(key, read.answer.outcome.value)
    for (const seen of new Set([key, ...effects.map(effect => effect.key)])) {
      const sight = { read, effects: effects.filter(effect => effect.key === seen) }
      sights.set(seen, [...(sights.get(seen) ?? []), sight])
    }
  }
  return sights
}

function offencesOf(
  key: string,
  attempts: readonly Performed[],
  sights: readonly Sight[],
  options: WriteOptions,
): readonly Offence[] {
  if (sights.length === 0) return []
  const acked = attempts.filter(isAcked)
  const promised = (acked.length > 0 ? acked : attempts).map(options.promised ?? answered)
  const kept = ({ value }: Effect) =>
    promised.some(each => each === undefined || isDeepStrictEqual(each, value))
  const absent = sights.filter(sight => !hasEffect(sight))
  const refused = attempts.every(each => each.answer?.outcome.kind === 'fail')
  return [
    ...(acked.length > 0 ? offence('lost', key, acked, absent) : []),
    ...offence(
      'doubled',
      key,
      attempts,
      sights.filter(sight => sight.effects.length > 1),
    ),
    ...offence(
      'changed',
      key,
      attempts,
      refused ? [] : sights.filter(sight => sight.effects.some(effect => !kept(effect))),
    ),
    ...(refused ? offence('refusedYetDone', key, attempts, sights.filter(hasEffect)) : []),
  ]
}

/**
 * One offence per key and sin, with the attempts and the reads that show it; none without sights.
 */
function offence(
  sin: Sin,
  key: string,
  attempts: readonly Performed[],
  sights: readonly Sight[],
): readonly Offence[] {
  const first = sights[0]
  if (!first) return []
  const operations = [...attempts, ...sights.map(sight => sight.read)]
  const atMs = endedMs(attempts[0] ?? first.read)
  return [{ sin, key, entries: operations.flatMap(entriesOf), atMs, seenMs: endedMs(first.read) }]
}

const endedMs = (each: Performed) => each.answer?.atMs ?? each.invokedMs

function figuresOf(writes: readonly Performed[], unread: number, offences: readonly Offence[]) {
  const count = (sin: Sin) => offences.filter(each => each.sin === sin).length
  return {
    attempted: writes.length,
    acknowledged: writes.filter(isAcked).length,
    refused: writes.filter(each => each.answer?.outcome.kind === 'fail').length,
    uncertain: writes.filter(each => !each.answer || each.answer.outcome.kind === 'info').length,
    unread,
    lost: count('lost'),
    doubled: count('doubled'),
    changed: count('changed'),
    phantom: count('phantom'),
    refusedYetDone: count('refusedYetDone'),
  }
}

function conclude(figures: ReturnType<typeof figuresOf>, shown: Offence | undefined): Finding {
  if (shown) return guilty(figures, shown)
  if (figures.acknowledged === 0) {
    const story = 'No write was confirmed, so none could be lost: nothing was examined.'
    return { word: 'unknown', story, figures }
  }
  if (figures.unread > 0) {
    const story = `${figures.unread} confirmed writes were not read back, so they may be lost.`
    return { word: 'unknown', story, figures }
  }
  const story =
    `All ${figures.acknowledged} confirmed writes were found, once and unchanged; ` +
    `${figures.refused} were refused and left nothing; ${figures.uncertain} ended uncertain.`
  return { word: 'valid', story, figures }
}

function guilty(figures: Figures, { key, sin, entries, atMs }: Offence): Finding {
  const counted = sins.filter(each => (figures[each] ?? 0) > 0)
  const story =
    `${counted.map(each => `${figures[each]} ${words[each].many}`).join(', ')}, ` +
    `among ${figures.acknowledged} confirmed writes.`
  // Enough to look at; a key that was attempted a hundred times needs no hundred lines.
  const witness = { what: `${key} ${words[sin].one}`, entries: entries.slice(0, 12), atMs }
  return { word: 'invalid', story, figures, witness }
}

function isWrite({ f, phase }: Performed, { write, read }: WriteOptions): boolean {
  const writes = write === undefined ? f !== (read ?? 'read') : f === write
  return writes && phase !== 'final-reads'
}

function answered({ answer }: Performed): Json | undefined {
  return answer?.outcome.kind === 'ok' ? answer.outcome.value : undefined
}

const isAcked = (write: Performed) => write.answer?.outcome.kind === 'ok'
const hasEffect = (sight: Sight) => sight.effects.length > 0

function eachValue(key: string, answer: Json): readonly Effect[] {
  if (answer === null) return []
  const values: readonly Json[] = isList(answer) ? answer : [answer]
  return values.map(value => ({ key, value }))
}

function isList(value: Json): value is readonly Json[] {
  return Array.isArray(value)
}
