import { mkdir, readFile, writeFile } from 'node:fs/promises'
import { z } from 'zod'
import { startLoad } from './service/load.ts'
import { markdown } from './service/markdown.ts'
import type { Found, Measure } from './service/measure.ts'
import { page } from './service/page.ts'
import { mixed } from './service/requests.ts'
import { type Results, rowsOf } from './service/results.ts'
import { type System, startSystem } from './service/system.ts'
import { findMeasures } from './shared/find-measures.ts'
import { machine } from './shared/machine.ts'
import { options } from './shared/options.ts'

const results = new URL('results/', import.meta.url)

/**
 * `pnpm bench service [--rounds 1] [--only writes,mixed] [--out NAME]`: the figures of LOD-01 to
 * LOD-06 and WS-06, through the lab's proxy.
 */
export async function bench(args: readonly string[]): Promise<void> {
  const { rounds, only, out } = options(args, { rounds: 1, out: 'service' })
  const all = await findMeasures<Measure>(new URL('service/measures/', import.meta.url), only)
  const measures = all.sort((one, other) => one.scenario.localeCompare(other.scenario))
  const startedAt = machine()
  let found = only ? await earlier(out) : nothing
  await using system = await startSystem(line => console.error(line))
  const about = { ...startedAt, ...describe(system) }
  await warmUp(system)
  for (const measure of measures) {
    found = merged({ ...found, about }, measure, await play(measure, system, rounds))
    await save(out, found)
  }
  console.log(markdown(found))
}

const nothing: Results = { about: {}, rows: [], curves: [] }

/** What just started is slow at first, which is no figure of these. */
async function warmUp(system: System): Promise<void> {
  await using load = await startLoad(system, 200)
  const requests = mixed(system.goods)
  for (const perSecond of [100, 300, 600]) {
    await load.play({ requests, pace: { kind: 'open', perSecond, seconds: 3 } })
  }
}

async function play(measure: Measure, system: System, rounds: number): Promise<Found[]> {
  const played: Found[] = []
  for (let n = 0; n < rounds; n++) {
    const found = await measure.run(system)
    played.push(found)
    const figures = Object.assign({}, ...found.stretches.map(stretch => stretch.figures))
    console.error(`${measure.name} ${n + 1}/${rounds}: ${JSON.stringify(figures)}`)
  }
  return played
}

function merged({ about, rows, curves }: Results, measure: Measure, played: readonly Found[]) {
  const { name } = measure
  const drawn = played.at(-1)?.curves ?? []
  return {
    about,
    rows: [...rows.filter(row => row.measure !== name), ...rowsOf(measure, played)].sort(
      (one, other) => one.scenario.localeCompare(other.scenario),
    ),
    curves: [
      ...curves.filter(curve => curve.measure !== name),
      ...drawn.map(curve => ({ ...curve, measure: name })),
    ],
  }
}

function describe({ app, descriptors, connections, doors }: System): Record<string, string> {
  return {
    postgres: app.postgres.version,
    path: `clients → proxy → HAProxy → 2 api and 2 realtime processes → proxy → Postgres, Redis`,
    connections: `${connections} through ${doors.length} doors; ${descriptors} descriptors a process`,
    settings: 'the limit per client address is raised, since all clients have one; else defaults',
  }
}

/** With `--only`, the rows of the other measures stay as they were. */
async function earlier(name: string): Promise<Results> {
  const text = await readFile(new URL(`${name}.json`, results), 'utf8').catch(() => undefined)
  const saved = z.object({
    about: z.record(z.string(), z.string()),
    rows: z.array(z.custom<Results['rows'][number]>()),
    curves: z.array(z.custom<Results['curves'][number]>()),
  })
  return text === undefined ? nothing : saved.parse(JSON.parse(text))
}

async function save(name: string, found: Results): Promise<void> {
  await mkdir(results, { recursive: true })
  await writeFile(new URL(`${name}.json`, results), `${JSON.stringify(found, null, 2)}\n`)
  await writeFile(new URL(`${name}.md`, results), markdown(found))
  await writeFile(new URL(`${name}.html`, results), page(found))
}
