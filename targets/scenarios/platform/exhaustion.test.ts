import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { readdir } from 'node:fs/promises'
import { Agent, get, request } from 'node:http'
import { join } from 'node:path'
import { setTimeout as pause } from 'node:timers/promises'
import { afterAll, describe, expect } from 'vitest'
import { findServer } from '../../runtime/find-server.ts'
import { runTool } from '../../runtime/run-tool.ts'
import { prlimit } from '../../runtime/util-linux.ts'
import { seek } from '../../testing/seek.ts'
import { type Application, startApplication } from '../application.ts'
import type { Client } from '../client.ts'
import { control } from '../control.ts'
import { figure } from '../figure.ts'
import type { Instance } from '../instance.ts'
import { product, shopkeeper } from '../orders/shop.ts'
import { at, eventually, signedIn, sql } from '../person.ts'
import { test } from '../warm.ts'

const { found: limiter } = await seek('prlimit', () => findServer(prlimit))
const limits = describe.skipIf(!limiter)
const timeoutMs = 90_000

let app: Application
let buyer: Client
let productId: string
test.beforeAll(async ({ warm }) => {
  const defenceSettings = { 'pool-limits': { acquireMs: 8_000 } }
  // One: each test exhausts an instance of its own, which must not take this one with it.
  app = await startApplication({ instances: [['api']], config: { defenceSettings } }, warm)
  buyer = await signedIn(app)
  productId = await product(await shopkeeper(app), { stock: 1_000 })
})
afterAll(() => app?.[Symbol.asyncDispose]())

/** The soft limit; the hard one stays. */
const limit = ({ process }: Instance, what: 'nofile' | 'fsize', to: number | 'unlimited') =>
  runTool(limiter?.command ?? '', ['--pid', `${process.pid}`, `--${what}=${to}:`], {
    env: limiter?.env ?? {},
  })

async function expectAlive(instance: Instance, pid: number): Promise<void> {
  expect(instance.process.pid).toBe(pid)
  expect(instance.process.running).toBe(true)
  const ready = () => instance.client().get('/health/ready')
  await eventually(ready, ({ status }) => status === 200, 20_000)
}

describe('PLT-05 an event loop that is held up', () => {
  test(
    'sheds load at once, recovers, and what it refused is not done',
    async () => {
      const instance = await app.startInstance('held-up', ['api'], {
        defenceSettings: { 'load-shedding': { maxLagMs: 50 }, 'pool-limits': { acquireMs: 8_000 } },
      })
      const { pid } = instance.process
      const client = at(instance, buyer)
      const keys = Array.from({ length: 20 }, () => randomUUID())
      const order = (key: string) => {
        const headers = { 'idempotency-key': key, 'x-deadline-ms': '8000' }
        return client.post('/v1/orders', { items: [{ productId, quantity: 1 }] }, { headers })
      }
      await eventually(
        () => client.get('/v1/products'),
        ({ status }) => status === 200,
      )
      await instance.process.pause()
      const asked = Promise.all(keys.map(order))
      await pause(3_000)
      await instance.process.resume()
      const answers = await asked
      const refused = keys.filter((_, index) => answers[index]?.status === 503)
      expect(refused).not.toEqual([])
      for (const { status, headers, body } of answers) {
        if (status === 201) continue
        expect(body).toMatchObject({ code: 'overloaded', outcome: 'not-done' })
        expect(Number(headers.get('retry-after'))).toBeGreaterThanOrEqual(1)
      }
      const text = 'select 1 from orders_orders where idempotency_key = any($1)'
      expect(await sql(app, text, [refused])).toEqual([])
      for (const key of refused) {
        await eventually(
          () => order(key),
          ({ status }) => status === 201,
          20_000,
        )
      }
      expect(await sql(app, text, [keys])).toHaveLength(keys.length)
      await expectAlive(instance, pid)
    },
    timeoutMs,
  )
})

describe('PLT-05 an event loop whose every turn takes long', () => {
  // Less than the default deadline, which the turns that an order takes exceed.
  const turnMs = 600
  /** What a request is told while they do; every setting is the default unless it is replaced. */
  const slowed = async (name: string, off: object = {}) => {
    const launch = {
      nodeArgs: ['--import', join(import.meta.dirname, 'slow-turns.ts')],
      env: { TURN_MS: `${turnMs}` },
    }
    const config = { defenceSettings: {}, ...off }
    const instance = await app.startInstance(name, ['api'], config, launch)
    const client = at(instance, buyer)
    const ask = async () => {
      const headers = { 'idempotency-key': randomUUID() }
      const items = [{ productId, quantity: 1 }]
      const { status, body } = await client.post('/v1/orders', { items }, { headers })
      return status === 201 ? 'served' : body.code
    }
    const served = () => eventually(ask, said => said === 'served', 20_000)
    await served()
    await instance.process.signal('SIGUSR2')
    return {
      ask,
      recovered: async () => {
        await instance.process.signal('SIGUSR2')
        await served()
      },
      // Else it would go on, on a core of its own.
      [Symbol.asyncDispose]: () => instance.process.kill(),
    }
  }

  test(
    'refuses at once what would be answered too late, and serves again',
    async () => {
      await using slow = await slowed('slow')
      const { ask, recovered } = slow
      await eventually(ask, said => said === 'overloaded', 20_000)
      for (let i = 0; i < 3; i++) expect(await ask()).toBe('overloaded')
      await recovered()
    },
    timeoutMs,
  )

  const late = async (off: object) => {
    await using slow = await slowed('slow-late', off)
    // Its deadline, or that of a statement or connection, which ever comes first.
    const told = await eventually(slow.ask, said => said !== 'served', 30_000)
    expect(told).not.toBe('overloaded')
  }
  control('load-shedding', 'everybody is let in, and let down late', late, timeoutMs)
})

limits('PLT-05 a process that may open no further file', () => {
  /** What becomes of a request on a connection of its own, or on one that is open already. */
  const ask = (instance: Instance, agent: Agent | false = false) =>
    new Promise<number | 'cut' | 'hang'>(resolve => {
      const asked = get(new URL('/health/live', instance.url('api')), { agent }, answer => {
        answer.resume().on('end', () => resolve(answer.statusCode ?? 0))
        answer.on('error', () => resolve('cut'))
      })
      asked.on('error', () => resolve('cut'))
      asked.setTimeout(5_000, () => {
        resolve('hang')
        asked.destroy()
      })
    })
  const burst = async (instance: Instance) =>
    new Set(await Promise.all(Array.from({ length: 20 }, () => ask(instance))))

  test(
    'turns newcomers away at once, serves who is there, and recovers',
    async () => {
      const instance = await app.startInstance('no-files', ['api'])
      const { pid } = instance.process
      const kept = new Agent({ keepAlive: true, maxSockets: 1 })
      try {
        expect(await ask(instance, kept)).toBe(200)
        const open = (await readdir(`/proc/${pid}/fd`)).length
        await limit(instance, 'nofile', open)
        const during = await burst(instance)
        expect(during).toContain('cut')
        expect(during).not.toContain('hang')
        expect(await ask(instance, kept)).toBe(200)
      } finally {
        await limit(instance, 'nofile', 4_096)
        kept.destroy()
      }
      // Control: it was the limit.
      expect(await burst(instance)).toEqual(new Set([200]))
      await expectAlive(instance, pid)
    },
    timeoutMs,
  )
})

limits('PLT-05 a disk that is full', () => {
  const bytes = randomBytes(2_000_000)
  const tus = { 'tus-resumable': '1.0.0' }
  const offsetOf = async (client: Client, path: string) =>
    Number(
      (await client.send('HEAD', path, undefined, { headers: tus })).headers.get('upload-offset'),
    )
  const send = async (client: Client, path: string) => {
    const from = await offsetOf(client, path)
    const answer = await fetch(new URL(path, client.url), {
      method: 'PATCH',
      headers: {
        ...tus,
        authorization: `Bearer ${client.token}`,
        'upload-offset': `${from}`,
        'content-type': 'application/offset+octet-stream',
      },
      body: bytes.subarray(from),
      signal: AbortSignal.timeout(20_000),
    }).catch(() => undefined)
    await answer?.arrayBuffer().catch(() => {})
    return answer?.status ?? 'cut'
  }

  test(
    'an upload is refused, no half of it is seen, and it goes on when there is room',
    async () => {
      const files = { folder: join(app.run.scratchFolder, 'uploads') }
      const instance = await app.startInstance('full', ['api'], { files })
      const { pid } = instance.process
      const client = at(instance, buyer)
      const name = Buffer.from('big.bin').toString('base64')
      const announced = await client.post('/v1/uploads', undefined, {
        headers: {
          ...tus,
          'upload-length': `${bytes.length}`,
          'upload-metadata': `filename ${name}`,
        },
      })
      const path = announced.headers.get('location') ?? ''
      const file = `/v1/files/${path.split('/').at(-1)}`
      // No file of the process may grow beyond this: what a full disk is to whoever writes.
      await limit(instance, 'fsize', 500_000)
      const refused = await send(client, path)
      // Who is still sending may see the connection end before the answer.
      expect([507, 'cut']).toContain(refused)
      expect((await client.get(file)).status).toBe(404)
      expect((await client.get('/v1/products')).status).toBe(200)
      expect(await offsetOf(client, path)).toBeLessThan(bytes.length)
      await limit(instance, 'fsize', 'unlimited')
      expect(await send(client, path)).toBe(204)
      const whole = await fetch(new URL(file, client.url), {
        headers: { authorization: `Bearer ${client.token}` },
      })
      const sha = (data: Uint8Array) => createHash('sha256').update(data).digest('hex')
      expect(sha(new Uint8Array(await whole.arrayBuffer()))).toBe(sha(bytes))
      await expectAlive(instance, pid)
    },
    timeoutMs,
  )
})

describe('PLT-05 memory', () => {
  const [count, sentBytes] = [50, 4_000_000]
  /** Far more than refusing them all takes, and far less than they are. */
  const boundBytes = (count * sentBytes) / 3
  // A machine that is busy with the crowd is asked for its figures all the same.
  const defenceSettings = { 'load-shedding': { maxLagMs: 60_000 } }

  /** So many at once send a long body, one half of them with its length, and none to its end. */
  async function crowd(instance: Instance) {
    const resident = () => figure(instance, 'process_resident_memory_bytes', {}, 'api')
    const part = Buffer.alloc(sentBytes, 'x')
    const before = await resident()
    let open = count
    const requests = Array.from({ length: count }, (_, index) => {
      const asked = request(new URL('/v1/orders', instance.url('api')), {
        agent: false,
        method: 'POST',
        headers: {
          authorization: `Bearer ${buyer.token}`,
          'content-type': 'application/json',
          ...(index % 2 === 0 && { 'content-length': 2 * sentBytes }),
        },
      })
      asked.on('response', answer => answer.resume().on('error', () => {}))
      asked.on('error', () => {}) // seen as a close
      asked.on('close', () => {
        open--
      })
      asked.write(part)
      return asked
    })
    return {
      /** How many still send, and by how much the process has grown. */
      look: async () => ({ open, grownBytes: (await resident()) - before }),
      [Symbol.dispose]: () => {
        for (const asked of requests) asked.destroy()
      },
    }
  }

  test(
    'does not grow with what is sent and refused',
    async () => {
      const instance = await app.startInstance('bounded', ['api'], { defenceSettings })
      const { pid } = instance.process
      using sending = await crowd(instance)
      let most = 0
      const look = async () => {
        const { open, grownBytes } = await sending.look()
        most = Math.max(most, grownBytes)
        return open
      }
      await eventually(look, open => open === 0, 40_000)
      expect(most).toBeLessThan(boundBytes)
      await expectAlive(instance, pid)
    },
    timeoutMs,
  )

  control(
    'body-limit',
    'it grows with what is sent',
    async off => {
      const instance = await app.startInstance('boundless', ['api'], { ...off, defenceSettings })
      using sending = await crowd(instance)
      const seen = await eventually(
        sending.look,
        ({ grownBytes }) => grownBytes > boundBytes,
        40_000,
      )
      expect(seen.open).toBe(count)
    },
    timeoutMs,
  )
})
