import fc from 'fast-check'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { type Application, startApplication } from '../application.ts'
import { eventually } from '../person.ts'
import { SocketClient } from '../socket-client.ts'

let app: Application
beforeAll(async () => {
  app = await startApplication({ instances: [['realtime']] })
})
afterAll(() => app?.[Symbol.asyncDispose]())

test.each(['/chat?client=fuzz', '/agents', '/messages'])(
  'WS-08: whatever frame is sent on %s, that socket is closed or answered, and others live on',
  async path => {
    const types = ['auth', 'send', 'subscribe', 'run', 'follow', 'post', 'listen', 'x']
    const field = fc.constantFrom('id', 'channel', 'text', 'after', 'task', 'message')
    const frame = fc.oneof(
      fc.string({ unit: 'binary' }),
      fc.json(),
      fc
        .tuple(fc.constantFrom(...types), fc.dictionary(field, fc.jsonValue(), { maxKeys: 4 }))
        .map(([type, fields]) => JSON.stringify({ type, ...fields })),
    )
    const [instance] = app.instances
    using witness = await new SocketClient(instance, path).opened()
    await fc.assert(
      fc.asyncProperty(frame, async text => {
        using client = await new SocketClient(instance, path).opened()
        client.send(text.toWellFormed())
        await eventually(
          async () => client.closed?.code ?? client.frames.length,
          seen => seen > 0,
        )
        expect([undefined, 1003, 1007, 1008, 1009]).toContain(client.closed?.code)
        expect(client.frames).not.toContainEqual(expect.objectContaining({ code: 'internal' }))
      }),
      { numRuns: 20 },
    )
    witness.send({ type: 'auth', token: 'nobody' })
    await witness.got(({ about }) => about === 'auth')
  },
)
