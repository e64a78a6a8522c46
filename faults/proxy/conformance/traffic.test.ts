import { afterAll, beforeAll, describe, test } from 'vitest'
import { type Contestant, startContestant } from './contestant.ts'
import { contestants } from './contestants.ts'
import { expectHeard, runTraffic } from './run-traffic.ts'
import { trafficCases } from './traffic-cases.ts'

const { names, missing } = await contestants()
test.skip.each(missing)('%s', () => {})

const servers = [
  ...names.map(name => ({ name, label: name, env: {} })),
  { name: 'ours', label: 'ours on the public API', env: { PROXY_FAST_PATH: 'off' } },
] as const

describe.each(servers)('traffic through $label', ({ name, env }) => {
  let server: Contestant
  let place = 0

  beforeAll(async () => {
    server = await startContestant(name, { env })
  })
  afterAll(() => server?.[Symbol.asyncDispose]())

  test.concurrent.each(trafficCases)('$title', async one => {
    const seen = await runTraffic(one, server.url, `traffic-${++place}`)
    expectHeard(seen, (name === 'ours' && one.ours?.hears) || one.hears)
  })
})
