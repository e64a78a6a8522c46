import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest'
import { systemClock } from '../../lab/base/clock.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { freePort } from '../../lab/testing/loopback.ts'
import { type TestRun, testRun } from '../../targets/testing/test-run.ts'
import { type ClientSite, type Seen, type SiteSystem, startClientSite } from './client-site.ts'
import { contextOf, play } from './fault-bench.ts'

/** A fault of `site`, and what that server notices of it. */
export type ClientTrial = readonly [fault: Fault<SiteSystem>, hurts: (seen: Seen) => boolean]

/** What every crowd of clients must do that behaves badly, for as long as it is in force. */
export function clientContract(...trials: readonly ClientTrial[]): void {
  let run: TestRun
  let at: ClientSite
  beforeAll(async () => {
    run = await testRun()
  })
  beforeEach(async () => {
    at = await startClientSite()
    return () => at[Symbol.asyncDispose]()
  })
  afterAll(() => run[Symbol.asyncDispose]())
  const rows = trials.map(([fault, hurts], row) => [`${row} ${fault.label}`, fault, hurts] as const)

  test.each(rows)(
    '%s hurts, lands, and leaves no connection when undone, once or twice',
    async (_, fault, hurts) => {
      const planned = await fault.plan(systemAt(at.url), contextOf(run))
      expect(planned.touches).toEqual(['site'])
      expect(await at.connections(), 'planned is not yet struck').toBe(0)
      const injection = await planned.apply()
      const patience = { timeout: 20_000 }
      await expect.poll(() => injection.landed(), patience).toBeGreaterThan(1)
      await expect.poll(() => hurts(at.seen), patience).toBe(true)
      await play(planned.undo)
      await expect.poll(() => at.connections(), patience).toBe(0)
      const landed = await injection.landed()
      await systemClock.sleep(200)
      expect(await injection.landed(), 'nothing lands any more').toBe(landed)
      await play(planned.undo)
    },
  )

  test.concurrent.each(rows)('%s lands nowhere when nobody listens', async (_, fault) => {
    const nobody = `http://127.0.0.1:${await freePort()}`
    const planned = await fault.plan(systemAt(nobody), contextOf(run))
    const injection = await planned.apply()
    await systemClock.sleep(1_200)
    expect(await injection.landed()).toBe(0)
    await play(planned.undo)
  })
}

const systemAt = (url: string): SiteSystem => ({
  url,
  links: [],
  describe: () => ({}),
  [Symbol.asyncDispose]: async () => {},
})
