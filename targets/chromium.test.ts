import { readFile, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import { expect, test as plainTest } from 'vitest'
import { screenshot } from './chromium.ts'
import { chromiumShell } from './runtime/chromium-shell.ts'
import { missing } from './testing/missing.ts'
import { testRun } from './testing/test-run.ts'

const test = plainTest.skipIf(await missing(chromiumShell))

test('a page is painted in a real browser, after its scripts have run', {
  timeout: 180_000,
}, async () => {
  await using run = await testRun()
  const page = join(run.runFolder, 'page.html')
  const paint = async (script: string) => {
    const file = join(run.runFolder, 'page.png')
    await writeFile(page, `<body><script>${script}</script>`)
    await screenshot({ url: pathToFileURL(page).href, file, width: 320, height: 200 })
    return readFile(file)
  }
  const white = await paint('')
  const red = await paint("document.body.style.background = 'red'")
  expect(white.subarray(1, 4).toString()).toBe('PNG')
  expect([white.readUInt32BE(16), white.readUInt32BE(20)]).toEqual([320, 200])
  expect(red.equals(white)).toBe(false)
})
