import { z } from 'zod'
import type { Json } from '../../lab/base/json.ts'
import type { Outcome } from '../../lab/journal/journal.ts'
import type { Context } from '../../lab/model/target.ts'
import type { Operation } from '../../lab/model/workload.ts'
import type { HttpClient } from '../../lab/workloads/http.ts'
import { httpOutcome } from '../../lab/workloads/http-outcome.ts'
import { bearer, type Person } from './people.ts'

const progress = z.object({
  state: z.enum(['waiting', 'done', 'dead']),
  reason: z.string().nullable(),
  stages: z.array(
    z.object({ stage: z.string(), attempt: z.number().optional(), reason: z.string().optional() }),
  ),
})
type Progress = z.infer<typeof progress>

const stored = z.object({
  messages: z.array(
    z.object({ seq: z.number(), id: z.string(), inReplyTo: z.string().nullable() }),
  ),
})
type Stored = z.infer<typeof stored>['messages']

const notices = z.object({
  notices: z.array(z.object({ cursor: z.string(), messageId: z.string() })),
})

const ofOne = z.object({ person: z.number(), ids: z.array(z.string()), others: z.string() })
const ofRedriven = z.object({ person: z.number(), redriven: z.string() })
const toRedrive = z.object({ redrive: z.string() })

const pageSize = 200
const lookEveryMs = 200
/** Longer than a message of ours waits for another try, or for the lease of a worker that died. */
const settlesWithinMs = 15_000
const sideBySide = 8

/** What became of messages, as the service tells whoever sent them. */
export class MessageBooks {
  readonly #http: HttpClient
  readonly #url: string
  readonly #people: readonly Person[]
  readonly #context: Pick<Context, 'clock' | 'recorder'>
  readonly #redrivenIds = new Set<string>()
  /** One for all: where one message is stuck, the others are not waited for as well. */
  #patientUntilMs: number | undefined

  constructor(
    http: HttpClient,
    url: string,
    people: readonly Person[],
    context: Pick<Context, 'clock' | 'recorder'>,
  ) {
    this.#http = http
    this.#url = url
    this.#people = people
    this.#context = context
  }

  /** Undefined for an operation that is none of the final reads. */
  find({ f, input }: Operation, signal: AbortSignal): Promise<Outcome> | undefined {
    const one = ofOne.safeParse(input).data
    if (one) return told(f === 'told' ? this.#announced(one, signal) : this.#handled(one, signal))
    const again = ofRedriven.safeParse(input).data
    if (again) return told(this.#redriven(again, signal))
    const dead = toRedrive.safeParse(input).data
    return dead && this.#redrive(dead.redrive, signal)
  }

  /** One person's messages, and whatever else that person is shown. */
  async #handled({ person, ids, others }: z.infer<typeof ofOne>, signal: AbortSignal) {
    const found = await this.#settled(person, ids, signal)
    const all = await this.#stored(person, signal)
    this.#observeOrder(all)
    const copies = Map.groupBy(all, ({ id }) => id)
    const foreign = [...copies.keys()].filter(id => !ids.includes(id))
    const isShown = others !== '' && (await this.#progress(person, others, signal)) !== undefined
    return [
      ...found.map(each => rowOf(each, copies.get(each.id)?.length ?? 0)),
      ...[...foreign, ...(isShown ? [others] : [])].map(id => ({ id, state: 'done' })),
    ]
  }

  /** What was announced to one person: once or more often is the same to whoever hears it. */
  async #announced({ person, ids }: z.infer<typeof ofOne>, signal: AbortSignal) {
    const found = await this.#settled(person, ids, signal)
    const due = found.filter(({ state }) => state === 'done').map(({ id }) => id)
    const heard = await this.#until(
      () => this.#notices(person, signal),
      seen => due.every(id => seen.has(id)),
      signal,
    )
    return found.map(({ id, state }) => ({
      id,
      state: nameOf(state),
      effects: heard.has(id) ? 1 : 0,
    }))
  }

  async #redriven({ person, redriven: id }: z.infer<typeof ofRedriven>, signal: AbortSignal) {
    if (!this.#redrivenIds.has(id)) return []
    const found = await this.#settled(person, [id], signal)
    const all = await this.#stored(person, signal)
    return found.map(each => {
      return { ...rowOf(each, all.filter(copy => copy.id === id).length), id: `${id}/again` }
    })
  }

  /** By the one who looks after dead letters. */
  async #redrive(id: string, signal: AbortSignal): Promise<Outcome> {
    const url = `${this.#url}/v1/dead-letters/${id}/redrive`
    const headers = this.#headers(this.#people.length - 1)
    const outcome = await this.#http.ask({ url, method: 'POST', headers, signal }, answer =>
      httpOutcome(answer, () => null),
    )
    if (outcome.kind === 'ok') this.#redrivenIds.add(id)
    this.#patientUntilMs = undefined
    return outcome
  }

  /** The accepted ones of these, none of them on its way any more, or after waiting long enough. */
  async #settled(person: number, ids: readonly string[], signal: AbortSignal) {
    const look = async () => {
      const found: (Progress & { readonly id: string })[] = []
      const left = ids.values()
      const looking = Array.from({ length: sideBySide }, async () => {
        for (const id of left) {
          const one = await this.#progress(person, id, signal)
          if (one) found.push({ ...one, id })
        }
      })
      await Promise.all(looking)
      return found
    }
    return this.#until(look, found => found.every(({ state }) => state !== 'waiting'), signal)
  }

  async #progress(person: number, id: string, signal: AbortSignal) {
    const found = await this.#get(person, `/v1/messages/${id}`, signal)
    return found === null ? undefined : progress.parse(found)
  }

  async #stored(person: number, signal: AbortSignal): Promise<Stored> {
    const all: Stored[number][] = []
    for (;;) {
      const after = all.at(-1)?.seq ?? 0
      const path = `/v1/messages?after=${after}&limit=${pageSize}`
      const page = stored.parse(await this.#get(person, path, signal)).messages
      all.push(...page)
      if (page.length < pageSize) return all
    }
  }

  async #notices(person: number, signal: AbortSignal): Promise<ReadonlySet<string>> {
    const heard = new Set<string>()
    for (let after = '0-0'; ; ) {
      const found = await this.#get(person, `/v1/notices?after=${after}`, signal)
      const page = notices.parse(found).notices
      for (const { messageId } of page) heard.add(messageId)
      const last = page.at(-1)
      if (!last) return heard
      after = last.cursor
    }
  }

  /** A reply is never handled before what it replies to. */
  #observeOrder(all: Stored): void {
    const replies = Map.groupBy(all, ({ inReplyTo }) => inReplyTo)
    const observe = (id: string, key: string, seq: number) =>
      this.#context.recorder.record({
        kind: 'observed',
        workload: 'messages',
        client: 0,
        what: 'handled',
        value: { id, key, seq },
      })
    for (const { id, inReplyTo } of all) {
      for (const reply of replies.get(id) ?? []) observe(`${id}<${reply.id}`, reply.id, 0)
      if (inReplyTo !== null) observe(id, id, 1)
    }
  }

  async #get(person: number, path: string, signal: AbortSignal): Promise<Json> {
    const headers = this.#headers(person)
    const outcome = await this.#http.ask({ url: `${this.#url}${path}`, headers, signal }, answer =>
      answer.status === 404
        ? { kind: 'ok', value: null }
        : httpOutcome(answer, found => z.json().parse(found)),
    )
    if (outcome.kind === 'ok') return outcome.value
    throw new Unread(outcome)
  }

  #headers(person: number) {
    const asking = this.#people[person]
    if (!asking) throw new RangeError(`There is no person ${person}.`)
    return { ...bearer(asking), 'x-deadline-ms': '8000' }
  }

  async #until<Seen>(
    look: () => Promise<Seen>,
    accepts: (seen: Seen) => boolean,
    signal: AbortSignal,
  ): Promise<Seen> {
    const { clock } = this.#context
    this.#patientUntilMs ??= clock.nowMs() + settlesWithinMs
    for (;;) {
      const seen = await look()
      if (accepts(seen) || clock.nowMs() > this.#patientUntilMs) return seen
      await clock.sleep(lookEveryMs, signal)
    }
  }
}

/** The service did not tell. */
class Unread extends Error {
  readonly outcome: Outcome

  constructor(outcome: Outcome) {
    super('The service did not tell what became of a message.')
    this.outcome = outcome
  }
}

async function told(rows: Promise<readonly Json[]>): Promise<Outcome> {
  try {
    return { kind: 'ok', value: await rows }
  } catch (error) {
    if (error instanceof Unread) return error.outcome
    throw error
  }
}

function rowOf({ id, state, reason, stages }: Progress & { id: string }, effects: number) {
  return { id, state: nameOf(state), effects, tries: triesOf(stages), reason }
}

const nameOf = (state: Progress['state']) => (state === 'waiting' ? 'pending' : state)

/**
 * As its history tells: the attempt that is told last before its death. Of a message that took its
 * workers along that is one later, in which it was not tried again.
 */
function triesOf(stages: Progress['stages']): number {
  const last = stages.findLast(({ stage }) => stage === 'failed')
  const { attempt = 0, reason = '' } = last ?? {}
  return /^No worker ended it/.test(reason) ? attempt - 1 : attempt
}
