import type { Journal } from '../journal/journal.ts'
import type { Checker, Figures, Finding } from '../model/checker.ts'
import { type Call, type ObjectHistory, objectsOf, until } from './linearizability/calls.ts'
import { liesOf } from './linearizability/lies.ts'
import type { Model } from './linearizability/model.ts'
import { type Budget, Search } from './linearizability/search.ts'
import { gapsIn } from './shared/conclude.ts'
import { shortestFailing } from './shared/failing-prefix.ts'
import { entriesOf, history, type Named } from './shared/history.ts'

export interface LinearizableOptions {
  /** Steps of search over all keys; default 20 million. Beyond it the answer is unknown. */
  readonly steps?: number
}

/** What a failed search remembers takes some 200 bytes. */
const mostRemembered = 1_000_000
const turn = 2_000
const shownEntries = 24

/**
 * Each object of a model (`register()`, `keyValue()`, `multiRegister()`, `mutex()`, `fifoQueue()`,
 * `bag()`) does each operation at one moment between its invocation and its answer
 * (linearizability). `info` may take effect at any later time or never; `fail` never did.
 *
 * Unknown when no object was both changed and looked at, when the budget runs out, and, unless what
 * came before it fails already, when there is an operation that the model does not know. The witness
 * is the shortest beginning of one object's history that fails, by its last entries, dated at its end.
 */
export function linearizable(
  workload: Named,
  model: Model,
  options: LinearizableOptions = {},
): Checker {
  const each = model.perKey ? ', key by key' : ''
  return {
    name: `${workload.name} is a linearizable ${model.name}${each}`,
    check: journal => judgeLinearizable(journal, workload, model, options),
    lies: liesOf(workload, model),
  }
}

export function judgeLinearizable(
  journal: Journal,
  workload: Named,
  model: Model,
  options: LinearizableOptions,
): Finding {
  const objects = objectsOf(history(journal, workload), model)
  const searches = searchesOf(objects, model)
  const budget = { steps: options.steps ?? 20_000_000, memory: mostRemembered }
  const before = budget.steps
  takeTurns(
    searches.map(({ search }) => search),
    budget,
  )
  const figures = {
    keys: objects.length,
    examined: objects.filter(isTelling).length,
    operations: objects.reduce((sum, { calls }) => sum + calls.length, 0),
    steps: before - budget.steps,
    open: objects.length - searches.filter(({ search }) => search.verdict !== undefined).length,
    unknown: objects.filter(({ unknown }) => unknown).length,
  }
  const wrong = searches.find(({ search }) => search.verdict === false)
  if (wrong) return guilty(wrong, model, wrong.search, figures)
  const why = blindSpot(objects, model, figures) ?? gapsIn(journal)[0]
  if (why) return { word: 'unknown', story: `Nothing was shown: ${why}.`, figures }
  const kept = model.perKey ? ` on ${figures.examined} keys` : ''
  const story = `${figures.operations} operations${kept} can be put in one order of a ${model.name}.`
  return { word: 'valid', story, figures }
}

/** One for each object; where one cannot be right from the beginning, the others are not begun. */
function searchesOf(objects: readonly ObjectHistory[], { initial }: Model) {
  const searches: (ObjectHistory & { readonly search: Search })[] = []
  for (const object of objects) {
    const search = new Search(initial, object.calls)
    searches.push({ ...object, search })
    if (search.verdict === false) break
  }
  return searches
}

function blindSpot(
  objects: readonly ObjectHistory[],
  { name }: Model,
  figures: { readonly examined: number; readonly open: number },
): string | undefined {
  const strange = objects.find(({ unknown }) => unknown)
  if (strange?.unknown) {
    const { f, invokeIndex } = strange.unknown
    return `a ${name} knows no ${f} such as the one of entry ${invokeIndex}`
  }
  if (figures.open > 0) return `${figures.open} histories were too hard to decide`
  return figures.examined === 0 ? 'nothing was both changed and looked at' : undefined
}

/** Round-robin, so that one hard key cannot keep the others from being decided. */
function takeTurns(searches: readonly Search[], budget: Budget): void {
  let open = searches.filter(search => !search.isTooWide)
  while (open.length > 0 && budget.steps > 0) {
    if (searches.some(({ verdict }) => verdict === false)) return
    open = open.filter(search => {
      search.advance(turn, budget)
      return search.verdict === undefined
    })
  }
}

/** Only what was changed and looked at can show anything. */
function isTelling({ calls }: ObjectHistory): boolean {
  return calls.some(({ effect }) => effect.tells) && calls.some(({ effect }) => effect.changes)
}

function guilty(
  { key, calls }: ObjectHistory,
  model: Model,
  found: Search,
  figures: Figures,
): Finding {
  const answers = calls.filter(isAnswered).toSorted((a, b) => a.until - b.until)
  const fails = (count: number) => {
    const budget = { steps: 2_000_000, memory: mostRemembered }
    const search = new Search(model.initial, until(calls, answers[count - 1]?.until ?? 0, model))
    search.advance(budget.steps, budget)
    return search.verdict === false
  }
  const end = answers[shortestOf(answers.length, fails, found) - 1]
  const known = calls.filter(({ from }) => from <= (end?.until ?? 0))
  const entries = known
    .flatMap(({ performed }) => entriesOf(performed))
    .filter(index => index <= (end?.until ?? 0))
    .toSorted((a, b) => a - b)
  const { f = '', answer } = end?.performed ?? {}
  const value = answer?.outcome.kind === 'ok' ? JSON.stringify(answer.outcome.value) : ''
  const where = key === '' ? '' : ` on ${key}`
  const story =
    `The ${known.length} operations${where} up to entry ${end?.until}, ${f} → ${value}, ` +
    `fit no order of one ${model.name}.`
  const witness = { what: story, entries: entries.slice(-shownEntries), atMs: answer?.atMs ?? 0 }
  return { word: 'invalid', story, figures, witness }
}

/**
 * Where somebody saw what nobody ever left, that answer is nearly always the first that fails, and to
 * see it takes one search instead of many. (With fewer answers known, somebody may have left it.)
 */
function shortestOf(
  answers: number,
  fails: (count: number) => boolean,
  { impossibleBy, deepest }: Search,
): number {
  if (impossibleBy === undefined) return shortestFailing(answers, fails, deepest)
  if (!fails(impossibleBy)) return shortestFailing(answers, fails, impossibleBy)
  if (!fails(impossibleBy - 1)) return impossibleBy
  return shortestFailing(impossibleBy - 1, fails)
}

function isAnswered({ until }: Call): boolean {
  return Number.isFinite(until)
}
