import { expect, test } from 'vitest'
import type { Message } from '../../contracts/protocol.ts'
import {
  expectAlike,
  expectUnharmed,
  hear,
  type Line,
  pieces,
  said,
  summary,
} from '../../testing/script.ts'
import { HttpSession } from './session.ts'

const fullName = ({ kind, direction, form, type }: Message) => {
  const mark = type ?? (direction === 'upstream' ? form : undefined)
  return mark ? `${kind} ${mark}` : kind
}
const listen = (script: readonly Line[]) => summary(hear(new HttpSession(), script), fullName)

function frame(opcode: number, payload: string | Buffer, masked: boolean, fin = true): Buffer {
  const body = Buffer.from(payload)
  const length =
    body.length < 126
      ? [body.length]
      : body.length < 65536
        ? [126, body.length >> 8, body.length & 255]
        : [127, 0, 0, 0, 0, ...[24, 16, 8, 0].map(shift => (body.length >> shift) & 255)]
  const mask = masked ? [1, 2, 3, 4] : []
  length[0] = (length[0] ?? 0) | (masked ? 0x80 : 0)
  const sent = masked ? body.map((byte, i) => byte ^ (mask[i & 3] ?? 0)) : body
  return Buffer.concat([Buffer.from([(fin ? 0x80 : 0) | opcode, ...length, ...mask]), sent])
}

const requests: Line[] = [
  ['client', 'GET /orders/17?x=1 HTTP/1.1\r\nHost: a\r\nX-Request-Id: r1\r\n\r\n'],
  ['client', 'POST /orders HTTP/1.1\r\nContent-Length: 10\r\n\r\n0123456789'],
  ['client', 'HEAD / HTTP/1.1\r\ntraceparent: 00-0af7-b7ad-01\r\n\r\n'],
  ['client', 'PUT /files HTTP/1.1\r\nTransfer-Encoding: chunked\r\nExpect: 100-continue\r\n\r\n'],
  [
    'server',
    'HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5;x=y\r\n\r\n\r\n0\r\n0\r\n\r\n',
  ],
  ['server', 'HTTP/1.1 503 Busy\r\nContent-Length: 2\r\nRetry-After: 1\r\n\r\nno'],
  ['server', 'HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n'],
  ['server', 'HTTP/1.1 100 Continue\r\n\r\n'],
  ['client', '3\r\nabc\r\n0\r\nTrailer: x\r\n\r\n'],
  ['server', 'HTTP/1.1 204 No Content\r\n\r\n'],
]
const upgrade: Line[] = [
  ['client', 'GET /ws HTTP/1.1\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n'],
  [
    'server',
    Buffer.concat([
      Buffer.from('HTTP/1.1 101 Switching Protocols\r\nUpgrade: websocket\r\n\r\n'),
      frame(1, '{"type":"hello","channel":"chat:1"}', false),
    ]),
  ],
]
const frames: Line[] = [
  ['client', frame(1, '{"type":"subscribe","channel":"chat:2"}', true)],
  ['client', frame(2, 'x'.repeat(70_000), true)],
  ['server', frame(1, 'part one', false, false)],
  ['server', frame(9, '', false)],
  ['server', frame(0, 'part two', false)],
  ['client', frame(10, '', true)],
  ['server', frame(8, Buffer.from([1012 >> 8, 1012 & 255]), false)],
]
const dialogue = [...requests, ...upgrade, ...frames]

test('names routes, statuses, traces, frames and what is answered', () => {
  expect(listen(dialogue)).toEqual([
    '> GET /orders/:id /orders/17 @r1',
    '> POST /orders /orders',
    '> HEAD / / @0af7',
    '< GET /orders/:id 200 /orders/17 @r1 #1',
    '< POST /orders 503 /orders !503 #2',
    '< HEAD / 200 / @0af7 #3',
    '> PUT /files /files',
    '< PUT /files 204 /files #4',
    '> GET /ws upgrade /ws',
    '< GET /ws 101 /ws #5',
    '< text hello chat:1',
    '> text subscribe chat:2',
    '> binary',
    '< text fragment',
    '< ping',
    '> pong',
    '< close !1012',
  ])
})

test('hears the same whatever the chunk borders, and passes every byte', () => {
  expectAlike(() => new HttpSession(), dialogue, 30)
})

test.each([
  ['TLS', [22, 3, 1, 0], 'encrypted'],
  ['HTTP/2', [...Buffer.from('PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n')], 'not HTTP/1'],
  ['another protocol', [0, 0, 0, 8], 'not HTTP/1'],
  [
    'an endless head',
    [...Buffer.from(`GET / HTTP/1.1\r\n${'a: b\r\n'.repeat(20_000)}`)],
    'head too long',
  ],
])('passes %s unparsed', (_, bytes, why) => {
  const script: Line[] = [['client', Buffer.from(bytes)]]
  const hearing = hear(new HttpSession(), script, pieces([700]))
  expect(hearing.unparsed).toBe(why)
  expect(hearing.passed).toEqual(said(script))
})

test('passes a tunnel and an unknown upgrade unparsed', () => {
  const tunnel: Line[] = [
    ['client', 'CONNECT db:5432 HTTP/1.1\r\n\r\n'],
    ['server', 'HTTP/1.1 200 OK\r\n\r\nanything'],
  ]
  expect(hear(new HttpSession(), tunnel)).toMatchObject({
    unparsed: 'tunnel',
    passed: said(tunnel),
  })
})

test('never throws, whatever bytes come, before an upgrade and after', () => {
  expectUnharmed(() => new HttpSession(), requests)
  expectUnharmed(() => new HttpSession(), frames, upgrade)
})
