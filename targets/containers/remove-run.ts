import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import type { Json } from '../../lab/base/json.ts'
import { askEngine, type EngineAddress } from '../../lab/containers/ask-engine.ts'
import { runLabel } from './labels.ts'

const address = z.union([
  z.object({ socketPath: z.string().startsWith('/') }),
  z.object({ host: z.string(), port: z.int() }),
])
export const undoArgs = z.object({ address, runId: z.string().min(1) })

const containers = z.array(z.object({ Id: z.string() }))
const volumes = z.object({ Volumes: z.array(z.object({ Name: z.string() })).nullish() })
const removeWithinMs = 15_000
const rounds = 6
const lateMs = 250
/** So many containers are not removed in the second that others have. */
export const undoWithinMs = 20_000

/**
 * Removes every container of a run with its volumes, and its networks, by their label: as data, so that
 * the guardian does it when the lab was killed. Done too where no engine is left to ask.
 */
export async function undo(args: Json): Promise<void> {
  const { address, runId } = undoArgs.parse(args)
  let none = 0
  for (let round = 0; round < rounds; round++) {
    const found = await listed(address, runId)
    if (found === undefined) return
    none = found.length === 0 ? none + 1 : 0
    // One that was being created when the lab died may appear a moment later.
    if (none === 2) return
    if (none === 1) await sleep(lateMs)
    const [inside, around] = [found.filter(isContainer), found.filter(path => !isContainer(path))]
    await Promise.all(inside.map(path => remove(address, path)))
    await Promise.all(around.map(path => remove(address, path)))
  }
  const left = await listed(address, runId)
  if (left?.length) throw new Error(`still there after ${rounds} rounds: ${left.join(', ')}`)
}

const isContainer = (path: string) => path.startsWith('/containers/')

/** What carries the label, as paths to be deleted: containers before the networks they are in. */
async function listed(
  address: EngineAddress,
  runId: string,
): Promise<readonly string[] | undefined> {
  const label = `${runLabel}=${runId}`
  const filters = `filters=${encodeURIComponent(JSON.stringify({ label: [label] }))}`
  const read = async (path: string) => JSON.parse((await askEngine(address, path)).text)
  try {
    const [running, networks, kept] = await Promise.all([
      read(`/containers/json?all=1&${filters}`),
      read(`/networks?${filters}`),
      read(`/volumes?${filters}`),
    ])
    return [
      ...containers.parse(running).map(({ Id }) => `/containers/${Id}?force=1&v=1`),
      ...containers.parse(networks).map(({ Id }) => `/networks/${Id}`),
      ...(volumes.parse(kept).Volumes ?? []).map(({ Name }) => `/volumes/${Name}?force=1`),
    ]
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined
    if (code === 'ENOENT' || code === 'ECONNREFUSED') return undefined
    throw error
  }
}

async function remove(address: EngineAddress, path: string): Promise<void> {
  const { status, text } = await askEngine(address, path, {
    method: 'DELETE',
    withinMs: removeWithinMs,
  })
  // 404: gone; 409: somebody else is removing it; a network in use is free in the next round.
  if (status >= 300 && ![403, 404, 409].includes(status)) {
    throw new Error(`the engine refused to remove ${path}: ${status} ${text.trim()}`)
  }
}
