import { rm } from 'node:fs/promises'
import { isAbsolute, join, relative } from 'node:path'
import type { Redis } from 'ioredis'
import { LabError } from '../../lab/base/errors.ts'
import type { Killable, Selector } from '../../lab/model/capability.ts'
import type { Fault } from '../../lab/model/fault.ts'
import { faultForm } from '../../lab/model/fault-form.ts'
import type { LabSystem } from '../../lab/model/target.ts'
import type { Examples } from '../examples.ts'
import { none } from '../forms/fields.ts'
import { common } from './form.ts'
import { keysOf, type RedisServer, setting, withRedis } from './redis-server.ts'

/**
 * A Redis is killed, loses its files and is started again at once, empty: a node that was replaced, or
 * one that kept nothing on disk. Its replicas copy the emptiness when they follow it again before they
 * fail over. Destructive. Refused where its files are not the run's own. Lands on the keys it had.
 * With its data it comes back after `restart()` and `kill()`.
 */
export function restartWithoutData<System extends LabSystem>(
  select: Selector<System, RedisServer & Killable>,
): Fault<System> {
  return {
    name: 'restartWithoutData',
    label: `restartWithoutData(${select.label ?? 'redis'})`,
    needs: ['data-folder'],
    kind: 'destructive',
    plan: async (system, { scratchFolder }) => {
      const server = await select(system)
      const files = await withRedis(server, filesOf)
      const foreign = files.find(file => !isBelow(scratchFolder, file))
      if (foreign) throw foreignData(server.name, foreign, scratchFolder)
      return {
        // For a lab that dies, or is interrupted, in between.
        undo: server.undoKill,
        touches: [server.name],
        apply: async () => {
          const keys = await withRedis(server, keysOf)
          await server.kill()
          for (const file of files) await rm(file, { recursive: true, force: true })
          await server.restart()
          return { landed: () => keys }
        },
      }
    },
  }
}

export const form = faultForm({
  ...common,
  name: 'restartWithoutData',
  says: 'It starts again with nothing. This cannot be undone.',
  settings: none,
  make: select => restartWithoutData(select),
})

export const examples: Examples<RedisServer & Killable> = part => [restartWithoutData(part)]

async function filesOf(admin: Redis): Promise<readonly string[]> {
  const folder = await setting(admin, 'dir')
  const names = ['dbfilename', 'appendfilename', 'appenddirname'].map(name => setting(admin, name))
  return (await Promise.all(names)).map(name => join(folder, name))
}

function isBelow(folder: string, file: string): boolean {
  const way = relative(folder, file)
  return way !== '' && !way.startsWith('..') && !isAbsolute(way)
}

function foreignData(name: string, found: string, scratchFolder: string): LabError {
  return new LabError({
    code: 'foreign-data',
    expected: `${name} to keep its files below ${scratchFolder}`,
    found,
    why: 'the lab deletes nothing but what its own run has made',
    next: 'hurt a Redis that the run has started, or use flushAll()',
  })
}
