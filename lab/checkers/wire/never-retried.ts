import type { Journal, WireEvent } from '../../journal/journal.ts'
import type { Checker, Finding, Lie } from '../../model/checker.ts'
import { conclude, gapsIn, tooFew, type Violation } from '../shared/conclude.ts'
import { firstThat, told, withMore } from '../shared/falsify.ts'
import { type CorrelateOptions, type Exchange, exchangesIn } from './exchanges.ts'
import { atOf, idsIn, type WireEntry, wireOf } from './wire-events.ts'

export interface NeverOptions extends CorrelateOptions {
  /**
   * Responses after which the request must not be sent again; default each error of 400 to 499 but
   * 408, 425 and 429 (RFC 9110, RFC 6585), which may be tried again.
   */
  readonly after?: (response: WireEvent) => boolean
}

/**
 * What cannot succeed is not tried again: once a request got such a response, no message with its
 * id is sent any more, on any connection. Unknown when there was no such response, or when one
 * belongs to a request that carries no id.
 */
export function neverRetried(options: NeverOptions = {}): Checker {
  return {
    name: 'what was refused for good is never retried',
    subscribes: options.links ?? (() => true),
    check: journal => judge(journal, options),
    lies: liesOf(options),
  }
}

function judge(journal: Journal, options: NeverOptions): Finding {
  const final = finalIn(journal, options)
  const requests = requestsById(journal, options)
  const nameless = final.filter(({ ids }) => ids.length === 0).length
  const violations = final.flatMap(({ request, response, ids }): readonly Violation[] => {
    const sent = ids
      .flatMap(id => requests.get(id) ?? [])
      .find(each => each !== request && atOf(each) >= atOf(response))
    if (!sent) return []
    const what = `${ids[0]} got ${response.error ?? 'its refusal'} and was sent again`
    const entries = [request.index, response.index, sent.index]
    return [{ kind: 'retried', what, entries, atMs: atOf(sent) }]
  })
  return conclude({
    journal,
    violations,
    figures: { refusedForGood: final.length, nameless },
    unseen: [
      ...tooFew('Responses that forbid a retry', final.length, 1),
      ...(nameless > 0 ? [`${nameless} of their requests carry no id`] : []),
      ...gapsIn(journal, options.links ?? (() => true)),
    ],
    story: `${final.length} requests were refused for good, and none was sent again.`,
  })
}

function finalIn(journal: Journal, options: NeverOptions): readonly Exchange[] {
  return exchangesIn(journal, options).filter(({ response }) =>
    (options.after ?? isFinal)(response),
  )
}

function requestsById(journal: Journal, { carries = idsIn, links }: NeverOptions) {
  const byId = new Map<string, WireEntry[]>()
  for (const entry of wireOf(journal, links)) {
    if (entry.what !== 'request') continue
    for (const id of new Set(carries(entry))) byId.set(id, [...(byId.get(id) ?? []), entry])
  }
  return byId
}

function isFinal({ error }: WireEvent): boolean {
  const status = Number(error)
  return status >= 400 && status < 500 && ![408, 425, 429].includes(status)
}

function liesOf(options: NeverOptions): readonly Lie[] {
  const lie = (name: string, laterMs: number): Lie => ({
    name,
    found: 'invalid',
    tell: (journal, random) =>
      firstThat(random, finalIn(journal, options), ({ request, response, ids }) => {
        if (ids.length === 0) return undefined
        const byMs = atOf(response) + laterMs - atOf(request)
        const { sourceAtMs, atMs } = request
        const again = { ...request, atMs: atMs + byMs }
        const sent = sourceAtMs === undefined ? again : { ...again, sourceAtMs: sourceAtMs + byMs }
        const other = { ...sent, index: response.index, connection: request.connection + 1_000_000 }
        return told(withMore(journal, [other]), [request.index, response.index])
      }),
  })
  return [
    lie('sends one such request again at once', 1),
    lie('sends one such request again after two seconds', 2_000),
  ]
}
