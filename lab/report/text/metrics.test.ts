import { request } from 'node:http'
import { describe, expect, test } from 'vitest'
import { sampleConclusion, sampleRun } from '../sample-run.ts'
import { serveMetrics } from './metrics.ts'

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

describe('metrics of a run', () => {
  test('follow phase, faults, operations and the wire', async () => {
    await using metrics = await serveMetrics({ port: 0 })
    for (const entry of sampleRun()) if (entry.atMs < 12_000) metrics.onEntry(entry)
    const during = await read(metrics.url)
    expect(during).toContain('lab_phase{phase="inject"} 1')
    expect(during).not.toContain('phase="baseline"')
    expect(during).toContain('lab_fault_active{fault="blackHole(replication)"} 1')
    expect(during).toMatch(/lab_operations_total\{workload="checkout",outcome="fail"\} \d+/)
    expect(during).toMatch(/lab_wire_total\{link="client>api-1",kind="request:SET"\} \d+/)
    for (const entry of sampleRun()) if (entry.atMs >= 12_000) metrics.onEntry(entry)
    metrics.finish(sampleConclusion)
    const after = await read(metrics.url)
    expect(after).toContain('lab_fault_active{fault="blackHole(replication)"} 0')
    expect(after).toContain('lab_verdict{verdict="not-restored"} 1')
    expect(after).toContain('lab_verdict{verdict="held"} 0')
  })

  test('two runs at once do not share numbers', async () => {
    await using one = await serveMetrics({ port: 0 })
    await using other = await serveMetrics({ port: 0 })
    for (const entry of sampleRun()) one.onEntry(entry)
    expect(await read(other.url)).not.toContain('checkout')
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
