import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { chromiumShell } from './runtime/chromium-shell.ts'
import { findServer } from './runtime/find-server.ts'
import { runTool } from './runtime/run-tool.ts'

export interface Screenshot {
  /** `http://127.0.0.1:…` or `file:///…`. */
  readonly url: string
  /** A `.png`, written over. */
  readonly file: string
  /** Default 1280. */
  readonly width?: number
  /** Default 800. */
  readonly height?: number
  readonly progress?: (message: string) => void
}

const paintWithinMs = 5_000

/**
 * Opens the page in a real browser without a window, and writes what is painted.
 * @throws {LabError} when there is no Chromium for this machine.
 */
export async function screenshot(options: Screenshot): Promise<void> {
  const { url, file, width = 1280, height = 800, progress } = options
  const { command, env } = await findServer(chromiumShell, progress ? { progress } : {})
  const profile = await mkdtemp(join(tmpdir(), 'lab-chromium-'))
  try {
    await runTool(
      command,
      [
        ...['--disable-gpu', '--no-first-run', '--disable-sync', '--hide-scrollbars'],
        ...['--disable-background-networking', '--disable-component-update'],
        // Its sandbox refuses root; the pages are our own.
        ...(process.getuid?.() === 0 ? ['--no-sandbox'] : []),
        `--user-data-dir=${profile}`,
        `--window-size=${width},${height}`,
        `--virtual-time-budget=${paintWithinMs}`,
        `--screenshot=${file}`,
        url,
      ],
      { env, timeoutMs: 60_000 },
    )
  } finally {
    await rm(profile, { recursive: true, force: true })
  }
}
