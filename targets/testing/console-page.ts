import { mkdir, readFile } from 'node:fs/promises'
import { createRequire } from 'node:module'
import { join } from 'node:path'
import type { Browser, Page } from 'puppeteer-core'
import { expect } from 'vitest'
import { z } from 'zod'

const root = join(import.meta.dirname, '../..')
/** `WRITE_IMAGES=yes` renews those of docs/game-day.md. */
const images = join(root, process.env.WRITE_IMAGES ? 'docs/images' : 'runs/images')
const axe = createRequire(import.meta.url).resolve('axe-core/axe.min.js')
/** A machine with much other work. */
export const slow = { timeout: 120_000 }
const found = z.object({
  violations: z.array(z.object({ id: z.string(), nodes: z.array(z.object({ html: z.string() })) })),
})

/** Somebody who opens a link in a context of their own, and joins. */
export async function come(
  browser: Browser,
  link: string,
  name: string,
  look: Look,
): Promise<Page> {
  const context = await browser.createBrowserContext()
  const page = await context.newPage()
  page.setDefaultTimeout(120_000)
  await page.setViewport(look.size)
  await page.emulateMediaFeatures([{ name: 'prefers-color-scheme', value: look.scheme }])
  page.on('pageerror', error => expect.unreachable(`the page failed: ${error}`))
  await page.goto(link)
  await page.locator('input[name=name]').fill(name)
  await page.keyboard.press('Enter')
  await page.waitForSelector('main.console', slow)
  return page
}

interface Look {
  readonly scheme: 'light' | 'dark'
  readonly size: { readonly width: number; readonly height: number }
}

/** Waits until the page has this text. */
export const says = (page: Page, text: string) => page.waitForSelector(`text/${text}`, slow)

/** Clicks the first button whose words begin so. */
export async function press(page: Page, text: string): Promise<void> {
  await page.locator(`::-p-xpath(//button[starts-with(normalize-space(.), "${text}")])`).click()
}

/** `game-day-NAME.png` of the page from its top. */
export async function picture(page: Page, name: string, fullPage = false): Promise<void> {
  await mkdir(images, { recursive: true })
  await page.evaluate('scrollTo(0, 0)')
  await page.screenshot({ path: join(images, `game-day-${name}.png`) as `${string}.png`, fullPage })
}

/** What a person who cannot see, or has no mouse, would stumble over. */
export async function stumbles(page: Page): Promise<readonly string[]> {
  // The page's own policy lets no script in but by the browser's protocol.
  await page.evaluate(await readFile(axe, 'utf8'))
  const result = found.parse(
    JSON.parse((await page.evaluate('axe.run().then(JSON.stringify)')) as string),
  )
  return result.violations.flatMap(({ id, nodes }) =>
    nodes.map(({ html }) => `${id}: ${html.slice(0, 120)}`),
  )
}
