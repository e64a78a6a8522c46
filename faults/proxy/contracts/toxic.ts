import { z } from 'zod'
import { ApiError } from '../base/api-error.ts'
import type { Random } from '../base/random.ts'
import type { Deadlines } from '../time/timer-queue.ts'
import type { MessageStage, Session } from './protocol.ts'

export type Direction = 'upstream' | 'downstream'

/** How a connection is ended: both halves with FIN, or with RST. */
export type Ending = 'fin' | 'rst'

/**
 * What a byte-level toxic does to one direction of one connection. Chunks come in order; each must
 * be passed on (`port.pass`), held (`port.hold`, then passed later) or dropped, never changed in place.
 */
export interface Stage {
  chunk(data: Buffer): void
  /** The source said FIN; pass it on with `port.end()` after the last chunk. */
  end(): void
  /** The toxic's attributes changed. */
  updated?(): void
  /** The toxic was removed while the connection lives on: pass on at once whatever is held. */
  detach(): void
  /** The connection is gone: let go of timers and data. */
  destroy?(): void
}

/** What a stage may do: pass on, hold with bounded memory, end the connection, tell that it landed. */
export interface Port {
  pass(data: Buffer): void
  end(): void
  /** Counts bytes kept in memory. Beyond the flow's bound the source is no longer read. */
  hold(bytes: number): void
  release(bytes: number): void
  /** Ends this direction as if the source had sent FIN, then the whole connection. */
  finish(): void
  /** Ends the whole connection now, both sides. */
  close(how: Ending): void
  /** Resets the source and leaves the sink open, neither told nor heard. */
  orphanSink(): void
  /** The toxic really touched traffic of this connection. Zero landed makes a run inconclusive. */
  landed(bytes: number): void
  readonly connection: ConnectionFacts
  readonly deadlines: Deadlines
  /** A stream of chance of its own for this toxic on this connection: replays from the seed. */
  readonly random: Random
}

export interface ConnectionFacts {
  readonly id: number
  readonly link: string
  readonly client: string
  readonly openedAtMs: number
  /** False when the toxic was there before the connection. */
  readonly wasOpen: boolean
}

/** What a listener-level toxic did to the way in. */
export interface Claim {
  release(): Promise<void>
  /** SYN packets without an answer, those sent again too. Absent, or undefined, where nobody counts. */
  unanswered?(): Promise<number | undefined>
}

/** What a listener-level toxic may do to its proxy. */
export interface ListenerPort {
  /** Connects are refused by the kernel: nobody listens. */
  refuse(): Promise<Claim>
  /** Connects are never answered. Throws ApiError 501 where the system answers all the same. */
  ignore(): Promise<Claim>
}

interface Named<A extends object> {
  readonly type: string
  /** A strict zod object; every attribute with a range, and a default where Toxiproxy has one. */
  readonly attributes: z.ZodType<A>
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
        open: session => toxic.open(attributes, session),
      }
    case 'listener':
      return { ...common, level: 'listener', apply: port => toxic.apply(attributes, port) }
  }
}

/** Why a kind of toxic can do nothing on this protocol; undefined when it can. */
export function misunderstanding(kind: ToxicKind, protocol: string): string | undefined {
  const { type, level, protocols } = kind
  if (level === 'messages' && protocol === 'tcp') return `${type} needs a proxy with a protocol`
  if (protocols === 'any' || protocols.includes(protocol)) return undefined
  return `${type} understands ${protocols.join(', ')}, not ${protocol}`
}

const anObject = z.record(z.string(), z.unknown())

function parseAttributes<A extends object>(schema: z.ZodType<A>, input: unknown, base: object): A {
  const given = anObject.safeParse(input ?? {})
  if (!given.success) throw ApiError.badRequest('attributes: must be an object')
  const parsed = schema.safeParse({ ...base, ...given.data })
  if (!parsed.success) throw ApiError.badRequest(explainIssues(parsed.error, 'attributes'))
  return parsed.data
}

/** `attributes.latency: must be …; …`, one clause per issue, each with its field's name. */
export function explainIssues(error: z.ZodError, prefix?: string): string {
  return error.issues
    .map(issue => {
      const keys = issue.code === 'unrecognized_keys' ? issue.keys : [undefined]
      return keys
        .map(key => {
          const path = [prefix, ...issue.path, key].filter(part => part !== undefined)
          return `${path.join('.') || 'body'}: ${key === undefined ? issue.message : 'unknown field'}`
        })
        .join('; ')
    })
    .join('; ')
}
