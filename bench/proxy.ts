import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { loadavg } from 'node:os'
import { z } from 'zod'
import { markdown } from './proxy/markdown.ts'
import type { Measure } from './proxy/measure.ts'
import { type Round, type Row, rows } from './proxy/results.ts'
import { type Rig, type Runner, startRig } from './proxy/rig.ts'
import { type Turn, undisturbed } from './proxy/undisturbed.ts'
import { findMeasures } from './shared/find-measures.ts'
import { machine } from './shared/machine.ts'
import { options } from './shared/options.ts'
import { watchStolen } from './shared/stolen.ts'

const results = new URL('results/', import.meta.url)

/** `pnpm bench proxy [--rounds 5] [--only requests,latency-50] [--out NAME]`: ours against Toxiproxy. */
export async function bench(args: readonly string[]): Promise<void> {
  const { rounds, only, out } = options(args, { rounds: 5, out: 'proxy' })
  const measures = await findMeasures<Measure>(new URL('proxy/measures/', import.meta.url), only)
  const start = machine()
  const stolen = watchStolen()
  const kept = only ? await earlier(out, measures) : []
  await using rig = await startRig(line => console.error(line))
  const played = new Map(measures.map(measure => [measure, [] as Played[]]))
  const found = () => [
    ...kept,
    ...[...played].flatMap(([measure, rounds]) => rows(measure, rounds)),
  ]
  const about = () => ({
    ...start,
    ...disturbance([...played.values()].flat(), stolen()),
    ...rig.versions,
  })
  // Round by round, so that what disturbs the machine for a while spoils one round of each figure.
  for (let n = 0; n < rounds; n++) {
    for (const [measure, before] of played) {
      if (n < (measure.mostRounds ?? rounds)) before.push(await play(measure, rig, n))
    }
    await save(out, found(), about(), n + 1)
  }
  console.log(markdown(found(), about(), rounds))
}

interface Played extends Round {
  readonly turns: readonly Turn<unknown>[]
}

/** Alternating: who comes first changes from round to round. */
async function play(measure: Measure, rig: Rig, n: number): Promise<Played> {
  const turn = (runner: Runner) =>
    undisturbed(() => measure.run(runner, rig, runner === rig.toxiproxy))
  const before = n % 2 === 0 ? undefined : await turn(rig.toxiproxy)
  const ours = await turn(rig.ours)
  const theirs = before ?? (await turn(rig.toxiproxy))
  console.error(`${measure.name} ${n + 1}: ${JSON.stringify({ ours, theirs })}`)
  return { ours: ours.found, theirs: theirs.found, turns: [ours, theirs] }
}

/** How far the machine was the benchmark's own. */
function disturbance(rounds: readonly Played[], stolen: number): Readonly<Record<string, string>> {
  const [load = 0] = loadavg()
  const turns = rounds.flatMap(round => round.turns)
  const again = turns.reduce((sum, { tries }) => sum + tries - 1, 0)
  const worst = Math.max(0, ...turns.map(turn => turn.stolen))
  return {
    'load at the end': load.toFixed(1),
    'taken by the host': `${percent(stolen)} of the whole run, ${percent(worst)} of the worst turn kept`,
    turns: `${turns.length} kept, ${again} played again`,
  }
}

function percent(share: number): string {
  return `${(100 * share).toFixed(1)} %`
}

/** With `--only`, the rows of the other measures stay as they were. */
async function earlier(name: string, again: readonly Measure[]): Promise<Row[]> {
  const text = await readFile(new URL(`${name}.json`, results), 'utf8').catch(() => undefined)
  const saved = z.object({ rows: z.array(z.custom<Row>()) })
  const { rows } = text === undefined ? { rows: [] } : saved.parse(JSON.parse(text))
  return rows.filter(row => !again.some(measure => measure.name === row.measure))
}

async function save(
  name: string,
  found: readonly Row[],
  about: Readonly<Record<string, string>>,
  rounds: number,
): Promise<void> {
  await mkdir(results, { recursive: true })
  const json = JSON.stringify({ about, rounds, rows: found }, null, 2)
  await writeFile(new URL(`${name}.json`, results), `${json}\n`)
  await writeFile(new URL(`${name}.md`, results), markdown(found, about, rounds))
}
