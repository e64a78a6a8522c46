import { join } from 'node:path'
import { afterAll, beforeAll, expect, test } from 'vitest'
import { z } from 'zod'
import type { Operation } from '../../lab/model/workload.ts'
import { httpTraffic } from '../../lab/workloads/http-traffic.ts'
import { withPostgres } from '../runtime/postgres-server.ts'
import { contextOf } from '../testing/context-of.ts'
import { type TestRun, testRun } from '../testing/test-run.ts'
import { postgres } from './postgres.ts'
import { http } from './ready.ts'
import { redis } from './redis.ts'
import { service } from './service.ts'
import { system } from './system.ts'
import { upstream } from './upstream.ts'

/** It tells what it was told, keeps what it is sent, and asks its upstream. */
const program = `
const { createServer } = require('node:http')
const kept = new Map()
createServer(async (request, response) => {
  const { method, url } = request
  const chunks = []
  for await (const chunk of request) chunks.push(chunk)
  const say = (status, body) => response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  if (url === '/health') return say(200, {})
  if (url === '/env') return say(200, { ...process.env, argv: process.argv, cwd: process.cwd() })
  if (url === '/pay') return say(200, await (await fetch(process.env.PAYMENTS + '/charges/7', { method: 'POST', body: '{}' })).json())
  if (method === 'POST') { kept.set(JSON.parse(chunks.join('')).id, chunks.join('')); return say(201, {}) }
  const found = kept.get(url.slice(1))
  say(found ? 200 : 404, found ? JSON.parse(found) : {})
}).listen(process.env.PORT, '127.0.0.1')
`

const cwd = join(import.meta.dirname, 'testing')
const plan = system(
  {
    postgres: postgres({ migrate: 'create.sql' }),
    redis: redis(),
    unused: redis(),
    api: service<'postgres' | 'redis' | 'payments'>({
      command: `node -e "eval(process.env.PROGRAM)" 'one word'`,
      instances: 2,
      ready: http('/health'),
      env: ({ postgres, redis, payments, port, instance }) => ({
        ...{ PROGRAM: program, PORT: port, WHO: instance, RETRY: 'on' },
        ...{ DATABASE_URL: postgres.url, REDIS_URL: redis.url, PAYMENTS: payments.url },
      }),
      switches: { retry: { RETRY: 'off' } },
    }),
    payments: upstream({ 'POST /charges/:id': ({ params }) => ({ body: { charged: params.id } }) }),
  },
  { cwd },
)

let run: TestRun
let running: Awaited<ReturnType<typeof plan.start>>
beforeAll(async () => {
  run = await testRun()
  running = await plan.start({ ...contextOf(run), defencesOff: ['retry'] })
}, 120_000)
afterAll(async () => {
  await running?.[Symbol.asyncDispose]()
  await run[Symbol.asyncDispose]()
})

const names = (links: readonly { readonly name: string }[]) => links.map(({ name }) => name).sort()
const record = z.record(z.string(), z.unknown())
const ask = async (path: string, at = 0) =>
  record.parse(await (await fetch(`${running.endpointsOf()[at]?.http}${path}`)).json())

test('there is a link for each part that env reads, from each instance, and for no other', () => {
  expect(names(running.links)).toEqual([
    ...['api-1>payments', 'api-1>postgres', 'api-1>redis'],
    ...['api-2>payments', 'api-2>postgres', 'api-2>redis'],
    ...['client>api-1', 'client>api-2'],
  ])
})

test('an instance is told its links, its port, its name, and what is switched off', async () => {
  const told = await ask('/env', 1)
  const link = running.links.find(({ name }) => name === 'api-2>redis')
  expect(told).toMatchObject({ WHO: 'api-2', RETRY: 'off', cwd })
  expect(told.REDIS_URL).toBe(`redis://127.0.0.1:${link?.listenPort}`)
  expect(told.argv).toContain('one word')
  const { rows } = await withPostgres(`${told.DATABASE_URL}`, client =>
    client.query('select * from made'),
  )
  expect(rows).toEqual([{ by: 'create.sql' }])
})

test('an upstream answers by its routes, and misbehaves when it is told', async () => {
  expect(await ask('/pay')).toEqual({ charged: '7' })
  const { admin } = await plan.payments(running)
  const id = await admin.post({ kind: 'status', status: 503, on: 'POST /charges/:id' })
  expect(await ask('/pay')).toMatchObject({ title: 'fault' })
  expect(await admin.landed(id)).toBe(1)
  await admin.heal()
  expect(await ask('/pay')).toEqual({ charged: '7' })
})

test('parts are selected by name, a service with all its links, an instance with its own', async () => {
  const { api, redis, links } = plan
  expect(names((await api(running)).links)).toEqual(['client>api-1', 'client>api-2'])
  expect(names((await api.instance(2)(running)).links)).toEqual(['client>api-2'])
  expect(names((await redis(running)).links)).toEqual(['api-1>redis', 'api-2>redis'])
  expect(names((await links('api', 'payments')(running)).links)).toHaveLength(2)
  expect(api.instance(2).label).toBe('api-2')
  expect(() => links('api', 'unused')(running)).toThrow('a link api → unused in this system')
  expect(() => api.instance(3)(running)).toThrow('instance 3 of api')
})

test('a killed instance comes back where it was', async () => {
  const instance = await plan.api.instance(1)(running)
  await instance.kill()
  await expect(ask('/env')).rejects.toThrow()
  await instance.restart()
  expect(await ask('/env')).toMatchObject({ WHO: 'api-1' })
})

test('traffic finds what it wrote, and not what nobody wrote', async () => {
  const traffic = httpTraffic({
    perSecond: 1,
    request: (_, number) => ({ path: '/', key: `k${number}`, body: { id: `k${number}`, n: 1 } }),
    readBack: key => ({ path: `/${key}` }),
  })
  const context = contextOf(run)
  await using clients = await traffic.open(running, context)
  const { signal } = new AbortController()
  const perform = (operation: Operation) => clients.perform(operation, 0, signal)
  const write = traffic.operations(context.random).next().value
  expect(await perform(write)).toEqual({ kind: 'ok', value: { id: 'k0', n: 1 } })
  const invoke = {
    kind: 'invoke',
    workload: 'http',
    op: 0,
    client: 0,
    intendedMs: 0,
    index: 0,
    atMs: 0,
    source: 'lab',
  } as const
  const reads = [...(traffic.finale?.([{ ...invoke, ...write }]) ?? [])]
  const outcomes = await Promise.all(reads.map(perform))
  expect(reads).toHaveLength(4)
  expect(outcomes).toEqual([
    { kind: 'ok', value: { id: 'k0', n: 1 } },
    ...Array.from({ length: 3 }, () => ({ kind: 'ok', value: null })),
  ])
})
