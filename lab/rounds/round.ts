import { rm } from 'node:fs/promises'
import { dirname } from 'node:path'
import { z } from 'zod'
import { appendOwnFile, readOwnFileIfThere } from '../base/own-file.ts'
import { parseJson } from '../base/parse-json.ts'
import { writableFolder } from '../ledger/writable-folder.ts'

/** One pass over everything; an interrupted one is continued by the next call. */
export interface Round<Result> {
  readonly startedAt: string
  /** Sources it was begun with: a commit, with `+` where files differed from it. */
  readonly commit: string
  /** What is done already, by name. */
  readonly done: ReadonlyMap<string, Result>
  /** Keeps a result; it is not made again in this round. */
  keep(name: string, result: Result): Promise<void>
  /** All is done: the next call begins a new round. */
  end(): Promise<void>
}

const head = z.object({ startedAt: z.string(), commit: z.string() })
const line = z.object({ name: z.string(), result: z.unknown() })

export interface RoundOptions<Result> {
  /** One JSON line for its beginning, then one for each result. */
  readonly file: string
  readonly result: z.ZodType<Result>
  /** Begins anew whatever is there. */
  readonly fresh: boolean
  readonly startedAt: string
  readonly commit: string
}

/** Continues the round in the file, or begins one. A line that cannot be read is done again. */
export async function openRound<Result>(options: RoundOptions<Result>): Promise<Round<Result>> {
  const { file, fresh, startedAt, commit } = options
  await writableFolder(dirname(file))
  if (fresh) await rm(file, { force: true })
  const [first, ...rest] = ((await readOwnFileIfThere(file)) ?? '').split('\n')
  const begun = head.safeParse(parseJson(first ?? ''))
  if (!begun.success) {
    await rm(file, { force: true })
    await appendOwnFile(file, `${JSON.stringify({ startedAt, commit })}\n`)
  }
  const done = new Map<string, Result>()
  for (const text of begun.success ? rest : []) {
    const kept = line.safeParse(parseJson(text))
    const result = kept.success ? options.result.safeParse(kept.data.result) : undefined
    if (kept.success && result?.success) done.set(kept.data.name, result.data)
  }
  return {
    ...(begun.success ? begun.data : { startedAt, commit }),
    done,
    keep: async (name, result) => {
      done.set(name, result)
      // Begun with a line break: the last line may be half a line, from a process that was killed.
      await appendOwnFile(file, `\n${JSON.stringify({ name, result })}\n`)
    },
    end: () => rm(file, { force: true }),
  }
}
