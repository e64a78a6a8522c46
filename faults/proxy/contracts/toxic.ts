import { z } from 'zod'
import { ApiError } from '../base/api-error.ts'
import { explainIssues } from '../base/explain-issues.ts'
import { foldCase } from '../base/fold-case.ts'
import type { Port, Stage } from './byte-stage.ts'
import type { Direction } from './connection.ts'
import type { Claim, ListenerPort } from './listener-port.ts'
import type { MessageStage, Session } from './message-stage.ts'

/**
 * Kinds of messages by what faults can do to them. `start`: of a session with PostgreSQL. `upgrade`: to
 * a web socket. `push`: what a server sends unasked.
 */
export type MessageClass = 'start' | 'request' | 'upgrade' | 'answer' | 'push' | 'frame'

type Attributes<A extends object> = z.ZodType<A> & { readonly shape: object }

interface Named<A extends object> {
  readonly type: string
  /** A strict object; every attribute with a range, and a default where Toxiproxy has one. */
  readonly attributes: Attributes<A>
}

export interface ByteToxic<A extends object> extends Named<A> {
  readonly level: 'bytes'
  open(attributes: () => A, port: Port): Stage
}

/** Asked for each message of a connection whose proxy has a `protocol`. */
export interface MessageToxic<A extends object> extends Named<A> {
  readonly level: 'messages'
  /** Protocols it understands; on any other the toxic is refused when it is added. */
  readonly protocols: readonly string[] | 'any'
  /** Absent: only messages of the toxic's `stream`. */
  readonly sees?: 'both'
  /** Which messages it strikes; absent: all of its `stream`. */
  strikes?(stream: Direction, attributes: A): readonly MessageClass[]
  open(attributes: () => A, session: Session): MessageStage
}

export interface ListenerToxic<A extends object> extends Named<A> {
  readonly level: 'listener'
  apply(attributes: () => A, listener: ListenerPort): Promise<Claim>
}

/** A kind of toxic with its attribute type folded in, as the registry keeps it. */
export interface ToxicKind {
  readonly type: string
  readonly level: 'bytes' | 'messages' | 'listener'
  readonly protocols: readonly string[] | 'any'
  /** Parses the attributes; throws ApiError 400 naming the field. */
  bind(attributes: unknown): BoundToxic
}

export type BoundToxic = BoundCommon &
  (
    | { readonly level: 'bytes'; open(port: Port): Stage }
    | {
        readonly level: 'messages'
        readonly sees: 'both' | 'stream'
        /** Which messages it strikes, with these attributes changed. Throws as `update` does. */
        strikes(stream: Direction, change?: unknown): readonly MessageClass[]
        open(session: Session): MessageStage
      }
    | { readonly level: 'listener'; apply(listener: ListenerPort): Promise<Claim> }
  )

interface BoundCommon {
  /** As answered by the API, defaults filled in. */
  attributes(): object
  /** Merges; throws ApiError 400 and leaves everything as it was. */
  update(attributes: unknown): void
}

export function defineToxic<A extends object>(
  toxic: ByteToxic<A> | MessageToxic<A> | ListenerToxic<A>,
): ToxicKind {
  return {
    type: toxic.type,
    level: toxic.level,
    protocols: toxic.level === 'messages' ? toxic.protocols : 'any',
    bind: input => bind(toxic, input),
  }
}

const allOf: Readonly<Record<Direction, readonly MessageClass[]>> = {
  upstream: ['start', 'request', 'upgrade', 'frame'],
  downstream: ['answer', 'push', 'frame'],
}

function bind<A extends object>(
  toxic: ByteToxic<A> | MessageToxic<A> | ListenerToxic<A>,
  input: unknown,
): BoundToxic {
  let current = parseAttributes(toxic.attributes, input, {})
  const attributes = () => current
  const common: BoundCommon = {
    attributes,
    update: next => {
      current = parseAttributes(toxic.attributes, next, current)
    },
  }
  switch (toxic.level) {
    case 'bytes':
      return { ...common, level: 'bytes', open: port => toxic.open(attributes, port) }
    case 'messages':
      return {
        ...common,
        level: 'messages',
        sees: toxic.sees ?? 'stream',
        strikes: (stream, change) => {
          const attributes = parseAttributes(toxic.attributes, change, current)
          return toxic.strikes?.(stream, attributes) ?? allOf[stream]
        },
        open: session => toxic.open(attributes, session),
      }
    case 'listener':
      return { ...common, level: 'listener', apply: port => toxic.apply(attributes, port) }
  }
}

/** Why a kind of toxic can do nothing on this protocol; undefined when it can. */
export function protocolMismatch(kind: ToxicKind, protocol: string): string | undefined {
  const { type, level, protocols } = kind
  if (level === 'messages' && protocol === 'tcp') return `${type} needs a proxy with a protocol`
  if (protocols === 'any' || protocols.includes(protocol)) return undefined
  return `${type} understands ${protocols.join(', ')}, not ${protocol}`
}

const anObject = z.record(z.string(), z.unknown())

function parseAttributes<A extends object>(schema: Attributes<A>, input: unknown, base: object): A {
  const given = anObject.safeParse(foldCase(input ?? {}, Object.keys(schema.shape)))
  if (!given.success) throw ApiError.badRequest('attributes: must be an object')
  const parsed = schema.safeParse({ ...base, ...given.data })
  if (!parsed.success) throw ApiError.badRequest(explainIssues(parsed.error, schema, 'attributes'))
  return parsed.data
}
