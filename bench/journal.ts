import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { createWriteStream } from 'node:fs'
import { glob, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { z } from 'zod'
import { multiply } from './journal/multiply.ts'
import { machine } from './shared/machine.ts'
import { options } from './shared/options.ts'

const root = join(import.meta.dirname, '..')
const results = new URL('results/', import.meta.url)
const entries = 1_000_000
const told = z.object({
  entries: z.number(),
  verdict: z.string(),
  /** Of the processor, all threads; the garbage collector has its own. */
  seconds: z.record(z.string(), z.number()),
  /** Seconds. */
  byTheClock: z.number(),
  peakMb: z.number(),
})

/**
 * `pnpm bench journal [--out NAME]`: how long it takes to judge a run of a million entries by the
 * checks of the Redis failover, how much of that are the lies, how much memory it needs, and how
 * large its report is. The journal is that of the latest held run, its traffic multiplied.
 */
export async function bench(args: readonly string[]): Promise<void> {
  const { out } = options(args, { rounds: 1, out: 'journal' })
  const about = machine()
  const held = await latestHeld()
  const folder = await mkdtemp(join(tmpdir(), 'lab-bench-journal-'))
  try {
    const lines = (await readFile(join(held, 'journal.jsonl'), 'utf8')).trimEnd().split('\n')
    const file = join(folder, 'journal.jsonl')
    const many = Readable.from(multiply(lines, entries).map(line => `${line}\n`))
    await pipeline(many, createWriteStream(file))
    const judged = told.parse(JSON.parse(await judge(folder)))
    const { size } = await stat(join(folder, 'report.html'))
    const found = { about, ...judged, reportMb: size / 2 ** 20 }
    const text = JSON.stringify(found, undefined, 2)
    console.log(text)
    await writeFile(new URL(`${out}.json`, results), `${text}\n`)
  } finally {
    await rm(folder, { recursive: true })
  }
}

/** In a process of its own, whose memory is nothing but its. */
async function judge(folder: string): Promise<string> {
  const program = join(import.meta.dirname, 'journal/judge.ts')
  const child = spawn(process.execPath, [program, folder], {
    cwd: root,
    stdio: ['ignore', 'pipe', 'inherit'],
  })
  const chunks: Buffer[] = []
  child.stdout.on('data', chunk => chunks.push(chunk))
  const [code] = await once(child, 'close')
  if (code !== 0) throw new Error(`expected the journal to be judged, found code ${code}`)
  return Buffer.concat(chunks).toString()
}

async function latestHeld(): Promise<string> {
  const runs: string[] = []
  for await (const path of glob('runs/redis-failover/*/verdict.json', { cwd: root })) {
    const text = await readFile(join(root, path), 'utf8')
    if (JSON.parse(text).verdict === 'held') runs.push(dirname(join(root, path)))
  }
  const latest = runs.sort().at(-1)
  if (latest) return latest
  throw new Error(
    'expected a held run to multiply, found none: pnpm experiment redis-failover makes one',
  )
}
