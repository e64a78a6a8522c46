import type { Json } from '../base/json.ts'
import type { Journal } from '../journal/journal.ts'
import type { Checker, Finding } from '../model/checker.ts'
import { entriesOf, history, type Named, type Performed } from './shared/history.ts'
import { type Call, search } from './shared/linearization.ts'

export interface RegisterOptions {
  /** Default `read`: its ok value is what was read, `null` for nothing. */
  readonly read?: string
  /** Default `write`: its input is what is written. */
  readonly write?: string
  /** Default `cas`: its input is `{expected, next}`, its ok value whether it took effect. */
  readonly cas?: string
  /** What each key holds in the beginning; default `null`. */
  readonly initial?: Json
  /** Steps of search over all keys; default 5 million. Beyond it the answer is unknown. */
  readonly steps?: number
}

/** States and values as text, so that they compare by content. */
type State = string

/**
 * Each key behaves as one register that does each operation at one moment between its invocation
 * and its answer (linearizability), by the algorithm of Wing and Gong with Lowe's memory. `info`
 * may take effect at any later time or never; `fail` never did. Unknown when no key has both a read
 * and a concurrent or earlier write, or when the budget runs out.
 */
export function linearizableRegister(workload: Named, options: RegisterOptions = {}): Checker {
  return {
    name: `${workload.name} is linearizable, key by key`,
    check: journal => judge(journal, workload, options),
  }
}

function judge(journal: Journal, workload: Named, options: RegisterOptions): Finding {
  const byKey = Map.groupBy(history(journal, workload), each => each.key ?? '')
  const initial = canonical(options.initial ?? null)
  const searches = [...byKey].map(([key, operations]) => {
    const calls = callsOf(operations, options)
    return { key, operations, calls, steps: search(initial, calls), verdict: undefined as Verdict }
  })
  const spent = takeTurns(searches, options.steps ?? 5_000_000)
  const wrong = searches.find(each => each.verdict === false)
  const open = searches.filter(each => each.verdict === undefined).length
  const examined = searches.filter(each => isTelling(each.operations, options)).length
  const operations = searches.reduce((sum, each) => sum + each.calls.length, 0)
  const figures = { keys: searches.length, examined, operations, steps: spent, open }
  if (wrong) return guilty(wrong, figures)
  if (open > 0 || examined === 0) {
    const why = open > 0 ? `${open} keys were too hard to decide` : 'no key was written and read'
    return { word: 'unknown', story: `Nothing was shown: ${why}.`, figures }
  }
  const story = `${operations} operations on ${examined} keys can be put in one order per key.`
  return { word: 'valid', story, figures }
}

type Verdict = boolean | undefined

interface Search {
  readonly key: string
  readonly operations: readonly Performed[]
  readonly steps: Generator<undefined, boolean>
  verdict: Verdict
}

const turn = 2_000

/** Round-robin, so that one hard key cannot keep the others from being decided. */
function takeTurns(searches: readonly Search[], budget: number): number {
  let spent = 0
  for (let open = [...searches]; open.length > 0 && spent < budget; ) {
    open = open.filter(each => {
      for (let i = 0; i < turn && spent < budget; i++) {
        const step = each.steps.next()
        spent++
        if (!step.done) continue
        each.verdict = step.value
        return false
      }
      return true
    })
    if (searches.some(each => each.verdict === false)) return spent
  }
  return spent
}

function callsOf(
  operations: readonly Performed[],
  options: RegisterOptions,
): readonly Call<State>[] {
  return operations.flatMap(each => {
    const outcome = each.answer?.outcome
    if (outcome?.kind === 'fail') return []
    const known = outcome?.kind === 'ok' ? { value: outcome.value } : undefined
    const step = stepOf(each, known, options)
    const until = known ? each.answer?.index : undefined
    return step ? [{ from: each.invokeIndex, until: until ?? Number.POSITIVE_INFINITY, step }] : []
  })
}

/** How the operation changes the register; undefined where it tells and changes nothing. */
function stepOf(
  { f, input }: Performed,
  known: { readonly value: Json } | undefined,
  options: RegisterOptions,
): Call<State>['step'] | undefined {
  if (f === (options.write ?? 'write')) {
    const next = canonical(input)
    return () => next
  }
  if (f === (options.read ?? 'read')) {
    if (!known) return undefined
    const seen = canonical(known.value)
    return state => (state === seen ? state : undefined)
  }
  if (f !== (options.cas ?? 'cas')) return undefined
  const [expected, next] = [member(input, 'expected'), member(input, 'next')]
  if (!known) return state => (state === expected ? next : state)
  if (known.value === false) return state => (state === expected ? undefined : state)
  return state => (state === expected ? next : undefined)
}

/** Only a key that was changed and read can show anything. */
function isTelling(operations: readonly Performed[], options: RegisterOptions): boolean {
  const read = options.read ?? 'read'
  return (
    operations.some(each => each.f === read && each.answer?.outcome.kind === 'ok') &&
    operations.some(each => each.f !== read && each.answer?.outcome.kind !== 'fail')
  )
}

function guilty({ key, operations }: Search, figures: Readonly<Record<string, number>>): Finding {
  const last = operations.at(-1)
  const story = `The ${operations.length} operations on ${key} fit no order of one register.`
  const entries = operations.flatMap(entriesOf).slice(0, 24)
  const atMs = last?.answer?.atMs ?? last?.invokedMs ?? 0
  return { word: 'invalid', story, figures, witness: { what: story, entries, atMs } }
}

function canonical(value: Json): State {
  return JSON.stringify(value, (_, part: Json) =>
    isRecord(part) ? Object.fromEntries(Object.entries(part).toSorted(byName)) : part,
  )
}

const byName = ([a]: readonly [string, unknown], [b]: readonly [string, unknown]) =>
  a < b ? -1 : a > b ? 1 : 0

function member(input: Json, name: string): State {
  return canonical(isRecord(input) ? (input[name] ?? null) : null)
}

function isRecord(value: Json): value is { readonly [key: string]: Json | undefined } {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
