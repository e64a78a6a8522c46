import { execFile, spawn } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { promisify } from 'node:util'
import { z } from 'zod'
import { keyValue } from '../lab/checkers/linearizability/models/key-value.ts'
import { linearizable } from '../lab/checkers/linearizable.ts'
import { runTool } from '../targets/runtime/run-tool.ts'
import { serverCache } from '../targets/runtime/server-cache.ts'
import { alone } from './checkers/alone.ts'
import { type Generated, generate, journalOf, type Shape, shapes } from './checkers/histories.ts'
import { table } from './proxy/markdown.ts'
import type { Goal } from './proxy/measure.ts'
import { type Round, type Row, rows } from './proxy/results.ts'
import { machine } from './shared/machine.ts'
import { options } from './shared/options.ts'
import { watchStolen } from './shared/stolen.ts'

const results = new URL('results/', import.meta.url)
const answer = z.object({
  valid: z.boolean(),
  ms: z.array(z.number()),
  cpuMs: z.array(z.number()),
})
const aloneAnswer = z.object({
  word: z.string(),
  seconds: z.number(),
  peakMb: z.number(),
})
/** Of a process that judges one history. */
const mostMb = 1_024

/**
 * `pnpm bench checkers [--rounds 5] [--only register-1-key] [--out NAME]`: our check of
 * linearizability beside Porcupine's of the same histories, round by round, each in a process that
 * is warm. Ours joins the journal's entries first; Porcupine is handed the operations. Then what
 * has no peer (transactions over lists) or is about memory, each in a process of its own.
 */
export async function bench(args: readonly string[]): Promise<void> {
  const { rounds, only, out } = options(args, { rounds: 5, out: 'checkers' })
  const chosen = shapes.filter(({ name }) => only?.includes(name) ?? true)
  await using porcupine = await startPorcupine()
  const stolen = watchStolen()
  const found: Row[] = []
  for (const shape of chosen) {
    const history = generate(shape)
    const taken: Round[] = []
    judge(history)
    for (let n = 0; n < rounds; n++) {
      const ours = judge(history)
      const { valid, ms, cpuMs } = await porcupine.judge(history)
      if (valid !== ours.valid) throw new Error(`${shape.name}: the two do not agree`)
      const theirs = { ms: ms[0] ?? Number.NaN, cpuMs: cpuMs[0] ?? Number.NaN }
      taken.push({ ours: { ms: ours.ms, cpuMs: ours.cpuMs }, theirs })
    }
    console.error(`${shape.name}: ${JSON.stringify(taken)}`)
    found.push(...rows({ name: shape.name, goals: goalsOf(shape) }, taken))
  }
  const lone = await judgeAlone(only)
  const share = `${(100 * stolen()).toFixed(1)} % of the run`
  const about = { ...machine(), porcupine: version, 'taken by the host': share }
  await save(out, { about, rounds, rows: found, alone: lone })
}

/** Time by the clock is what the goal is about; that of the processor is told beside it. */
function goalsOf({ title }: Shape): readonly Goal[] {
  const common = { unit: 'ms', better: 'less' } as const
  return [
    { ...common, figure: 'ms', title, ratio: 2 },
    { ...common, figure: 'cpuMs', title: `${title}: of the processor` },
  ]
}

interface Lone extends z.infer<typeof aloneAnswer> {
  readonly title: string
  readonly verdict: 'met' | 'missed'
}

async function judgeAlone(only: readonly string[] | undefined): Promise<readonly Lone[]> {
  const program = join(import.meta.dirname, 'checkers/alone.ts')
  const found: Lone[] = []
  for (const { name, title, seconds } of alone.filter(each => only?.includes(each.name) ?? true)) {
    const { stdout } = await promisify(execFile)(process.execPath, [program, name])
    const said = aloneAnswer.parse(JSON.parse(stdout))
    const isMet = said.seconds < seconds && said.peakMb < mostMb
    found.push({ title, ...said, verdict: isMet ? 'met' : 'missed' })
    console.error(`${name}: ${stdout.trim()}`)
  }
  return found
}

const version = '1.1.0, built with go build'

function judge(history: Generated) {
  const check = linearizable({ name: 'bench' }, keyValue())
  const journal = journalOf(history)
  const before = performance.now()
  const spentBefore = process.cpuUsage()
  const { word } = check.check(journal)
  const { user, system } = process.cpuUsage(spentBefore)
  const ms = performance.now() - before
  return { valid: word === 'valid', ms, cpuMs: (user + system) / 1_000 }
}

async function startPorcupine() {
  const binary = join(await serverCache(), 'porcupine-bench')
  const cwd = new URL('checkers/go/', import.meta.url).pathname
  await runTool('go', ['build', '-o', binary, '.'], { cwd })
  const child = spawn(binary, { stdio: ['pipe', 'pipe', 'inherit'] })
  const lines = createInterface(child.stdout)[Symbol.asyncIterator]()
  return {
    async judge(history: Generated) {
      child.stdin.write(`${JSON.stringify({ ...history, rounds: 1 })}\n`)
      const { value } = await lines.next()
      return answer.parse(JSON.parse(String(value)))
    },
    async [Symbol.asyncDispose]() {
      child.stdin.end()
    },
  }
}

interface Found {
  readonly about: Readonly<Record<string, string>>
  readonly rounds: number
  readonly rows: readonly Row[]
  readonly alone: readonly Lone[]
}

async function save(name: string, found: Found): Promise<void> {
  const text = [
    '# Our checks of histories',
    '',
    `Beside Porcupine: medians of ${found.rounds} alternating rounds; the ratio (ours ÷ Porcupine) is`,
    'taken round by round. Both judge the same histories, and must agree. Made by',
    '`pnpm bench checkers`.',
    '',
    ...Object.entries(found.about).map(([fact, value]) => `- ${fact}: ${value}`),
    '',
    ...table(found.rows),
    '',
    `Each alone in a process (seconds of the processor; at most ${mostMb} MB with the history itself):`,
    '',
    '| history | answer | seconds | peak MB | |',
    '| --- | --- | --- | --- | --- |',
    ...found.alone.map(loneLine),
    '',
  ].join('\n')
  await mkdir(results, { recursive: true })
  await writeFile(new URL(`${name}.json`, results), `${JSON.stringify(found, null, 2)}\n`)
  await writeFile(new URL(`${name}.md`, results), text)
  console.log(text)
}

function loneLine({ title, word, seconds, peakMb, verdict }: Lone): string {
  const cells = [title, word, seconds.toFixed(2), peakMb.toFixed(0), verdict]
  return `| ${cells.join(' | ')} |`
}
