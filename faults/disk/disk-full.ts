import { open, rm, statfs } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { LabError } from '../../lab/base/errors.ts'
import type { Json } from '../../lab/base/json.ts'
import type { Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm, type PartNeed } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { none } from '../forms/fields.ts'
import { has } from '../forms/needs.ts'
import { logLines } from '../log-lines.ts'

/** A server whose data has a small file system of its own, and whose log has another. */
export interface LimitedDisk {
  readonly name: string
  /** Below it the server keeps its data. */
  readonly folder: string
  readonly logFile: string
}

const aSmallDisk: PartNeed<LimitedDisk> = {
  says: 'a small disk of its own',
  is: (part): part is LimitedDisk => has(part, 'folder', 'logFile'),
}

export const undoArgs = z.object({ ballast: z.string().regex(/\/lab-ballast-[0-9a-f]+$/) })

/** More is no disk that a target has limited, but the machine's. */
const largestBytes = 1024 ** 3
/** In the words of the system, or of Redis when a part of what it wrote still fitted. */
const noSpace = /No space left on device|Short write while writing/
const chunks = [1024 ** 2, 4096]

/**
 * The disk is full for real: ballast takes every block that is free, so that whatever the server writes
 * fails with ENOSPC. Lasting: the ballast is deleted; a server that ended of it (PostgreSQL does, when it
 * cannot write its log) has to be started by its supervisor. Needs a target that keeps its data on a small
 * file system. Lands on the writes that failed, as far as the server's log tells (Redis: one in 30 s).
 */
export function diskFull<System extends LabSystem>(
  select: Selector<System, LimitedDisk>,
): Fault<System> {
  const label = `diskFull(${select.label ?? 'disk'})`
  return {
    name: 'diskFull',
    label,
    needs: ['limited-disk'],
    kind: 'lasting',
    plan: async (system, { random }) => {
      const { name, folder, logFile } = await select(system)
      await demandSmall(folder)
      const mark = random.fork(label).integer(0, 0xffffff).toString(16)
      const ballast = join(folder, `lab-ballast-${mark}`)
      return {
        undo: { module: import.meta.url, args: { ballast } },
        touches: [name],
        mayEnd: [name],
        apply: async () => {
          const landed = await logLines(logFile, noSpace)
          await fill(ballast)
          return { landed }
        },
      }
    },
  }
}

export const form = faultForm({
  family: 'postgres server',
  of: aSmallDisk,
  name: 'diskFull',
  says: 'Its disk is full.',
  settings: none,
  make: select => diskFull(select),
})

export const examples: Examples<LimitedDisk> = part => [diskFull(part)]

async function demandSmall(folder: string): Promise<void> {
  const { blocks, bsize } = await statfs(folder)
  if (blocks * bsize <= largestBytes) return
  throw new LabError({
    code: 'disk-not-limited',
    expected: `a file system of at most ${largestBytes} bytes at ${folder}`,
    found: `one of ${blocks * bsize} bytes`,
    why: 'filling it would take the disk of this machine',
    next: 'let the target keep the data on a small one: mountLimitedDisk()',
  })
}

/** In large pieces, then in small ones, until nothing fits. */
async function fill(file: string): Promise<void> {
  const ballast = await open(file, 'w')
  try {
    for (const bytes of chunks) {
      const piece = Buffer.alloc(bytes)
      while (await fits(ballast.write(piece))) {
        // There may be room for another.
      }
    }
  } finally {
    await ballast.close()
  }
}

async function fits(writing: Promise<unknown>): Promise<boolean> {
  try {
    await writing
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOSPC') return false
    throw error
  }
}

/** Harmless where there is no ballast. */
export async function undo(args: Json): Promise<void> {
  await rm(undoArgs.parse(args).ballast, { force: true })
}
