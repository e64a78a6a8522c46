import { isDeepStrictEqual } from 'node:util'
import type { Json } from '../../base/json.ts'
import type { Journal } from '../../journal/journal.ts'
import type { Checker, Finding, Lie } from '../../model/checker.ts'
import { conclude, gapsIn, tooFew, type Violation } from '../shared/conclude.ts'
import { answering, endedAs, firstThat, indicesOf, told } from '../shared/falsify.ts'
import {
  entriesOf,
  isOk,
  type Named,
  nameOf,
  type Performed,
  type Succeeded,
  trafficOf,
} from '../shared/history.ts'
import { endedBefore, faultWindow } from '../shared/strikes.ts'

export interface BelongOptions {
  /** Who asked for what; default the operation's key. */
  readonly asked?: (operation: Performed) => Json | undefined
  /**
   * The same, as the answer echoes it (id and user); default its `id`, or the whole of an answer
   * that is a text. Undefined: it does not say.
   */
  readonly echoed?: (answer: Json) => Json | undefined
}

/**
 * Every answer belongs to who asked: what an ok answer echoes is what its request asked for.
 * Unknown when no answer since the first fault was ok, or when one does not say whose it is.
 */
export function answersBelong(workload: Named, options: BelongOptions = {}): Checker {
  return {
    name: `every answer of ${workload.name} belongs to who asked`,
    check: journal => judge(journal, workload, options),
    lies: liesOf(workload, options),
  }
}

const keyOf = ({ key }: Performed): Json | undefined => key

function idOf(answer: Json): Json | undefined {
  if (typeof answer === 'string') return answer
  return typeof answer === 'object' && answer !== null && 'id' in answer ? answer.id : undefined
}

function judge(journal: Journal, workload: Named, options: BelongOptions): Finding {
  const { asked = keyOf, echoed = idOf } = options
  const answers = answersIn(journal, workload)
  const fromMs = faultWindow(journal)?.fromMs ?? Number.POSITIVE_INFINITY
  const since = answers.filter(each => !endedBefore(each, fromMs)).length
  const told = answers.map(each => {
    return { each, is: echoed(each.answer.outcome.value), due: asked(each) }
  })
  const mute = told.filter(({ is, due }) => is === undefined || due === undefined).length
  const violations = told.flatMap(({ each, is, due }): readonly Violation[] => {
    if (is === undefined || due === undefined || isDeepStrictEqual(is, due)) return []
    const owner = answers.find(other => isDeepStrictEqual(asked(other), is))
    const whose = owner ? `, which client ${owner.client} asked for` : ''
    const what = `client ${each.client} got ${JSON.stringify(is)} for ${nameOf(each)}${whose}`
    const entries = [...entriesOf(each), ...(owner ? entriesOf(owner) : [])]
    return [{ kind: 'foreign', what, entries, atMs: each.answer.atMs }]
  })
  return conclude({
    journal,
    violations,
    figures: { answers: answers.length, sinceFault: since, mute },
    unseen: [
      ...tooFew('Ok answers since the fault', since, 1),
      ...(mute > 0 ? [`${mute} answers do not say whose they are`] : []),
      ...gapsIn(journal),
    ],
    story: `All ${answers.length} answers went to who had asked for them.`,
  })
}

function answersIn(journal: Journal, workload: Named): readonly Succeeded[] {
  return trafficOf(journal, workload).filter(isOk)
}

function liesOf(workload: Named, { asked = keyOf }: BelongOptions): readonly Lie[] {
  const pair = (
    name: string,
    change: (journal: Journal, one: Succeeded, other: Succeeded) => Journal,
  ): Lie => ({
    name,
    found: 'invalid',
    tell: (journal, random) => {
      const answers = answersIn(journal, workload)
      return firstThat(random, answers, one =>
        firstThat(random, answers, other =>
          isDeepStrictEqual(asked(one), asked(other))
            ? undefined
            : told(change(journal, one, other), indicesOf([one, other])),
        ),
      )
    },
  })
  return [
    pair('gives one request the answer of another', (journal, one, other) =>
      answering(journal, one, other.answer.outcome.value),
    ),
    pair('swaps the answers of two requests', (journal, one, other) =>
      endedAs(answering(journal, one, other.answer.outcome.value), [other], one.answer.outcome),
    ),
  ]
}
