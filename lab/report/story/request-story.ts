import type { Json } from '../../base/json.ts'
import type { Entry, Journal } from '../../journal/journal.ts'

/** One operation behind a witness, from its intended start over each message at the wire to its answer. */
export interface RequestStory {
  readonly workload: string
  readonly f: string
  readonly key: string | undefined
  readonly intendedMs: number
  readonly steps: readonly RequestStep[]
  /** Steps that are left out of the middle. */
  readonly omitted: number
}

export interface RequestStep {
  /** Since the intended start. */
  readonly afterMs: number
  /** A link, a process, or the client. */
  readonly where: string
  readonly what: string
  readonly kind: 'client' | 'request' | 'response' | 'service' | 'fault'
  readonly failed: boolean
}

const mostOperations = 3
const mostSteps = 40
/** After its answer messages may still be on their way; who never answers is watched so long. */
const afterMs = 250
const unansweredMs = 5_000
/** Shorter texts than this belong to many requests: `1`, `ok`, `read`. */
const leastLength = 6

/** The operations that the witness names, the first three. */
export function requestStories(
  journal: Journal,
  witness: readonly number[],
): readonly RequestStory[] {
  const operations = new Set<string>()
  for (const index of witness) {
    const entry = journal[index]
    if (entry?.kind === 'invoke' || entry?.kind === 'complete') {
      operations.add(`${entry.op} ${entry.workload}`)
    }
  }
  const stories = [...operations].slice(0, mostOperations).flatMap(id => {
    const [op = '', ...workload] = id.split(' ')
    return storyOf(journal, workload.join(' '), Number(op)) ?? []
  })
  return stories.toSorted((a, b) => a.intendedMs - b.intendedMs)
}

function storyOf(journal: Journal, workload: string, op: number): RequestStory | undefined {
  const own = journal.filter(
    entry =>
      (entry.kind === 'invoke' || entry.kind === 'complete') &&
      entry.workload === workload &&
      entry.op === op,
  )
  const invoke = own.find(entry => entry.kind === 'invoke')
  const complete = own.find(entry => entry.kind === 'complete')
  if (!invoke) return undefined
  const { intendedMs, f, key } = invoke
  const toMs = complete ? complete.atMs + afterMs : invoke.atMs + unansweredMs
  const near = journal.filter(entry => entry.atMs >= intendedMs - 1 && entry.atMs <= toMs)
  const steps = [
    step(intendedMs, 'lab', 'its intended start', 'client'),
    step(invoke.atMs, 'lab', `sent by client ${invoke.client}: ${f}`, 'client'),
    ...atTheWire(near, identitiesOf(invoke)),
    ...near.flatMap(strikes),
    complete
      ? step(complete.atMs, 'lab', answerWords(complete), 'client', complete.outcome.kind !== 'ok')
      : step(toMs, 'lab', 'no answer until here', 'client', true),
  ]
  const ordered = steps
    // Its start is intended before it is made, also where two clocks differ by a hair.
    .map(one => ({ ...one, afterMs: Math.max(0, one.afterMs - intendedMs) }))
    .toSorted((a, b) => a.afterMs - b.afterMs)
  return { workload, f, key, intendedMs, ...shortened(ordered) }
}

/** What names the request: its key, and texts of its input that could belong to no other. */
function identitiesOf({ key, input }: Extract<Entry, { kind: 'invoke' }>): readonly string[] {
  const found = key === undefined ? [] : [key]
  if (typeof input === 'object' && input !== null && 'id' in input) found.push(String(input.id))
  return [...new Set(found)].filter(text => text.length >= leastLength)
}

/** Messages and log lines with one of its identities, and those with a trace that these have. */
function atTheWire(near: Journal, identities: readonly string[]): readonly RequestStep[] {
  const named = near.filter(entry => identities.some(id => mentions(entry, id)))
  const traces = new Set(named.flatMap(entry => traceOf(entry) ?? []).concat(identities))
  traces.delete('background')
  return near.flatMap(entry => {
    const trace = traceOf(entry)
    if (!named.includes(entry) && (trace === undefined || !traces.has(trace))) return []
    return wireStep(entry)
  })
}

function mentions(entry: Entry, id: string): boolean {
  if (entry.kind === 'wire') {
    return [entry.key, entry.trace, entry.detail].some(text => text?.includes(id) === true)
  }
  return entry.kind === 'service' && JSON.stringify(entry.detail).includes(id)
}

function traceOf(entry: Entry): string | undefined {
  if (entry.kind === 'wire') return entry.trace
  if (entry.kind !== 'service') return undefined
  const trace = memberOf(entry.detail, 'trace')
  return typeof trace === 'string' ? trace : undefined
}

function wireStep(entry: Entry): readonly RequestStep[] {
  if (entry.kind === 'service') {
    const message = memberOf(entry.detail, 'msg')
    const words = typeof message === 'string' ? `${entry.event}: ${message}` : entry.event
    return [step(entry.atMs, entry.instance, words, 'service', /problem|fail|error/.test(words))]
  }
  if (entry.kind !== 'wire') return []
  const { what, message = '', key = '', error, detail } = entry
  const failed = error !== undefined || what === 'refused' || what === 'toxic'
  const subject = [message, key].filter(Boolean).join(' ')
  const end = error ?? (what === 'toxic' ? `struck by ${detail ?? 'a fault'}` : '')
  const arrow = what === 'request' ? '→' : what === 'response' ? '←' : what
  const words = [arrow, subject, end].filter(Boolean).join(' ')
  const kind = what === 'request' ? 'request' : what === 'toxic' ? 'fault' : 'response'
  return [step(entry.atMs, entry.link, words, kind, failed)]
}

function strikes(entry: Entry): readonly RequestStep[] {
  if (entry.kind !== 'fault' || (entry.step !== 'applied' && entry.step !== 'healed')) return []
  const words = entry.step === 'applied' ? 'strikes' : 'is healed'
  return [step(entry.atMs, entry.touches.join(', '), `${entry.label} ${words}`, 'fault')]
}

function answerWords({ outcome, latencyMs }: Extract<Entry, { kind: 'complete' }>): string {
  const after = `after ${Math.round(latencyMs)} ms`
  if (outcome.kind === 'ok') return `answered ok ${after}: ${short(outcome.value)}`
  const known = outcome.kind === 'fail' ? 'failed' : 'may or may not have happened'
  const status = outcome.status === undefined ? '' : ` (status ${outcome.status})`
  return `${known} ${after}: ${outcome.error}${status}`
}

const longestValue = 120

function short(value: Json): string {
  const text = JSON.stringify(value)
  return text.length > longestValue ? `${text.slice(0, longestValue)} …` : text
}

function step(
  atMs: number,
  where: string,
  what: string,
  kind: RequestStep['kind'],
  failed = false,
): RequestStep {
  return { afterMs: atMs, where, what, kind, failed }
}

function shortened(steps: readonly RequestStep[]) {
  const omitted = Math.max(0, steps.length - mostSteps)
  if (omitted === 0) return { steps, omitted }
  return { steps: [...steps.slice(0, mostSteps / 2), ...steps.slice(-mostSteps / 2)], omitted }
}

function memberOf(detail: Json, name: string): unknown {
  if (typeof detail !== 'object' || detail === null || Array.isArray(detail)) return undefined
  return Reflect.get(detail, name)
}
