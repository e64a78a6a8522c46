import { glob } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import type { FaultForm } from '../../lab/model/fault-form.ts'
import type { Examples } from '../examples.ts'

/** What a file of `faults/` declares. */
export interface FaultFile<Part = unknown> {
  /** Its path there, without the ending: `redis/lose-reply`. */
  readonly path: string
  /** Its folder, which says what it strikes; empty for the one that does nothing. */
  readonly room: string
  /** The function that makes the fault, named like the file: `loseReply`. Undefined: it is no fault, but a kit. */
  readonly name: string | undefined
  /** By which a person fills it in while a system runs, or why nobody can. */
  readonly form: Form | undefined
  readonly examples: Examples<Part> | undefined
}

type Form = FaultForm | readonly FaultForm[] | string

const folder = join(import.meta.dirname, '..')
const isNoFault = /\.test\.ts$|^(proxy|testing|forms)\/|^(index|all-forms)\.ts$/

/**
 * Every file that may declare a fault, as it is sorted in the lists of them.
 * @throws {Error} for one with a form and no function of its name
 */
export async function faultFiles<Part>(): Promise<readonly FaultFile<Part>[]> {
  const paths: string[] = []
  for await (const path of glob('{*,*/*}.ts', { cwd: folder })) {
    if (!isNoFault.test(path)) paths.push(path.slice(0, -'.ts'.length))
  }
  return await Promise.all(paths.toSorted(byFolders).map(path => read<Part>(path)))
}

/** `postgres/…` before `postgres-server/…`, and `kill` before `kill-upon`. */
function byFolders(one: string, other: string): number {
  const text = (path: string) => path.replaceAll('/', ' ')
  return text(one) < text(other) ? -1 : 1
}

async function read<Part>(path: string): Promise<FaultFile<Part>> {
  const module: Readonly<Record<string, unknown>> = await import(join(folder, `${path}.ts`))
  const { form, examples } = z
    .object({
      form: z.custom<Form>(one => typeof one === 'object' || typeof one === 'string').optional(),
      examples: z.custom<Examples<Part>>(one => typeof one === 'function').optional(),
    })
    .parse({ ...module })
  const [room = '', file = ''] = path.includes('/') ? path.split('/') : ['', path]
  const named = file.replace(/-(\w)/g, (_, letter: string) => letter.toUpperCase())
  if (form !== undefined && typeof module[named] !== 'function') {
    throw new Error(
      `faults/${path}.ts: expected it to export the function ${named}, since it exports a form; ` +
        'found none. Name the file like the fault, since lists are made from the names of files.',
    )
  }
  return { path, room, name: form === undefined ? undefined : named, form, examples }
}
