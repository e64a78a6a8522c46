import { isDeepStrictEqual } from 'node:util'
import { isRecord, type Json } from '../../base/json.ts'
import type { Journal } from '../../journal/journal.ts'
import type { Checker, Finding } from '../../model/checker.ts'
import { conclude, gapsIn, tooFew, type Violation } from '../shared/conclude.ts'
import { indicesOf } from '../shared/falsify.ts'
import { entriesOf, history, isOk, isShed, type Named, type Performed } from '../shared/history.ts'
import { partsAround } from '../shared/parts-around.ts'
import { type Observation, observationsOf } from './final-reads.ts'
import { lossLies } from './loss-lies.ts'
import { answered, isWrite, type WriteOptions } from './writes.ts'

/** Each is also the name of the figure that counts it. */
const kinds = ['lost', 'doubled', 'changed', 'reverted', 'phantom', 'refusedYetDone'] as const
type Kind = (typeof kinds)[number]

const words: Readonly<Record<Kind, string>> = {
  lost: 'was confirmed and is gone',
  doubled: 'has been done more than once',
  changed: 'holds another value than was written',
  reverted: 'holds a value that a later confirmed write had replaced',
  phantom: 'was found, and nobody wrote it',
  refusedYetDone: 'was refused and done all the same',
}

/**
 * The effects ledger: acknowledged, attempted and found are compared key by key. A confirmed write
 * must be found once and unchanged; a refused one must not be found; one that ended `info` may be
 * either. Where a key was written again and again, the value found is that of the last confirmed
 * write, or of one that was under way with it or after it. Unknown when nothing was confirmed, when
 * a confirmed or a refused write was never read back, or when the value found may be that of a
 * write that ended `info` before the last confirmed one.
 */
export function noLostWrites(workload: Named, options: WriteOptions = {}): Checker {
  return {
    name: `no lost writes in ${workload.name}`,
    check: journal => judge(journal, workload, options),
    partsOf: (journal, told) => {
      const all = history(journal, workload)
      const touched = new Set(told.touched)
      const at = all.filter(each => entriesOf(each).some(index => touched.has(index)))
      const keys = new Set(at.map(({ key }) => key))
      const own = all.filter(({ key }) => keys.has(key))
      return partsAround(journal, told, new Set(indicesOf(own)))
    },
    lies: lossLies(workload, options),
  }
}

function judge(journal: Journal, workload: Named, options: WriteOptions): Finding {
  const all = history(journal, workload)
  const writes = all.filter(each => isWrite(each, options))
  const byKey = Map.groupBy(writes, each => each.key ?? '')
  const observations = observationsOf(all, options)
  const judged = [...byKey].map(([key, attempts]) =>
    judgeKey(key, attempts, observations.get(key) ?? [], options),
  )
  const phantoms = [...observations].flatMap(([key, seen]) =>
    byKey.has(key) ? [] : violation('phantom', key, [], seen.filter(hasEffect)),
  )
  const violations = [...judged.flatMap(each => each.violations), ...phantoms]
  const unread = [...byKey].filter(
    ([key, attempts]) => attempts.some(isToBeRead) && !observations.has(key),
  ).length
  const unclear = judged.filter(each => each.unclear).length
  const acknowledged = writes.filter(isOk).length
  const refused = writes.filter(isRefused).length
  const figures = {
    ...{ attempted: writes.length, acknowledged, refused },
    uncertain: writes.length - acknowledged - refused,
    ...{ unread, unclear },
    ...Object.fromEntries(kinds.map(kind => [kind, 0])),
  }
  const unseen = [
    ...tooFew('Confirmed writes, of which one could be lost', acknowledged, 1),
    ...(unread > 0 ? [`${unread} keys were not read back, so nobody knows what is there`] : []),
    ...(unclear > 0 ? [`${unclear} keys hold what an earlier, uncertain write may have left`] : []),
    ...gapsIn(journal),
  ]
  const story =
    `All ${acknowledged} confirmed writes were found, ${howOften(observations)}; ` +
    `${refused} were refused and left nothing; ${figures.uncertain} ended uncertain.`
  return conclude({ journal, violations, figures, unseen, story })
}

/** Who is asked for one thing by its key answers with one, however often it is there. */
function howOften(observations: ReadonlyMap<string, readonly Observation[]>): string {
  const reads = [...observations.values()].flat().map(({ read }) => read)
  const isSingle = reads.every(
    ({ input, answer }) =>
      isRecord(input) && 'readBack' in input && !Array.isArray(answer.outcome.value),
  )
  return isSingle && reads.length > 0
    ? 'unchanged (whether once, no answer shows: only a list can, see readBack)'
    : 'once and unchanged'
}

function judgeKey(
  key: string,
  attempts: readonly Performed[],
  observations: readonly Observation[],
  options: WriteOptions,
) {
  const confirmed = attempts.some(isOk)
  const refused = attempts.every(isRefused)
  const having = (accept: (observation: Observation) => boolean) => observations.filter(accept)
  const values = refused ? [] : having(hasEffect).map(seen => ({ seen, is: valueIs(seen) }))
  const of = (is: ReturnType<typeof valueIs>) => values.filter(v => v.is === is).map(v => v.seen)
  const doubled = having(({ effects }) => effects.length > 1)
  return {
    unclear: of('unclear').length > 0,
    violations: [
      ...(confirmed
        ? violation(
            'lost',
            key,
            attempts.filter(isOk),
            having(one => !hasEffect(one)),
          )
        : []),
      ...violation('doubled', key, attempts, doubled),
      ...violation('changed', key, attempts, of('changed')),
      ...violation('reverted', key, attempts, of('reverted')),
      ...(refused ? violation('refusedYetDone', key, attempts, having(hasEffect)) : []),
    ],
  }

  function valueIs({ effects }: Observation) {
    const answers = effects.map(({ value }) => standing(value, attempts, options))
    const worst = (['changed', 'reverted', 'unclear'] as const).find(one => answers.includes(one))
    return worst ?? 'kept'
  }
}

/** What a value that was found says of the writes of its key. */
function standing(value: Json, attempts: readonly Performed[], options: WriteOptions) {
  const promised = options.promised ?? answered
  const wrote = (write: Performed) => {
    const promise = promised(write)
    return promise === undefined || isDeepStrictEqual(promise, value)
  }
  const done = attempts.filter(each => !isRefused(each))
  const [last, ...replaced] = [
    done.filter(each => !isReplaced(each, attempts)),
    done.filter(each => isReplaced(each, attempts) && isOk(each)),
    done.filter(each => isReplaced(each, attempts) && !isOk(each)),
  ].map(group => group.some(wrote))
  if (last) return 'kept'
  const [byConfirmed, byUncertain] = replaced
  // It may take effect long after its caller gave up: nobody can tell.
  if (byUncertain) return 'unclear'
  return byConfirmed ? 'reverted' : 'changed'
}

/** A confirmed write began after this one had ended. */
function isReplaced(write: Performed, attempts: readonly Performed[]): boolean {
  const endMs = write.answer?.atMs ?? Number.POSITIVE_INFINITY
  return attempts.some(each => isOk(each) && each.invokedMs > endMs)
}

/** One per key and kind, with the attempts and the reads that show it; none without reads. */
function violation(
  kind: Kind,
  key: string,
  attempts: readonly Performed[],
  observations: readonly Observation[],
): readonly Violation[] {
  const [first] = observations
  if (!first) return []
  const entries = [first.read, ...attempts.toReversed()].flatMap(entriesOf)
  const atMs = endedMs(attempts.at(-1) ?? first.read)
  return [{ kind, what: `${key} ${words[kind]}`, entries, atMs, seenMs: endedMs(first.read) }]
}

const endedMs = (each: Performed) => each.answer?.atMs ?? each.invokedMs

const isRefused = ({ answer }: Performed) => answer?.outcome.kind === 'fail'
const isToBeRead = (each: Performed) => (isOk(each) || isRefused(each)) && !isShed(each)
const hasEffect = ({ effects }: Observation) => effects.length > 0
