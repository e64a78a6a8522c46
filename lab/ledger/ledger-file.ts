import { type FileHandle, open, readFile } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'
import type { Undo } from '../model/ledger.ts'
import type { ProcessId } from '../processes/process-table.ts'

const processId = { pid: z.int().positive(), startedAt: z.string() }
const undo = z.object({ module: z.string(), args: z.json() })

const line = z.discriminatedUnion('kind', [
  /** First line, on disk before anything is started: whose run this is. */
  z.object({
    kind: z.literal('run'),
    runId: z.string(),
    lab: z.object(processId),
    scratchFolder: z.string(),
  }),
  z.object({ kind: z.literal('guardian'), ...processId }),
  z.object({
    kind: z.literal('spawned'),
    name: z.string(),
    stopSignal: z.string(),
    ...processId,
  }),
  z.object({ kind: z.literal('owe'), id: z.string(), label: z.string(), undo }),
  z.object({ kind: z.literal('settled'), id: z.string() }),
])

export type LedgerLine = z.infer<typeof line>
type LineOf<Kind extends LedgerLine['kind']> = Extract<LedgerLine, { kind: Kind }>

export interface Owed {
  readonly id: string
  readonly label: string
  readonly undo: Undo
}

export interface LedgerContent {
  readonly run: LineOf<'run'> | undefined
  readonly guardian: ProcessId | undefined
  readonly spawned: readonly LineOf<'spawned'>[]
  /** Not settled yet, oldest first. */
  readonly owed: readonly Owed[]
  /** Lines that cannot be read, as `file:line: reason`. */
  readonly problems: readonly string[]
}

/** Reads what can be read; a broken line hides no other. */
export async function readLedger(file: string): Promise<LedgerContent> {
  const text = await readFile(file, 'utf8')
  const lines: LedgerLine[] = []
  const problems: string[] = []
  for (const [index, row] of text.split('\n').entries()) {
    if (row === '') continue
    const parsed = parseLine(row)
    if (typeof parsed === 'string') problems.push(`${file}:${index + 1}: ${parsed}`)
    else lines.push(parsed)
  }
  const settled = new Set(lines.flatMap(row => (row.kind === 'settled' ? [row.id] : [])))
  return {
    run: lines.find(row => row.kind === 'run'),
    guardian: lines.find(row => row.kind === 'guardian'),
    spawned: lines.filter(row => row.kind === 'spawned'),
    owed: lines.filter(row => row.kind === 'owe').filter(row => !settled.has(row.id)),
    problems,
  }
}

/** Whether reading a ledger failed because it is gone: whoever finishes a run removes it. */
export function isMissing(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ENOENT'
}

function parseLine(row: string): LedgerLine | string {
  try {
    const parsed = line.safeParse(JSON.parse(row))
    return parsed.success ? parsed.data : z.prettifyError(parsed.error)
  } catch {
    return `no line of a ledger: ${JSON.stringify(row.slice(0, 60))} (cut short, or written over)`
  }
}

/** Appends lines; several processes may hold the same file, since each line is one write. */
export class LedgerWriter implements AsyncDisposable {
  readonly file: string
  readonly #handle: FileHandle
  #last: Promise<void> = Promise.resolve()
  /** The file may end within a line that another writer, or a full disk, left unfinished. */
  #torn: boolean

  private constructor(file: string, handle: FileHandle, torn: boolean) {
    this.file = file
    this.#handle = handle
    this.#torn = torn
  }

  static async open(file: string): Promise<LedgerWriter> {
    const handle = await open(file, 'a', 0o644)
    const writer = new LedgerWriter(file, handle, (await handle.stat()).size > 0)
    const folder = await open(dirname(file))
    // The file's name must survive a crash as well as its lines.
    await folder.sync().finally(() => folder.close())
    return writer
  }

  /** On disk (fsync) when it resolves. */
  append(entry: LedgerLine): Promise<void> {
    const mine = this.#last.then(() => this.#write(`${JSON.stringify(entry)}\n`))
    this.#last = mine.catch(() => {})
    return mine
  }

  async #write(text: string): Promise<void> {
    const whole = Buffer.from(this.#torn ? `\n${text}` : text)
    this.#torn = true
    const { bytesWritten } = await this.#handle.write(whole)
    if (bytesWritten < whole.length) throw new Error('no space left on the device')
    await this.#handle.sync()
    this.#torn = false
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.#last
    await this.#handle.close()
  }
}
