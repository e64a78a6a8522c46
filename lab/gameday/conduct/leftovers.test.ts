import { mkdtemp, rm, writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import type { Link } from '../../model/capability.ts'
import type { ProcessNow } from '../record/day-state.ts'
import { findLeftovers } from './leftovers.ts'

const link = (name: string, url: string): Link => {
  const [consumer = '', provider = ''] = name.split('>')
  return {
    name,
    consumer,
    provider,
    protocol: 'http',
    tapUrl: url,
    adminUrl: url,
    listenHost: '127.0.0.1',
    listenPort: 1,
  }
}
const clean = { enabled: true, toxics: [] }

test('a closed link, a toxic, a lost proxy, a silent one and a process that ended are found, and nothing else', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'left-'))
  const answer = {
    'a>b': clean,
    'b>c': { enabled: false, toxics: [] },
    'c>d': { enabled: true, toxics: [{ name: 'latency-1' }] },
  }
  let asked = 0
  const server = createServer((_, reply) => {
    asked++
    reply.end(JSON.stringify(answer))
  })
  await new Promise<void>(resolve => server.listen(0, '127.0.0.1', () => resolve()))
  const { port } = server.address() as AddressInfo
  const url = `http://127.0.0.1:${port}`
  try {
    const ledger = join(folder, 'ledger.jsonl')
    await writeFile(ledger, '')
    const now = (step: ProcessNow['step']) => ({ step, asked: false, atMs: 0, tells: true })
    const running = { processes: new Map([['redis', now('ready')]]) }
    const fine = await findLeftovers([link('a>b', url)], ledger, running)
    expect(fine.left).toEqual([])
    const links = ['a>b', 'b>c', 'c>d', 'd>e'].map(name => link(name, url))
    const silent = link('e>f', 'http://127.0.0.1:1')
    const gone = {
      processes: new Map([
        ['redis', now('exited')],
        ['shop-1', now('spawned')],
        // Nobody ever hears from it that it is ready.
        ['mute', { ...now('spawned'), tells: false }],
      ]),
    }
    asked = 0
    const { left } = await findLeftovers([...links, silent], ledger, gone)
    expect(asked).toBe(1)
    expect(left).toEqual([
      'b>c is closed',
      'c>d still has latency-1',
      'd>e has no proxy any longer',
      expect.stringMatching(/^the proxy of e>f does not tell: /),
      'redis is exited',
      'shop-1 is not ready yet',
    ])
  } finally {
    server.closeAllConnections()
    server.close()
    await rm(folder, { recursive: true })
  }
})
