import { writeFile } from 'node:fs/promises'
import { join, relative, resolve } from 'node:path'
import type { Command } from 'commander'
import { called } from '../../base/installation.ts'
import { print } from '../../base/print.ts'
import { freshSeed } from '../../base/random.ts'
import { exitCodes } from '../../base/verdict.ts'
import { latestDay, newDay, resumedDay } from '../../gameday/conduct/day-folder.ts'
import { holdDay } from '../../gameday/hold-day.ts'
import { holdReplay } from '../../gameday/replay/hold-replay.ts'
import { listGameDays, loadGameDay } from '../../model/load-game-days.ts'
import { catchInterrupts } from '../support/interrupts.ts'
import { parsePort, parseSeed } from '../support/options.ts'
import { proxyOption } from '../support/proxy-option.ts'

interface Flags {
  readonly resume?: boolean
  readonly stop?: string | boolean
  readonly replay?: string | boolean
  readonly alerts: boolean
  readonly port?: number
  readonly seed?: number
  readonly proxy: 'embedded' | 'toxiproxy'
}

export function addGamedayCommand(program: Command): void {
  program
    .command('gameday [name]')
    .description('hurt a running system together: a console in the browser, one stop, a report')
    .option('--resume', 'go on with the latest day, after the lab was killed or left')
    .option('--stop [reason]', 'stop the latest day from another terminal: heal everything, now')
    .option(
      '--replay [folder]',
      'show a day again in the page, from its journal; default the latest',
    )
    .option('--no-alerts', 'without the monitoring of the day: where no Prometheus can be had')
    .option('--port <port>', 'where the console is served; default a free one', parsePort)
    .option('--seed <number>', 'same seed: same inputs of the traffic', parseSeed)
    .addOption(proxyOption())
    .action(async (name: string | undefined, flags: Flags) => {
      const root = process.cwd()
      const which = name ?? (await usualDay(root))
      if (flags.stop !== undefined) return await stop(root, which, flags.stop)
      const say = (line: string) => print(process.stdout, line)
      if (flags.replay !== undefined) return await replay(root, which, flags, say)
      const { panels, ...rest } = await loadGameDay(root, which)
      const day = panels && flags.alerts ? { ...rest, panels } : rest
      const now = new Date()
      const folder = flags.resume
        ? await resumedDay(root, which, now)
        : await newDay(root, which, now)
      say(`${day.title}: ${relative(root, folder.folder)}`)
      using interrupts = catchInterrupts()
      const ended = await holdDay(day, folder, {
        name: which,
        root,
        seed: folder.state.opened?.seed ?? flags.seed ?? freshSeed(),
        proxy: flags.proxy,
        port: flags.port ?? 0,
        signal: interrupts.signal,
        progress: say,
        say,
      })
      if (ended === 'left') {
        const again = called(`gameday ${which} --resume`)
        say(`the day is not closed: ${again} goes on with it`)
        process.exitCode = exitCodes.interrupted
      }
    })
}

/** The only one of the project; of several, that of the shop. */
async function usualDay(root: string): Promise<string> {
  const names = [...(await listGameDays(root)).keys()]
  return names.length === 1 ? (names[0] ?? 'shop') : 'shop'
}

async function replay(
  root: string,
  name: string,
  flags: Flags,
  say: (line: string) => void,
): Promise<void> {
  const folder =
    typeof flags.replay === 'string' ? resolve(root, flags.replay) : await latestDay(root, name)
  // Nothing runs that would have to be healed.
  const over = new AbortController()
  for (const name of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const)
    process.once(name, () => over.abort())
  await holdReplay(folder, { root, port: flags.port ?? 0, signal: over.signal, say })
}

async function stop(root: string, name: string, reason: string | boolean): Promise<void> {
  const folder = await latestDay(root, name)
  await writeFile(join(folder, 'STOP'), typeof reason === 'string' ? reason : '')
  print(
    process.stdout,
    `asked ${relative(root, folder)} to stop; its page and terminal show the proof`,
  )
}
