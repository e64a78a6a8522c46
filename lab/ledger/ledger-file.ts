import { type FileHandle, open, stat } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'
import { LabError } from '../base/errors.ts'
import { appending, openOwnFile, readOwnFile } from '../base/own-file.ts'
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
    /** From where its processes can be seen: see `placeOf`. */
    place: z.string(),
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

/** Some hundred times what the longest run writes. */
const maxBytes = 16 * 2 ** 20

/**
 * Reads what can be read; a broken line hides no other.
 * @throws {LabError} when the file is none of this user's own: what it says would be acted upon.
 */
export async function readLedger(file: string): Promise<LedgerContent> {
  const text = await readOwnFile(file, maxBytes)
  await demandOurs(file)
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

async function demandOurs(file: string): Promise<void> {
  const { uid, mode } = await stat(file)
  const us = process.getuid?.() ?? uid
  if (uid === us && (mode & 0o022) === 0) return
  throw new LabError({
    code: 'ledger-untrusted',
    expected: `${file} to be owned by uid ${us}, and writable by nobody else`,
    found: `owner ${uid}, mode ${(mode & 0o7777).toString(8)}`,
    why: 'what a ledger says is played and ended, so only who ran the lab may have written it',
    next: 'heal as the user whose run it was, or remove the file when you know that nothing is left',
  })
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
    const handle = await openOwnFile(file, appending, 0o600)
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
