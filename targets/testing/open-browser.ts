import { type Browser, launch } from 'puppeteer-core'
import { chromiumShell } from '../runtime/chromium-shell.ts'
import { findServer } from '../runtime/find-server.ts'

/**
 * A real browser without a window, for tests that act in it, with further arguments of its own; closed
 * when disposed.
 * @throws {LabError} when there is no Chromium for this machine.
 */
export async function openBrowser(
  more: readonly string[] = [],
): Promise<AsyncDisposable & { readonly browser: Browser }> {
  const { command, env } = await findServer(chromiumShell)
  const browser = await launch({
    executablePath: command,
    env: { ...process.env, ...env },
    headless: 'shell',
    protocolTimeout: 120_000,
    args: [
      ...['--disable-gpu', '--no-first-run', '--hide-scrollbars'],
      ...['--disable-background-networking', '--disable-component-update', '--disable-sync'],
      ...more,
      // Its sandbox refuses root; the pages are our own.
      ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
    ],
  })
  return { browser, [Symbol.asyncDispose]: () => browser.close() }
}
