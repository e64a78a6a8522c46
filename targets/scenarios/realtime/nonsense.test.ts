import { once } from 'node:events'
import fc from 'fast-check'
import { afterAll, expect } from 'vitest'
import { type Application, startApplication } from '../application.ts'
import { patience } from '../patience.ts'
import { eventually, signedIn } from '../person.ts'
import { SocketClient } from '../socket-client.ts'
import { test } from '../warm.ts'
import { knock } from './knock.ts'
import { closeCodeIn, rawFrame } from './raw-frame.ts'

let app: Application
let token: string | undefined
test.beforeAll(async ({ warm }) => {
  // One, since whoever sends nonsense talks to one process.
  app = await startApplication(
    {
      instances: [['api', 'realtime']],
      config: { defenceSettings: patience },
    },
    warm,
  )
  token = (await signedIn(app)).token
})
afterAll(() => app?.[Symbol.asyncDispose]())

const paths = ['/chat?client=fuzz', '/agents', '/messages'] as const

/** Somebody else, who must not notice. */
const witness = (path: string) => new SocketClient(app.instances[0], path).opened()

async function expectUnharmed(client: SocketClient): Promise<void> {
  client.send({ type: 'auth', token: 'nobody' })
  await client.got(({ about }) => about === 'auth')
}

const types = ['auth', 'send', 'subscribe', 'unsubscribe', 'run', 'follow', 'post', 'listen', 'x']
const field = fc.constantFrom('id', 'channel', 'text', 'after', 'task', 'message')
const anyText = fc.string({ unit: 'binary', maxLength: 50 })
/** What one path or another takes, and whatever text in it: these get furthest. */
const right = fc
  .tuple(fc.uuid(), anyText)
  .chain(([id, text]) =>
    fc.constantFrom(
      { type: 'subscribe', channel: 'room' },
      { type: 'send', id, channel: 'room', text },
      { type: 'run', id, task: { tool: 'remember', facts: [text] } },
      { type: 'follow', id },
      { type: 'post', id, message: { kind: 'note', body: text } },
      { type: 'listen', after: text },
    ),
  )
const wrong = fc
  .tuple(fc.constantFrom(...types), fc.dictionary(field, fc.jsonValue(), { maxKeys: 4 }))
  .map(([type, fields]) => ({ type, ...fields }))
const frame = fc.oneof(
  anyText,
  fc.json(),
  fc.oneof(right, wrong).map(each => JSON.stringify(each)),
)

test.each(paths)(
  'WS-08: whatever somebody who has signed in sends on %s is answered or closes that socket alone',
  async path => {
    using other = await witness(path)
    await fc.assert(
      fc.asyncProperty(fc.array(frame, { minLength: 1, maxLength: 4 }), async texts => {
        using client = await new SocketClient(app.instances[0], path).opened()
        await client.signIn(token)
        for (const text of texts) client.send(text.toWellFormed())
        // Frames are handled in order: when this is answered, so were all before it.
        client.send({ type: 'auth', token })
        const signedInTimes = () => client.frames.filter(({ type }) => type === 'authenticated')
        await eventually(
          async () => client.closed?.code ?? signedInTimes().length,
          seen => seen >= 2,
          20_000,
        )
        expect([undefined, 1003, 1007, 1008, 1009]).toContain(client.closed?.code)
        const codes = client.frames.map(({ code }) => code)
        expect(codes).not.toContain('internal')
        expect(codes, 'it got behind the sign-in').not.toContain('unauthenticated')
      }),
      { numRuns: 25 },
    )
    await expectUnharmed(other)
  },
  60_000,
)

const text = Buffer.from('{}')
const raw: Readonly<Record<string, readonly [bytes: readonly Buffer[], code: number]>> = {
  'a reserved bit': [[rawFrame(0xc1, text)], 1002],
  'a reserved opcode': [[rawFrame(0x83, text)], 1002],
  'a frame without a mask': [[rawFrame(0x81, text, { masked: false })], 1002],
  'a ping that is too long': [[rawFrame(0x89, Buffer.alloc(126))], 1002],
  'a ping in pieces': [[rawFrame(0x09, text)], 1002],
  'the rest of nothing': [[rawFrame(0x80, text)], 1002],
  'a new text within another': [[rawFrame(0x01, text), rawFrame(0x81, text)], 1002],
  'a close with half a code': [[rawFrame(0x88, Buffer.from([3]))], 1002],
  'a close with a code that is none': [[rawFrame(0x88, Buffer.from([3, 0xed]))], 1002],
  'text that is not UTF-8': [[rawFrame(0x81, Buffer.from([0xc3, 0x28]))], 1007],
  'half a letter at the very end': [
    [rawFrame(0x01, Buffer.from([0xe2])), rawFrame(0x80, Buffer.from([0x82]))],
    1007,
  ],
  'bytes that are no text': [[rawFrame(0x82, text)], 1003],
  'a length of a terabyte': [[rawFrame(0x81, text, { length: 2n ** 40n })], 1009],
}

test.each(Object.entries(raw))(
  'WS-08: %s closes that socket alone, with the documented code',
  async (_, [bytes, code]) => {
    for (const path of paths) {
      using other = await witness(path)
      const socket = knock(app.instances[0], path)
      const received: Buffer[] = []
      socket.on('data', chunk => received.push(chunk))
      socket.on('error', () => {}) // seen as a close
      const closed = once(socket, 'close')
      await eventually(
        async () => Buffer.concat(received).includes('\r\n\r\n'),
        hasHead => hasHead,
        20_000,
      )
      for (const each of bytes) socket.write(each)
      await eventually(
        async () => closeCodeIn(Buffer.concat(received)),
        seen => seen !== undefined,
        20_000,
      )
      expect(closeCodeIn(Buffer.concat(received)), path).toBe(code)
      socket.destroy()
      await closed
      await expectUnharmed(other)
    }
  },
  60_000,
)

test('control: a frame as it should be is answered, and closes nothing', async () => {
  const socket = knock(app.instances[0], '/agents')
  const received: Buffer[] = []
  socket.on('data', chunk => received.push(chunk))
  const auth = Buffer.from(JSON.stringify({ type: 'auth', token: 'nobody' }))
  await once(socket, 'data')
  socket.write(rawFrame(0x81, auth))
  await eventually(
    async () => Buffer.concat(received).includes('"about":"auth"'),
    isAnswered => isAnswered,
    20_000,
  )
  expect(closeCodeIn(Buffer.concat(received))).toBeUndefined()
  socket.destroy()
})
