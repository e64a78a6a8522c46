import { once } from 'node:events'
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, test, vi } from 'vitest'
import { WebSocket, WebSocketServer } from 'ws'
import { portOf } from '../../lab/testing/loopback.ts'
import { type Postgres, startPostgres } from '../../targets/postgres.ts'
import { startRedis } from '../../targets/redis.ts'
import { findServer, type ServerProgram } from '../../targets/runtime/find-server.ts'
import { pgbench as pgbenchProgram } from '../../targets/runtime/pgbench.ts'
import { postgresPrograms } from '../../targets/runtime/postgres-programs.ts'
import { redisServer } from '../../targets/runtime/redis-server.ts'
import { runTool } from '../../targets/runtime/run-tool.ts'
import { serverTool } from '../../targets/runtime/server-tool.ts'
import { seek } from '../../targets/testing/seek.ts'
import { type Rig, startRig } from './testing/rig.ts'
import { borders, type SlicedLink, slicedLink } from './testing/sliced-link.ts'

// Many small writes on a machine that may be busy.
vi.setConfig({ testTimeout: 90_000 })

const redis = await findServer(redisServer)
const { found: redisBenchmark } = await seek('redis-benchmark', () =>
  serverTool('redis-benchmark', redis.command),
)
const { found: pgbench } = await seek('pgbench', findPgbench)

/** Beside the server, else as any server is found: the npm package with Postgres has none. */
async function findPgbench(): Promise<Pick<ServerProgram, 'command' | 'env'>> {
  const { postgres } = await postgresPrograms()
  const beside = await serverTool('pgbench', postgres).catch(() => undefined)
  return beside === undefined ? findServer(pgbenchProgram) : { command: beside, env: {} }
}

let rig: Rig
beforeAll(async () => {
  rig = await startRig()
})
afterAll(() => rig?.[Symbol.asyncDispose]())

describe.skipIf(!redisBenchmark)('redis-benchmark', () => {
  const perTest = 200
  /** What it prints: rates, and errors. */
  const benchmark = async ({ host, port }: SlicedLink, pipeline: number) => {
    const args = ['-h', host, '-p', `${port}`, '-c', '20', '-P', `${pipeline}`, '-d', '30']
    const tests = ['-t', 'set,get,incr,lpush,lrange_100,mset', '-n', `${perTest}`]
    return runTool(redisBenchmark ?? '', [...args, ...tests, '--csv', '-e'], { env: redis.env })
  }

  test.each(['tcp', 'redis'])('gets no error through a sliced %s link', async protocol => {
    const server = await startRedis(rig.run, { name: `redis-${protocol}` })
    const property = fc.asyncProperty(borders, fc.constantFrom(1, 16), async (sizes, pipeline) => {
      const link = await slicedLink(rig.proxy, protocol, server, sizes)
      const output = await benchmark(link, pipeline)
      expect(output).not.toMatch(/error/i)
      expect(output).toMatch(/"MSET/)
      expect(await link.faulty()).toEqual([])
      const gets = (await link.events()).get('request:GET')
      if (protocol === 'redis') expect(gets).toBeGreaterThanOrEqual(perTest)
    })
    await fc.assert(property, { numRuns: 3 })
  })

  test('says so when there is one', async () => {
    const server = await startRedis(rig.run, { name: 'redis-control' })
    const link = await slicedLink(rig.proxy, 'redis', server, { average_size: 50 })
    const attributes = { match: { command: 'SET' }, error: 'OOM' }
    await link.toxic({ type: 'redis_error', stream: 'upstream', attributes })
    const output = await benchmark(link, 1).catch(String)
    expect(output).toMatch(/error|OOM/i)
  })
})

describe.skipIf(!pgbench)('pgbench', () => {
  test.each(['tcp', 'postgres'])('keeps its books through a sliced %s link', async protocol => {
    const server = await startPostgres(rig.run, { name: `postgres-${protocol}` })
    const { username, password, pathname } = new URL(server.urlVia(server))
    const account = { PGUSER: username, PGPASSWORD: password, PGDATABASE: pathname.slice(1) }
    const env = { ...pgbench?.env, ...account }
    const bench = ({ host, port }: { host: string; port: number }, ...args: string[]) =>
      runTool(pgbench?.command ?? '', ['-h', host, '-p', `${port}`, ...args], { env })
    await bench(server, '--initialize', '--quiet')

    let transactions = 0
    const modes = fc.constantFrom('simple', 'extended', 'prepared')
    const property = fc.asyncProperty(borders, modes, async (sizes, mode) => {
      const link = await slicedLink(rig.proxy, protocol, server, sizes)
      const output = await bench(link, '-n', '-c', '4', '-t', '25', '-M', mode)
      expect(output).toContain('number of transactions actually processed: 100/100')
      transactions += 100
      expect(await link.faulty()).toEqual([])
      const updates = (await link.events()).get('request:UPDATE')
      if (protocol === 'postgres') expect(updates).toBeGreaterThanOrEqual(300)
    })
    await fc.assert(property, { numRuns: 3 })
    const books = await sums(server)
    expect(books).toEqual({
      accounts: books.history,
      tellers: books.history,
      branches: books.history,
      history: books.history,
      count: transactions,
    })

    const control = await slicedLink(rig.proxy, 'postgres', server, { average_size: 50 })
    const attributes = { match: { statement: 'UPDATE' }, code: '53100' }
    await control.toxic({ type: 'postgres_error', stream: 'upstream', attributes })
    await expect(bench(control, '-n', '-t', '5')).rejects.toThrow('aborted')
  })

  /** What every table says was moved, and how often. All but the last must be equal. */
  async function sums(server: Postgres): Promise<Record<string, number>> {
    const text = `
      select (select sum(abalance)::int from pgbench_accounts) as accounts,
        (select sum(tbalance)::int from pgbench_tellers) as tellers,
        (select sum(bbalance)::int from pgbench_branches) as branches,
        (select sum(delta)::int from pgbench_history) as history,
        (select count(*)::int from pgbench_history) as count`
    const { rows } = await (await rig.postgres(server)).query(text)
    return rows[0]
  }
})

describe('a web-socket echo', () => {
  let server: WebSocketServer
  let port = 0

  beforeAll(async () => {
    server = new WebSocketServer({ port: 0, host: '127.0.0.1' })
    server.on('connection', socket =>
      socket.on('message', (data, isBinary) => socket.send(data, { binary: isBinary })),
    )
    await once(server, 'listening')
    port = portOf(server)
  })
  afterAll(() => {
    for (const socket of server.clients) socket.terminate()
    server.close()
  })

  /** What comes back of these messages, until an end mark does. */
  async function echoed(link: SlicedLink, sent: readonly (string | Uint8Array)[]) {
    const socket = new WebSocket(`ws://${link.host}:${link.port}/`, { handshakeTimeout: 20_000 })
    const heard: (string | Uint8Array)[] = []
    socket.on('message', (data: Buffer, isBinary) =>
      heard.push(isBinary ? new Uint8Array(data) : data.toString()),
    )
    await once(socket, 'open')
    for (const each of sent) socket.send(each)
    socket.send('the end')
    await expect.poll(() => heard.at(-1), { timeout: 20_000 }).toBe('the end')
    socket.terminate()
    return heard.slice(0, -1)
  }

  const message = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 200 }),
    fc.uint8Array({ maxLength: 3_000 }),
    // Lengths around which the head of a frame changes its form.
    fc.constantFrom(125, 126, 127, 65_535, 65_536).map(length => new Uint8Array(length).fill(7)),
  )

  test.each(['tcp', 'websocket'])('is exact through a sliced %s link', async protocol => {
    const messages = fc.array(message, { maxLength: 12 })
    const property = fc.asyncProperty(borders, messages, async (sizes, sent) => {
      const link = await slicedLink(rig.proxy, protocol, { host: '127.0.0.1', port }, sizes)
      expect(await echoed(link, sent)).toEqual(sent)
      expect(await link.faulty()).toEqual([])
    })
    await fc.assert(property, { numRuns: 10 })
  })

  test('is not when a bit was flipped', async () => {
    const at = { host: '127.0.0.1', port }
    const link = await slicedLink(rig.proxy, 'websocket', at, { average_size: 50 })
    const hits = { first: 1 }
    const attributes = { match: { frame: 'binary' }, offset: 10, count: 1 }
    await link.toxic({ type: 'message_corrupt', stream: 'downstream', attributes, hits })
    const sent = [new Uint8Array(100).fill(7)]
    expect(await echoed(link, sent)).not.toEqual(sent)
  })
})
