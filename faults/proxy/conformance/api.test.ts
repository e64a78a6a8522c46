import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import type { Case } from './case.ts'
import { type Contestant, startContestant } from './contestant.ts'
import { contestants } from './contestants.ts'
import { startEcho, type Upstream } from './echo.ts'
import { populateCases } from './populate-cases.ts'
import { proxyCases } from './proxy-cases.ts'
import { runCase } from './run-case.ts'
import { serverCases } from './server-cases.ts'
import { spellingCases } from './spelling-cases.ts'
import { toxicCases } from './toxic-cases.ts'
import { wireCases } from './wire-cases.ts'

const groups: Readonly<Record<string, readonly Case[]>> = {
  proxies: proxyCases,
  spelling: spellingCases,
  toxics: toxicCases,
  populate: populateCases,
  server: serverCases,
  'other clients by their wire format': wireCases,
}

const { names, missing } = await contestants()
test.skip.each(missing)('%s', () => {})

describe.each(names)('the API of %s', name => {
  let server: Contestant
  let echo: Upstream
  let place = 0

  beforeAll(async () => {
    echo = await startEcho()
    server = await startContestant(name)
  })
  afterAll(async () => {
    await server?.[Symbol.asyncDispose]()
    await echo?.[Symbol.asyncDispose]()
  })

  for (const [group, cases] of Object.entries(groups)) {
    describe(group, () => {
      test.each(cases)('$title', async one => {
        const at = { name: `case-${++place}`, upstream: echo.address, url: server.url }
        await runCase(one, at, name)
        expect(server.alive()).toBe(true)
      })
    })
  }
})
