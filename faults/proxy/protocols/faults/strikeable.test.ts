import { expect, test } from 'vitest'
import type { Direction } from '../../contracts/connection.ts'
import { loadRegistry } from '../../load-registry.ts'
import { neverStrikes } from './strikeable.ts'

const { toxics } = await loadRegistry()

function problem(
  protocol: string,
  stream: Direction,
  match: object,
  [type, attributes]: readonly [string, object] = ['message_drop', {}],
): string | undefined {
  const kind = toxics.get(type)
  if (!kind) throw new Error(`expected a toxic ${type}`)
  return neverStrikes({ type, stream, bound: kind.bind({ ...attributes, match }) }, protocol)
}

/** An example of each field. */
const fields = {
  command: 'SET',
  statement: 'COMMIT',
  route: '/orders',
  frame: 'text',
  key: 'k',
  table: 't',
  writes: true,
  channel: 'c',
  type: '200',
  text: '*',
  trace: 'id',
  error: '40001',
  number: 1,
  ageMs: { from: 1 },
}
const always = ['ageMs', 'number']

/** What can strike at all: a request, its answer, a push or a frame has it. */
test.each<[string, Direction, string]>([
  ['redis', 'upstream', 'channel command key'],
  ['redis', 'downstream', 'channel command error frame key'],
  ['postgres', 'upstream', 'channel statement table text trace writes'],
  ['postgres', 'downstream', 'channel error frame statement table trace writes'],
  ['http', 'upstream', 'channel error frame route text trace type'],
  ['http', 'downstream', 'channel error frame route text trace type'],
  ['websocket', 'upstream', 'channel error frame route text trace type'],
  ['websocket', 'downstream', 'channel error frame route text trace type'],
])('of %s %s, every field but these is refused by name: %s', (protocol, stream, taken) => {
  const names = Object.entries(fields).filter(([field, value]) => {
    const why = problem(protocol, stream, { [field]: value })
    if (why !== undefined) expect(why).toContain(`attributes.match.${field}: `)
    return why === undefined
  })
  const found = names.map(([field]) => field).filter(field => !always.includes(field))
  expect(found.sort().join(' ')).toBe(taken)
  expect(names).toHaveLength(found.length + always.length)
})

const once = ['message_duplicate', {}] as const
const turned = ['message_reorder', {}] as const
const refusal = ['postgres_error', { code: '53300' }] as const

test.each<[string, Direction, object, (readonly [string, object])?]>([
  ['redis', 'downstream', { frame: 'message', key: 'k' }],
  ['redis', 'downstream', { error: 'READONLY', frame: 'message' }],
  ['http', 'downstream', { route: '/a', frame: 'text' }],
  ['http', 'downstream', { type: '200', text: 'hello', route: '/a' }],
  ['redis', 'downstream', { command: 'GET' }, once],
  ['redis', 'downstream', { command: 'GET' }, turned],
  ['redis', 'upstream', {}, turned],
  ['postgres', 'upstream', {}, turned],
  ['http', 'upstream', { route: '/a' }, turned],
  ['postgres', 'upstream', { table: 'stock' }, refusal],
  ['postgres', 'downstream', { error: '40001' }, ['postgres_error', { code: '40001' }]],
  ['redis', 'downstream', { error: 'OOM' }, ['redis_error', { error: 'OOM' }]],
  ['http', 'upstream', { text: '*' }, ['http_cut_body', {}]],
  ['http', 'downstream', { frame: 'text' }, ['http_error', { status: 500 }]],
  ['websocket', 'downstream', { route: '/a' }, ['websocket_close', { code: 1012 }]],
  ['websocket', 'downstream', { frame: 'text' }, ['websocket_plain', {}]],
])('%s %s %j with %j can never strike, and is told so', (protocol, stream, match, toxic) => {
  expect(problem(protocol, stream, match, toxic)).toMatch(/^(attributes\.match|stream)/)
})

test.each<[string, Direction, object, (readonly [string, object])?]>([
  ['redis', 'downstream', { command: 'GET', error: 'READONLY', key: 'k', number: 3 }],
  ['redis', 'downstream', { frame: 'message', channel: 'c', ageMs: { from: 1 } }],
  ['redis', 'downstream', { channel: 'c' }, once],
  ['redis', 'upstream', { command: 'GET' }, once],
  ['websocket', 'upstream', { frame: 'text', type: 'say' }, turned],
  ['postgres', 'upstream', { statement: 'STARTUP' }, refusal],
  // The error toxics know their direction themselves.
  ['postgres', 'downstream', { text: '*' }, ['postgres_error', { code: '40001' }]],
  ['http', 'upstream', { type: '200' }, ['http_slow_body', { rate: 1 }]],
])('%s %s %j with %j can strike, and is taken', (protocol, stream, match, toxic) => {
  expect(problem(protocol, stream, match, toxic)).toBeUndefined()
})

test('says the reason and the next step', () => {
  expect(problem('postgres', 'downstream', { text: '*' })).toBe(
    'attributes.match.text: message_drop downstream on postgres strikes answers and pushes, which ' +
      'have none; put it on the upstream stream, or match by statement, table, writes, channel, ' +
      'trace, error, frame, number, ageMs',
  )
  expect(problem('redis', 'downstream', { frame: 'message', key: 'k' })).toBe(
    'attributes.match: message_drop downstream on redis strikes answers and pushes, none of which ' +
      'has frame and key together; leave one of them out',
  )
})
