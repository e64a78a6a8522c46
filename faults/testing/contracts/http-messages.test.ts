import { randomUUID } from 'node:crypto'
import { createServer } from 'node:http'
import { listen } from '../../../lab/testing/loopback.ts'
import { lastingContract } from '../contract.ts'
import { type Address, inPatience, linksAlone, linkTrials } from '../link-trials.ts'

/** How often each path was asked for: what a request does must be done once. */
const asked = new Map<string, number>()

await lastingContract({
  room: 'http',
  apart: true,
  bench: () =>
    linkTrials('http', async (_, owned) => {
      const server = createServer(({ url = '' }, response) => {
        asked.set(url, (asked.get(url) ?? 0) + 1)
        response.end('served')
      })
      const port = await listen(server)
      owned.defer(() => server.closeAllConnections())
      owned.defer(() => void server.close())
      return {
        server: { host: '127.0.0.1', port },
        part: linksAlone,
        use: at => inPatience(useHttp(at)),
      }
    }),
})

async function useHttp({ host, port }: Address): Promise<string> {
  const path = `/${randomUUID()}`
  const answer = await fetch(`http://${host}:${port}${path}`)
  const text = await answer.text()
  // A second one that follows on the same connection has been served by now.
  await fetch(`http://${host}:${port}/after`).then(after => after.text())
  const found = `${answer.status} ${text} ${asked.get(path)}`
  return found === '200 served 1' ? 'well' : found
}
