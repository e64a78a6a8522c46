import { connect } from 'node:net'
import { expect, test } from 'vitest'
import { startClientSite } from './client-site.ts'

test('control: a client that asks and waits for its answer is none that behaves badly', async () => {
  await using site = await startClientSite()
  const { port } = new URL(site.url)
  const socket = connect(Number(port), '127.0.0.1')
  socket.write('GET /quick HTTP/1.1\r\nhost: lab\r\nconnection: close\r\n\r\n')
  for await (const _chunk of socket) {
    // It reads to the end.
  }
  expect(site.seen).toEqual({ asked: 1, aborted: 0, unwritten: 0, takenBytes: 0 })
})
