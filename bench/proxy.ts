import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { loadavg } from 'node:os'
import { parseArgs } from 'node:util'
import { z } from 'zod'
import { machine } from './proxy/machine.ts'
import { markdown } from './proxy/markdown.ts'
import type { Measure } from './proxy/measure.ts'
import { type Round, type Row, rows } from './proxy/results.ts'
import { type Rig, startRig } from './proxy/rig.ts'

const results = new URL('results/', import.meta.url)

/** `pnpm bench proxy [--rounds 5] [--only requests,latency] [--out NAME]`: ours against Toxiproxy. */
export async function bench(args: readonly string[]): Promise<void> {
  const { values } = parseArgs({
    args: [...args],
    options: {
      rounds: { type: 'string', default: '5' },
      only: { type: 'string' },
      out: { type: 'string', default: 'proxy' },
    },
  })
  const rounds = z.coerce.number().int().min(1).parse(values.rounds)
  const only = values.only?.split(',')
  const measures = (await findMeasures()).filter(({ name }) => !only || only.includes(name))
  const start = machine()
  const kept = only ? await earlier(values.out, measures) : []
  await using rig = await startRig(line => console.error(line))
  const played = new Map(measures.map(measure => [measure, [] as Round[]]))
  const found = () => [...played].flatMap(([measure, rounds]) => rows(measure, rounds))
  const about = () => {
    const [load = 0] = loadavg()
    return { ...start, 'load at the end': load.toFixed(1), ...rig.versions }
  }
  // Round by round, so that what disturbs the machine for a while spoils one round of each figure.
  for (let n = 0; n < rounds; n++) {
    for (const [measure, before] of played) {
      if (n < (measure.mostRounds ?? rounds)) before.push(await play(measure, rig, n))
    }
    await save(values.out, [...kept, ...found()], about(), n + 1)
  }
  console.log(markdown([...kept, ...found()], about(), rounds))
}

/** Alternating: who comes first changes from round to round. */
async function play(measure: Measure, rig: Rig, n: number): Promise<Round> {
  const ours = () => measure.run(rig.ours, rig, false)
  const theirs = () => measure.run(rig.toxiproxy, rig, true)
  const round =
    n % 2 === 0
      ? { ours: await ours(), theirs: await theirs() }
      : await theirs().then(async theirs => ({ theirs, ours: await ours() }))
  console.error(`${measure.name} ${n + 1}: ${JSON.stringify(round)}`)
  return round
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

const module = z.object({
  measure: z.custom<Measure>(value => z.looseObject({ name: z.string() }).safeParse(value).success),
})

async function findMeasures(): Promise<Measure[]> {
  const folder = new URL('proxy/measures/', import.meta.url)
  const files = (await readdir(folder)).filter(file => file.endsWith('.ts')).sort()
  return Promise.all(
    files.map(async file => module.parse(await import(new URL(file, folder).href)).measure),
  )
}
