import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { loadGameDay } from '../lab/model/load-game-days.ts'
import { dayClient } from '../targets/testing/day-client.ts'
import { heldDay } from '../targets/testing/held-day.ts'
import { measureOverhead, type Overhead } from './gameday/overhead.ts'
import { type Half, type Stops, timeStops } from './gameday/stops.ts'
import { machine } from './shared/machine.ts'

const tries = 25
/** What the pages of six people may take of one core. */
const pagesGoal = 5
const halves: readonly Half[] = [
  {
    ...{ name: 'network', form: 'blackHole', goalMs: 1_000 },
    isPart: part => part.includes('>'),
  },
  {
    ...{ name: 'process', form: 'kill', goalMs: 5_000 },
    isPart: part => !part.includes('>'),
  },
]

/**
 * `pnpm bench gameday [DAY …]`: from the request of a stop to its proof, 50 times a day under its
 * traffic, half of them with a network fault in force and half with a process killed; and what the
 * console takes of a core. Fails where a stop is over its goal, heals nothing or leaves something, and
 * where the pages take more than their goal.
 */
export async function bench(args: readonly string[]): Promise<void> {
  const names = args.length > 0 ? args : ['rehearsal', 'shop']
  const stops: string[] = []
  const shares: string[] = []
  const failed: string[] = []
  for (const name of names) {
    const { workloads } = await loadGameDay(join(import.meta.dirname, '..'), name)
    await using day = await heldDay(name)
    const client = await dayClient(day.link('owner'), 'bench')
    const overhead = await measureOverhead(
      day,
      workloads.map(each => each.name),
    )
    shares.push(...overhead.map(each => shareRow(name, each)))
    failed.push(...overhead.flatMap(each => tooMuch(name, each)))
    for (const half of halves) {
      const timed = await timeStops(client, half, tries)
      stops.push(stopRow(name, timed))
      failed.push(...timed.failed, ...tooLate(name, timed))
    }
  }
  const text = report(stops, shares, failed)
  const folder = join(import.meta.dirname, 'results')
  await mkdir(folder, { recursive: true })
  await writeFile(join(folder, 'gameday.md'), text)
  console.log(text)
  if (failed.length > 0) process.exitCode = 1
}

const at = ({ timesMs }: Stops, share: number) =>
  Math.round(timesMs[Math.ceil(share * timesMs.length) - 1] ?? 0)

function stopRow(day: string, timed: Stops): string {
  const { half, parts } = timed
  const what = `${half.form} on ${parts.length} ${half.name === 'network' ? 'links' : 'parts'}`
  const times = [0.5, 0.95, 1].map(share => at(timed, share)).join(' | ')
  return `| ${day} | ${what} | ${timed.timesMs.length} | ${times} | ${half.goalMs} |`
}

function tooLate(day: string, timed: Stops): readonly string[] {
  const { name, goalMs } = timed.half
  return at(timed, 1) > goalMs ? [`${day}, ${name}: ${at(timed, 1)} ms is over ${goalMs} ms`] : []
}

function shareRow(day: string, { traffic, alone, watched }: Overhead): string {
  return `| ${day} | ${traffic} | ${alone} | ${watched} | ${(watched - alone).toFixed(1)} | ${pagesGoal} |`
}

function tooMuch(day: string, { traffic, alone, watched }: Overhead): readonly string[] {
  const pages = watched - alone
  return pages > pagesGoal
    ? [`${day}, traffic ${traffic}: the pages take ${pages.toFixed(1)} % of a core`]
    : []
}

function report(
  stops: readonly string[],
  shares: readonly string[],
  failed: readonly string[],
): string {
  const { cpu, load } = machine()
  return [
    '# A game day: its stop, and what its console costs',
    '',
    `Written by \`pnpm bench gameday\` on ${cpu}; load ${load}.`,
    '',
    failed.length === 0
      ? 'Every stop healed its one fault, left nothing and met its goal; the pages met theirs.'
      : `Not met: ${failed.join('; ')}.`,
    '',
    'From the request of a stop to its proof, under the traffic of the day, in ms:',
    '',
    '| day | what | tries | p50 | p95 | longest | goal |',
    '| --- | --- | --- | --- | --- | --- | --- |',
    ...stops,
    '',
    "Processor time of the lab's own process, which also makes the traffic, in % of one core:",
    '',
    '| day | traffic | no page | six pages | the pages | goal |',
    '| --- | --- | --- | --- | --- | --- |',
    ...shares,
    '',
  ].join('\n')
}
