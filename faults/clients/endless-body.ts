import type { Socket } from 'node:net'
import { z } from 'zod'
import type { Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import { clientFault, connected, type Reachable } from '../client-fault.ts'
import { clients, common, path } from './form.ts'

const chunkBytes = 64 * 1024
const landsEvery = (1024 * 1024) / chunkBytes
const chunk = `${chunkBytes.toString(16)}\r\n${'x'.repeat(chunkBytes)}\r\n`

/**
 * Clients that post a body without a length and without an end, as fast as it is taken; who is hung up
 * on begins anew. `headers` may say who they are. Lands for each megabyte that went out.
 */
export function endlessBody<System extends LabSystem>(
  select: Selector<System, Reachable>,
  {
    clients,
    path,
    headers = {},
  }: {
    readonly clients: number
    readonly path: string
    readonly headers?: Readonly<Record<string, string>>
  },
): Fault<System> {
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`)
  const begin =
    `POST ${path} HTTP/1.1\r\nhost: lab\r\ncontent-type: application/json\r\n` +
    `${lines.join('')}transfer-encoding: chunked\r\n\r\n`
  return clientFault(select, { name: 'endlessBody', clients }, client =>
    connected(client, async socket => {
      // Read, so that it is seen when the server hangs up.
      socket.resume()
      await written(socket, begin)
      for (let sent = 1; !socket.destroyed; sent++) {
        await written(socket, chunk)
        if (sent % landsEvery === 0 && !socket.destroyed) client.landed()
      }
    }),
  )
}

/** Resolves when the kernel has it, or nobody will. */
function written(socket: Socket, text: string): Promise<void> {
  return new Promise(resolve => {
    const done = () => {
      socket.off('close', done)
      resolve()
    }
    socket.on('close', done)
    socket.write(text, done)
  })
}

export const form = faultForm({
  ...common,
  name: 'endlessBody',
  says: 'Clients send a body that does not end.',
  settings: z.object({ clients, path }),
  make: (select, settings) => endlessBody(select, settings),
})
