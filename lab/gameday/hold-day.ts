import { relative } from 'node:path'
import { roles } from '../journal/crew-words.ts'
import type { GameDay } from '../model/game-day.ts'
import type { DayFolder } from './conduct/day-folder.ts'
import { type OpenOptions, openDay } from './conduct/open-day.ts'
import type { RunningDay } from './conduct/running-day.ts'
import { Session } from './conduct/session.ts'
import { listenForStops } from './conduct/stop-triggers.ts'
import { writeDayReport } from './report/write-report.ts'
import { Access } from './server/access.ts'
import { buildPage } from './server/page-files.ts'
import { serveConsole } from './server/server.ts'
import { Streams } from './server/streams.ts'

export interface HoldOptions extends OpenOptions {
  /** 0: the one of before where the day goes on, else a free one. */
  readonly port: number
  /** A line for the person at the terminal. */
  readonly say: (line: string) => void
}

/** How a day ended: closed with all normal, or left to be resumed. */
export type Ending = 'closed' | 'left'

/**
 * Holds a day until the signal aborts: starts its system, serves its console, and heals and stops
 * everything in the end. @throws what failed in the lab itself, after healing.
 */
export async function holdDay(
  day: GameDay,
  folder: DayFolder,
  options: HoldOptions,
): Promise<Ending> {
  const files = await buildPage()
  await openDay(day, folder, options, running => hold(running, folder, options, files))
  const { file } = await writeDayReport(folder.folder)
  options.say(`report: ${relative(options.root, file)}`)
  return folder.state.closedMs === undefined ? 'left' : 'closed'
}

async function hold(
  running: RunningDay,
  { folder, after }: DayFolder,
  { port, say, signal, root }: HoldOptions,
  files: Awaited<ReturnType<typeof buildPage>>,
): Promise<void> {
  const { context, failed } = running
  const session = new Session(running)
  const streams = new Streams(session.state, session.samples)
  const access = await Access.open(folder)
  const serving = { session, access, streams, files, report: () => writeDayReport(folder) }
  await using server = await serveConsole({ ...serving, port: port || access.port }).catch(() =>
    serveConsole({ ...serving, port: 0 }),
  )
  await access.served(server.port)
  if (after) say(`the day goes on at http://127.0.0.1:${server.port}/ with the links of before`)
  else await sayLinks(access, server.port, say)
  say(
    `stop from here: type stop; or touch ${relative(root, folder)}/STOP; or kill -USR2 ${process.pid}`,
  )
  using over = ending()
  const until = AbortSignal.any([signal, over.signal])
  const { clock } = context
  const watching = Promise.all([
    session.watch(until),
    streams.watch((ms, stop) => clock.sleep(ms, stop), until),
    listenForStops(session, folder, clock, until, say),
  ])
  try {
    await Promise.race([failed, watching])
  } finally {
    over[Symbol.dispose]()
    await watching
    await session.end()
  }
}

async function sayLinks(access: Access, port: number, say: (line: string) => void): Promise<void> {
  for (const role of roles) {
    const secret = await access.rotate(role)
    say(`${role.padEnd(9)} http://127.0.0.1:${port}/#${secret}`)
  }
}

function ending(): Disposable & { readonly signal: AbortSignal } {
  const controller = new AbortController()
  return {
    signal: controller.signal,
    [Symbol.dispose]: () => controller.abort(new Error('the day is over')),
  }
}
