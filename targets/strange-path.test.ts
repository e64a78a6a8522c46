import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import { atNight } from '../lab/testing/nightly.ts'
import { startClickhouse } from './clickhouse.ts'
import { startHaproxy } from './haproxy.ts'
import { startMysql } from './mysql.ts'
import { startPostgres } from './postgres.ts'
import { startStandby } from './postgres-standby.ts'
import { promtool, startPrometheus } from './prometheus.ts'
import { startProxies } from './proxy.ts'
import { startRedis } from './redis.ts'
import { planSentinel } from './redis-sentinel.ts'
import { clickhouseServer } from './runtime/clickhouse-server.ts'
import { haproxyServer } from './runtime/haproxy-server.ts'
import { mariadbServer } from './runtime/mariadb-server.ts'
import { prometheusServer } from './runtime/prometheus-server.ts'
import type { ServerContext } from './runtime/server-part.ts'
import { missing } from './testing/missing.ts'
import { type TestRun, testRun } from './testing/test-run.ts'

vi.setConfig({ testTimeout: 60_000 })

/** What every run starts is tried in a push, the rest of the servers at night. */
const isDay = atNight(false, true)

/** A clone may lie in a folder of any name: all that some configuration gives a meaning of its own. */
const strange = `"a" & b's #1 <é> $H;y %d`

let run: TestRun
let context: ServerContext & TestRun
beforeAll(async () => {
  run = await testRun()
  const [scratchFolder, runFolder] = [
    join(run.scratchFolder, strange),
    join(run.runFolder, strange),
  ]
  await Promise.all([mkdir(scratchFolder), mkdir(runFolder)])
  context = { ...run, scratchFolder, runFolder }
})
afterAll(() => run?.[Symbol.asyncDispose]())

test('Redis keeps its data in a folder of any name, and finds it again', async () => {
  await using redis = await startRedis(context)
  const { aof_enabled: kept } = await redis.info('persistence')
  expect(kept).toBe('1')
  await redis.kill()
  await redis.restart()
})

test.skipIf(isDay)(
  'Redis with replicas and Sentinels, which write over their configuration, does',
  async () => {
    const plan = await planSentinel(context, { replicas: 1, sentinels: 3 })
    await using cluster = await plan.start()
    const [sentinel] = cluster.sentinels
    await sentinel?.kill()
    await sentinel?.restart()
    expect((await cluster.primary()).name).toBe('redis-1')
  },
)

test('Postgres and its standby do', async () => {
  await using primary = await startPostgres(context)
  await using standby = await startStandby(context, primary)
  await standby.promote()
})

const noClickhouse = await missing(clickhouseServer)
test.skipIf(isDay || noClickhouse)('ClickHouse does', async () => {
  await using clickhouse = await startClickhouse(context)
  expect(clickhouse.version).not.toBe('')
})

const noHaproxy = await missing(haproxyServer)
test.skipIf(isDay || noHaproxy)('HAProxy does', async () => {
  const pool = { name: 'all', members: [], healthPath: '/' }
  await using haproxy = await startHaproxy(context, { pools: [pool] })
  expect(haproxy.version).toMatch(/ha-?proxy/i)
})

const noMariadb = await missing(mariadbServer)
test.skipIf(isDay || noMariadb)('MariaDB does', async () => {
  await using mysql = await startMysql(context)
  expect(mysql.version).not.toBe('')
})

const noPrometheus = await missing(prometheusServer)
test.skipIf(isDay || noPrometheus)('Prometheus does, with rules that lie there too', async () => {
  const rules = join(context.scratchFolder, 'rules.yml')
  await writeFile(rules, 'groups: [{name: g, rules: [{record: one, expr: "vector(1)"}]}]')
  await promtool(['check', 'rules', rules])
  await using prometheus = await startPrometheus(context, { scrape: [], ruleFiles: [rules] })
  const answer = await fetch(`${prometheus.url}/api/v1/rules`)
  expect(await answer.text()).toContain('"name":"one"')
})

test('the proxy does', async () => {
  await using proxies = await startProxies(context)
  expect(proxies.process.running).toBe(true)
})
