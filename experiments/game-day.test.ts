import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test as plainTest } from 'vitest'
import { chromiumShell } from '../targets/runtime/chromium-shell.ts'
import { come, picture, press, says, slow, stumbles } from '../targets/testing/console-page.ts'
import { heldDay } from '../targets/testing/held-day.ts'
import { missing } from '../targets/testing/missing.ts'
import { openBrowser } from '../targets/testing/open-browser.ts'

const test = plainTest.skipIf(await missing(chromiumShell))

test('a whole day of two people, from the plan to the report', { timeout: 600_000 }, async () => {
  await using day = await heldDay('rehearsal')
  await using open = await openBrowser()
  const { browser } = open
  const wide = { width: 1500, height: 1250 }
  const ada = await come(browser, day.link('owner'), 'Ada', { scheme: 'light', size: wide })
  const phone = { width: 390, height: 844 }
  const rob = await come(browser, day.link('responder'), 'Rob', { scheme: 'dark', size: phone })

  // The plan, and what is expected, before anything is hurt.
  await ada.locator('input[name=title]').fill('A slow network before the counter')
  await press(ada, 'Plan it')
  await says(ada, 'A slow network before the counter')
  await ada.locator('textarea[name=impact]').fill('Additions take over half a second; none fails.')
  await ada.locator('textarea[name=response]').fill('Rob sees the latency and says so.')
  await ada.locator('textarea[name=way-back]').fill('Heal it; latency is back within 10 s.')
  await press(ada, 'Seal')
  await says(ada, 'sealed by Ada')

  // What it would touch is shown, then it strikes, and lands.
  await ada.select('#part', 'client>counter')
  await ada.locator('input[name=delay]').fill('900ms')
  await ada.locator('input[name=lease]').fill('600')
  await says(ada, 'traffic flows there')
  await press(ada, 'Begin')
  await (await ada.$('label.check input'))?.click()
  await ada.locator('button.danger:enabled').click()
  await says(ada, 'landed ')
  await says(ada, '✗ additions are quick')
  await picture(ada, 'owner')

  // Who is blind sees what it does, and not what it is.
  await says(rob, '✗ additions are quick')
  const sight = await rob.content()
  expect(sight).not.toContain('latency(')
  expect(sight).not.toContain('A slow network')
  await rob.locator('#notice').fill('The network to the counter is slow')
  await press(rob, 'I noticed')
  await says(ada, 'The network to the counter is slow')
  await picture(rob, 'responder')
  expect(await stumbles(rob)).toEqual([])
  expect(await stumbles(ada)).toEqual([])

  // Anybody stops; both see the proof; nothing can be injected.
  await rob.click('#stop')
  await says(rob, 'Nothing is left')
  await says(ada, 'Nothing is left')
  await says(ada, '1 healed')
  await picture(ada, 'stopped')
  expect(await ada.$eval('button.danger', button => button.textContent)).toContain('Stopped')
  await ada.reload()
  await says(ada, 'Nothing can be injected until it is released')
  await ada.locator('.news input').fill('We saw what we wanted to see')
  await press(ada, 'Release')

  // By keys: a note that would like to be a script.
  await ada.waitForSelector('.news', { ...slow, hidden: true })
  await ada.keyboard.press('d')
  await ada.keyboard.type('<img src=x onerror="document.title=1"> we alert on latency')
  await ada.keyboard.press('Enter')
  await says(ada, '<img src=x')
  expect(await ada.title()).toBe('Game day')
  await ada.locator('.plan input').fill('Half a second more, and nobody was told')
  await press(ada, 'Done')

  // The end: only when all is normal again.
  await says(ada, '✓ additions are quick')
  await press(ada, 'Is all normal again?')
  await says(ada, 'nothing is left')
  const closing = async () => {
    await press(ada, 'Close the day')
    const soon = { timeout: 3_000 }
    return await ada.waitForSelector('text/The day is closed', soon).catch(() => null)
  }
  await expect.poll(closing, { timeout: 240_000, interval: 3_000 }).toBeTruthy()
  await says(rob, 'latency')
  expect(await day.end()).toBe(0)
  const report = await ada.browserContext().newPage()
  await report.setViewport({ width: 1100, height: 1200 })
  await report.goto(pathToFileURL(join(day.folder, 'report.html')).href)
  await says(report, 'The network to the counter is slow')
  await says(report, 'Closed with all normal again.')
  await picture(report, 'report')

  // All of it again, from the journal alone: what was in force is in force, and the blind are blind.
  await using replay = await heldDay('rehearsal', '--replay', day.folder)
  const again = await ada.browserContext().newPage()
  await again.setViewport(wide)
  await again.goto(replay.link('replay'))
  await says(again, 'Nothing is injected')
  await press(again, 'Next event')
  await says(again, 'latency(client>counter, 900ms)')
  await press(again, 'As responders saw it')
  await again.waitForSelector('text/In force', { ...slow, hidden: true })
  expect(await again.content()).not.toContain('A slow network')
  await press(again, 'As responders saw it')
  await says(again, 'In force')
  // Rob noticed; Rob stopped.
  await press(again, 'Next event')
  await says(again, 'The network to the counter is slow')
  await press(again, 'Next event')
  await says(again, 'Nothing can be injected until it is released')
  await picture(again, 'replay')
  expect(await stumbles(again)).toEqual([])
  await press(again, '10×')
  await says(again, 'The day is closed')
  expect(await replay.end()).toBe(0)
})
