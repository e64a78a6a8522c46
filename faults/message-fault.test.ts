import { createServer } from 'node:http'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { Fault } from '../lab/fault.ts'
import type { Link } from '../lab/target.ts'
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
import { type FaultBench, faultBench, type OnePart, part, play } from './testing/fault-bench.ts'
import { closeSocket } from './websocket/close-socket.ts'
import { cutFrame } from './websocket/cut-frame.ts'
import { delayFrame } from './websocket/delay-frame.ts'
import { doubleFrame } from './websocket/double-frame.ts'
import { dropFrame } from './websocket/drop-frame.ts'
import { plainSockets } from './websocket/plain-sockets.ts'
import { reorderFrames } from './websocket/reorder-frames.ts'

const firstOnly = { hits: { first: 1 } }
const moved = { kind: 'MOVED', slot: 1, address: '127.0.0.1:7001' } as const

const faults: readonly [Link['protocol'], Fault<OnePart>][] = [
  ['postgres', serializationFailure(part, { on: { statement: 'UPDATE', table: 'stock' } })],
  ['postgres', deadlock(part, firstOnly)],
  ['postgres', readOnly(part)],
  ['postgres', terminateSession(part)],
  ['postgres', tooManyConnections(part)],
  ['postgres', sqlError(part, '55P03')],
  ['postgres', loseAcknowledgement(part, { on: { statement: 'COMMIT' } })],
  ['postgres', cutStatement(part)],
  ['postgres', delayAnswer(part, '10ms')],
  ['postgres', dropAnswer(part)],
  ['postgres', doubleStatement(part)],
  ['redis', redisError(part, 'READONLY', { on: { key: 'cart:*' }, hits: { every: 3 } })],
  ['redis', redirect(part, moved)],
  ['redis', loseReply(part)],
  ['redis', cutCommand(part)],
  ['redis', delayReply(part, '10ms')],
  ['redis', doubleCommand(part)],
  ['redis', corruptReply(part, 4)],
  ['redis', dropPubSub(part, { on: { channel: 'chat:*' }, hits: { probability: 0.5 } })],
  ['redis', doublePubSub(part)],
  ['redis', reorderPubSub(part)],
  ['http', httpError(part, 503)],
  ['http', tooManyRequests(part, '3s')],
  ['http', slowBody(part, 1000)],
  ['http', cutBody(part, 10)],
  ['http', loseResponse(part)],
  ['http', cutRequest(part)],
  ['http', delayResponse(part, '10ms')],
  ['http', doubleRequest(part)],
  ['websocket', closeSocket(part, 1012)],
  ['websocket', dropFrame(part)],
  ['websocket', doubleFrame(part)],
  ['websocket', reorderFrames(part)],
  ['websocket', delayFrame(part, '10ms')],
  ['websocket', cutFrame(part)],
  ['websocket', plainSockets(part)],
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

test.each(faults.map(([protocol, fault]) => [fault.label, protocol, fault] as const))(
  '%s is taken by the proxy, and undone from data, twice',
  async (_, protocol, fault) => {
    const { system, at } = await systemWith(protocol)
    const planned = await fault.plan(system, bench.context)
    expect(planned.touches).toEqual([at.name])
    expect(await at.toxics()).toEqual([])
    const injection = await planned.apply()
    expect(await at.toxics()).toHaveLength(1)
    expect(await injection.landed()).toBe(0)
    await play(planned.undo)
    await play(planned.undo)
    expect(await at.toxics()).toEqual([])
  },
)

test('says on how many messages it landed', async () => {
  const { system, at } = await systemWith('http')
  const fault = httpError(part, 503, { on: { route: '/a' } })
  const injection = await (await fault.plan(system, bench.context)).apply()
  const ask = async (path: string) => (await fetch(`http://${at.host}:${at.port}${path}`)).status
  expect(await ask('/b')).toBe(200)
  expect(await injection.landed()).toBe(0)
  expect(await ask('/a')).toBe(503)
  expect(await injection.landed()).toBe(1)
})

test('refuses a link that speaks another protocol, before anything is touched', async () => {
  const { system, at } = await systemWith('tcp')
  const planned = redisError(part, 'LOADING').plan(system, bench.context)
  await expect(planned).rejects.toThrow('a link that speaks redis')
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
