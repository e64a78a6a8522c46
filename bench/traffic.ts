import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { writeFile } from 'node:fs/promises'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { table } from './proxy/markdown.ts'
import type { Goal } from './proxy/measure.ts'
import { type Round, type Row, rows } from './proxy/results.ts'
import { machine } from './shared/machine.ts'
import { options } from './shared/options.ts'
import { watchStolen } from './shared/stolen.ts'
import { k6, k6Version, ours } from './traffic/generators.ts'
import { turn } from './traffic/turn.ts'

const results = new URL('results/', import.meta.url)

/** What is measured: a rate over so many seconds; `minute` shows what memory does meanwhile. */
const measures = [
  { name: '100', perSecond: 100, seconds: 6 },
  { name: '1000', perSecond: 1_000, seconds: 6 },
  { name: '3000', perSecond: 3_000, seconds: 6 },
  { name: '6000', perSecond: 6_000, seconds: 6 },
  { name: 'minute', perSecond: 1_000, seconds: 60, mostRounds: 1 },
]
type Measured = (typeof measures)[number]

/**
 * `pnpm bench traffic [--rounds 2] [--only 1000,minute] [--out NAME]`: the lab's traffic, its journal
 * included, beside k6 with the same plan against the same server.
 */
export async function bench(args: readonly string[]): Promise<void> {
  const { rounds, only, out } = options(args, { rounds: 2, out: 'traffic' })
  const chosen = measures.filter(({ name }) => only?.includes(name) ?? true)
  const theirs = await k6(line => console.error(line))
  await using server = await startServer()
  const stolen = watchStolen()
  const about = { ...machine(), k6: `${k6Version}, built with go install` }
  const played = new Map(chosen.map(measure => [measure, [] as Round[]]))
  for (let n = 0; n < rounds; n++) {
    for (const [measure, before] of played) {
      const { name, perSecond, seconds, mostRounds = rounds } = measure
      if (n >= mostRounds) continue
      const first = n % 2 === 0 ? ours : theirs
      const one = await turn(first, server.url, perSecond, seconds)
      const other = await turn(first === ours ? theirs : ours, server.url, perSecond, seconds)
      const round = first === ours ? { ours: one, theirs: other } : { ours: other, theirs: one }
      console.error(`${name} ${n + 1}: ${JSON.stringify(round)}`)
      before.push(round)
    }
  }
  const found = [...played].flatMap(([measure, taken]) =>
    rows({ name: measure.name, goals: goalsOf(measure) }, taken),
  )
  const share = `${(100 * stolen()).toFixed(1)} % of the run`
  await save(out, found, { ...about, 'taken by the host': share }, rounds)
}

/** From 1,000 a second on: no more processor time than k6, and starts at most twice as late. */
function goalsOf({ name, perSecond }: Measured): readonly Goal[] {
  const at = name === 'minute' ? `${perSecond}/s for a minute` : `${perSecond}/s`
  const less = { better: 'less' } as const
  if (name === 'minute') {
    return [
      // Of k6, which does not tell what is garbage, how much it has grown.
      { ...less, figure: 'keptBytes', title: `${at}: memory held for an operation`, unit: 'B' },
      { ...less, figure: 'residentMb', title: `${at}: memory at the end`, unit: 'MB' },
    ]
  }
  const promised = perSecond >= 1_000
  return [
    {
      ...{ ...less, figure: 'cpuUs', title: `${at}: processor time of an operation`, unit: 'µs' },
      ...(promised && { ratio: 1 }),
    },
    {
      ...{ ...less, figure: 'lateMs', title: `${at}: intended start to arrival, p99`, unit: 'ms' },
      ...(promised && { ratio: 2 }),
    },
    { better: 'more', figure: 'rate', title: `${at}: share of the rate made`, unit: '' },
  ]
}

async function startServer(): Promise<AsyncDisposable & { readonly url: string }> {
  const file = new URL('traffic/server.ts', import.meta.url).pathname
  const child = spawn(process.execPath, [file], { stdio: ['ignore', 'pipe', 'inherit'] })
  const [line] = await once(createInterface(child.stdout), 'line')
  const { port } = z.object({ port: z.int() }).parse(JSON.parse(line))
  return {
    url: `http://127.0.0.1:${port}`,
    [Symbol.asyncDispose]: async () => {
      const gone = once(child, 'close')
      child.kill()
      await gone
    },
  }
}

async function save(
  name: string,
  found: readonly Row[],
  about: Readonly<Record<string, string>>,
  rounds: number,
): Promise<void> {
  const text = [
    '# The lab’s traffic beside k6',
    '',
    `Medians of ${rounds} alternating rounds; the ratio (ours ÷ k6) is taken round by round. Both send the`,
    'same requests to the same server; ours writes a journal of each, k6 keeps its usual metrics.',
    'Made by `pnpm bench traffic`.',
    '',
    ...Object.entries(about).map(([fact, value]) => `- ${fact}: ${value}`),
    '',
    ...table(found),
    '',
  ].join('\n')
  const json = JSON.stringify({ about, rounds, rows: found }, null, 2)
  await writeFile(new URL(`${name}.json`, results), `${json}\n`)
  await writeFile(new URL(`${name}.md`, results), text)
  console.log(text)
}
