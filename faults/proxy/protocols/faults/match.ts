import { z } from 'zod'
import type { Message, SqlStatement } from '../../contracts/protocol.ts'
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

/**
 * Which messages a fault strikes: those that fit every field given, and none of the protocol's
 * housekeeping. Texts are globs (`*`, `?`), or lists of which one must fit. A response bears what the
 * request that it answers is about. Of a query with several statements one must fit by itself.
 */
export const matchAttributes = z.strictObject({
  /** Redis: `SET`, in any case. */
  command: patterns.optional(),
  /** PostgreSQL, the verb, in any case: `COMMIT`, `INSERT`; `STARTUP` for a new session. */
  statement: patterns.optional(),
  /** HTTP: `POST /orders*`, or the path alone. */
  route: patterns.optional(),
  /** WebSocket: `text`, `binary`, `ping`, `pong`, `close`; pushes: `message`, `notification`. */
  frame: patterns.optional(),
  /** Redis: any key of the command. */
  key: patterns.optional(),
  /** PostgreSQL: any table that the statement names, as PostgreSQL folds it, without `public.`. */
  table: patterns.optional(),
  /** PostgreSQL: whether a standby would refuse the statement (25006). */
  writes: z.boolean().optional(),
  /** Of SUBSCRIBE, PUBLISH and pub/sub messages; of LISTEN, NOTIFY and notifications; in a JSON frame. */
  channel: patterns.optional(),
  /** `type` of a JSON frame; status of an HTTP response. */
  type: patterns.optional(),
  /** The whole SQL of the statement as it was sent, method and target, or a small text frame. */
  text: patterns.optional(),
  trace: patterns.optional(),
  /** Error code of a response: `40001`, `READONLY`, `503`. */
  error: patterns.optional(),
  /** Position in its direction of its connection, from 1. */
  number: z.union([z.int().min(1), range(1)]).optional(),
  /** Ms since its connection was opened. */
  ageMs: range(0).optional(),
})

export type Match = z.output<typeof matchAttributes>
/** As users write it. */
export type MatchInput = z.input<typeof matchAttributes>
type Test<Tested> = (tested: Tested) => boolean

/** Whether a message fits. Compiled once; keep it while the attributes stay the same. */
export function matcher(match: Match): (message: Message, ageMs: number) => boolean {
  const tests: Test<Message>[] = []
  const add = (given: Patterns, value: (message: Message) => string | undefined, folds = false) => {
    const fits = test(given, folds)
    if (fits) tests.push(message => fits(value(message)))
  }
  add(match.command, requestKind, true)
  add(match.frame, frameKind, true)
  add(match.route === undefined ? undefined : [match.route].flat().map(withMethod), routeOf)
  add(match.type, message => message.type)
  add(match.trace, message => message.trace)
  add(match.error, message => message.error)
  const isKey = test(match.key)
  if (isKey) tests.push(message => isAbout(message, 'key', isKey))
  tests.push(...contentTests(match))
  const { number, ageMs } = match
  if (number !== undefined) {
    const { from, to } = typeof number === 'number' ? { from: number, to: number } : number
    tests.push(message => message.number >= from && message.number <= to)
  }
  const isOfAge = (age: number) => !ageMs || (age >= ageMs.from && age <= ageMs.to)
  return (message, age) => !message.minor && isOfAge(age) && tests.every(fits => fits(message))
}

/** Which of a query's statements fits first; -1 where none does. */
export function statementFinder(match: Match): (message: Message) => number {
  const tests = statementTests(match)
  return ({ statements = [] }) => statements.findIndex(each => tests.every(fits => fits(each)))
}

/** Fields of a statement must fit one and the same; of a message that has none, each by itself. */
function contentTests(match: Match): Test<Message>[] {
  const ofStatement = statementTests(match)
  if (ofStatement.length === 0) return []
  const ofMessage: Test<Message>[] = []
  const isKind = test(match.statement, true)
  if (isKind) ofMessage.push(message => isKind(requestKind(message)))
  const isChannel = test(match.channel)
  if (isChannel) ofMessage.push(message => isAbout(message, 'channel', isChannel))
  const isText = test(match.text)
  if (isText) ofMessage.push(message => isText(message.text))
  if (match.table !== undefined || match.writes !== undefined) ofMessage.push(() => false)
  return [
    message =>
      message.statements
        ? message.statements.some(each => ofStatement.every(fits => fits(each)))
        : ofMessage.every(fits => fits(message)),
  ]
}

function statementTests(match: Match): Test<SqlStatement>[] {
  const tests: Test<SqlStatement>[] = []
  const isKind = test(match.statement, true)
  if (isKind) tests.push(({ kind }) => isKind(kind))
  const isTable = test(match.table && [match.table].flat().map(withoutPublic))
  if (isTable) tests.push(({ tables }) => tables.some(isTable))
  const isChannel = test(match.channel)
  if (isChannel) tests.push(({ channel }) => isChannel(channel))
  const isText = test(match.text)
  if (isText) tests.push(({ text }) => isText(text))
  const { writes } = match
  if (writes !== undefined) tests.push(each => (each.writes !== undefined) === writes)
  return tests
}

type Patterns = string | readonly string[] | undefined

/** Undefined where nothing is asked for. */
function test(given: Patterns, ignoreCase = false): Test<string | undefined> | undefined {
  if (given === undefined) return undefined
  const globs = [given].flat().map(each => glob(each, ignoreCase))
  return text => text !== undefined && globs.some(fits => fits(text))
}

function isAbout(message: Message, what: Message['about'], fits: Test<string>): boolean {
  const { about, key, others } = message
  if (about !== what || key === undefined) return false
  return fits(key) || (others?.some(fits) ?? false)
}

/** Of a request and its answers, not of a push or a frame. */
function requestKind({ kind, direction, answers, awaited, form }: Message): string | undefined {
  const isRequest = direction === 'upstream' ? awaited || form === 'Execute' : answers !== undefined
  return isRequest ? kind : undefined
}

function frameKind({ kind, answers, awaited }: Message): string | undefined {
  return awaited || answers !== undefined ? undefined : kind
}

function routeOf({ kind, key, about }: Message): string | undefined {
  const space = kind.indexOf(' ')
  return about !== 'path' || space < 0 ? undefined : `${kind.slice(0, space)} ${key}`
}

function withMethod(route: string): string {
  return route.startsWith('/') ? `* ${route}` : route
}

function withoutPublic(table: string): string {
  return table.startsWith('public.') ? table.slice(7) : table
}
