import { z } from 'zod'
import type { Direction } from '../../contracts/connection.ts'
import type { BoundToxic, MessageClass } from '../../contracts/toxic.ts'
import type { Match } from './match.ts'

type Field = keyof Match

/** What faults can match on messages of each class, beside `number` and `ageMs`, which all have. */
const http: Readonly<Partial<Record<MessageClass, readonly Field[]>>> = {
  request: ['route', 'text', 'trace'],
  upgrade: ['route', 'text', 'trace'],
  answer: ['route', 'trace', 'type', 'error'],
  frame: ['frame', 'channel', 'type', 'text', 'error'],
}
const fields: Readonly<Record<string, Readonly<Partial<Record<MessageClass, readonly Field[]>>>>> =
  {
    redis: {
      request: ['command', 'key', 'channel'],
      answer: ['command', 'key', 'channel', 'error'],
      push: ['frame', 'channel'],
    },
    postgres: {
      start: ['statement'],
      request: ['statement', 'table', 'writes', 'channel', 'text', 'trace'],
      answer: ['statement', 'table', 'writes', 'channel', 'trace', 'error'],
      push: ['frame', 'channel'],
    },
    http,
    websocket: http,
  }
const ofAll: readonly string[] = ['number', 'ageMs']

const names: Readonly<Record<MessageClass, string>> = {
  start: 'the start of a session',
  request: 'requests',
  upgrade: 'upgrade requests',
  answer: 'answers',
  push: 'pushes',
  frame: 'frames',
}

const withMatch = z.object({ match: z.record(z.string(), z.unknown()) })

/** A toxic as it is to be put on a proxy. */
export interface Aim {
  readonly type: string
  readonly stream: Direction
  readonly bound: BoundToxic
}

/**
 * Why a toxic can never strike where it stands, with the name of the field that is to blame and what
 * to do: `attributes.match.text: …`. Undefined when it can. `change` are attributes that it is to get.
 */
export function neverStrikes(aim: Aim, protocol: string, change?: unknown): string | undefined {
  const { type, stream, bound } = aim
  const ofProtocol = fields[protocol]
  if (!ofProtocol || bound.level !== 'messages') return undefined
  // Before all else: it throws where the change is none.
  const struck = bound.strikes(stream, change)
  const attributes = { ...bound.attributes(), ...(isObject(change) && change) }
  const asked = Object.keys(withMatch.safeParse(attributes).data?.match ?? {})
  for (const field of asked) {
    const its = ownersOf(field)
    if (!its.includes(protocol))
      return `attributes.match.${field}: is of ${its.join(', ')}, not ${protocol}`
  }
  const here = fieldsOf(ofProtocol, struck)
  if (here.some(each => fits(asked, each))) return undefined
  const what = `${type} ${stream} on ${protocol} strikes ${namesOf(ofProtocol, struck)}`
  const elsewhere = stream === 'upstream' ? 'downstream' : 'upstream'
  const there = fieldsOf(ofProtocol, bound.strikes(elsewhere, change)).some(each =>
    fits(asked, each),
  )
  const turn = there ? `put it on the ${elsewhere} stream, or ` : ''
  if (here.length === 0) return `stream: ${what}; ${turn}take another toxic`
  const next = `${turn}match by ${[...new Set([...here.flat(), ...ofAll])].join(', ')}`
  const strange = asked.find(field => !here.some(each => fits([field], each)))
  if (strange !== undefined) return `attributes.match.${strange}: ${what}, which have none; ${next}`
  const together = asked.filter(field => !ofAll.includes(field)).join(' and ')
  return `attributes.match: ${what}, none of which has ${together} together; ${turn}leave one of them out`
}

function isObject(value: unknown): value is object {
  return typeof value === 'object' && value !== null
}

function ownersOf(field: string): string[] {
  return Object.entries(fields)
    .filter(([, classes]) => fits([field], Object.values(classes).flat()))
    .map(([protocol]) => protocol)
}

function fieldsOf(
  ofProtocol: Readonly<Partial<Record<MessageClass, readonly Field[]>>>,
  classes: readonly MessageClass[],
): (readonly Field[])[] {
  return classes.flatMap(each => {
    const found = ofProtocol[each]
    return found ? [found] : []
  })
}

function namesOf(
  ofProtocol: Readonly<Partial<Record<MessageClass, readonly Field[]>>>,
  classes: readonly MessageClass[],
): string {
  const there = classes.filter(each => ofProtocol[each])
  return there.length === 0 ? 'nothing' : there.map(each => names[each]).join(' and ')
}

function fits(asked: readonly string[], has: readonly string[]): boolean {
  return asked.every(field => ofAll.includes(field) || has.includes(field))
}
