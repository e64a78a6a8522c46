import { spawn } from 'node:child_process'
import { mkdir, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { createInterface } from 'node:readline'
import { z } from 'zod'
import { keyValue } from '../lab/checkers/linearizability/models/key-value.ts'
import { linearizable } from '../lab/checkers/linearizable.ts'
import { runTool } from '../targets/runtime/run-tool.ts'
import { serverCache } from '../targets/runtime/server-cache.ts'
import { type Generated, generate, journalOf, shapes } from './checkers/histories.ts'
import { table } from './proxy/markdown.ts'
import { type Round, type Row, rows } from './proxy/results.ts'
import { machine } from './shared/machine.ts'
import { options } from './shared/options.ts'
import { watchStolen } from './shared/stolen.ts'

const results = new URL('results/', import.meta.url)
const answer = z.object({ valid: z.boolean(), ms: z.array(z.number()) })

/**
 * `pnpm bench checkers [--rounds 5] [--only register-1-key] [--out NAME]`: our check of
 * linearizability beside Porcupine's of the same histories, round by round, each in a process that
 * is warm. Ours joins the journal's entries first; Porcupine is handed the operations.
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
      const { valid, ms } = await porcupine.judge(history)
      if (valid !== ours.valid) throw new Error(`${shape.name}: the two do not agree`)
      taken.push({ ours: { ms: ours.ms }, theirs: { ms: ms[0] ?? Number.NaN } })
    }
    console.error(`${shape.name}: ${JSON.stringify(taken)}`)
    const goal = { figure: 'ms', title: shape.title, unit: 'ms', better: 'less', ratio: 2 } as const
    found.push(...rows({ name: shape.name, goals: [goal] }, taken))
  }
  const share = `${(100 * stolen()).toFixed(1)} % of the run`
  await save(out, found, { ...machine(), porcupine: version, 'taken by the host': share }, rounds)
}

const version = '1.1.0, built with go build'

function judge(history: Generated) {
  const check = linearizable({ name: 'bench' }, keyValue())
  const journal = journalOf(history)
  const before = performance.now()
  const { word } = check.check(journal)
  return { valid: word === 'valid', ms: performance.now() - before }
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

async function save(
  name: string,
  found: readonly Row[],
  about: Readonly<Record<string, string>>,
  rounds: number,
): Promise<void> {
  const text = [
    '# Our check of linearizability beside Porcupine',
    '',
    `Medians of ${rounds} alternating rounds; the ratio (ours ÷ Porcupine) is taken round by round. Both judge`,
    'the same histories, and must agree. Made by `pnpm bench checkers`.',
    '',
    ...Object.entries(about).map(([fact, value]) => `- ${fact}: ${value}`),
    '',
    ...table(found),
    '',
  ].join('\n')
  await mkdir(results, { recursive: true })
  const json = JSON.stringify({ about, rounds, rows: found }, null, 2)
  await writeFile(new URL(`${name}.json`, results), `${json}\n`)
  await writeFile(new URL(`${name}.md`, results), text)
  console.log(text)
}
