import { createServer } from 'node:http'
import { text } from 'node:stream/consumers'
import { expect, test } from 'vitest'
import { listen } from '../../testing/loopback.ts'
import { sampleConclusion, sampleRun } from '../sample-run.ts'
import { pushMetrics } from './push-metrics.ts'

/** Keeps what is pushed, as a gateway does: the last of it counts. */
async function gateway(status = 200) {
  const pushed: { readonly path: string | undefined; readonly page: string }[] = []
  const server = createServer(async (request, response) => {
    pushed.push({ path: request.url, page: await text(request) })
    response.writeHead(status).end()
  })
  const port = await listen(server)
  return {
    url: `http://127.0.0.1:${port}`,
    pushed,
    [Symbol.asyncDispose]: async () => {
      server.closeAllConnections()
      await new Promise(done => server.close(done))
    },
  }
}

test('pushes while the run goes on, its verdict for two intervals, and then the fall of that', async () => {
  await using to = await gateway()
  const failures: string[] = []
  const onFailure = (message: string) => void failures.push(message)
  await using push = pushMetrics({ url: to.url, experiment: 'x', everyMs: 50, onFailure })
  for (const entry of sampleRun()) push.onEntry(entry)
  await expect
    .poll(() => to.pushed.at(-1)?.page, { timeout: 20_000 })
    .toContain('lab_operations_total{')
  await push.finish(sampleConclusion)
  const verdicts = to.pushed.map(({ page }) => page.includes('{verdict="not-restored"} 1'))
  expect(verdicts.lastIndexOf(true)).toBe(verdicts.length - 2)
  expect(to.pushed[0]?.path).toBe('/metrics/job/resilience_lab/experiment/x')
  expect(failures).toEqual([])
})

test('a gateway that refuses is told of once, and nobody waits for it', async () => {
  await using to = await gateway(500)
  const failures: string[] = []
  const onFailure = (message: string) => void failures.push(message)
  await using push = pushMetrics({ url: to.url, experiment: 'x', everyMs: 20, onFailure })
  await expect.poll(() => to.pushed.length, { timeout: 20_000 }).toBeGreaterThan(2)
  await push.finish(sampleConclusion)
  expect(failures).toHaveLength(1)
})
