import { request } from 'node:http'
import { describe, expect, test } from 'vitest'
import { sampleConclusion, sampleRun } from '../sample-run.ts'
import { serveMetrics } from './serve-metrics.ts'

const read = async (url: string) => (await fetch(url)).text()

/** The status of a request that names a host of its own choice. */
function statusAs(url: string, host: string): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const call = request(url, { headers: { host } }, response => {
      response.resume()
      resolve(response.statusCode)
    })
    call.on('error', reject).end()
  })
}

describe('served metrics of a run', () => {
  test('two runs at once do not share numbers', async () => {
    await using one = await serveMetrics({ port: 0 })
    await using other = await serveMetrics({ port: 0 })
    for (const entry of sampleRun()) one.onEntry(entry)
    expect(await read(one.url)).toContain('checkout')
    expect(await read(other.url)).not.toContain('checkout')
  })

  test('the last samples stay for two scrapes, and the verdict falls to 0 for one more', async () => {
    await using metrics = await serveMetrics({ port: 0 })
    for (const entry of sampleRun()) metrics.onEntry(entry)
    await read(metrics.url)
    metrics.finish(sampleConclusion)
    let over = false
    const seen = metrics.seen().then(() => {
      over = true
    })
    const verdict = 'lab_run_verdict{verdict="not-restored"} 1'
    expect(await read(metrics.url)).toContain(verdict)
    expect(await read(metrics.url)).toContain(verdict)
    await expect.poll(() => read(metrics.url)).not.toContain(verdict)
    await seen
    expect(over).toBe(true)
    expect(await read(metrics.url)).toMatch(/lab_run_end_time_seconds \d{10}/)
  })

  test('nobody is waited for where nobody scrapes', async () => {
    await using metrics = await serveMetrics({ port: 0 })
    metrics.finish(sampleConclusion)
    const beganMs = performance.now()
    await metrics.seen()
    expect(performance.now() - beganMs).toBeLessThan(1_000)
  })

  test('a foreign host name is refused', async () => {
    await using metrics = await serveMetrics({ port: 0 })
    expect(await statusAs(metrics.url, 'evil.example')).toBe(403)
    expect(await statusAs(metrics.url, 'localhost:1')).toBe(200)
  })

  test('a port in use is told in words', async () => {
    await using metrics = await serveMetrics({ port: 0 })
    const port = Number(new URL(metrics.url).port)
    await expect(serveMetrics({ port })).rejects.toMatchObject({ code: 'port-in-use' })
  })
})
