import { connect, createServer, type Socket } from 'node:net'
import { expect, test } from 'vitest'
import { listen } from '../lab/testing/loopback.ts'
import { startPostgres } from './postgres.ts'
import { planSentinel, type SentinelCluster } from './redis-sentinel.ts'
import { type Address, type RedisNode, withClient } from './runtime/redis-node.ts'
import { type TestRun, testRun } from './testing/test-run.ts'

/** Three seconds as a rule; a busy machine may take its time. */
const takeOverWithinMs = 30_000
const slow = { timeout: 120_000 }
const three = { replicas: 2, sentinels: 3 } as const

async function timed<T>(what: string, action: () => Promise<T>): Promise<T> {
  const start = performance.now()
  const result = await action()
  console.log(`${what}: ${(performance.now() - start).toFixed()} ms`)
  return result
}

async function until(run: TestRun, holds: () => Promise<boolean>, withinMs: number): Promise<void> {
  const deadline = run.clock.nowMs() + withinMs
  while (!(await holds().catch(() => false))) {
    if (run.clock.nowMs() > deadline) throw new Error(`not so within ${withinMs} ms`)
    await run.clock.sleep(20)
  }
}

const newPrimary = (cluster: SentinelCluster, old: RedisNode) => async () =>
  (await cluster.primary()) !== old

test('Postgres, three Redis and three Sentinels are started together', slow, async () => {
  await using run = await testRun()
  // So that what is measured is a warm start: programs unpacked, template made.
  await using _warm = await startPostgres(run, { name: 'warm' })
  const plan = await planSentinel(run, three)
  const [postgres, cluster] = await timed('all ready', () =>
    Promise.all([startPostgres(run), plan.start()]),
  )
  await using _postgres = postgres
  await using _cluster = cluster
  expect((await cluster.primary()).name).toBe('redis-1')
  expect((await cluster.replicas()).map(node => node.name)).toEqual(['redis-2', 'redis-3'])
})

test(
  'when the primary is killed a replica takes over with the data, and the old one follows it',
  slow,
  async () => {
    await using run = await testRun()
    await using cluster = await (await planSentinel(run, three)).start()
    const old = await cluster.primary()
    await withClient(old, async client => {
      await client.set('order', 'paid')
      expect(await client.wait(2, 1_000)).toBe(2)
    })
    await old.kill()
    await timed('new primary', () => until(run, newPrimary(cluster, old), takeOverWithinMs))
    const primary = await cluster.primary()
    expect(await withClient(primary, client => client.get('order'))).toBe('paid')
    await old.restart()
    const all = async () => (await cluster.replicas()).length === 2
    await timed('old primary follows', () => until(run, all, takeOverWithinMs))
    expect((await cluster.replicas()).map(node => node.name)).toContain('redis-1')
    expect((await old.info('replication')).master_port).toBe(`${primary.port}`)
  },
)

test('without a Sentinel nobody takes over', slow, async () => {
  await using run = await testRun()
  await using cluster = await (await planSentinel(run, three)).start()
  for (const sentinel of cluster.sentinels.slice(1)) await sentinel.kill()
  const old = await cluster.primary()
  await old.kill()
  await expect(until(run, newPrimary(cluster, old), 4_000)).rejects.toThrow('not so within')
})

/** Passes bytes on, and counts who comes. */
async function relay(to: Address) {
  const sockets = new Set<Socket>()
  let connections = 0
  const server = createServer(socket => {
    connections++
    const upstream = connect(to)
    for (const [one, other] of [
      [socket, upstream],
      [upstream, socket],
    ] as const) {
      sockets.add(one)
      one.on('error', () => {})
      one.on('close', () => other.destroy())
      one.pipe(other)
    }
  })
  const port = await listen(server)
  return {
    host: '127.0.0.1',
    port,
    connections: () => connections,
    [Symbol.asyncDispose]: async () => {
      for (const socket of sockets) socket.destroy()
      await new Promise(done => server.close(done))
    },
  }
}

test(
  'replicas, Sentinels and clients learn the announced addresses, and go through them',
  slow,
  async () => {
    await using run = await testRun()
    const plan = await planSentinel(run, three)
    await using relays = new AsyncDisposableStack()
    const links = await Promise.all(plan.nodes.map(async node => relays.use(await relay(node))))
    const announced = Object.fromEntries(plan.nodes.map((node, i) => [node.name, links[i] ?? node]))
    await using cluster = await plan.start(announced)
    const [first] = links
    // Two replicas, and three Sentinels with a connection each for commands and for messages.
    expect(first?.connections()).toBeGreaterThanOrEqual(8)
    const old = await cluster.primary()
    await old.kill()
    await until(run, newPrimary(cluster, old), takeOverWithinMs)
    const primary = await cluster.primary()
    const other = cluster.nodes.find(node => node !== old && node !== primary)
    const link = announced[primary.name]
    await until(run, async () => (await cluster.replicas()).length === 1, takeOverWithinMs)
    expect((await other?.info('replication'))?.master_port).toBe(`${link?.port}`)
  },
)
