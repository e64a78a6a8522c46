import { createServer } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import type { Link } from '../lab/model/capability.ts'
import type { Fault } from '../lab/model/fault.ts'
import { listen } from '../lab/testing/loopback.ts'
import { reservePort } from '../targets/runtime/reserve-port.ts'
import { cutBody } from './http/cut-body.ts'
import { cutRequest } from './http/cut-request.ts'
import { delayResponse } from './http/delay-response.ts'
import { doubleRequest } from './http/double-request.ts'
import { httpError } from './http/http-error.ts'
import { loseResponse } from './http/lose-response.ts'
import { slowBody } from './http/slow-body.ts'
import { tooManyRequests } from './http/too-many-requests.ts'
import { cutStatement } from './postgres/cut-statement.ts'
import { deadlock } from './postgres/deadlock.ts'
import { delayAnswer } from './postgres/delay-answer.ts'
import { doubleStatement } from './postgres/double-statement.ts'
import { dropAnswer } from './postgres/drop-answer.ts'
import { loseAcknowledgement } from './postgres/lose-acknowledgement.ts'
import { readOnly } from './postgres/read-only.ts'
import { serializationFailure } from './postgres/serialization-failure.ts'
import { sqlError } from './postgres/sql-error.ts'
import { terminateSession } from './postgres/terminate-session.ts'
import { tooManyConnections } from './postgres/too-many-connections.ts'
import type { TestLink } from './proxy/testing/message-proxy.ts'
import { corruptReply } from './redis/corrupt-reply.ts'
import { cutCommand } from './redis/cut-command.ts'
import { delayReply } from './redis/delay-reply.ts'
import { doubleCommand } from './redis/double-command.ts'
import { doublePubSub } from './redis/double-pub-sub.ts'
import { dropPubSub } from './redis/drop-pub-sub.ts'
import { loseReply } from './redis/lose-reply.ts'
import { redirect } from './redis/redirect.ts'
import { redisError } from './redis/redis-error.ts'
import { reorderPubSub } from './redis/reorder-pub-sub.ts'
import { staleReply } from './redis/stale-reply.ts'
import { type FaultBench, faultBench, type OnePart, part, play } from './testing/fault-bench.ts'
import { totalLanded } from './testing/total-landed.ts'
import { closeSocket } from './websocket/close-socket.ts'
import { cutFrame } from './websocket/cut-frame.ts'
import { delayFrame } from './websocket/delay-frame.ts'
import { doubleFrame } from './websocket/double-frame.ts'
import { dropFrame } from './websocket/drop-frame.ts'
import { plainSockets } from './websocket/plain-sockets.ts'
import { reorderFrames } from './websocket/reorder-frames.ts'

const firstOnly = { hits: { first: 1 } }
const moved = { kind: 'MOVED', slot: 1, address: '127.0.0.1:7001' } as const

/** A toxic as the proxy has it in force: with what it fills in, and a match for all by default. */
interface InForce {
  readonly type: string
  readonly stream: 'upstream' | 'downstream'
  readonly attributes: object
  readonly hits?: object
}

const request = (type: string, attributes: object = {}): InForce => ({
  type,
  stream: 'upstream',
  attributes: { match: {}, ...attributes },
})
const answer = (type: string, attributes: object = {}): InForce => ({
  ...request(type, attributes),
  stream: 'downstream',
})
const cut = (when: string, match: object) => request('message_cut', { when, how: 'rst', match })
/** What each strikes without `on`: nothing but what its name says. */
const [statement, command] = [{ text: '*' }, { command: '*' }]
const [route, frame] = [{ route: '*' }, { frame: '*' }]
const pushes = { frame: ['message', 'pmessage', 'smessage'] }
const delay = { delay: 10, jitter: 0, overtake: false }
const nowhere = { slot: 0, address: '127.0.0.1:6379' }
const told = { body: '{"error":"injected"}' }
const ofStock = { statement: 'UPDATE', table: 'stock' }

const faults: readonly [Link['protocol'], Fault<OnePart>, InForce][] = [
  [
    'postgres',
    serializationFailure(part, { on: ofStock }),
    request('postgres_error', { code: '40001', match: ofStock }),
  ],
  [
    'postgres',
    deadlock(part, firstOnly),
    { ...request('postgres_error', { code: '40P01' }), ...firstOnly },
  ],
  [
    'postgres',
    readOnly(part),
    request('postgres_error', { code: '25006', match: { writes: true } }),
  ],
  ['postgres', terminateSession(part), request('postgres_error', { code: '57P01' })],
  ['postgres', tooManyConnections(part), request('postgres_error', { code: '53300' })],
  ['postgres', sqlError(part, '55P03'), request('postgres_error', { code: '55P03' })],
  [
    'postgres',
    loseAcknowledgement(part, { on: { statement: 'COMMIT' } }),
    request('message_cut', { when: 'after', how: 'rst', match: { statement: 'COMMIT' } }),
  ],
  ['postgres', cutStatement(part), cut('before', statement)],
  ['postgres', delayAnswer(part, '10ms'), answer('message_delay', delay)],
  ['postgres', dropAnswer(part), request('message_drop', { match: statement })],
  ['postgres', doubleStatement(part), request('message_duplicate', { times: 1, match: statement })],
  [
    'redis',
    redisError(part, 'READONLY', { on: { key: 'cart:*' }, hits: { every: 3 } }),
    {
      ...request('redis_error', { ...nowhere, error: 'READONLY', match: { key: 'cart:*' } }),
      hits: { every: 3 },
    },
  ],
  [
    'redis',
    redirect(part, moved),
    request('redis_error', { error: 'MOVED', slot: 1, address: '127.0.0.1:7001' }),
  ],
  ['redis', loseReply(part), cut('after', {})],
  ['redis', cutCommand(part), cut('before', {})],
  ['redis', delayReply(part, '10ms'), answer('message_delay', { ...delay, match: command })],
  ['redis', doubleCommand(part), request('message_duplicate', { times: 1 })],
  ['redis', staleReply(part), answer('message_stale', { match: command })],
  [
    'redis',
    corruptReply(part, 4),
    answer('message_corrupt', { offset: 4, count: 1, match: command }),
  ],
  [
    'redis',
    dropPubSub(part, { on: { channel: 'chat:*' }, hits: { probability: 0.5 } }),
    {
      ...answer('message_drop', { match: { channel: 'chat:*', ...pushes } }),
      hits: { probability: 0.5 },
    },
  ],
  ['redis', doublePubSub(part), answer('message_duplicate', { times: 1, match: pushes })],
  ['redis', reorderPubSub(part), answer('message_reorder', { by: 1, within: 1000, match: pushes })],
  ['http', httpError(part, 503), request('http_error', { ...told, status: 503 })],
  [
    'http',
    tooManyRequests(part, '3s'),
    request('http_error', { ...told, status: 429, retry_after: 3 }),
  ],
  ['http', slowBody(part, 1000), answer('http_slow_body', { rate: 1000, match: route })],
  ['http', cutBody(part, 10), answer('http_cut_body', { bytes: 10, how: 'fin', match: route })],
  ['http', loseResponse(part), cut('after', route)],
  ['http', cutRequest(part), cut('before', route)],
  ['http', delayResponse(part, '10ms'), answer('message_delay', { ...delay, match: route })],
  ['http', doubleRequest(part), request('message_duplicate', { times: 1, match: route })],
  [
    'websocket',
    closeSocket(part, 1012),
    answer('websocket_close', { code: 1012, reason: '', match: frame }),
  ],
  ['websocket', dropFrame(part), answer('message_drop', { match: frame })],
  ['websocket', doubleFrame(part), answer('message_duplicate', { times: 1, match: frame })],
  [
    'websocket',
    reorderFrames(part),
    answer('message_reorder', { by: 1, within: 1000, match: frame }),
  ],
  [
    'websocket',
    delayFrame(part, '10ms'),
    answer('message_delay', { ...delay, overtake: true, match: frame }),
  ],
  [
    'websocket',
    cutFrame(part),
    answer('message_cut', { when: 'middle', how: 'rst', match: frame }),
  ],
  ['websocket', plainSockets(part), request('websocket_plain')],
]

let bench: FaultBench
let port: number
const server = createServer((_, response) => response.end('served'))

beforeAll(async () => {
  bench = await faultBench()
  port = await listen(server)
})
afterAll(async () => {
  server.closeAllConnections()
  server.close()
  await bench?.[Symbol.asyncDispose]()
})

const systemWith = (protocol: Link['protocol']) =>
  bench.system(protocol, { host: '127.0.0.1', port })

/** Without its name, which is drawn, and without what is the same for every one. */
async function inForce({ name }: TestLink): Promise<readonly unknown[]> {
  const answer = await fetch(`${bench.proxy.url}/proxies/${name}/toxics`)
  return z.array(inForceOnLink).parse(await answer.json())
}
const inForceOnLink = z.looseObject({}).transform(({ name, toxicity, landed, ...rest }) => rest)

test.each(faults.map(([protocol, fault, toxic]) => [fault.label, protocol, fault, toxic] as const))(
  '%s is exactly its toxic on the link, and undone from data, twice',
  async (_, protocol, fault, toxic) => {
    const { system, at } = await systemWith(protocol)
    const planned = await fault.plan(system, bench.context)
    expect(planned.touches).toEqual([at.name])
    expect(await inForce(at)).toEqual([])
    const injection = await planned.apply()
    expect(await inForce(at)).toEqual([toxic])
    expect(totalLanded(await injection.landed())).toBe(0)
    await play(planned.undo)
    await play(planned.undo)
    expect(await inForce(at)).toEqual([])
  },
)

test('says on how many messages it landed', async () => {
  const { system, at } = await systemWith('http')
  const fault = httpError(part, 503, { on: { route: '/a' } })
  const injection = await (await fault.plan(system, bench.context)).apply()
  const ask = async (path: string) => (await fetch(`http://${at.host}:${at.port}${path}`)).status
  expect(await ask('/b')).toBe(200)
  expect(totalLanded(await injection.landed())).toBe(0)
  expect(await ask('/a')).toBe(503)
  expect(totalLanded(await injection.landed())).toBe(1)
})

test('refuses a link that speaks another protocol, before anything is touched', async () => {
  const { system, at } = await systemWith('tcp')
  const planned = redisError(part, 'LOADING').plan(system, bench.context)
  await expect(planned).rejects.toThrow('a link that speaks redis')
  expect(await at.toxics()).toEqual([])
})

test('refuses what can never strike, by name and before anything is touched', async () => {
  const { system, at } = await systemWith('postgres')
  const later = sqlError(part, '53300', { on: { table: 'stock' } }).plan(system, bench.context)
  await expect(later).rejects.toThrow('attributes.match.table: postgres_error upstream on postgres')
  const wrong = sqlError(part, 'no code').plan(system, bench.context)
  await expect(wrong).rejects.toThrow('attributes.code: must be an SQLSTATE')
  // As an untyped caller may write it.
  const on = { text: '*' } as object
  const deaf = delayAnswer(part, '10ms', { on }).plan(system, bench.context)
  await expect(deaf).rejects.toThrow('attributes.match.text: message_delay downstream on postgres')
  expect(await at.toxics()).toEqual([])
})

test('needs the embedded proxy, and undoes harmlessly when that is gone', async () => {
  expect(faults.every(([, fault]) => fault.needs.includes('embedded-proxy'))).toBe(true)
  const { system } = await systemWith('http')
  const { undo } = await httpError(part, 500).plan(system, bench.context)
  const reserved = await reservePort()
  await reserved.release()
  const nobody = `http://127.0.0.1:${reserved.port}`
  await play(JSON.parse(JSON.stringify(undo).replaceAll(bench.proxy.url, nobody)))
})
