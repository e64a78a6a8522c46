import { writeFile } from 'node:fs/promises'
import { createServer } from 'node:http'
import { join } from 'node:path'
import { Counter, Registry } from 'prom-client'
import { expect, test as plainTest } from 'vitest'
import { listen } from '../lab/testing/loopback.ts'
import { promtool, startPrometheus } from './prometheus.ts'
import { prometheusServer } from './runtime/prometheus-server.ts'
import { missing } from './testing/missing.ts'
import { testRun } from './testing/test-run.ts'

const test = plainTest.skipIf(await missing(prometheusServer))

async function metricsServer() {
  const registry = new Registry()
  const counter = new Counter({ name: 'shots_total', help: 'Shots.', registers: [registry] })
  const server = createServer(async (_, answer) => {
    answer.setHeader('content-type', registry.contentType)
    answer.end(await registry.metrics())
  })
  const port = await listen(server)
  return {
    counter,
    address: `127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise(done => server.close(done))
    },
  }
}

test('a real Prometheus scrapes a target, sees its counter grow, and sees it go away', async () => {
  await using run = await testRun()
  const server = await metricsServer()
  const scrape = [{ job: 'lab', targets: [server.address] }]
  await using prometheus = await startPrometheus(run, { scrape, scrapeEveryMs: 200 })
  const value = async (expression: string) => (await prometheus.query(expression))[0]?.value
  const patient = { timeout: 15_000 }
  server.counter.inc(7)
  await expect.poll(() => value('shots_total{job="lab"}'), patient).toBe(7)
  server.counter.inc(3)
  await expect.poll(() => value('shots_total'), patient).toBe(10)
  expect(await value('up{job="lab"}')).toBe(1)
  await server[Symbol.asyncDispose]()
  await expect.poll(() => value('up{job="lab"}'), patient).toBe(0)
  await expect(prometheus.query('sum by')).rejects.toThrow(/answers 400 to sum by/)
}, 60_000)

test('promtool is content with good rules and names what is wrong with bad ones', async () => {
  await using run = await testRun()
  const rules = join(run.runFolder, 'rules.json')
  const alert = (expr: string) =>
    writeFile(rules, JSON.stringify({ groups: [{ name: 'g', rules: [{ alert: 'Down', expr }] }] }))
  await alert('up == 0')
  expect(await promtool(['check', 'rules', rules])).toContain('1 rules found')
  await alert('up ==')
  await expect(promtool(['check', 'rules', rules])).rejects.toThrow(/parse error|unexpected end/)
}, 60_000)
