import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { expect, test as plainTest } from 'vitest'
import { chromiumShell } from '../targets/runtime/chromium-shell.ts'
import { prometheusServer } from '../targets/runtime/prometheus-server.ts'
import { come, picture, says, stumbles } from '../targets/testing/console-page.ts'
import { dayClient } from '../targets/testing/day-client.ts'
import { heldDay } from '../targets/testing/held-day.ts'
import { missing } from '../targets/testing/missing.ts'
import { openBrowser } from '../targets/testing/open-browser.ts'

const absent = [await missing(chromiumShell), await missing(prometheusServer)].some(Boolean)
const test = plainTest.skipIf(absent)
const eventually = { timeout: 120_000, interval: 500 }

test('alerts fire and resolve in the console beside the shared panels; responders see them and not the fault', {
  timeout: 500_000,
}, async () => {
  await using day = await heldDay('shop')
  await using open = await openBrowser()
  const ada = await dayClient(day.link('owner'), 'Ada')
  const rob = await dayClient(day.link('responder'), 'Rob')
  const projector = { width: 1920, height: 1080 }
  const wall = await come(open.browser, day.link('observer'), 'The wall', {
    scheme: 'dark',
    size: projector,
  })
  const steady = async () => Object.values((await ada.view()).steady).every(({ held }) => held)
  await expect.poll(steady, eventually).toBe(true)
  const expectation = {
    ...{
      impact: 'Half of all requests fail.',
      response: 'Rob sees the pool.',
      wayBack: 'Heal it.',
    },
    ...{ alert: 'PoolExhausted', alertWithinMinutes: 1 },
  }
  await ada.act({ do: 'expect', expectation })
  const fault = { form: 'blackHole', part: 'shop-1>postgres', settings: {}, leaseSeconds: 300 }
  await ada.act({ do: 'inject', ...fault, anyway: true })

  const firing = async () => (await rob.view()).alerts?.firing.map(({ name }) => name)
  await expect.poll(firing, eventually).toContain('PoolExhausted')
  await says(wall, 'PoolExhausted')
  const blind = await rob.view()
  expect(blind.injections).toEqual([])
  const ids = (view: typeof blind) => view.opened?.panels?.map(({ id }) => id) ?? []
  expect(ids(blind)).not.toContain('faults')
  expect(ids(blind)).toContain('operations')
  expect(ids(await ada.view())).toContain('faults')
  // The panels of the list, with figures in them.
  const drawn = () => wall.$$eval('.plots .plot', all => all.length)
  await expect.poll(drawn, eventually).toBeGreaterThan(12)
  await new Promise(resolve => setTimeout(resolve, 8_000))
  await picture(wall, 'alerts', true)
  expect(await stumbles(wall)).toEqual([])

  await ada.act({ do: 'stop' })
  const resolved = async () => (await ada.view()).alerts?.resolved.map(({ name }) => name)
  await expect.poll(resolved, eventually).toContain('PoolExhausted')
  await day.end()
  const report = await readFile(join(day.folder, 'report.md'), 'utf8')
  expect(report).toMatch(/\| alert \| PoolExhausted, within 1 min \| .*PoolExhausted after \d/)
})
