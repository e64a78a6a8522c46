import { z } from 'zod'
import type { Message } from '../../contracts/protocol.ts'
import { glob } from './glob.ts'

const pattern = z.string().min(1).max(200)
const patterns = z.union([pattern, z.array(pattern).min(1).max(100)])
const range = (least: number) =>
  z
    .strictObject({
      from: z.int().min(least).default(least),
      to: z.int().min(least).default(Number.MAX_SAFE_INTEGER),
    })
    .refine(({ from, to }) => from <= to, { path: ['to'], message: 'must be at least `from`' })

/** Who has what a field matches. Fields that are not here are of every protocol. */
const owners = new Map([
  ['command', ['redis']],
  ['statement', ['postgres']],
  ['route', ['http', 'websocket']],
  ['key', ['redis']],
  ['table', ['postgres']],
  ['channel', ['redis', 'postgres', 'websocket', 'http']],
  ['type', ['websocket', 'http']],
  ['text', ['postgres', 'http', 'websocket']],
  ['trace', ['postgres', 'http', 'websocket']],
])

/**
 * Which messages a fault strikes: those that fit every field given, and none of the protocol's
 * housekeeping. Texts are globs (`*`, `?`), or lists of which one must fit. A response bears the
 * command, statement, route, key and table of what it answers.
 */
export const matchAttributes = z.strictObject({
  /** Redis: `SET`, in any case. */
  command: patterns.optional(),
  /** PostgreSQL, the verb: `COMMIT`, `INSERT`; `STARTUP` for a new session. */
  statement: patterns.optional(),
  /** HTTP: `POST /orders*`, or the path alone. */
  route: patterns.optional(),
  /** WebSocket: `text`, `binary`, `ping`, `pong`, `close`; pushes: `message`, `notification`. */
  frame: patterns.optional(),
  key: patterns.optional(),
  table: patterns.optional(),
  /** Redis pub/sub, NOTIFY, or `channel` of a JSON frame. */
  channel: patterns.optional(),
  /** `type` of a JSON frame; status of an HTTP response. */
  type: patterns.optional(),
  /** Anything in the SQL, the request target or the small text frame. */
  text: patterns.optional(),
  trace: patterns.optional(),
  /** Error code of a response: `40001`, `READONLY`, `503`. */
  error: patterns.optional(),
  /** Position in its direction of its connection, from 1. */
  number: z.union([z.int().min(1), range(1)]).optional(),
  /** Ms since its connection was opened. */
  ageMs: range(0).optional(),
})

const withMatch = z.object({ match: z.record(z.string(), z.unknown()) })

/**
 * Why these attributes of a toxic can strike nothing on this protocol, with the name of the field:
 * `match.table: is of postgres, not redis`. Undefined when they can, and when they have no `match`.
 */
export function foreignMatch(attributes: unknown, protocol: string): string | undefined {
  const { data } = withMatch.safeParse(attributes)
  for (const field of Object.keys(data?.match ?? {})) {
    const its = owners.get(field)
    if (its && !its.includes(protocol)) {
      return `match.${field}: is of ${its.join(', ')}, not ${protocol}`
    }
  }
  return undefined
}

export type Match = z.output<typeof matchAttributes>
/** As users write it. */
export type MatchInput = z.input<typeof matchAttributes>
type Test = (message: Message, ageMs: number) => boolean

/** Whether a message fits. Compiled once; keep it while the attributes stay the same. */
export function matcher(match: Match): Test {
  const tests: Test[] = []
  const add = (
    given: string | readonly string[] | undefined,
    value: (message: Message) => string | undefined,
    ignoreCase = false,
  ) => {
    if (given === undefined) return
    const globs = [given].flat().map(each => glob(each, ignoreCase))
    tests.push(message => {
      const found = value(message)
      return found !== undefined && globs.some(fits => fits(found))
    })
  }
  for (const kinds of [match.command, match.statement, match.frame]) add(kinds, kindOf, true)
  for (const keys of [match.key, match.table, match.channel]) add(keys, message => message.key)
  add(match.route === undefined ? undefined : [match.route].flat().map(withMethod), routeOf)
  add(match.type, message => message.form)
  add(match.text, message => message.text)
  add(match.trace, message => message.trace)
  add(match.error, message => message.error)
  const { number, ageMs } = match
  if (number !== undefined) {
    const { from, to } = typeof number === 'number' ? { from: number, to: number } : number
    tests.push(message => message.number >= from && message.number <= to)
  }
  if (ageMs) tests.push((_, age) => age >= ageMs.from && age <= ageMs.to)
  return (message, age) => !message.minor && tests.every(test => test(message, age))
}

function kindOf({ kind }: Message): string {
  return kind
}

function routeOf({ kind, key }: Message): string | undefined {
  const space = kind.indexOf(' ')
  return space < 0 || key === undefined ? undefined : `${kind.slice(0, space)} ${key}`
}

function withMethod(route: string): string {
  return route.startsWith('/') ? `* ${route}` : route
}
