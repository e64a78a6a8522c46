import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
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
  const about = machine()
  const kept = only ? await earlier(values.out, measures) : []
  await using rig = await startRig(line => console.error(line))
  const found: Row[] = []
  for (const measure of measures) {
    found.push(...rows(measure, await play(measure, rig, rounds)))
    await save(values.out, [...kept, ...found], { ...about, ...rig.versions }, rounds)
  }
  console.log(markdown([...kept, ...found], { ...about, ...rig.versions }, rounds))
}

/** Alternating: who comes first changes from round to round. */
async function play(measure: Measure, rig: Rig, rounds: number): Promise<Round[]> {
  const played: Round[] = []
  for (let n = 0; n < Math.min(rounds, measure.mostRounds ?? rounds); n++) {
    const ours = () => measure.run(rig.ours, rig, false)
    const theirs = () => measure.run(rig.toxiproxy, rig, true)
    const round =
      n % 2 === 0
        ? { ours: await ours(), theirs: await theirs() }
        : await theirs().then(async theirs => ({ theirs, ours: await ours() }))
    played.push(round)
    console.error(`${measure.name} ${n + 1}/${rounds}: ${JSON.stringify(round)}`)
  }
  return played
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
